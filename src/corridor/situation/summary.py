"""A situation in words for a terminal: who is believed to wait, who says what, what holds the movement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridor.situation.estimate import Component
from corridor.situation.site import left_to_move
from corridor.wording import about, moment, percent, span, table

if TYPE_CHECKING:
    from corridor.situation.situation import Headcount, Situation


def summary(situation: Situation) -> str:
    """Return the situation as a page of text."""
    lines = [f"Situation as of {situation.at:%a %d %b %Y %H:%M %z}, from {len(situation.reports)} reports"]
    for count in situation.headcounts:
        lines += ["", *_count(situation, count)]
    for operation in situation.operations:
        if situation.headcount(operation.id) is None:
            lines += ["", f"{operation.id}: no source gives a number of people to move from {operation.area}"]
    for halt in situation.halts:
        if halt.until is None:
            sources = ", ".join(dict.fromkeys(reason.source for reason in halt.reasons))
            lines += ["", f"Halted: {halt.operation} since {moment(halt.since)} ({sources})"]
    fleet = []
    for v in situation.fleet.vehicles:
        places = ", ".join(f"{about(places.quantile(0.5))} {kind}" for kind, places in v.places.items())
        fleet.append(f"{about(v.count.quantile(0.5))} x {v.type} ({places}) for {v.operation}")
    if fleet:
        lines += ["", "Fleet: " + "; ".join(fleet)]
    return "\n".join(lines)


def _count(situation: Situation, count: Headcount) -> list[str]:
    groups = [group for group in situation.groups if group.operation == count.operation]
    left = dict(zip((0.1, 0.5, 0.9), left_to_move(groups), strict=True))
    site = next((site.name() for site in situation.sites if site.id == count.area), count.area)
    start, out = ({q: estimate.quantile(q) for q in (0.1, 0.5, 0.9)} for estimate in (count.start, count.out))
    rows = [
        ("inside at the start", about(start[0.5]), _range(start[0.1], start[0.9])),
        ("out so far", about(out[0.5]), _range(out[0.1], out[0.9])),
        ("share leaving this way", percent(count.share.quantile(0.5)), _basis(situation, count)),
        ("left to move", about(left[0.5]), _range(left[0.1], left[0.9])),
    ]
    lines = [f"Who remains: {site} ({count.operation})", table(rows, right=(1,))]
    lines.append("  who says what (weight, number implied at the start, source, report)")
    total = sum(part.weight for part in count.start.components)
    said = sorted(count.start.components, key=lambda part: (-part.weight, part.source, part.mode))
    lines += [table([_claim(part, total) for part in said], right=(0, 1), indent="    ")]
    if count.start.at_least:
        lines.append(f"    cut from below at {about(count.start.at_least)}: they are counted out already")
    return lines


def _range(low: float, high: float) -> str:
    return f"{span(low, high)} in 8 cases of 10"


def _basis(situation: Situation, count: Headcount) -> str:
    by_nobody = all(r.is_assumption for name in count.share.reports if (r := situation.report(name)) is not None)
    return "assumed: no source states it" if by_nobody else "as stated"


def _claim(part: Component, total: float) -> tuple[str, str, str]:
    number = "nobody knows" if part.reason.startswith("says that nobody knows") else span(part.low, part.high)
    return percent(part.weight / total), number, f"{part.source} [{', '.join(part.reports[:2])}]"
