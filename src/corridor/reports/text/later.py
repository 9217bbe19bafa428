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
_TIMED = small("until") | small("present")


def schedule_claims(sentence: Sentence, counted: list[Claim]) -> list[Claim]:
    """Return the planned hour, day or end that a sentence sets for the operation: "the truce expires on Saturday"."""
    if not sentence.has(_SET) and _TIMED.isdisjoint(sentence.words):
        return []
    if any(claim.kind == "schedule" for claim in counted):
        return []
    planned = any(claim.modality == "planned" for claim in counted)
    for first, last, exact in _times(sentence):
        if planned and not exact:
            # "12 buses will arrive on Tuesday": the day is that of the buses.
            continue
        found = _set_by(sentence, first, last)
        if found:
            low, high, words = found
            reason = f"a time set by '{words}'"
            return [Claim(low, high, "schedule", modality="planned", confidence=0.5, reason=reason)]
    return []


def _set_by(sentence: Sentence, first: int, last: int) -> tuple[int, int, str] | None:
    """Return what sets a time, with where it stands: a word of an end or a plan, or "until" in front of the time."""
    matters = sentence.has(_MATTERS)
    end = near(sentence, first, last, "END", within=8)
    plan = near(sentence, first, last, "PLAN", within=8)
    if plan and not (plan.first >= last or plan.last <= first):
        # "Tomorrow" is a day and a plan in one.
        plan = None
    if plan and near(sentence, first, last, "WEATHER", within=8) and not sentence.has(_MOVING):
        plan = None
    cue = end or (plan if matters or _bounds(sentence, first) else None)
    if cue:
        low, high = min(first, cue.first), max(last, cue.last)
        if high - low <= LONGEST:
            return low, high, " ".join(sentence.words[cue.first : cue.last])
    verb = _present(sentence, first)
    if verb >= 0:
        return verb, last, sentence.words[verb]
    if matters and first and sentence.words[first - 1] in small("until") and not sentence.of("PLUPERFECT"):
        low = max([m.first for m in sentence.of("STOP", "CLOSED", "RESUME", "DEALVERB") if m.first < first] or [first])
        return (low if first - low <= NEARBY else first - 1), last, sentence.words[first - 1]
    return None


NEARBY = 4
_MOVING = frozenset(("OPERATION", "CONVOY", "VEHICLE", "LEAVE", "EVAC", "RESUME", "STOP"))


def _present(sentence: Sentence, first: int) -> int:
    """Return where a verb of movement in the present stands in front of a time ("leaves at 6 pm"), -1 where none."""
    at = first - 1 if first and sentence.words[first - 1] in small("hour") else first
    known = at > 0 and sentence.words[at - 1] in small("present")
    return at - 1 if known and any(m.first <= at - 1 < m.last for m in sentence.marks) else -1


def _bounds(sentence: Sentence, first: int) -> bool:
    return bool(first) and (sentence.words[first - 1] in small("hour") or sentence.words[first - 1] in small("until"))


LONGEST = 14


def _times(sentence: Sentence) -> list[tuple[int, int, bool]]:
    """Return where clock times, dates and days to come stand, and whether each is more than a day of the week."""
    words = sentence.words
    found = [(at, at + 1, True) for at in sentence.numbered if sentence.kind(at) in ("clock", "date")]
    found += [(m.first - 1, m.last, True) for m in sentence.of("MONTH") if _number_at(sentence, m.first - 1)]
    found += [(m.first, m.last + 1, True) for m in sentence.of("MONTH") if _number_at(sentence, m.last)]
    found += [(m.first - 1, m.last, True) for m in sentence.of("TIMEUNIT") if m.value == "hours" and _hour(sentence, m)]
    parts, hours = small("dayhour"), small("hour")
    found += [
        (at, at + 1, True)
        for at in range(1, len(words))
        if words[at] in parts and not {words[at - 1]}.isdisjoint(hours)
    ]
    found += [(m.first, m.last, False) for m in sentence.of("WEEKDAY")]
    found += [
        (m.first, m.last, False) for m in sentence.of("RELATIVE_DAY") if m.value not in ("", "0") and m.value[0] != "-"
    ]
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
