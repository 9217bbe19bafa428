"""What is said of a time to come, and what is only said: planned hours and ends, and statements."""

from __future__ import annotations

from corridor.reports.text.claims import Claim, near
from corridor.reports.text.language import small
from corridor.reports.text.lexicon import Mark
from corridor.reports.text.sentences import Sentence

_MATTERS = frozenset(
    (
        "LEAVE",
        "EVAC",
        "ARRIVE",
        "START",
        "STOP",
        "RESUME",
        "OPERATION",
        "CLOSED",
        "DEAL",
        "TRUCE",
        "CONVOY",
        "VEHICLE",
        "TAKEIN",
        "SHELTER",
    )
)


_SET = frozenset(("END", "PLAN"))


def schedule_claims(sentence: Sentence, counted: list[Claim]) -> list[Claim]:
    """Return the planned hour, day or end that a sentence sets for the operation: "the truce expires on Saturday"."""
    if not (sentence.has(_SET) and sentence.has(_MATTERS)) or any(claim.kind == "schedule" for claim in counted):
        return []
    for first, last in _times(sentence):
        end = near(sentence, first, last, "END", within=8)
        cue = end or near(sentence, first, last, "PLAN", within=8)
        if cue and (cue.first >= last or cue.last <= first or end):
            low, high = min(first, cue.first), max(last, cue.last)
            if high - low <= LONGEST:
                reason = f"a time set by '{' '.join(sentence.words[cue.first : cue.last])}'"
                return [Claim(low, high, "schedule", modality="planned", confidence=0.5, reason=reason)]
    return []


LONGEST = 14
_CALENDAR = frozenset(("MONTH", "TIMEUNIT", "WEEKDAY", "RELATIVE_DAY"))


def _times(sentence: Sentence) -> list[tuple[int, int]]:
    """Return where clock times, dates and days to come stand."""
    found = [(at, at + 1) for at in sentence.numbered if sentence.kind(at) in ("clock", "date")]
    if not sentence.has(_CALENDAR):
        return found
    found += [(m.first - 1, m.last) for m in sentence.of("MONTH") if _number_at(sentence, m.first - 1)]
    found += [(m.first, m.last + 1) for m in sentence.of("MONTH") if _number_at(sentence, m.last)]
    found += [(m.first - 1, m.last) for m in sentence.of("TIMEUNIT") if m.value == "hours" and _hour(sentence, m)]
    found += [(m.first, m.last) for m in sentence.of("WEEKDAY")]
    found += [(m.first, m.last) for m in sentence.of("RELATIVE_DAY") if m.value not in ("", "0") and m.value[0] != "-"]
    return sorted(found)


def _number_at(sentence: Sentence, at: int) -> bool:
    return 0 <= at < len(sentence.words) and sentence.kind(at) in ("digits", "ordinal")


def _hour(sentence: Sentence, unit: Mark) -> bool:
    """Tell whether hours are an hour of the day: "at 20 hours", not "for 20 hours"."""
    before = unit.first - 2
    return _number_at(sentence, unit.first - 1) and before >= 0 and sentence.words[before] in small("hour")


def statement_claims(sentence: Sentence) -> list[Claim]:
    """Return the words that a sentence quotes, as a statement of whoever says them."""
    marks = [at for at, word in enumerate(sentence.words) if word == '"']
    if not marks:
        return []
    first, last = marks[0] + 1, marks[1] if len(marks) > 1 else len(sentence.words)
    if len(marks) == 1 and marks[0] > len(sentence.words) // 2:
        first, last = 0, marks[0]
    if last - first < SHORTEST:
        return []
    return [Claim(first, last, "statement", confidence=0.4, reason="the words that the text quotes")]


SHORTEST = 4
