"""Numbers without a noun that count people by the words right around them: room for 800, 5,200 out, 1,200 a day."""

from __future__ import annotations

from corridor.reports.text.bounds import Number
from corridor.reports.text.claims import Claim, near
from corridor.reports.text.language import small
from corridor.reports.text.lexicon import Mark
from corridor.reports.text.sentences import Sentence
from corridor.reports.text.units import PERSON_CUES, UNITS, Unit


def counts_people(sentence: Sentence, number: Number, previous: Claim | None, after: str) -> bool:
    """Tell whether a number without a noun counts people; `after` is the word behind it."""
    if number.article:
        return False
    if previous and previous.unit == "persons" and _a_day(sentence, number):
        return True
    if agreed_daily(sentence, number.first, number.last) and (number.low or number.high or 0) >= TENS:
        return True
    if number.hedge == "max" and sentence.of("DEAL", "TRUCE", "AGREED", "UNDERDEAL"):
        # "The protocol caps departures at 300 a day".
        return (number.high or 0) >= TENS and any(m.first == number.last for m in sentence.of("ALLOWED"))
    if _room_for(sentence, number) and (number.low or number.high or 0) >= ROOM:
        return True
    if (number.low or number.high or 0) >= TENS and any(m.first == number.last for m in sentence.of("UNDERDEAL")):
        # "2,500 may leave over five days".
        return True
    if (
        _perhaps(sentence, number, after)
        or _only_these(sentence, number, after)
        or _some_arrived(sentence, number, after)
        or _hundreds(sentence, number)
    ):
        return True
    if _in_number(sentence, number):
        return True
    return _people_are(sentence, number, after) or _right_behind(sentence, number)


def _in_number(sentence: Sentence, number: Number) -> bool:
    """Tell whether a number says how many the people named before it are: "with the sick, 310 in number"."""
    behind = sentence.words[number.last : number.last + 2]
    if small("innumber").isdisjoint(behind) or (number.low or number.high or 0) < TENS:
        return False
    return any(m.last <= number.first for m in sentence.of("PERSON"))


def _perhaps(sentence: Sentence, number: Number, after: str) -> bool:
    """Tell whether a bound that closes a clause counts the people it opens with: "some slept in cars, perhaps 200"."""
    words, at = sentence.words, number.first
    if number.hedge not in ("approx", "min", "max") or not at or words[at - 1] != "," or after[0].isalnum():
        return False
    if (number.low or number.high or 0) < TENS or sentence.has(_OTHER_THINGS):
        return False
    before = [m for m in sentence.of("PERSON") if m.last <= at]
    return bool(before) and not any(m.last <= at for m in sentence.of("NUM")) and sentence.numbered[:1] == [number.body]


_OTHER_THINGS = frozenset(("VEHICLE", "CONVOY", "BED", "SEAT", "MONEY", "WEATHER", "TIMEUNIT", "DISTANCE", "PERCENT"))
# Fewer may be anything that there is room for.
ROOM = 20


def _room_for(sentence: Sentence, number: Number) -> bool:
    """Tell whether a word of room stands in front of a number: "room for a further 800"."""
    at = number.first
    while at and sentence.words[at - 1] in small("further"):
        at -= 1
    return any(m.last == at for m in sentence.of("CAPACITY"))


def _a_day(sentence: Sentence, number: Number) -> bool:
    """Tell whether a bare bound is a daily ceiling: "3,400 are to leave, no more than 1,200 a day"."""
    daily = any(m.first == number.last for m in sentence.of("ALLOWED", "DAILY"))
    return daily and number.hedge in ("max", "min") and (number.high or number.low or 0) >= TENS


LET = 2


def agreed_daily(sentence: Sentence, first: int, last: int) -> bool:
    """Tell whether a number is so many a day that a side agreed to: "they have agreed to 300 a day"."""
    let = first > 1 and sentence.words[first - 1] in small("let")
    daily = any(
        0 <= m.first - last <= (LET if let else 0)
        and not small("dailyword").isdisjoint(sentence.words[m.first : m.last])
        for m in sentence.of("ALLOWED")
    )
    if let:
        # "Would let 600 people through each day".
        return daily and sentence.words[first - 2] in small("will")
    return daily and any(m.last == first for m in sentence.of("DEALVERB", "AGREED", "AGREEVERB", "DUTY"))


def at_shelter(sentence: Sentence, number: Number, after: str) -> bool:
    """Tell whether a number is of those at a shelter: "more than 340 at the fairgrounds now"."""
    if number.article or (number.low or number.high or 0) < ROOM or after not in small("atplace"):
        return False
    if number.first and sentence.words[number.first - 1] in small("hour"):
        return False
    there = [m for m in sentence.of("SHELTER") if 0 < m.first - number.last <= LET and m.value != "hospital"]
    return bool(there) and not sentence.has(_NO_PEOPLE)


_NO_PEOPLE = frozenset(("VEHICLE", "MONEY", "THING", "BED", "SEAT"))


def _only_these(sentence: Sentence, number: Number, after: str) -> bool:
    """Tell whether "only" closes a sentence of people with a bare number: "of the 54 none are left but three"."""
    if after[0].isalpha() or sentence.words[number.first - 1] not in small("only"):
        return False
    cues = [m for m in sentence.of("REMAIN", "ARRIVE", "LEAVE", "EVAC") if 0 <= number.first - m.last <= ONLY]
    return bool(cues) and not any(m.first >= cues[0].last for m in sentence.of("VEHICLE", "BED", "SEAT", "CONVOY"))


def _some_arrived(sentence: Sentence, number: Number, after: str) -> bool:
    """Tell whether Arabic counts some of those named before at the end: "arrived of them at the camp 812"."""
    if after[0].isalpha() or number.article:
        return False
    them = [m for m in sentence.of("SUBSET") if 0 < number.first - m.last <= ARRIVED]
    behind = bool(them) and not any("," in sentence.words[m.last : number.first] for m in them)
    return behind and any(m.last == them[-1].first for m in sentence.of(*PERSON_CUES))


ARRIVED = 4


def _hundreds(sentence: Sentence, number: Number) -> bool:
    """Tell whether Arabic says "the hundreds" without a noun next to what people do."""
    if number.hedge != "order" or not sentence.words[number.body].startswith("ال"):
        return False
    return near(sentence, number.first, number.last, *PERSON_CUES, within=HUNDREDS) is not None


ONLY = 8
HUNDREDS = 4.0


def _right_behind(sentence: Sentence, number: Number) -> bool:
    """Tell whether a short word of movement stands right behind a bare number: "5,200 out, about 300 to go"."""
    return any(tight(sentence, m, number.last) for m in sentence.of("OUT", "IN", "LEFTOVER"))


def _people_are(sentence: Sentence, number: Number, after: str) -> bool:
    """Tell whether a number says how many the people of its clause are: "those still inside are put at 2,600"."""
    if after[0].isalpha() and after not in small("bare"):
        return False
    if (number.low or number.high or 0) < TENS or not number.first:
        return False
    words, at = sentence.words, number.first
    while at > 1 and (words[at - 1] == '"' or words[at - 1] in small("anything")):
        # She put it at "anything from 3,500 to 5,000".
        at -= 1
    if words[at - 1] not in small("numberis"):
        return False
    while at and words[at - 1] not in ",;:.":
        at -= 1
    if at > 1 and words[at] in small("putat"):
        # "A column of the displaced, put by one official at 2,000".
        at -= 1
        while at and words[at - 1] not in ",;:.":
            at -= 1
    inside = [m for m in sentence.marks if at <= m.first and m.last < number.first]
    if any(m.cls in _OTHER_SUBJECT for m in inside):
        return False
    return any(m.cls in ("PERSON", "REMAIN", "HOWMANY", "TALLY") for m in inside)


TENS = 10
_OTHER_SUBJECT = frozenset(("NUM", "VEHICLE", "CONVOY", "BED", "SEAT", "SHELTER", "MONEY", "WEATHER", "ROAD"))


def tight(sentence: Sentence, mark: Mark, last: int) -> bool:
    """Tell whether a short cue stands right behind a count: "31 patients out", but not "31 out of 40"."""
    if mark.first != last:
        return False
    after = sentence.words[mark.last] if mark.last < len(sentence.words) else "."
    if after == "-":
        return False
    if after in small("of"):
        return not _number_at(sentence, mark.last + 1)
    if sentence.words[mark.last - 1] in small("closing"):
        return not after[0].isalnum()
    return True


def _number_at(sentence: Sentence, at: int) -> bool:
    while at < len(sentence.words) and sentence.words[at] in small("filler"):
        at += 1
    return at >= len(sentence.words) or sentence.kind(at) == "digits" or any(m.first == at for m in sentence.of("NUM"))


def they(sentence: Sentence, number: Number) -> bool:
    """Tell whether "them" or "they", written together with an Arabic word, says that the number behind is people."""
    theirs = small("they")
    before = sentence.words[max(0, number.first - 3) : number.body]
    return any(
        word in theirs or (len(word) > LONG_VERB and word.endswith("هم") and word[0] in _VERB) for word in before
    )


def whose_number(sentence: Sentence, number: Number, after: str) -> bool:
    """Tell whether Arabic says at once whose number it is: "the residents of the quarter, their-number 500"."""
    closed = not after[0].isalpha() or after in small("bare")
    own = bool(number.first) and sentence.words[number.first - 1] in small("they")
    return own and closed and any(m.last < number.first for m in sentence.of("PERSON"))


LONG_VERB = 4
_VERB = "تيقن"


def numbering(sentence: Sentence, number: Number) -> Unit | None:
    """Return what "numbering" sends back to: "the buses, fourteen in number", "the buses, numbering fourteen"."""
    words, at = sentence.words, number.first
    start = next((k for k in range(max(0, at - 3), at) if words[k] in small("numbering")), -1)
    if start < 0:
        return None
    nouns = [m for m in sentence.marks if m.cls in UNITS and 0 <= start - m.last <= NUMBERING]
    if words[start] in small("they"):
        # Arabic: "aboard the ferry, their-number 63": it is people, whatever stands in front.
        nouns = [m for m in nouns if m.cls == "PERSON"]
    return Unit(UNITS[nouns[-1].cls], nouns[-1].value, number.last, number.last) if nouns else None


NUMBERING = 2


def summed(sentence: Sentence, number: Number) -> Unit | None:
    """Return people where their number is brought to another: "bringing the number of people out so far to 10,000"."""
    words = sentence.words
    joined = words[number.first - 1] in small("totalto") or words[number.first] in small("totalto")
    sums = [m for m in sentence.of("SUMS") if 0 < number.first - m.last <= SUMMED]
    if number.article or not number.first or not joined or not sums:
        return None
    people = [m for m in sentence.of("PERSON") if sums[-1].last <= m.first < number.first]
    return Unit("person", people[0].value, number.last, number.last) if people else None


SUMMED = 12
