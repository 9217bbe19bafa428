"""Numbers that count nothing: names of things, years, ages, hours, somebody's own children."""

from __future__ import annotations

from corridor.reports.text.bounds import Number
from corridor.reports.text.fold import ARABIC
from corridor.reports.text.language import small
from corridor.reports.text.sentences import Sentence
from corridor.reports.text.units import unit_after

WHOLE = frozenset(("من",))
# The dialects spell "the water" as "the hundred".
LADY = "الست"
WATER = frozenset(("الميه", "والميه", "بالميه"))


def is_label(sentence: Sentence, number: Number) -> bool:
    """Tell whether a number names a thing ("Route 9", "convoy 2", "bulletin no 3", a year) and counts nothing."""
    words, at = sentence.words, number.body
    if _is_word_alone(sentence, number) or _second_label(sentence, number):
        return True
    if any(names(sentence, number) for names in _NAMES):
        return True
    if number.hedge == "exact" and at and sentence.kind(at) == "digits":
        before = sentence.ending(at)
        if any(m.cls in ("NUMBERED", "MONTH") for m in before):
            return not (_counts_people(sentence, number) or _counts_arabic(sentence, number))
        named = any(m.cls in ("CONVOY", "VEHICLE", "ROAD", "SHELTER", "STAFF", "DOCTYPE") for m in before)
        aboard = [m for m in before if m.cls == "ABOARD"]
        named = named or any(m.last - m.first > ABOARD or words[at - 1] in small("vehicleword") for m in aboard)
        if named and (number.low or 0) <= 60 and unit_after(sentence, number) is None:
            return True
        if at > 2 and words[at - 1] in small("and") and _named_also(sentence, at - 2):
            return unit_after(sentence, number) is None
    value = number.low or number.high or 0
    if at and words[at - 1] in small("dayof") and sentence.kind(at) == "digits" and value <= DAYS:
        closed = number.last >= len(words) or not words[number.last][0].isalpha()
        if closed and not any(m.last <= at and at - m.last <= 1 for m in sentence.of("HOWMANY", "SUMS")):
            return True
    if number.hedge == "exact" and sentence.kind(at) == "digits" and 1900 <= value <= 2100 and words[at].isdigit():
        return unit_after(sentence, number) is None
    return False


def _of_an_item(sentence: Sentence, number: Number) -> bool:
    """Tell whether a number is that of an item that it opens: "2. Response", "3) Gaps"."""
    words = sentence.words
    if number.body or number.last >= len(words) or words[number.last] not in "-.)/":
        return False
    return words[0].isdigit() and len(words[0]) < 3


def _between_hours(sentence: Sentence, number: Number) -> bool:
    """Tell whether a range is of two hours as logs write them: "from 1015 to 1120"."""
    if number.hedge != "range" or not number.low or not number.high:
        return False
    unit = unit_after(sentence, number)
    if unit and (unit.value != "hours" or unit.first > number.last):
        return False
    digits = [word for word in sentence.words[number.first : number.last] if word[0].isdigit()]
    return len(digits) == 2 and all(_four_digits(word) for word in digits) and number.low < number.high


def _of_a_road(sentence: Sentence, number: Number) -> bool:
    """Tell whether a letter and a dash stand in front of a number: "the ramp to I-60", or of a type of aircraft."""
    words, at = sentence.words, number.body
    if at > 1 and words[at - 1 - (words[at - 1] == "-")] in small("model"):
        return True
    if at < 2 or words[at - 1] != "-":
        return False
    return (len(words[at - 2]) == 1 and "a" <= words[at - 2] <= "z") or words[at - 2] in small("roadletters")


def _named_also(sentence: Sentence, at: int) -> bool:
    """Tell whether the number in front of an "and" names a thing: "engines 4 and 7"."""
    if sentence.kind(at) != "digits" or len(sentence.words[at]) > 2:
        return False
    several = at > 0 and sentence.words[at - 1].isalpha() and sentence.words[at - 1].endswith("s")
    return several or any(m.cls in ("NUMBERED", "VEHICLE", "ROAD", "SHELTER") for m in sentence.ending(at))


def _is_ratio(sentence: Sentence, number: Number) -> bool:
    """Tell whether a number is of a ratio in words: "one in four arrivals is a child"."""
    words, at = sentence.words, number.body
    ends = {m.last: m.value for m in sentence.of("NUM")}
    begins = {m.first for m in sentence.of("NUM")}
    after = number.last < len(words) and words[number.last] in small("ratio") and number.last + 1 in begins
    before = at > 1 and words[at - 1] in small("ratio") and at - 1 in ends and at in begins
    # "One family in five".
    noun = number.low == 1 and words[number.last + 1 : number.last + 2] == ["in"] and number.last + 2 in begins
    fifth = at > 2 and words[at - 1] in small("ratio") and at in begins and ends.get(at - 2, "").startswith("unit:1:")
    return after or before or noun or fifth


def _second_label(sentence: Sentence, number: Number) -> bool:
    """Tell whether a number goes on with the names of things: "floors 3 and 4 were cleared"."""
    words, at = sentence.words, number.body
    if at < 3 or words[at - 1] not in small("and") or sentence.kind(at - 2) != "digits":
        return False
    unit = unit_after(sentence, number)
    if unit and not any(m.first == unit.first for m in sentence.of("EVAC")):
        return False
    return any(m.cls == "NUMBERED" for m in sentence.ending(at - 2))


def _is_word_alone(sentence: Sentence, number: Number) -> bool:
    """Tell whether an Arabic number word counts nothing: "one of some 2,700 who", or water spelt as a hundred."""
    words, at = sentence.words, number.body
    if at + 1 != number.last:
        return False
    if words[at] in WATER or (words[at] == LADY and not (at and words[at - 1].startswith("ال"))):
        return True
    one_of = number.last < len(words) and words[number.last] in WHOLE and words[at] in small("single")
    return one_of and not sentence.has(frozenset(("DEAD", "INJURED", "MISSING")))


def _counts_people(sentence: Sentence, number: Number) -> bool:
    """Tell whether a number behind a word that is often numbered counts: "in this bulletin 18,400 people"."""
    unit = unit_after(sentence, number)
    people = unit is not None and unit.family in ("person", "vehicle") and unit.first == number.last
    return people and (number.low or 0) >= MANY


def _counts_arabic(sentence: Sentence, number: Number) -> bool:
    """Tell whether an Arabic noun right behind a number is counted by it: "the convoy has 18 vehicles"."""
    unit = unit_after(sentence, number)
    if unit is None or unit.family not in ("person", "vehicle", "staff") or unit.first != number.last:
        return False
    word = sentence.words[unit.first]
    return word[0] >= ARABIC and not word.startswith("ال")


MANY = 30
# "In the bus 8": the words aboard end with the vehicle.
ABOARD = 2
DAYS = 31


def _is_age(sentence: Sentence, number: Number) -> bool:
    """Tell whether a number is somebody's age: "a man of 71", "aged 8", "a driver, 45, was"."""
    at, words = number.first, sentence.words
    value = number.low or number.high or 0
    if number.hedge == "range" and value <= OLDEST and _years_of_somebody(sentence, number):
        return True
    if number.hedge in ("max", "min") and value <= OLDEST and _under_age(sentence, number):
        return True
    if number.hedge != "exact" or not 0 < value <= OLDEST or not at:
        return False
    aged = sentence.of("AGED")
    if aged and any(m.last == at or m.first == number.last for m in aged):
        return True
    if at < 2:
        return False
    if sentence.kind(number.body) != "digits":
        # "A girl of nine": in words only behind one child or one grown person.
        one = [m for m in sentence.ending(at - 1) if m.cls == "PERSON" and m.value in ("children", "women", "men")]
        single = bool(one) and not words[at - 2].endswith(("s", "men", "ren"))
        return single and words[at - 1] in small("of")
    someone = any(m.cls in ("PERSON", "STAFF") for m in sentence.ending(at - 1))
    closed = number.last < len(words) and words[number.last] in (",", ")")
    return someone and (words[at - 1] == "of" or (words[at - 1] in (",", "(") and closed))


def _under_age(sentence: Sentence, number: Number) -> bool:
    """Tell whether a bound is an age: "140 of them under twelve", "is over 65"; nothing else bounds so few."""
    words, value = sentence.words, number.low or number.high or 0
    if words[number.first] not in small("age") or number.body - number.first != 1:
        return False
    closed = number.last >= len(words) or not words[number.last][0].isalpha() or words[number.last] in small("and")
    young = value <= GROWN if number.hedge == "max" else value >= OLD
    people = [m for m in sentence.of("PERSON", "SUBSET", "ARRIVE") if m.last <= number.first]
    # "One child under five died": a noun right in front needs nothing that closes the age.
    closed = closed or any(m.last == number.first and m.cls == "PERSON" for m in people)
    return closed and young and bool(people) and unit_after(sentence, number) is None


GROWN = 18
OLD = 55


def _years_of_somebody(sentence: Sentence, number: Number) -> bool:
    """Tell whether years behind a number are those of people named before it: "men between 18 and 45 years"."""
    years = any(m.value == "years" and m.first == number.last for m in sentence.of("TIMEUNIT"))
    return years and any(0 <= number.first - m.last <= AGE_OF for m in sentence.of("PERSON", "STAFF", "AGED"))


AGE_OF = 3
OLDEST = 110


def _is_kin(sentence: Sentence, number: Number) -> bool:
    """Tell whether a number is of somebody's own children: "a mother of four", "with her three daughters"."""
    words, at = sentence.words, number.first
    if number.hedge != "exact" or not at or not 0 < (number.low or 0) <= KIN:
        return False
    if words[at - 1] in small("of") and at >= 2 and words[at - 2] in small("parent"):
        return True
    if words[at - 1] in small("parent") and words[at][0] in small("ofprefix"):
        return True
    if words[at - 1] not in small("own"):
        return False
    unit = unit_after(sentence, number)
    return unit is not None and unit.value in ("children", "women", "families")


KIN = 13


def _is_hour(sentence: Sentence, number: Number) -> bool:
    """Tell whether a bare number is an hour, or a pronoun: "the last one pulls out at 8", "at about ten"."""
    if number.hedge == "approx" and number.first and sentence.words[number.first - 1] in small("hour"):
        closed = number.last >= len(sentence.words) or not sentence.words[number.last][0].isalnum()
        return closed and not number.article and 0 < (number.low or 0) <= HALF and unit_after(sentence, number) is None
    if number.hedge != "exact" or not _may_be_hour(sentence, number):
        return False
    word = sentence.words[number.body]
    if _four_digits(word) and (word[0] == "0" or _and_behind(sentence, number)):
        # "At 0215 boats were pulled", "at 1430 and the column": no count is written so.
        return True
    if not number.article and sentence.kind(number.body) != "digits":
        return _spelt_hour(sentence, number)
    apart = sentence.words[number.last : number.last + 1]
    if _four_digits(sentence.words[number.body]) and apart and apart[0] in small("the"):
        # "At 1730 the column": the hour, not so many columns.
        return True
    return unit_after(sentence, number) is None


def _spelt_hour(sentence: Sentence, number: Number) -> bool:
    """Tell whether an hour in one word ends what is said: "wheels rolled at seven", "clear of the town by ten"."""
    if (
        number.last != number.body + 1
        or (number.low or 0) > HALF
        or sentence.words[number.body - 1] not in small("clockword")
    ):
        return False
    closed = number.last >= len(sentence.words) or not sentence.words[number.last][0].isalnum()
    return closed and sentence.words[number.last : number.last + 1] != ["-"] and unit_after(sentence, number) is None


def _and_behind(sentence: Sentence, number: Number) -> bool:
    behind = sentence.words[number.last : number.last + 1]
    return bool(behind) and behind[0] in small("and") and sentence.words[number.body][0] < ARABIC


def _may_be_hour(sentence: Sentence, number: Number) -> bool:
    """Tell whether a number stands as an hour does: "at 8", "by 1430", or "0540" wherever it stands."""
    before = sentence.words[number.body - 1] if number.body else ""
    word = sentence.words[number.body]
    if _four_digits(word) and (word[0] == "0" or before in small("hour")):
        return True
    if not number.body or (number.low or 0) > HOURS:
        return False
    return before in small("whichone" if number.article else "hour")


HOURS = 24
HALF = 12


def _four_digits(word: str) -> bool:
    """Tell whether digits can be an hour as logs write it: 0540, 1430."""
    return len(word) == len("0540") and word.isdigit() and int(word[:2]) < HOURS and int(word[2:]) < 60


def _hour_of_entry(sentence: Sentence, number: Number) -> bool:
    """Tell whether four digits that close a short entry of a log are its hour: "Fog lifted 1100"."""
    words = sentence.words
    if number.hedge != "exact" or number.last != number.body + 1 or not _four_digits(words[number.body]):
        return False
    if not number.body or not words[number.body - 1].isalpha() or sentence.has(_COUNTED) or ":" in words:
        return False
    ends = number.last >= len(words) or (number.last == len(words) - 1 and words[-1] == ".")
    return ends and len(words) <= ENTRY and sentence.has(_DONE)


ENTRY = 6
_COUNTED = frozenset(("PERSON", "STAFF", "HOWMANY", "TALLY", "TOTAL", "BED", "SEAT", "SUMS"))
_DONE = frozenset(("LEAVE", "ARRIVE", "RESUME", "STOP", "AWAY", "CAMEIN", "SHUTS", "GO", "HALT", "WEATHER"))


def _is_rate(sentence: Sentence, number: Number) -> bool:
    """Tell whether a number is so many in an hour or a day: Arabic "at a rate of ten cases an hour"."""
    return bool(number.first) and sentence.words[number.first - 1] in small("rate")


_NAMES = (_is_age, _is_hour, _is_kin, _is_ratio, _between_hours, _of_an_item, _hour_of_entry, _of_a_road, _is_rate)
