"""Events of a sentence: a cue, the thing it happens to, and whether it was done, planned or denied."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from corridor.reports.report import Modality
from corridor.reports.text.claims import Claim, distance, modality, near
from corridor.reports.text.lexicon import Mark, rows
from corridor.reports.text.sentences import Sentence


class Rule(NamedTuple):
    """One row of events.csv."""

    kind: str
    cue: str
    partners: tuple[str, ...]
    unless: tuple[str, ...]
    within: float


@cache
def rules() -> dict[str, list[Rule]]:
    """Return the rules by the class of their cue."""
    found: dict[str, list[Rule]] = {}
    for row in rows("rules", "events.csv"):
        partners = tuple(filter(None, row["with"].split("|")))
        unless = tuple(filter(None, row["without"].split("|")))
        found.setdefault(row["cue"], []).append(Rule(row["kind"], row["cue"], partners, unless, float(row["within"])))
    return found


_COUNT_OF = {"departure": "count_out", "arrival": "arrival", "reception": "reception", "capacity": "capacity", "weather": "weather"}
_BLANK = ("accusation",)


def event_claims(index: int, sentence: Sentence, counted: list[Claim]) -> list[Claim]:
    """Return the events of a sentence, one of a kind at most; a kind that already has its number needs no event."""
    best: dict[str, tuple[float, Claim]] = {}
    table = rules()
    for mark in sentence.marks:
        for rule in table.get(mark.cls, ()):
            found = _event(index, sentence, rule, mark, counted)
            if found and (rule.kind not in best or found[0] < best[rule.kind][0]):
                best[rule.kind] = found
    events = [claim for _, claim in sorted(best.values(), key=lambda item: item[1].first)]
    return _sifted(sentence, events, counted)


def _event(index: int, sentence: Sentence, rule: Rule, cue: Mark, counted: list[Claim]) -> tuple[float, Claim] | None:
    partner: Mark | None = None
    cost = 0.0
    if rule.partners:
        partner = _partner(sentence, rule, cue)
        if partner is None:
            return None
        cost = distance(sentence, cue.first, cue.last, partner)
    if rule.unless and near(sentence, cue.first, cue.last, *rule.unless, within=10):
        return None
    if rule.kind in ("departure", "arrival") and _numbered(partner, counted):
        return None
    if any(c.kind == _COUNT_OF.get(rule.kind) and c.counted and c.modality != "denied" and _same_clause(sentence, c, cue) for c in counted):
        if rule.kind in ("weather", "capacity", "reception") or (partner and partner.cls == "PERSON"):
            return None
    first, last = _span(sentence, cue, partner)
    mode = _mode(sentence, rule, first, last, cue)
    reason = f"'{' '.join(sentence.words[cue.first : cue.last])}'"
    if partner:
        reason += f" with '{' '.join(sentence.words[partner.first : partner.last])}'"
    confidence = round(max(0.4, 0.8 - cost / 30), 2)
    return cost, Claim(index, first, last, rule.kind, modality=mode, confidence=confidence, reason=reason)


def _partner(sentence: Sentence, rule: Rule, cue: Mark) -> Mark | None:
    best, best_cost = None, rule.within
    for mark in sentence.marks:
        if mark.cls in rule.partners and (mark.first, mark.last) != (cue.first, cue.last):
            cost = distance(sentence, cue.first, cue.last, mark)
            if cost < best_cost:
                best, best_cost = mark, cost
    return best


def _numbered(partner: Mark | None, counted: list[Claim]) -> bool:
    """Tell whether the mover is people whose number is already the claim."""
    if partner is None or partner.cls != "PERSON":
        return False
    return any(c.unit == "persons" and c.first <= partner.first < c.last for c in counted)


def _same_clause(sentence: Sentence, claim: Claim, cue: Mark) -> bool:
    return distance(sentence, claim.first, claim.last, cue) < 10


def _span(sentence: Sentence, cue: Mark, partner: Mark | None) -> tuple[int, int]:
    first = min(cue.first, partner.first) if partner else cue.first
    last = max(cue.last, partner.last) if partner else cue.last
    steps = 0
    while last < len(sentence.words) and steps < 5 and sentence.words[last] not in ',;:.!?"()':
        last, steps = last + 1, steps + 1
    steps = 0
    while not partner and first and steps < 4 and sentence.words[first - 1] not in ',;:.!?"()':
        first, steps = first - 1, steps + 1
    return first, last


def _mode(sentence: Sentence, rule: Rule, first: int, last: int, cue: Mark) -> Modality:
    if rule.kind == "accusation":
        return "accusation"
    for mark in sentence.of("DENY"):
        if mark.first < cue.first:
            return "denied"
    for mark in sentence.of("NEG", "NONE"):
        if mark.last <= cue.first and cue.first - mark.last <= 3 and not _crossed(sentence, mark.last, cue.first):
            return "denied"
    return modality(sentence, cue.first, cue.last)


def _crossed(sentence: Sentence, low: int, high: int) -> bool:
    return any(word in ",;:." for word in sentence.words[low:high])


def _sifted(sentence: Sentence, events: list[Claim], counted: list[Claim]) -> list[Claim]:
    """Drop what only repeats another claim of the sentence or speaks of another time."""
    kept: list[Claim] = []
    kinds = {event.kind for event in events}
    for event in events:
        if event.kind in ("departure", "arrival") and event.modality == "denied" and any(c.modality == "denied" for c in counted):
            continue
        if event.kind == "incident" and ("accusation" in kinds or event.modality == "planned"):
            continue
        if event.kind == "incident" and event.modality == "denied" and any(c.kind == "casualty" for c in counted):
            continue
        if event.kind == "agreement" and any(c.kind == "agreement" for c in counted):
            continue
        if event.kind == "resume" and "incident" in kinds and not near(sentence, event.first, event.last, "OPERATION", "CONVOY", "VEHICLE", within=3):
            continue
        if event.kind != "accusation" and near(sentence, event.first, event.last, "SINCE", within=6):
            event = event._replace(kind="context", reason=event.reason + ", of another time")  # noqa: PLW2901
        kept.append(event)
    return kept
