"""What a number counts that no noun follows: people by the words around, the noun before, the number behind."""

from __future__ import annotations

from corridor.reports.text.around import at_shelter, counts_people, numbering, summed, they, whose_number
from corridor.reports.text.bounds import Number
from corridor.reports.text.claims import Claim, gap, near
from corridor.reports.text.fold import ARABIC
from corridor.reports.text.goeson import TOTAL_TO, more, of_them, of_those_before, other_count, total_to, with_previous
from corridor.reports.text.language import small
from corridor.reports.text.lexicon import Mark
from corridor.reports.text.sentences import Sentence
from corridor.reports.text.units import PERSON_CUES, UNITS, Unit, describes_noun, in_the, unit_after, unit_label


def find_unit(sentence: Sentence, number: Number, following: Number | None, previous: Claim | None) -> Unit | None:
    """Return what a number counts; None where nothing says it."""
    alone = number.body == number.last - 1 and words_of(sentence, number) in small("single")
    unit = None if alone else unit_after(sentence, number)
    if unit and following and unit.first >= following.first:
        unit = None
    if unit and unit.first > number.last and we_are(sentence, number):
        # "We are 53 here at the chapel": the chapel is where, not what.
        unit = None
    return (
        unit
        or unit_label(sentence, number)
        or _unit_bare(sentence, number, previous)
        or _shared(sentence, number, following)
    )


def _unit_bare(sentence: Sentence, number: Number, previous: Claim | None) -> Unit | None:
    """Return what a number without a noun counts: degrees of warmth, else people."""
    at = max((m.last for m in sentence.of(*_BEHIND) if m.first == number.last), default=number.last)
    after = sentence.words[at] if at < len(sentence.words) else "."
    if at > number.last and after in small("suffers"):
        # "Twenty or so were treated": the bound stands between the number and its verb.
        after = "."
    gusts = [at for at in range(max(0, number.first - 2), number.first) if sentence.words[at] in small("gust")]
    if gusts and not after[0].isalpha() and (number.low or number.high or 0) >= BREEZE:
        return Unit("weather", "km/h", number.last, number.last)
    if number.body and sentence.words[number.body - 1] in small("windforce") and (number.low or 0) <= STORM:
        return Unit("weather", "force", number.last, number.last)
    if _warmth(sentence, number, after):
        return Unit("degree", "degrees", number.last, number.last)
    return _people_bare(sentence, number, previous, after)


_BEHIND = ("HEDGE_AFTER_APPROX", "HEDGE_AFTER_MIN", "HEDGE_AFTER_MAX")


def _people_bare(sentence: Sentence, number: Number, previous: Claim | None, after: str) -> Unit | None:
    """Return people for a number without a noun next to a cue of people: "21 remain", "wounding 12"."""
    counted = number.low != 1 and any(m.cls in COUNTED_BEFORE for m in sentence.ending(number.first))
    if describes_noun(sentence, number) and not counted:
        return None
    if we_are(sentence, number):
        return Unit("person", "all", number.last, number.last)
    if whose_number(sentence, number, after):
        return Unit("person", "all", number.last, number.last)
    if previous and previous.kind == "weather" and previous.last and (number.low or 0) < STORM:
        # "Fell to 6 metres, after it had reached 9".
        return None
    gone_on = with_previous(sentence, number, previous, after) if previous else None
    if gone_on:
        return gone_on
    if _filled(sentence, number):
        return Unit("occupied", "places", number.last, number.last)
    numbered = numbering(sentence, number) or summed(sentence, number)
    if numbered:
        return numbered
    if _apposed(sentence, number, after):
        return Unit("person", "all", number.last, number.last)
    return _by_noun_before(sentence, number, previous, after)


def _filled(sentence: Sentence, number: Number) -> bool:
    """Tell whether a number is of the places taken of those there are in a shelter: "North School 312 / 350"."""
    words, at = sentence.words, number.last
    if number.body != number.first or at + 1 >= len(words) or words[at] != "/" or sentence.kind(at + 1) != "digits":
        return False
    shelter = any(m.value != "hospital" or sentence.of("BED", "OCCUPIED") for m in sentence.of("SHELTER"))
    return shelter and (number.low or 0) >= TENS and number.hedge == "exact" and sentence.kind(number.body) == "digits"


TENS = 10


def _apposed(sentence: Sentence, number: Number, after: str) -> bool:
    """Tell whether a rough number behind a comma says how many those named before it are: "the children, about 15"."""
    summed = any(m.first == number.last for m in sentence.of("TOTAL"))
    if number.article or number.hedge == "order" or number.first < 2:
        return False
    if not summed and (number.hedge == "exact" or after[0].isalpha()):
        return False
    words, at = sentence.words, number.first - 1
    if words[at] not in (",", "(") or (words[at] == "(" and after != ")"):
        return False
    while at and words[at - 1] not in ",;:.":
        at -= 1
    inside = {m.cls for m in sentence.marks if at <= m.first and m.last < number.first}
    return (
        "PERSON" in inside
        and inside.isdisjoint(_NOT_THOSE)
        and not any(w[0].isdigit() for w in words[at : number.first])
    )


_NOT_THOSE = frozenset(("NUM", "VEHICLE", "BED", "SEAT", "SHELTER", "MONEY", "AGED"))


def _by_noun_before(sentence: Sentence, number: Number, previous: Claim | None, after: str) -> Unit | None:
    """Return what a number counts by the noun in front of it, as Arabic has it, else by the words around."""
    before = [m for m in sentence.ending(number.first) if m.cls in COUNTED_BEFORE]
    if not before and words_of(sentence, number) in small("single"):
        # Arabic: "a luggage truck, one".
        truck = [m for m in sentence.of("VEHICLE") if m.last == number.first - 1 and not sentence.beginning(m.last)]
        if any(m.last == number.first for m in sentence.of("DEAD", "INJURED")):
            return Unit("person", "all", number.last, number.last)
        return Unit("vehicle", truck[-1].value, truck[-1].first, number.last) if truck else None
    if not number.article and (not after[0].isalpha() or after in small("bare")) and they(sentence, number):
        return Unit("person", "all", number.last, number.last)
    room = [m for m in sentence.ending(number.first) if m.cls == "CAPACITY"] if not number.article else []
    beds = [m for m in sentence.of("BED", "SEAT") if room and m.last == room[-1].first]
    if beds and not after[0].isalpha():
        return Unit(UNITS[beds[-1].cls], beds[-1].value, beds[-1].first, number.last, labelled=True)
    if before and (number.article or words_of(sentence, number) in small("single")):
        return Unit(UNITS[before[-1].cls], before[-1].value, before[-1].first, number.last)
    if number.article:
        # "un mort": the noun says that it counts people.
        killed = [m for m in sentence.beginning(number.last) if m.cls == "DEAD"]
        noun = killed and sentence.words[number.last] in ("mort", "morte")
        return Unit("person", "killed", number.last, number.last + 1) if noun else None
    if not before and number.first and sentence.words[number.first - 1] == "ال":
        before = [m for m in sentence.marks if m.last == number.first - 1 and m.cls in ("PERSON", "VEHICLE", "STAFF")]
        if before:
            return Unit(UNITS[before[-1].cls], before[-1].value, before[-1].first, number.last)
    if before and words_of(sentence, number).startswith("ال") and number.low != 1:
        # Arabic: "the buses, the thirty".
        return Unit(UNITS[before[-1].cls], before[-1].value, before[-1].first, number.last)
    return _by_words_around(sentence, number, previous, after, before)


def _by_words_around(
    sentence: Sentence, number: Number, previous: Claim | None, after: str, before: list[Mark]
) -> Unit | None:
    """Return people for a number without a noun by the words around it, or what a noun with its owner counts."""
    if previous and previous.kind == "fleet" and not previous.last and more(sentence, number):
        # "Six ambulances left. Eight more were waiting".
        return Unit("vehicle", previous.unit, number.last, number.last)
    told = of_those_before(sentence, number, previous, after) or _told_people(sentence, number, previous, after)
    if told or of_them(sentence, number):
        return told or Unit("person", "all", number.last, number.last)
    if before and _owned(sentence, before[-1], number) and not after[0].isalpha():
        # Arabic: "a bus, its seats fifty".
        return Unit(UNITS[before[-1].cls], before[-1].value, before[-1].first, number.last, labelled=True)
    if counts_people(sentence, number, previous, after):
        group = previous.group if previous and previous.unit == "persons" else "all"
        return Unit("person", group, number.last, number.last)
    daily = any(m.first == number.last for m in sentence.of("ALLOWED", "DAILY"))
    if any(0 <= number.first - m.last <= TOTAL_TO for m in sentence.of("SETNUMBER")) and (
        daily or not after[0].isalpha()
    ):
        return Unit("person", "all", number.last, number.last)
    if previous and total_to(sentence, number, previous):
        return Unit("person", previous.group, number.last, number.last)
    return _by_what_follows(sentence, number, previous, after)


def _by_what_follows(sentence: Sentence, number: Number, previous: Claim | None, after: str) -> Unit | None:
    """Return people for a number without a noun by who they are said to be, a verb of people near it, or its others."""
    being = _who_they_are(sentence, number)
    if being:
        return Unit(UNITS[being.cls], being.value, number.last, number.last)
    behind = _cue_behind(sentence, number) or any(
        m.last == number.first and sentence.words[m.first] >= ARABIC for m in sentence.of("BRINGS")
    )
    cue = near(sentence, number.first, number.last, *PERSON_CUES, within=2.1)
    day = any(m.first == number.last for m in sentence.of("RELATIVE_DAY", "WEEKDAY"))
    if behind or (cue and (not after[0].isalpha() or day or after in small("bare") or in_the(after))):
        return Unit("person", "all", number.last, number.last)
    if at_shelter(sentence, number, after):
        return Unit("person", "all", number.last, number.last)
    figure = [m for m in sentence.marks if m.cls == "HOWMANY" and 0 <= number.first - m.last <= 1]
    if figure and not previous and not after[0].isalpha() and (number.low or number.high or 0) >= 10:
        return Unit("person", "all", number.last, number.last)
    if previous and (after in small("others") or (figure and number.hedge != "order")):
        family = "person" if previous.unit == "persons" else "vehicle"
        return Unit(family, previous.group if family == "person" else previous.unit, number.last, number.last)
    return None


def _who_they_are(sentence: Sentence, number: Number) -> Mark | None:
    """Return the people whom a bare number is said to be: "of these, 388 were combatants"."""
    if number.article or number.last >= len(sentence.words) or sentence.words[number.last] not in small("being"):
        return None
    behind = [m for m in sentence.of("PERSON", "STAFF") if 0 < m.first - number.last <= BEING]
    return behind[0] if behind else None


BEING = 2
COUNTED_BEFORE = ("PERSON", "VEHICLE", "STAFF", "SEAT", "BED")


def _owned(sentence: Sentence, unit: Mark, number: Number) -> bool:
    """Tell whether an Arabic noun says whose it is by its ending ("its seats"), or is of people: "the wounded 137"."""
    if unit.cls == "PERSON" and sentence.words[unit.first].startswith("ال") and (number.low or number.high or 0) >= FEW:
        return True
    return sentence.words[unit.last - 1].endswith(("ها", "هم", "هما")) and len(sentence.words[unit.last - 1]) > OWNED


OWNED = 4


def _told_people(sentence: Sentence, number: Number, previous: Claim | None, after: str) -> Unit | None:
    """Return people for a number that a word of counting or of number introduces: "I make it 163"."""
    if not after[0].isalpha():
        tallied = any(0 <= number.first - m.last <= 1 for m in sentence.of("TALLY")) or all_those(sentence, number)
        if tallied or _someof_them(sentence, number):
            return Unit("person", "all", number.last, number.last)
        if previous and not previous.last and (number.low or 0) >= HUNDRED and other_count(sentence):
            return Unit("person", previous.group, number.last, number.last)
        return _number_of(sentence, number)
    if after in small("bare") and (
        all_those(sentence, number) or any(0 <= number.first - m.last <= 1 for m in sentence.of("TALLY"))
    ):
        return Unit("person", "all", number.last, number.last)
    trips = small("trips")
    leaving = [m for m in sentence.of("LEAVE", "OPERATION") if m.first == number.last]
    leaving = [m for m in leaving if sentence.words[m.first] not in trips]
    behind = leaving[0].last if leaving else 0
    if leaving and near(sentence, number.first, behind, "ALLOWED", within=2.1):
        # "1,200 departures a day" counts those who depart.
        return Unit("person", "all", number.last, behind)
    return _number_of(sentence, number)


def all_those(sentence: Sentence, number: Number) -> bool:
    """Tell whether a number says how many all of those spoken of are: "arrived, all six" ("tous les six")."""
    words, at = sentence.words, number.first
    return at > 1 and words[at - 1] in small("the") and words[at - 2] in small("allof")


def _warmth(sentence: Sentence, number: Number, after: str) -> bool:
    """Tell whether a number without a noun is a temperature: "temperatures fell to minus 6", "il a fait -4"."""
    if max(abs(number.low or 0), abs(number.high or 0)) > HOTTEST or number.article:
        return False
    minus = any(m.last == number.body for m in sentence.of("MINUS"))
    day = any(m.first == number.last for m in sentence.of("RELATIVE_DAY", "WEEKDAY", "BELOW"))
    if after[0].isalpha() and not (minus or day or after in small("bare")):
        return False
    if minus and not small("warmverb").isdisjoint(sentence.words[max(0, number.body - 3) : number.body]):
        return True
    warm = [m for m in sentence.of("WEATHER") if not small("warmth").isdisjoint(sentence.words[m.first : m.last])]
    return any(0 <= number.first - m.last <= 8 for m in warm)


HOTTEST = 60
BREEZE = 20
# Twelve on the scale of Beaufort is a hurricane.
STORM = 12


def we_are(sentence: Sentence, number: Number) -> bool:
    """Tell whether people say how many they are: "we are 53 here", "on est toujours une quarantaine"."""
    words, at = sentence.words, number.first
    if number.article or (number.low or number.high or 0) < FEW:
        return False
    while at and words[at - 1] in small("still"):
        at -= 1
    being = at and words[at - 1] in small("being")
    while being and at > 1 and words[at - 2] in ("ne", "n'"):
        at -= 1
    # Arabic says "we, twelve": the pronoun holds the verb.
    return bool(being) and (words[at - 1][0] >= ARABIC or (at > 1 and words[at - 2] in small("whoare")))


FEW = 3


def _someof_them(sentence: Sentence, number: Number) -> bool:
    """Tell whether "of them" stands in front of a verb of people before the number: "il en reste, dit-on, 300"."""
    words, them = sentence.words, small("ofthem")
    cues = [m for m in sentence.of(*PERSON_CUES) if not them.isdisjoint(words[max(0, m.first - 1) : m.last])]
    return any(0 <= number.first - m.last <= 8 for m in cues)


def _number_of(sentence: Sentence, number: Number) -> Unit | None:
    """Return the people whose number a sentence speaks of: "limits to 120 a day the number of fighters"."""
    for cue in sentence.of(*PERSON_CUES):
        if sentence.words[cue.first] in small("countof") and 0 <= number.first - cue.last <= COUNT_OF:
            # Arabic: "the number of those housed in the camp rose to 137", its first words one term.
            return Unit("person", "all", number.last, number.last)
    for many in sentence.of("HOWMANY"):
        for mark in sentence.marks:
            if (
                not many.last <= mark.first <= many.last + (3 if mark.cls == "LEAVE" else 2)
                or mark.cls not in _WHOSE_NUMBER
            ):
                continue
            reach = NUMBER_OF if mark.cls not in _THINGS else NUMBER_OF_THINGS
            if gap(sentence, min(mark.last, number.last), max(mark.first, number.first)) >= reach:
                continue
            if mark.cls in UNITS:
                return Unit(UNITS[mark.cls], mark.value, number.last, number.last)
            if mark.first > many.last and not number.article:
                # "The number of those left behind".
                return Unit("person", "all", number.last, number.last)
    return None


_THINGS = ("VEHICLE", "CONVOY", "SHELTER", "BED")
_WHOSE_NUMBER = ("PERSON", "STAFF", "REMAIN", "LEAVE", "ARRIVE", "EVAC", *_THINGS)
NUMBER_OF = 16
COUNT_OF = 5
NUMBER_OF_THINGS = 4
HUNDRED = 100
# What stands between a part and its whole.
WHOLE = frozenset(("of", "sur", "/", "من", "out", "des", "parmi"))


def words_of(sentence: Sentence, number: Number) -> str:
    """Return the first word of the number itself."""
    return sentence.words[number.body]


def _cue_behind(sentence: Sentence, number: Number) -> bool:
    """Tell whether a verb of people follows, auxiliaries between: "1,087 had been registered"."""
    helping = {k for m in sentence.marks if m.cls in ("AUX", "PASSIVE", "NEG", "PLAN") for k in range(m.first, m.last)}
    cues = {m.first for m in sentence.marks if m.cls in PERSON_CUES}
    room = {m.first for m in sentence.of("CAPACITY")}
    for at in range(number.last, min(number.last + 5, len(sentence.words))):
        if at in cues:
            # "Only six are able to receive": places that have room are no people.
            return at not in room or at == number.last
        if at not in helping and sentence.words[at] not in small("between"):
            return False
    return False


def _shared(sentence: Sentence, number: Number, following: Number | None) -> Unit | None:
    """Return the unit that a second number carries for both: "12 or 13 buses", "800 of 1,000 places"."""
    if following is None or gap(sentence, number.last, following.first) > 3 or describes_noun(sentence, number):
        return None
    unit = unit_after(sentence, following)
    between = sentence.words[number.last : following.first]
    joined = not between or between[0] in ("and", "et", "ou", "or", "او", ",", "to", "a")
    if unit and joined and unit.family in ("vehicle", "person", "staff") and not number.article:
        return Unit(unit.family, unit.value, number.last, number.last)
    if unit and unit.family == "vehicle" and not number.article and between[0] == "of":
        # "Only four of the twenty promised buses".
        return Unit(unit.family, unit.value, number.last, number.last)
    if (
        unit
        and unit.family in ("seat", "bed", "person")
        and any(w in WHOLE for w in sentence.words[number.last : following.body])
    ):
        return Unit("occupied" if unit.family != "person" else "person", unit.value, number.last, number.last)
    return None
