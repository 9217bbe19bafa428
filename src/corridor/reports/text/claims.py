"""What a claim is inside the reader, and how near a cue stands to what it speaks of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from itertools import accumulate, pairwise
from typing import NamedTuple

from corridor.reports.report import Hedge, Modality, Scope
from corridor.reports.text.language import rows, small
from corridor.reports.text.lexicon import Mark
from corridor.reports.text.sentences import Sentence


class Claim(NamedTuple):
    """A claim found in one sentence: tokens `first` to `last` (exclusive) carry it; `people` names who is counted."""

    first: int
    last: int
    kind: str
    low: float | None = None
    high: float | None = None
    hedge: Hedge = "exact"
    modality: Modality = "done"
    unit: str = ""
    group: str = ""
    confidence: float = 0.6
    reason: str = ""
    corrects: str = ""
    people: tuple[int, int] = (0, 0)

    @property
    def counted(self) -> bool:
        """Tell whether the claim carries a number."""
        return self.low is not None or self.high is not None


class Spoken(NamedTuple):
    """A claim with all that its sentence says of it, so that the sentence need not be kept.

    `start` and `end` count within the paragraph, `words` carry it; `nearest` is its speaker among those of the
    sentence (-1: none), `tally` what its count covers, `waiting` tells people gathered to leave from those inside.
    """

    claim: Claim
    start: int
    end: int
    words: frozenset[str]
    place: str
    nearest: int
    observed: datetime
    worded: str
    tally: Scope
    waiting: bool


class Heard(NamedTuple):
    """A claim with its source, repeats not yet merged; `at` is where its block begins, `sentence` counts sentences.

    `instead_of` is the claim of the figure that this one corrects.
    """

    claim: Claim
    spoken: Spoken
    sentence: int
    source: str
    at: int
    instead_of: Heard | None = None


FAR = 20.0
NO_YEAR = 9999


@cache
def rules() -> dict[tuple[str, str], tuple[str, float]]:
    """Return the table that says what a number of a unit measures next to a cue, and how strong the cue is."""
    return {(row["unit"], row["cue"]): (row["kind"], float(row["cost"])) for row in rows("rules", "kinds.csv")}


def distance(sentence: Sentence, first: int, last: int, mark: Mark) -> float:
    """Return how far a cue stands from tokens `first` to `last`: tokens between, more across commas and contrasts."""
    if mark.first < last and mark.last > first:
        return 0.0
    low, high = (last, mark.first) if mark.first >= last else (mark.last, first)
    return gap(sentence, low, high) + (5.0 if mark.first >= last and coordinated(sentence.words[mark.first]) else 0.0)


def coordinated(word: str) -> bool:
    """Tell whether an Arabic word brings its own "and": it begins another clause. Roots that begin so do not."""
    return word in _AND_NOT or (
        word[0] == "و"
        and len(word) > 3
        and word[1:3] not in ("صل", "قع", "فا", "جو", "قف", "قت", "ضع", "سط", "فق", "قو")
    )


_AND_NOT = frozenset(("ولم", "ولن", "ولا", "وتم"))
_STEP = {";": 14.0, ".": 14.0, "?": 14.0, "!": 14.0, ",": 4.0, ":": 3.0, "(": 3.0, ")": 3.0, '"': 3.0}
_STEP |= {"and": 2.5, "et": 2.5, "-": 0.5}
# Arabic: "and it", "and they", "and was" begin a clause of their own.
_STEP |= dict.fromkeys(("وهي", "وهو", "وهم", "وكان", "وكانت", "وقد"), 6.0)


def gap(sentence: Sentence, low: int, high: int) -> float:
    """Return the cost of the tokens between two places of a sentence."""
    if high <= low:
        return 0.0
    steps = sentence.steps or _steps(sentence)
    return steps[high] - steps[low]


def _steps(sentence: Sentence) -> list[float]:
    """Return what it costs to come to each token of a sentence from its first; kept, because every cue asks for it."""
    costs = [_STEP.get(word, 1.0) for word in sentence.words]
    words = sentence.words
    for at in range(1, len(words) - 1):
        if words[at] == "." and "." in (words[at - 1], words[at + 1]):
            # "MAXIMUM WINDS...105 MPH".
            costs[at] = LEADER
    for first, last in _dates_aside(sentence):
        costs[first : last + 1] = [DATE_ASIDE] * (last + 1 - first)
    for cls, extra in (("CONTRAST", 8.0), ("NUM", 1.0), ("SUBSET", 1.0)):
        for mark in sentence.by.get(cls, ()):
            costs[mark.first] += extra
    sentence.steps = list(accumulate(costs, initial=0.0))
    return sentence.steps


def _dates_aside(sentence: Sentence) -> Iterator[tuple[int, int]]:
    """Yield where a date between commas stands: "there arrived, at dawn on Wednesday, the fourth convoy"."""
    dates = sentence.of("WEEKDAY", "RELATIVE_DAY")
    if not dates:
        return
    commas = [at for at, word in enumerate(sentence.words) if word == ","]
    for one, other in pairwise(commas):
        if other - one > ASIDE or not any(one < m.first < other for m in dates):
            continue
        within = {m.cls for m in sentence.marks if one < m.first < other}
        if within <= _OF_DATES:
            yield one, other


ASIDE = 6
DATE_ASIDE = 0.2
_OF_DATES = frozenset(("WEEKDAY", "RELATIVE_DAY", "RELATIVE", "DAILY", "TIMEUNIT", "MONTH", "ORDINAL", "IN", "CAMEIN"))


def near(sentence: Sentence, first: int, last: int, *classes: str, within: float = FAR) -> Mark | None:
    """Return the nearest mark of some classes, None where none stands near enough."""
    best, best_cost = None, within
    by = sentence.by
    for cls in classes:
        for mark in by.get(cls, ()):
            # A token costs half a point at least, so that far marks need no counting.
            if 0.5 * max(mark.first - last, first - mark.last) >= best_cost:
                continue
            cost = distance(sentence, first, last, mark)
            if cost < best_cost or (cost == best_cost and best and mark.first < best.first):
                best, best_cost = mark, cost
    return best


def awaited(sentence: Sentence, mark: Mark) -> bool:
    """Tell whether a movement is only waited for, or needed: "waiting for evacuation", "in need of transfer"."""
    if any(0 <= mark.first - m.last <= 1 for m in sentence.of("WAITING", "NEED")):
        return True
    # Arabic: "those who stayed behind from the evacuation".
    stayed = mark.first and sentence.words[mark.first - 1] == "عن"
    return bool(stayed) and any(m.last == mark.first - 1 for m in sentence.of("REMAIN"))


LEADER = 0.5
_MODES = frozenset(("PLAN", "IF", "ESTIMATE"))


def modality(sentence: Sentence, first: int, last: int, *, cue: Mark | None = None) -> Modality:
    """Return done, planned, estimate or denied by the words around a claim and its cue."""
    if cue is None and not sentence.has(_MODES):
        return "done"
    if cue and any(0 <= cue.first - m.last <= 1 and _ahead(sentence, m) for m in sentence.of("DUTY")):
        # "300 people would be moved": the terms of what shall be hide the plan in them.
        return "planned"
    low, high = (min(first, cue.first), max(last, cue.last)) if cue else (first, last)
    plan = near(sentence, low, high, "PLAN", within=3.1)
    if plan and not (plan.first and sentence.words[plan.first - 1] in small("hadto") and plan.last == plan.first + 2):
        # "Had to be put on hold": it was.
        return "planned"
    # "doivent etre evacuees" is one term: the plan stands inside it.
    if cue and not small("will").isdisjoint(sentence.words[cue.first : cue.last]):
        return "planned"
    if near(sentence, low, high, "IF", within=6):
        return "planned"
    if near(sentence, low, high, "ESTIMATE", within=8):
        return "estimate"
    return "done"


def _ahead(sentence: Sentence, mark: Mark) -> bool:
    """Tell whether a word of duty is of what is to come: no month ("on 3 May"), nor what had to be done."""
    if not mark.first:
        return True
    if sentence.words[mark.first - 1] in small("hadto"):
        return False
    return sentence.kind(mark.first - 1) != "digits" or mark.last > mark.first + 1


def _is_hour(sentence: Sentence, at: int) -> bool:
    """Tell whether four digits that could be a year are an hour: "2000-0600", "suspended at 2000"."""
    words = sentence.words
    if int(words[at][2:]) > LAST_MINUTE or int(words[at][:2]) > LAST_HOUR:
        return False
    behind = words[at + 1 : at + 3]
    until = len(behind) > 1 and behind[0] in _UNTIL and len(behind[1]) == 4 and behind[1][0] == "0"
    return until or (at > 0 and words[at - 1] in small("clockat")) or behind[:1] in (["h"], ["hrs"], ["hours"], ["utc"])


LAST_MINUTE = 59
LAST_HOUR = 23
_UNTIL = frozenset(("-", "/", "to", "until", "till"))
# A year this near to where a sentence opens is the year of the deaths that it tells.
OPENING = 8


def background(sentence: Sentence, claim: Claim, year: int) -> Claim:
    """Return a claim as context where an earlier year is next to it or opens its sentence; tallies since one stay."""
    if claim.kind in ("context", "accusation"):
        return claim
    for at in sentence.numbered:
        word = sentence.words[at]
        if len(word) != 4 or not word.startswith(("19", "20")) or not word.isdigit():
            continue
        if (claim.counted and claim.first <= at < claim.last) or int(word) >= year or _is_hour(sentence, at):
            continue
        if any(m.cls == "MONTH" and m.last == at for m in sentence.marks) and (
            year == NO_YEAR or (int(word) >= year - 1 and not sentence.of("PLUPERFECT"))
        ):
            continue
        if any(m.first == at + 1 and m.cls in ("PERSON", "VEHICLE", "STAFF", "BED", "SEAT") for m in sentence.marks):
            continue
        low, high = (claim.last, at) if at >= claim.last else (at + 1, claim.first)
        since = any(m.cls in {"AGO", "SINCE"} and m.last == at for m in sentence.marks)
        opens = at <= (4 if claim.kind != "casualty" else OPENING) and not since and at < claim.last
        led = sentence.words[at - 1] in small("year") and not since
        told = led and at < claim.first and bool(sentence.of("PLUPERFECT"))
        if opens or told or (claim.kind != "casualty" and gap(sentence, low, high) <= (8 if led else 4)):
            return claim._replace(kind="context", confidence=0.4, reason=f"of {word}, not of this operation")
    return claim
