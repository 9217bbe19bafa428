"""A number without a noun that goes on with what was counted before it."""

from __future__ import annotations

from corridor.reports.text.bounds import Number
from corridor.reports.text.claims import Claim, near
from corridor.reports.text.language import small
from corridor.reports.text.lexicon import Mark
from corridor.reports.text.sentences import Sentence
from corridor.reports.text.units import Unit


def with_previous(sentence: Sentence, number: Number, previous: Claim, after: str) -> Unit | None:
    """Return what a bare number counts by the count before it: a part of it, one more of a list, another's count."""
    gone_on = _goes_on(sentence, number, previous, after) or _of_whom(sentence, number, previous, after)
    if gone_on or (previous.last and previous.kind in _FLOWS and compared(sentence, number, after)):
        return Unit("person", previous.group, number.last, number.last)
    if listed(sentence, number, previous) or _part_of_opening(sentence, number, previous):
        return Unit(_FAMILY.get(previous.unit, "vehicle"), previous.group or previous.unit, number.last, number.last)
    of = number.first - 1
    while of > 0 and sentence.words[of] in small("the"):
        of -= 1
    out_of = of >= 0 and sentence.words[of] in ("sur", "of", "/", "اصل")
    if (
        previous.kind == "reception"
        and previous.unit == "persons"
        and _other_shelter(sentence, number, previous, after)
    ):
        return Unit("person", previous.group, number.last, number.last)
    if previous.kind == "fleet" and (out_of or _some_of_fleet(sentence, number, previous, after)):
        return Unit("vehicle", previous.unit, number.last, number.last)
    part = any(0 <= number.first - m.last <= 1 for m in sentence.of("SUBSET"))
    if part and previous.unit in _PLACES and (after in small("of") or after in small("preposition")):
        # "140 beds, of which 32 are for intensive care": places too, where nothing says that they are taken.
        return Unit("bed", previous.unit, number.last, number.last)
    housed = any(m.last == number.first for m in sentence.of("HOUSE"))
    if out_of and previous.kind == "reception" and previous.unit == "shelters" and not housed:
        return Unit("bed", "places", number.last, number.last)
    if out_of and previous.counted and (previous.unit in _PLACES or _just_taken(number, previous)):
        return Unit("seat", "places", number.last, number.last)
    if previous.unit in ("places", "beds") and _taken(sentence, number):
        return Unit("occupied", "places", number.last, number.last)
    return None


def goes_on_with(sentence: Sentence, number: Number, previous: Claim) -> bool:
    """Tell whether a bare number counts what the count before it does, elsewhere."""
    after = sentence.words[number.last] if number.last < len(sentence.words) else "."
    if any(m.first == number.last for m in sentence.of("IN", "OUT", "LEFTOVER")):
        # "Thirty when we set out, twenty-eight on arrival".
        return False
    if listed(sentence, number, previous) or (
        previous.last and previous.kind in _FLOWS and compared(sentence, number, after)
    ):
        return True
    return previous.kind == "reception" and _other_shelter(sentence, number, previous, after)


def compared(sentence: Sentence, number: Number, after: str) -> bool:
    """Tell whether a bare number is what a count was before: "1,960 arrivals, down from 4,350 the previous week"."""
    words, at = sentence.words, number.first
    if (
        number.article
        or at < 2
        or (number.low or 0) < TENS
        or (after[0].isalpha() and after not in small("bare") | small("the"))
    ):
        return False
    return words[at - 2] in small("changed") and words[at - 1] in small("changedfrom")


TENS = 10
_FLOWS = frozenset(("arrival", "count_out"))


def _other_shelter(sentence: Sentence, number: Number, previous: Claim, after: str) -> bool:
    """Tell whether a bare number is of another shelter, the verb left out: "the gym holds 418 and the school 260"."""
    if number.article or after[0].isalpha() or number.first - previous.last > LISTED:
        return False
    words = sentence.words[previous.last : number.first]
    joined = any(word in {",", ";", *small("and")} for word in words)
    between = {m.cls for m in sentence.marks if previous.last <= m.first < number.first}
    return joined and "SHELTER" in between and "CAPACITY" not in between


def _some_of_fleet(sentence: Sentence, number: Number, previous: Claim, after: str) -> bool:
    """Tell whether a bare number is of the vehicles before it: "18 lorries across, two still in", "we got 2"."""
    words, at = sentence.words, number.first
    if number.article or not previous.last or number.hedge not in ("exact", "approx"):
        return False
    pairs = zip(words[previous.last : at - 1], words[previous.last + 1 : at], strict=False)
    if not after[0].isalpha() and any(a in small("ofthem") and b in small("havethem") for a, b in pairs):
        return True
    fewer = (number.low or 0) <= (previous.low or previous.high or 0)
    if not fewer or words[at - 1] != "," or at - previous.last > LISTED:
        return False
    still = any(m.first == number.last for m in sentence.of("REMAIN", "STOP"))
    return still and not any(previous.last <= m.first < at for m in sentence.of("PERSON", "ABOARD"))


def _of_whom(sentence: Sentence, number: Number, previous: Claim, after: str) -> bool:
    """Tell whether a bare number is a part of the people counted before: "63 patients, including 9 on stretchers"."""
    if previous.unit != "persons" or not previous.last or number.article or number.hedge == "max":
        return False
    behind = not after[0].isalpha() or after in small("preposition") or after in small("bare")
    return behind and any(0 <= number.first - m.last <= 1 for m in sentence.of("SUBSET"))


_FAMILY = {"persons": "person", "beds": "bed", "places": "seat"}
_LISTED = frozenset(("count_out", "arrival", "remaining", "reception", "casualty", "capacity", "fleet"))


def listed(sentence: Sentence, number: Number, previous: Claim) -> bool:
    """Tell whether a bare number goes on with a list of places: "17 beds in medicine, 3 in intensive care"."""
    words, at = sentence.words, number.first
    if number.article or not previous.last or previous.kind not in _LISTED or not previous.counted:
        return False
    if not at or words[at - 1] not in {",", ";", *small("and")} or number.last >= len(words):
        return False
    between, behind = words[previous.last : at - 1], words[number.last]
    if len(between) > LISTED:
        return False
    days = {m.first for m in sentence.of("RELATIVE_DAY", "WEEKDAY", "DAILY")}
    if number.last in days and any(previous.last <= day < at for day in days):
        # "30 beds yesterday, 55 today".
        return True
    return behind in small("listing") and not small("listing").isdisjoint(between)


LISTED = 7


def _part_of_opening(sentence: Sentence, number: Number, previous: Claim) -> bool:
    """Tell whether a bare number is a part of the whole that opened the sentence: "Of the 15 coaches, 11 came"."""
    words = sentence.words
    if number.article or not previous.last or not number.first or words[number.first - 1] != ",":
        return False
    return opens_whole(sentence, previous.first) and number.first - previous.last <= LISTED


def opens_whole(sentence: Sentence, at: int) -> bool:
    """Tell whether a clause begins with a whole: "of the 15 coaches", the number at `at` or its hedge "sur les"."""
    words = sentence.words
    while at and words[at - 1] in small("the"):
        at -= 1
    if words[at] not in small("outof"):
        at -= 1
    return at >= 0 and words[at] in small("outof") and (not at or not words[at - 1][0].isalnum())


def of_those_before(sentence: Sentence, number: Number, previous: Claim | None, after: str) -> Unit | None:
    """Return the vehicles or people named before, of whom a bare number is a part or the whole."""
    vehicles = _vehicles_of_them(sentence, number, previous)
    if vehicles:
        return vehicles
    whole = [m for m in sentence.of("VEHICLE", "TWO_VEHICLE") if 0 <= number.first - m.last <= OUT_OF]
    if whole and sentence.words[number.first - 1] in ("اصل", "بين"):
        return Unit("vehicle", whole[-1].value, number.last, number.last)
    if previous and previous.last and previous.counted and _some_of_them(sentence, number, after):
        family = {"persons": "person"}.get(previous.unit, "vehicle" if previous.kind == "fleet" else "")
        return Unit(family, previous.group or previous.unit, number.last, number.last) if family else None
    return None


# "Two coaches out of nine".
OUT_OF = 2


def more(sentence: Sentence, number: Number) -> bool:
    """Tell whether a number is of more of what was counted before: "eight more were waiting"."""
    behind = sentence.words[number.last : number.last + 2]
    return len(behind) > 1 and behind[0] in small("others") and (behind[1] in small("small") or not behind[1].isalpha())


def _vehicles_of_them(sentence: Sentence, number: Number, previous: Claim | None) -> Unit | None:
    """Return the vehicles that "of them" goes back to: "the coaches are back, fourteen of them"."""
    if not of_them(sentence, number) or (previous and not previous.last):
        return None
    if not small("ourselves").isdisjoint(sentence.words[number.last : number.last + 2]):
        # "In the third bus, there's 55 of us".
        return None
    if previous:
        return Unit("vehicle", previous.unit, number.last, number.last) if previous.kind == "fleet" else None
    named = [m for m in sentence.of("VEHICLE", "PERSON", "STAFF") if m.last <= number.first]
    if not named or named[-1].cls != "VEHICLE" or sentence.of("DEAD", "INJURED", "MISSING"):
        return None
    many = sentence.words[named[-1].last - 1].endswith(("s", "x"))
    return Unit("vehicle", named[-1].value, number.last, number.last) if many else None


def total_to(sentence: Sentence, number: Number, previous: Claim) -> bool:
    """Tell whether a number is what the people counted before bring a total to: "takes the total to 31,900"."""
    joined = sentence.words[number.first - 1] in small("totalto") or sentence.words[number.first] in small("totalto")
    if previous.unit != "persons" or number.article or not joined:
        return False
    return any(0 < number.first - m.last <= TOTAL_TO for m in sentence.of("TOTAL", "SUMS"))


TOTAL_TO = 9


def _taken(sentence: Sentence, number: Number) -> bool:
    """Tell whether a bare number is of the places taken of those counted: "160 beds, of which 131 are filled"."""
    return not number.article and near(sentence, number.first, number.last, "OCCUPIED", within=4) is not None


def of_them(sentence: Sentence, number: Number) -> bool:
    """Tell whether a number is of people named before: "two of them later died"."""
    behind = sentence.words[number.last : number.last + 2]
    if not behind or number.article:
        return False
    return behind[0] in small("them") or (behind[0] in small("of") and behind[-1] in small("them"))


def _some_of_them(sentence: Sentence, number: Number, after: str) -> bool:
    """Tell whether Arabic says "of them" right in front of a bare number: "37 patients, of them 9 on ventilators"."""
    at = number.first - (1 if sentence.words[number.first - 1] in small("only") else 0)
    if number.article or not any(m.last == at for m in sentence.of("SUBSET")):
        return False
    dated = any(m.first == number.last for m in sentence.of("WEEKDAY", "RELATIVE_DAY"))
    # "16.200 habitants, dont 8.000 lundi".
    return dated or not after[0].isalpha() or after in small("bare") or after in small("alive")


def _goes_on(sentence: Sentence, number: Number, previous: Claim, after: str) -> bool:
    """Tell whether a number with no noun is another source's count of the same people: "the army says under 400"."""
    if previous.unit != "persons" or previous.last > number.first or after[0].isalnum() or number.article:
        return False
    if max(number.low or 0, number.high or 0) < 10 or number.hedge == "order":
        return False
    told = any(m.cls in ("SAY", "ACCORDING", "CONTRAST") and previous.last <= m.first for m in sentence.marks)
    # "the opposition speaks of 900, the government of under 400": the verb is not said twice.
    told = told or any(previous.last <= m.first and number.first - m.last <= 2 for m in sentence.of("ACTOR"))
    # "the doctors speak of 140": the verb of speech stands right in front.
    spoken = any(0 <= number.first - m.last <= 1 or _at_it(sentence, m, number) for m in sentence.of("SAY"))
    return told and (number.hedge != "exact" or spoken)


def _at_it(sentence: Sentence, say: Mark, number: Number) -> bool:
    """Tell whether a verb of speech puts what was counted before at a number: "the opposition puts it at 7,400"."""
    between = sentence.words[say.last : number.first]
    return 0 < len(between) <= AT_IT and all(word in small("itat") for word in between)


AT_IT = 3


def other_count(sentence: Sentence) -> bool:
    """Tell whether a short sentence gives a bare figure of another source: "The administration speaks of 4,500"."""
    if len(sentence.words) > OTHER_COUNT or not sentence.has(frozenset(("SAY", "ACCORDING"))):
        return False
    return not sentence.has(frozenset(("VEHICLE", "BED", "SEAT", "SHELTER", "TIMEUNIT", "PERCENT", "MONEY")))


def _just_taken(number: Number, previous: Claim) -> bool:
    """Tell whether those counted right before are taken in: "1,128 of 1,200"."""
    return previous.kind == "reception" and previous.last == number.first - 1


OTHER_COUNT = 24
_PLACES = ("places", "beds")
