"""What the numbers of a sentence count, and counts that are none or unknown."""

from __future__ import annotations

from collections.abc import Callable

from corridor.reports.text import measures, people
from corridor.reports.text.bare import find_unit
from corridor.reports.text.bounds import Number, hedged
from corridor.reports.text.claims import Claim, near
from corridor.reports.text.goeson import other_count
from corridor.reports.text.labels import is_label
from corridor.reports.text.language import small
from corridor.reports.text.lexicon import Mark
from corridor.reports.text.nothing import no_claims, subject_claims, unknown_claims
from corridor.reports.text.numbers import numbers
from corridor.reports.text.sentences import Sentence
from corridor.reports.text.units import TWOS, UNITS, Counted, Unit

WITHDRAWN = "withdrawn"
CORRECTION = "correction"
# What a figure corrects until it is known which one it is.
EARLIER = "an earlier figure"
MAKERS: dict[str, Callable[[Counted, Claim], Claim | None]] = {
    "person": people.person,
    "staff": people.person,
    "vehicle": measures.vehicle,
    "bed": measures.bed,
    "seat": measures.bed,
    "occupied": measures.occupied,
    "shelter": measures.shelter,
    "time": measures.time,
    "percent": measures.percent,
    "degree": measures.weather,
    "weather": measures.weather,
    "distance": measures.distance_of_weather,
}


def count_claims(sentence: Sentence, before: Claim | None = None) -> list[Claim]:
    """Return the claims that the numbers of a sentence make, with those that count none or say nobody knows.

    `before` is the last count of the sentence before, which "their number" goes back to.
    """
    found: list[Claim] = []
    unknown = unknown_claims(sentence, before)
    taken = [n for n in numbers(sentence) if not is_label(sentence, n)]
    amended = _amended(sentence, taken, before)
    if amended:
        return amended
    back = near(sentence, 0, len(sentence.words), "HOWMANY", within=1) or not small("others").isdisjoint(sentence.words)
    back = back or other_count(sentence) or not small("them").isdisjoint(sentence.words) or bool(sentence.of("SUMS"))
    # "Among them were 58 patients".
    back = back or any(m.first <= AMONG and m.last - m.first > 1 for m in sentence.of("SUBSET"))
    # What was counted in the sentence before has no place in this one.
    goes_back = back and before and (before.unit == "persons" or (before.kind == "fleet" and before.counted))
    previous = before._replace(first=0, last=0) if goes_back and before else None
    corrects = bool(sentence.of("CORRECT")) and any(_withdrawn(sentence, number) for number in taken)
    for at, number in enumerate(taken):
        claim = _claim(sentence, number, taken[at + 1] if at + 1 < len(taken) else None, previous)
        if before and before.kind == "agreement":
            claim = _length_of(sentence, number, claim)
        if _withdrawn(sentence, number):
            unit = claim.unit if claim else previous.unit if previous else "persons"
            found.append(Claim(number.first, number.last, WITHDRAWN, number.low, number.high, unit=unit))
        elif claim:
            found.append(claim)
            previous = previous if previous and _is_time(claim) else claim
        elif corrects and not number.article:
            # "Correction: 201, not 210": the figure withdrawn says what the other one counts.
            bare = Claim(number.first, number.last, "context", number.low, number.high, number.hedge, unit="persons")
            found.append(bare._replace(confidence=0.5, reason="a figure that corrects another"))
    found = found or _correction(sentence, taken)
    if sentence.has(_UNNUMBERED):
        found += _twos(sentence) + _ones(sentence)
        found += subject_claims(sentence, found)
        found += no_claims(sentence)
    return found + unknown


def _amended(sentence: Sentence, taken: list[Number], before: Claim | None) -> list[Claim]:
    """Return the figure that a short correction gives for the one just counted: "806 got off. Correction: 808"."""
    opens = any(m.first == 0 for m in sentence.of("CORRECT"))
    if not opens or before is None or not before.counted or len(taken) != 1 or len(sentence.words) > AMENDS:
        return []
    number, was = taken[0], before.low or before.high or 0
    if number.article or number.hedge != "exact" or not was / 2 <= (number.low or 0) <= was * 2:
        return []
    if number.low == before.low or find_unit(sentence, number, None, None):
        return []
    right = Claim(number.first, number.last, before.kind, number.low, number.high, unit=before.unit, group=before.group)
    right = right._replace(modality=before.modality, confidence=0.6)
    gone = Claim(number.first, number.last, WITHDRAWN, before.low, before.high, unit=before.unit)
    return [right._replace(reason="the figure that a correction gives"), gone]


AMENDS = 6


def _correction(sentence: Sentence, taken: list[Number]) -> list[Claim]:
    """Return the only figure of a short line that corrects, as in "Correction to 0551: it's 1,468"."""
    if len(taken) != 1 or len(sentence.words) > SHORT or not any(m.first <= OPENS for m in sentence.of("CORRECT")):
        return []
    number = taken[0]
    if number.article or number.last < len(sentence.words) - 1 or (number.low or number.high or 0) < TWO_DIGITS:
        return []
    claim = Claim(number.first, number.last, CORRECTION, number.low, number.high, number.hedge, unit="persons")
    return [claim._replace(confidence=0.5, reason="a figure that corrects the one before it")]


SHORT = 14
OPENS = 2
TWO_DIGITS = 10
AMONG = 3
# What is counted without a number: one, two, none.
_UNNUMBERED = TWOS.union(("ONE", "DEAD", "INJURED", "NONE", "NOBODY", "NOHURT"))


def _is_time(claim: Claim) -> bool:
    """Tell whether a claim is a length of time: what people or vehicles were counted before it is still spoken of."""
    return claim.unit in ("minutes", "hours", "days", "weeks", "months", "years")


def _length_of(sentence: Sentence, number: Number, claim: Claim | None) -> Claim | None:
    """Return a duration as the length of the agreement that the sentence before names: "It is valid for three days"."""
    if claim and claim.kind == "schedule":
        return claim._replace(kind="agreement", reason="a length of the agreement named before")
    unit = find_unit(sentence, number, None, None)
    if claim or number.article or unit is None or unit.family != "time" or not sentence.of("DEALVERB"):
        return claim
    opens = any(m.first <= 1 for m in sentence.of("PRON", "DEAL", "TRUCE"))
    base = Claim(number.first, unit.last, "agreement", number.low, number.high, number.hedge, unit=unit.value)
    return base._replace(reason="a length of the agreement named before") if opens else None


def _claim(sentence: Sentence, number: Number, following: Number | None, previous: Claim | None) -> Claim | None:
    unit = find_unit(sentence, number, following, previous)
    if unit is None:
        return None
    if unit.labelled:
        number = number._replace(first=unit.first)
        unit = unit._replace(last=max(unit.last, number.last))
    base = Claim(number.first, max(number.last, unit.last), "", number.low, number.high, number.hedge)
    if number.article and unit.family not in ("person", "staff", "vehicle"):
        return None
    maker = MAKERS.get(unit.family)
    return maker(Counted(sentence, number, unit, previous), base) if maker else None


def _withdrawn(sentence: Sentence, number: Number) -> bool:
    """Tell whether a number is the one that a correction takes back ("35, not 53")."""
    if not sentence.of("WITHDRAWN") or not near(sentence, 0, len(sentence.words), "CORRECT"):
        return False
    return any(m.cls == "WITHDRAWN" and 0 <= number.first - m.last <= 2 for m in sentence.marks)


def _ones(sentence: Sentence) -> list[Claim]:
    """Return the deaths and injuries of one person that have no number: the Arabic singular behind its verb."""
    found = []
    for mark in sentence.of("ONE"):
        hurt = [m for m in sentence.of("DEAD", "INJURED", "LOST") if _befalls(sentence, mark, m)]
        hurt += [m for m in sentence.of("DEAD", "INJURED") if _befell(sentence, mark, m)]
        hurt = hurt or [m for m in sentence.of("DEAD") if m.first == mark.first and _there_is(sentence, m)]
        if hurt and not any(m.cls == "NUM" and m.first == mark.last for m in sentence.marks):
            group = "killed" if hurt[0].cls == "DEAD" else "injured"
            first, last = min(hurt[0].first, mark.first), max(hurt[0].last, mark.last)
            claim = Claim(first, last, "casualty", 1.0, 1.0, unit="persons", group=group)
            found.append(claim._replace(reason="one person, told by a singular noun"))
    return found


def _there_is(sentence: Sentence, one: Mark) -> bool:
    """Tell whether Arabic says that there is one dead: "there is a martyr and four wounded"."""
    return bool(one.first) and sentence.words[one.first - 1] in small("thereis") and one.last == one.first + 1


def _befalls(sentence: Sentence, one: Mark, hurt: Mark) -> bool:
    """Tell whether a verb of harm stands in front of one person, or of a limb of one: "the leg of one was broken"."""
    limb = hurt.last + 1 == one.first and sentence.words[hurt.last] in small("limb")
    return hurt.last == one.first or limb or _and_one(sentence, one, hurt)


def _and_one(sentence: Sentence, one: Mark, hurt: Mark) -> bool:
    """Tell whether one of several follows the first one hurt: Arabic "was hurt the officer and-one of the drivers"."""
    between = sentence.words[hurt.last : one.first]
    if not 0 < len(between) <= AND_ONE or not sentence.words[one.first].startswith(AND_ONE_OF):
        return False
    return all(word.isalpha() for word in between) and not any(
        hurt.last <= m.first < one.first for m in sentence.of("NUM", "VEHICLE", "CONVOY")
    )


AND_ONE = 3
AND_ONE_OF = ("واحد", "واحدي")


def _befell(sentence: Sentence, one: Mark, hurt: Mark) -> bool:
    """Tell whether a verb of harm follows one person without an article, who opens what is said: "an old man died"."""
    word = sentence.words[one.first]
    role = word.removeprefix("و").startswith("ال") and word.removeprefix("و")[2:] in small("role")
    named = role or not word.startswith(("ال", "وال"))
    bare = one.last == hurt.first and named and hurt.last - hurt.first <= SHORT_VERB
    before = sentence.words[one.first - 1] if one.first and not (role and word[0] == "و") else ":"
    if before in _MET and 0 <= hurt.first - one.last <= MET:
        # Arabic: "met a child of seven his death".
        return True
    return bare and (not before[0].isalpha() or before in small("thereis"))


SHORT_VERB = 3
_MET = frozenset(("لقي", "لقيت", "ولقي", "ولقيت", "فلقي"))
MET = 5


def _twos(sentence: Sentence) -> list[Claim]:
    """Return the claims of words that are two by themselves (the Arabic dual)."""
    if not sentence.has(TWOS):
        return []
    found = []
    for mark in sentence.of(*TWOS):
        if any(m.last == mark.first and m.cls == mark.cls for m in sentence.of(*TWOS)):
            # "Two elderly women": the adjective is a dual too.
            continue
        family = UNITS[mark.cls.removeprefix("TWO_")]
        number = hedged(sentence, Number(mark.first, mark.last, mark.first, 2.0, 2.0, "exact"))
        unit = Unit(family, mark.value, mark.first, mark.last)
        base = Claim(number.first, mark.last, "", number.low, number.high, number.hedge)
        claim = MAKERS[family](Counted(sentence, number, unit, None), base)
        if claim:
            found.append(claim)
    return found
