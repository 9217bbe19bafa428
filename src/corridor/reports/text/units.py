"""What a number counts by a noun: the unit behind it, or in the label before it."""

from __future__ import annotations

from typing import NamedTuple

from corridor.reports.text.bounds import Number
from corridor.reports.text.claims import Claim, coordinated, near
from corridor.reports.text.language import small
from corridor.reports.text.lexicon import Mark
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
PERSON_CUES = ("LOST", "EVAC", "LEAVE", "ABOARD", "ARRIVE", "REMAIN", "DEAD", "INJURED", "MISSING", "HOUSE", "CAPACITY")


_DOING = ("EVAC", "LEAVE", "ABOARD", "ARRIVE", "REMAIN", "HOUSE", "CAPACITY")


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


def unit_after(sentence: Sentence, number: Number) -> Unit | None:
    """Return the first unit within a few words after the number, across adjectives but not across punctuation."""
    key = (number.body, number.last, number.hedge)
    if key not in sentence.units:
        priced = any(m.last == number.body for m in sentence.of("MONEY"))
        # "USD 40 a seat": the money stands in front.
        none = priced or describes_noun(sentence, number)
        sentence.units[key] = None if none else _unit_behind(sentence, number)
    return sentence.units[key]


def _unit_behind(sentence: Sentence, number: Number) -> Unit | None:
    steps = 0
    at = number.last
    while at < len(sentence.words) and not in_the(sentence.words[at]):
        begun = sentence.beginning(at)
        for mark in begun:
            if mark.cls in UNITS and not _alive(sentence, mark, number):
                return _unit_of(sentence, mark)
        word = sentence.words[at]
        if (not word[0].isalnum() and word not in {"-", '"'}) or word in small("bymeans"):
            return None
        if sentence.kind(at) in ("digits", "clock") or (word in small("preposition") and word not in small("link")):
            return None
        if begun and any(m.cls in _NO_ADJECTIVE for m in begun) and word not in small("link"):
            return None
        if coordinated(word) or word in small("helping"):
            # "The first 3,150 had left the villages": no noun stands behind a verb, or behind an Arabic "and" in one.
            return None
        if word not in small("link"):
            steps += 1
        if steps > (6 if sentence.words[number.last] == "of" else 3):
            return None
        at += 1
    return None


_NO_ADJECTIVE = frozenset(("AUX", "PLAN", *PERSON_CUES)).difference(("LEAVE", "EVAC"))


def _alive(sentence: Sentence, noun: Mark, number: Number) -> bool:
    """Tell whether Arabic says "of them 22 alive", which is spelt as "22 quarters"."""
    if sentence.words[noun.first] not in small("alive"):
        return False
    return bool(number.first) and sentence.words[number.first - 1] in small("them")


def _unit_of(sentence: Sentence, mark: Mark) -> Unit:
    """Return the unit of a noun; an Arabic one may be families or beds."""
    if mark.value == "families" and _beds(sentence, mark):
        return Unit("bed", "beds", mark.first, mark.last)
    return Unit(UNITS[mark.cls], mark.value, mark.first, mark.last)


def _beds(sentence: Sentence, noun: Mark) -> bool:
    """Tell whether an Arabic noun that may be families or beds is beds: one speaks of room, or of a hospital."""
    if not any(m.first == noun.first for m in sentence.of("BED")):
        return False
    hospital = any(m.value == "hospital" for m in sentence.of("SHELTER"))
    return hospital or near(sentence, noun.first, noun.last, "CAPACITY", "OCCUPIED", "FULL", within=4) is not None


def describes_noun(sentence: Sentence, number: Number) -> bool:
    """Tell whether an Arabic number describes the noun in front of it: "the three towns and the evacuation of"."""
    at = number.body
    if number.hedge != "exact" or not at or sentence.kind(at) != "word" or number.last > at + 1:
        return False
    return sentence.words[at].startswith("ال") and sentence.words[at - 1].startswith(_THE)


def _where(sentence: Sentence, mark: Mark, at: int) -> bool:
    """Tell whether a label says where people are counted: one gym, or "Bus 2: 75", for the bus has a number."""
    words = sentence.words
    if mark.cls == "VEHICLE":
        # "Barge master: 74 put ashore": one barge, and whoever calls.
        caller = mark.last < at and words[mark.last].isalpha() and _one_place(words[mark.last - 1])
        return mark.last < at and (words[mark.last][0].isdigit() or (caller and mark.value == "boats"))
    room = any(mark.first - LABEL <= m.first < at for m in sentence.of("CAPACITY"))
    return mark.cls == "SHELTER" and words[at] != "|" and not room and _one_place(words[mark.last - 1])


def _one_place(word: str) -> bool:
    """Tell whether a word names one place, and no number of them; Arabic plurals have no ending that says so."""
    return word < "\u0600" and not word.endswith(("s", "x"))


_THE = ("ال", "وال", "بال", "لل", "كال")
# "In the", "to the" in one word with their noun, which no number in front of them counts.
_IN_THE = ("بال", "لل", "عال")
_ADULTS = ("بالغ", "عالق", "عالم", "عالي", "بالميه", "بالمايه")


def in_the(word: str) -> bool:
    """Tell whether an Arabic word holds a preposition and the article; "adults" and "per cent" only begin like it."""
    return word.startswith(_IN_THE) and not word.startswith(_ADULTS)


def _label_start(words: list[str], at: int) -> int:
    """Return where the label that ends at `at` begins: behind a stop, or behind the number of another label."""
    start = at
    while (
        start
        and words[start - 1] not in (";", "|", ".")
        and not (words[start - 1] == "/" and words[start - 2][0].isdigit())
        and not (words[start - 1] == "," and any(w.isdigit() for w in words[max(0, start - 3) : start]))
    ):
        start -= 1
    return start


def unit_label(sentence: Sentence, number: Number) -> Unit | None:
    """Return the unit of a label in front of the number: "Buses: 20", "Still inside (estimate): 3,400"."""
    words = sentence.words
    at = number.first - 1
    if at < 0 or words[at] not in (":", "=", "-", "|"):
        return _label_of_list(sentence, number)
    start = _label_start(words, at)
    for mark in _named_in(sentence, start, at):
        if (
            start <= mark.first < at
            and mark.cls in UNITS
            and mark.cls not in ("TIMEUNIT", "THING", "DISTANCE", "MONEY", "PERCENT")
        ):
            if _where(sentence, mark, at):
                # "Gym: 40 in": the gym is where, the people are counted.
                return Unit("person", "all", number.last, number.last)
            if mark.cls == "SHELTER" and any(start <= m.first < at for m in sentence.of("CAPACITY")):
                continue
            return Unit(UNITS[mark.cls], mark.value, start, mark.last, labelled=True)
    # "Shelter capacity: 900": the room is counted, whatever it is the room of.
    for mark in (*sentence.of("CAPACITY"), *sentence.of(*PERSON_CUES, "OUT", "IN", "LEFTOVER")):
        alone = mark.cls in PERSON_CUES or (mark.first == start and mark.last == at)
        if start <= mark.first < at and alone:
            return Unit("bed" if mark.cls == "CAPACITY" else "person", "all", start, mark.last, labelled=True)
    return None


def _named_in(sentence: Sentence, start: int, at: int) -> list[Mark]:
    """Return the marks of a label up to the place that it names behind what is done: "Arrived at the camp: 1,390"."""
    doing = [m.last for m in sentence.of(*_DOING) if start <= m.first and m.last <= at]
    if not doing:
        return sentence.marks
    places = [m.first for m in sentence.of("SHELTER") if doing[0] <= m.first < at]
    return [m for m in sentence.marks if m.first < places[0]] if places else sentence.marks


def _label_of_list(sentence: Sentence, number: Number) -> Unit | None:
    """Return the unit of a label whose list gives each a name and a number: "Free beds: Lakeside 12, Mercy 30"."""
    words = sentence.words
    behind = words[number.last] if number.last < len(words) else "."
    if number.article or (behind[0].isalnum() and behind not in small("and")) or ":" not in words[: number.first]:
        return None
    colon = number.first - 1 - words[: number.first][::-1].index(":")
    if not all(_is_item(sentence, item) for item in _items(words, colon + 1, number.first)):
        return None
    label = [m for m in sentence.marks if colon - LABEL <= m.first < colon]
    for mark in label:
        if mark.cls == "VEHICLE" and _one_place(words[mark.last - 1]):
            continue
        if mark.cls in _LISTED or (mark.cls == "SHELTER" and not _one_place(words[mark.last - 1])):
            family = "person" if mark.cls == "SHELTER" else UNITS[mark.cls]
            cues = [m for m in label if m.cls in PERSON_CUES]
            if family == "person" and not cues:
                continue
            return Unit(family, mark.value if family != "person" else "all", mark.first, colon, labelled=True)
    for mark in label:
        if mark.cls in PERSON_CUES:
            return Unit("bed" if mark.cls == "CAPACITY" else "person", "all", mark.first, colon, labelled=True)
    return None


LABEL = 9
NAME = 5
_LISTED = ("PERSON", "VEHICLE", "BED", "SEAT")


def _items(words: list[str], first: int, last: int) -> list[tuple[int, int]]:
    """Return the items between a label and a number: what stands between commas."""
    found, start = [], first
    for at in range(first, last):
        if words[at] in (",", ";"):
            found.append((start, at))
            start = at + 1
    return [*found, (start, last)]


def _is_item(sentence: Sentence, item: tuple[int, int]) -> bool:
    """Tell whether an item is a name, with its number behind it: no verb, no cue, nothing counted by a noun."""
    first, last = item
    opening = sentence.words[first] if first < last else ":"
    if not 0 < last - first <= NAME or not opening[0].isalpha() or opening in small("preposition"):
        return False
    return not any(
        first <= m.first < last and (m.cls in PERSON_CUES or (m.cls in UNITS and m.cls != "SHELTER") or m.cls in _TOLD)
        for m in sentence.marks
    )


_TOLD = frozenset(("AUX", "PASSIVE", "NEG", "SAY", "PLAN", "OUT", "LEFTOVER"))
