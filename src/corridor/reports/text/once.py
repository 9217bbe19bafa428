"""Once: a claim repeated is one candidate with several spans; rivals stay; a correction names what it corrects."""

from __future__ import annotations

from corridor.reports.text.claims import Claim, Heard
from corridor.reports.text.counts import CORRECTION, EARLIER, WITHDRAWN


def merge(claims: list[tuple[Claim, str, frozenset[str]]]) -> list[list[int]]:
    """Return groups of positions that make one claim each; the first of a group is the one to quote.

    `claims` are in the order of the text, each with its place and the words that carry it. A figure said again is
    the same claim unless another source than the text's own voice says it of another group.
    """
    groups: list[list[int]] = []
    by_key: dict[tuple[object, ...], list[int]] = {}
    for at, (claim, _, words) in enumerate(claims):
        key = _key(claim)
        group = by_key.get((*key, words))
        first = by_key.get(key)
        if group is None and first is not None and _same(claims, first[0], claim, words):
            group = first
        if group is not None:
            group.append(at)
        else:
            group = [at]
            by_key.setdefault(key, group)
            by_key[(*key, words)] = group
            groups.append(group)
    return groups


def _key(claim: Claim) -> tuple[object, ...]:
    if claim.counted or claim.hedge == "unknown":
        return (claim.kind, claim.low, claim.high, claim.unit, claim.modality == "denied")
    return (claim.kind, claim.modality == "denied")


def _same(claims: list[tuple[Claim, str, frozenset[str]]], first: int, claim: Claim, words: frozenset[str]) -> bool:
    before, _, before_words = claims[first]
    if claim.counted or claim.hedge == "unknown":
        if claim.low == 0 or (claim.low or claim.high or 0) < 13:
            # Small numbers recur by chance: ask that the words agree too.
            return before.group == claim.group and _overlap(before_words, words) >= 0.6
        return before.group == claim.group or ("all" in (before.group, claim.group) and not _apart(before, claim))
    return _overlap(before_words, words) >= 0.75


def _apart(one: Claim, other: Claim) -> bool:
    """Tell whether one of two figures counts a part that is not everybody: the wounded, fighters, children."""
    return not {one.group, other.group}.isdisjoint(_PARTS)


_PARTS = frozenset(("fighters", "wounded", "children", "women", "elderly", "men"))


def _overlap(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / len(a | b) if a | b else 0.0


def corrected(heard: list[Heard]) -> list[Heard]:
    """Return the claims without the figures taken back; the figure that replaces one takes its kind and names it."""
    heard = _set_right(heard)
    if not any(h.claim.kind == WITHDRAWN for h in heard):
        return heard
    gone: set[int] = set()
    better: dict[int, Heard] = {}
    known: dict[tuple[object, ...], list[int]] = {}
    for at, h in enumerate(heard):
        if h.claim.kind != WITHDRAWN:
            known.setdefault(_figure(h), []).append(at)
    for at, taken in enumerate(heard):
        if taken.claim.kind != WITHDRAWN:
            continue
        # What stands behind it in the same breath is the figure that is right: "said two had died. Two were injured".
        old = [n for n in known.get(_figure(taken), []) if n < at or heard[n].sentence > taken.sentence + BREATH]
        kind = heard[old[-1]].claim.kind if old else ""
        gone.update([at, *old])
        for n in range(max(0, at - 4), min(len(heard), at + 5)):
            h = heard[n]
            if h.sentence == taken.sentence and h.claim.kind != WITHDRAWN and h.claim.counted:
                first = heard[old[0]] if old else taken._replace(claim=taken.claim._replace(kind=h.claim.kind))
                better[n] = _corrects(h, taken, kind)._replace(instead_of=first)
    return [better.get(at, h) for at, h in enumerate(heard) if at not in gone]


def _set_right(heard: list[Heard]) -> list[Heard]:
    """Give a bare figure that corrects the kind of the figure before it that is close to it, which it replaces."""
    if not any(h.claim.kind == CORRECTION or h.claim.corrects == EARLIER for h in heard):
        return heard
    kept: list[Heard] = []
    for h in heard:
        bare = h.claim.kind == CORRECTION
        if not bare and h.claim.corrects != EARLIER:
            kept.append(h)
            continue
        close = (n for n in range(len(kept) - 1, -1, -1) if _close(kept[n].claim, h.claim))
        at = next((n for n in close if bare or kept[n].claim.kind == h.claim.kind), None)
        if at is None and not bare:
            kept.append(h._replace(claim=h.claim._replace(corrects="")))
        elif at is not None:
            wrong = kept.pop(at)
            right = h.claim._replace(unit=wrong.claim.unit, group=wrong.claim.group)
            kept.append(_corrects(h._replace(claim=right), wrong, wrong.claim.kind)._replace(instead_of=wrong))
    return kept


def _close(wrong: Claim, right: Claim) -> bool:
    """Tell whether a figure may be the one that another corrects: a count about as large."""
    a, b = wrong.low or wrong.high or 0, right.low or right.high or 0
    return wrong.counted and wrong.kind not in ("context", "schedule", "weather") and b / NEARLY <= a <= b * NEARLY


NEARLY = 1.5
BREATH = 2
UNSURE = 0.5


def _corrects(h: Heard, taken: Heard, kind: str) -> Heard:
    figure = taken.claim.low if taken.claim.low is not None else taken.claim.high
    note = f"corrects {figure:g}" if figure is not None else "corrects an earlier figure"
    unsure = h.claim.kind == "context" or h.claim.confidence <= UNSURE
    better = kind if kind and unsure else h.claim.kind
    return h._replace(claim=h.claim._replace(kind=better, corrects=note, reason=f"{h.claim.reason}; {note}"))


def _figure(h: Heard) -> tuple[object, ...]:
    return h.claim.low, h.claim.high, h.claim.unit
