"""What a number counts: the unit behind it, in the label before it, or shared with the number after it."""

from __future__ import annotations

from typing import NamedTuple

from corridor.reports.text.bare import counts_people
from corridor.reports.text.claims import Claim, gap, near
from corridor.reports.text.language import small
from corridor.reports.text.lexicon import Mark
from corridor.reports.text.numbers import Number
from corridor.reports.text.sentences import Sentence

UNITS = {
    "PERSON": "person",
    "STAFF": "staff",
    "VEHICLE": "vehicle",
    "CONVOY": "vehicle",
    "BED": "bed",
    "SEAT": "seat",
    "SHELTER": "shelter",
    "TIMEUNIT": "time",
    "PERCENT": "percent",
    "DEGREE": "degree",
    "SPEED": "weather",
    "DEPTH": "weather",
    "DISTANCE": "distance",
    "MONEY": "money",
    "THING": "thing",
    "MONTH": "date",
    "CASE": "person",
}


# Words that are two by themselves (the Arabic dual).
TWOS = frozenset(f"TWO_{cls}" for cls in UNITS)
PERSON_CUES = ("EVAC", "LEAVE", "ABOARD", "ARRIVE", "REMAIN", "DEAD", "INJURED", "MISSING", "HOUSE", "CAPACITY")


class Unit(NamedTuple):
    """What is counted: its family, the word of the table, and the tokens it covers."""

    family: str
    value: str
    first: int
    last: int
    labelled: bool = False


class Counted(NamedTuple):
    """A number with its unit, its sentence and the count before it."""

    sentence: Sentence
    number: Number
    unit: Unit
    previous: Claim | None


def find_unit(sentence: Sentence, number: Number, following: Number | None, previous: Claim | None) -> Unit | None:
    """Return what a number counts; None where nothing says it."""
    unit = unit_after(sentence, number)
    if unit and following and unit.first >= following.first:
        unit = None
    return (
        unit
        or _unit_label(sentence, number)
        or _unit_bare(sentence, number, previous)
        or _shared(sentence, number, following)
    )


def unit_after(sentence: Sentence, number: Number) -> Unit | None:
    """Return the first unit within a few words after the number, across adjectives but not across punctuation."""
    key = (number.body, number.last, number.hedge)
    if key not in sentence.units:
        sentence.units[key] = None if _describes_noun(sentence, number) else _unit_behind(sentence, number)
    return sentence.units[key]


def _unit_behind(sentence: Sentence, number: Number) -> Unit | None:
    steps = 0
    at = number.last
    while at < len(sentence.words):
        begun = sentence.beginning(at)
        for mark in begun:
            if mark.cls in UNITS:
                return Unit(UNITS[mark.cls], mark.value, mark.first, mark.last)
        word = sentence.words[at]
        if not word[0].isalnum() and word not in {"-", '"'}:
            return None
        if sentence.kind(at) in ("digits", "clock") or (word in small("preposition") and word not in small("link")):
            return None
        if begun and any(m.cls in _NO_ADJECTIVE for m in begun) and word not in small("link"):
            return None
        if word in small("helping"):
            # "The first 3,150 had left the villages": no noun stands behind a verb.
            return None
        if word not in small("link"):
            steps += 1
        if steps > (6 if sentence.words[number.last] == "of" else 3):
            return None
        at += 1
    return None


_NO_ADJECTIVE = frozenset(("AUX", "PLAN", *PERSON_CUES)).difference(("LEAVE", "EVAC"))


def _describes_noun(sentence: Sentence, number: Number) -> bool:
    """Tell whether an Arabic number describes the noun in front of it: "the three towns and the evacuation of"."""
    at = number.body
    if number.hedge != "exact" or not at or sentence.kind(at) != "word" or number.last > at + 1:
        return False
    return sentence.words[at].startswith("ال") and sentence.words[at - 1].startswith("ال")


def _unit_label(sentence: Sentence, number: Number) -> Unit | None:
    """Return the unit of a label in front of the number: "Buses: 20", "Still inside (estimate): 3,400"."""
    words = sentence.words
    at = number.first - 1
    if at < 0 or words[at] not in (":", "=", "-", "|"):
        return None
    start = at
    while (
        start
        and words[start - 1] not in (";", "|", ".")
        and not (words[start - 1] == "," and any(w.isdigit() for w in words[max(0, start - 3) : start]))
    ):
        start -= 1
    for mark in sentence.marks:
        if (
            start <= mark.first < at
            and mark.cls in UNITS
            and mark.cls not in ("TIMEUNIT", "THING", "DISTANCE", "MONEY", "PERCENT")
        ):
            return Unit(UNITS[mark.cls], mark.value, start, mark.last, labelled=True)
    for mark in sentence.marks:
        if start <= mark.first < at and mark.cls in PERSON_CUES:
            return Unit("bed" if mark.cls == "CAPACITY" else "person", "all", start, mark.last, labelled=True)
    return None


def _unit_bare(sentence: Sentence, number: Number, previous: Claim | None) -> Unit | None:
    """Return what a number without a noun counts: degrees of warmth, else people."""
    after = sentence.words[number.last] if number.last < len(sentence.words) else "."
    if _warmth(sentence, number, after):
        return Unit("degree", "degrees", number.last, number.last)
    return _people_bare(sentence, number, previous, after)


def _people_bare(sentence: Sentence, number: Number, previous: Claim | None, after: str) -> Unit | None:
    """Return people for a number without a noun next to a cue of people: "21 remain", "wounding 12"."""
    out_of = number.first > 0 and sentence.words[number.first - 1] in ("sur", "of", "/", "اصل")
    if previous and _goes_on(sentence, number, previous, after):
        return Unit("person", previous.group, number.last, number.last)
    if previous and out_of and previous.unit in ("places", "beds"):
        return Unit("seat", "places", number.last, number.last)
    if previous and previous.unit in ("places", "beds") and _taken(sentence, number):
        return Unit("occupied", "places", number.last, number.last)
    before = [m for m in sentence.ending(number.first) if m.cls in COUNTED_BEFORE]
    if not number.article and not after[0].isalpha() and _they(sentence, number):
        return Unit("person", "all", number.last, number.last)
    if number.article and before:
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
    if before and words_of(sentence, number).startswith("ال"):
        # Arabic: "the buses, the thirty".
        return Unit(UNITS[before[-1].cls], before[-1].value, before[-1].first, number.last)
    return _by_words_around(sentence, number, previous, after, before)


def _by_words_around(
    sentence: Sentence, number: Number, previous: Claim | None, after: str, before: list[Mark]
) -> Unit | None:
    """Return people for a number without a noun by the words around it, or what a noun with its owner counts."""
    if previous and previous.kind == "fleet" and previous.last and of_them(sentence, number):
        return Unit("vehicle", previous.unit, number.last, number.last)
    told = _told_people(sentence, number, previous, after)
    if told or of_them(sentence, number):
        return told or Unit("person", "all", number.last, number.last)
    if before and _owned(sentence, before[-1]) and not after[0].isalpha():
        # Arabic: "a bus, its seats fifty".
        return Unit(UNITS[before[-1].cls], before[-1].value, before[-1].first, number.last, labelled=True)
    if counts_people(sentence, number, previous, after):
        group = previous.group if previous and previous.unit == "persons" else "all"
        return Unit("person", group, number.last, number.last)
    if any(0 <= number.first - m.last <= TOTAL_TO for m in sentence.of("SETNUMBER")) and not after[0].isalpha():
        return Unit("person", "all", number.last, number.last)
    if previous and _total_to(sentence, number, previous):
        return Unit("person", previous.group, number.last, number.last)
    behind = _cue_behind(sentence, number)
    cue = near(sentence, number.first, number.last, *PERSON_CUES, within=2.1)
    day = any(m.first == number.last for m in sentence.of("RELATIVE_DAY", "WEEKDAY"))
    if behind or (cue and (not after[0].isalpha() or day or after in small("bare"))):
        return Unit("person", "all", number.last, number.last)
    figure = [m for m in sentence.marks if m.cls == "HOWMANY" and 0 <= number.first - m.last <= 1]
    if figure and not previous and not after[0].isalpha() and (number.low or number.high or 0) >= 10:
        return Unit("person", "all", number.last, number.last)
    if previous and (after in small("others") or (figure and number.hedge != "order")):
        family = "person" if previous.unit == "persons" else "vehicle"
        return Unit(family, previous.group if family == "person" else previous.unit, number.last, number.last)
    return None


COUNTED_BEFORE = ("PERSON", "VEHICLE", "STAFF", "SEAT", "BED")


def _owned(sentence: Sentence, unit: Mark) -> bool:
    """Tell whether an Arabic noun says whose it is by its ending: "its seats"."""
    return sentence.words[unit.last - 1].endswith(("ها", "هم", "هما")) and len(sentence.words[unit.last - 1]) > OWNED


OWNED = 4


def _total_to(sentence: Sentence, number: Number, previous: Claim) -> bool:
    """Tell whether a number is what the people counted before bring a total to: "takes the total to 31,900"."""
    joined = sentence.words[number.first - 1] in small("totalto") or sentence.words[number.first] in small("totalto")
    if previous.unit != "persons" or number.article or not joined:
        return False
    return any(0 < number.first - m.last <= TOTAL_TO for m in sentence.of("TOTAL", "SUMS"))


TOTAL_TO = 9


def _taken(sentence: Sentence, number: Number) -> bool:
    """Tell whether a bare number is of the places taken of those counted: "160 beds, of which 131 are filled"."""
    return not number.article and near(sentence, number.first, number.last, "OCCUPIED", within=4) is not None


def _told_people(sentence: Sentence, number: Number, previous: Claim | None, after: str) -> Unit | None:
    """Return people for a number that a word of counting or of number introduces: "I make it 163"."""
    if not after[0].isalpha():
        tallied = any(0 <= number.first - m.last <= 1 for m in sentence.of("TALLY"))
        if tallied or _someof_them(sentence, number):
            return Unit("person", "all", number.last, number.last)
        if previous and not previous.last and (number.low or 0) >= HUNDRED and other_count(sentence):
            return Unit("person", previous.group, number.last, number.last)
        return _number_of(sentence, number)
    leaving = [m for m in sentence.of("LEAVE", "OPERATION") if m.first == number.last]
    behind = leaving[0].last if leaving else 0
    if leaving and near(sentence, number.first, behind, "ALLOWED", within=2.1):
        # "1,200 departures a day" counts those who depart.
        return Unit("person", "all", number.last, behind)
    return _number_of(sentence, number)


def _warmth(sentence: Sentence, number: Number, after: str) -> bool:
    """Tell whether a number without a noun is a temperature: "temperatures fell to minus 6", "il a fait -4"."""
    if max(abs(number.low or 0), abs(number.high or 0)) > HOTTEST or number.article:
        return False
    minus = any(m.last == number.body for m in sentence.of("MINUS"))
    day = any(m.first == number.last for m in sentence.of("RELATIVE_DAY", "WEEKDAY"))
    if after[0].isalpha() and not (minus or day or after in small("bare")):
        return False
    warm = [m for m in sentence.of("WEATHER") if sentence.words[m.first] in small("warmth")]
    return any(0 <= number.first - m.last <= 8 for m in warm)


HOTTEST = 60


def of_them(sentence: Sentence, number: Number) -> bool:
    """Tell whether a number is of people named before: "two of them later died"."""
    behind = sentence.words[number.last : number.last + 2]
    if not behind or number.article:
        return False
    return behind[0] in small("them") or (behind[0] in small("of") and behind[-1] in small("them"))


def _someof_them(sentence: Sentence, number: Number) -> bool:
    """Tell whether "of them" stands in front of a verb of people before the number: "il en reste, dit-on, 300"."""
    words, them = sentence.words, small("ofthem")
    cues = [m for m in sentence.of(*PERSON_CUES) if not them.isdisjoint(words[max(0, m.first - 1) : m.last])]
    return any(0 <= number.first - m.last <= 8 for m in cues)


def _number_of(sentence: Sentence, number: Number) -> Unit | None:
    """Return the people whose number a sentence speaks of: "limits to 120 a day the number of fighters"."""
    for many in sentence.of("HOWMANY"):
        for mark in sentence.marks:
            if not many.last <= mark.first <= many.last + 2 or mark.cls not in _WHOSE_NUMBER:
                continue
            if gap(sentence, min(mark.last, number.last), max(mark.first, number.first)) >= NUMBER_OF:
                continue
            if mark.cls in UNITS:
                return Unit(UNITS[mark.cls], mark.value, number.last, number.last)
            if mark.first > many.last and not number.article:
                # "The number of those left behind".
                return Unit("person", "all", number.last, number.last)
    return None


_WHOSE_NUMBER = ("PERSON", "STAFF", "REMAIN", "LEAVE")
NUMBER_OF = 16
HUNDRED = 100
# What stands between a part and its whole.
WHOLE = frozenset(("of", "sur", "/", "من", "out", "des", "parmi"))


def _they(sentence: Sentence, number: Number) -> bool:
    """Tell whether "them" or "they", written together with an Arabic word, says that the number behind is people."""
    theirs = small("they")
    before = sentence.words[max(0, number.first - 3) : number.body]
    return any(
        word in theirs or (len(word) > LONG_VERB and word.endswith("هم") and word[0] in _VERB) for word in before
    )


LONG_VERB = 4
_VERB = "تيقن"


def words_of(sentence: Sentence, number: Number) -> str:
    """Return the first word of the number itself."""
    return sentence.words[number.body]


def _cue_behind(sentence: Sentence, number: Number) -> bool:
    """Tell whether a verb of people follows, auxiliaries between: "1,087 had been registered"."""
    helping = {k for m in sentence.marks if m.cls in ("AUX", "PASSIVE", "NEG", "PLAN") for k in range(m.first, m.last)}
    cues = {m.first for m in sentence.marks if m.cls in PERSON_CUES}
    for at in range(number.last, min(number.last + 5, len(sentence.words))):
        if at in cues:
            return True
        if at not in helping and sentence.words[at] not in small("between"):
            return False
    return False


def _goes_on(sentence: Sentence, number: Number, previous: Claim, after: str) -> bool:
    """Tell whether a number with no noun is another source's count of the same people: "the army says under 400"."""
    if previous.unit != "persons" or previous.last > number.first or after[0].isalnum() or number.article:
        return False
    if max(number.low or 0, number.high or 0) < 10 or number.hedge == "order":
        return False
    told = any(m.cls in ("SAY", "ACCORDING", "CONTRAST") and previous.last <= m.first for m in sentence.marks)
    # "the opposition speaks of 900, the government of under 400": the verb is not said twice.
    told = told or any(previous.last <= m.first and number.first - m.last <= 2 for m in sentence.of("ACTOR"))
    return told and number.hedge != "exact"


def other_count(sentence: Sentence) -> bool:
    """Tell whether a short sentence gives a bare figure of another source: "The administration speaks of 4,500"."""
    if len(sentence.words) > OTHER_COUNT or not sentence.has(frozenset(("SAY", "ACCORDING"))):
        return False
    return not sentence.has(frozenset(("VEHICLE", "BED", "SEAT", "SHELTER", "TIMEUNIT", "PERCENT", "MONEY")))


OTHER_COUNT = 24


def _shared(sentence: Sentence, number: Number, following: Number | None) -> Unit | None:
    """Return the unit that a second number carries for both: "12 or 13 buses", "800 of 1,000 places"."""
    if following is None or gap(sentence, number.last, following.first) > 3:
        return None
    unit = unit_after(sentence, following)
    between = sentence.words[number.last : following.first]
    joined = not between or between[0] in ("and", "et", "ou", "or", "او", ",", "to", "a")
    if unit and joined and unit.family in ("vehicle", "person", "staff") and not number.article:
        return Unit(unit.family, unit.value, number.last, number.last)
    if (
        unit
        and unit.family in ("seat", "bed", "person")
        and any(w in WHOLE for w in sentence.words[number.last : following.body])
    ):
        return Unit("occupied" if unit.family != "person" else "person", unit.value, number.last, number.last)
    return None
