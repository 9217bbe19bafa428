"""What the public may see: the past only, late, coarse, small counts hidden. A pure stage that publication extends.

Live positions, dates, routes and small counts can be used to harm those who travel (ICRC Handbook on data protection
in humanitarian action, 3rd edition, 2024; IASC operational guidance on data responsibility, 2023).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from corridor.situation.situation import Situation

DELAY = timedelta(hours=6)
# Counts below this are shown as "<10": a family of five that left on a known day can be found.
SMALLEST = 10
GRID_KM = 1.0
_KM_A_DEGREE = 111.32


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """How late and how coarse: hours of delay, the least count shown, the grid for places in km."""

    delay: timedelta = DELAY
    smallest: int = SMALLEST
    grid_km: float = GRID_KM


class PublicCount(msgspec.Struct, frozen=True, kw_only=True):
    """What the public learns of one movement, rounded: people out and still to move as words, halted or not."""

    movement: str
    out: str
    left: str
    halted: bool


class PublicPlace(msgspec.Struct, frozen=True, kw_only=True):
    """A place of reception on a coarse grid, with who was received there in all."""

    place: str
    latitude: float | None
    longitude: float | None
    received: str


class PublicView(msgspec.Struct, frozen=True, kw_only=True):
    """The public view: as known at `at`, a full hour at least the delay ago. It says nothing of what is to come."""

    title: str
    exercise: bool
    at: datetime
    delay_hours: float
    counts: tuple[PublicCount, ...]
    places: tuple[PublicPlace, ...]


def moment_shown(now: datetime, level: Level = Level()) -> datetime:  # noqa: B008 - a frozen value
    """Return the moment whose state may be shown now: the delay back, then down to the full hour."""
    return (now - level.delay).replace(minute=0, second=0, microsecond=0)


def public_view(
    situation: Situation,
    *,
    title: str,
    exercise: bool = False,
    level: Level = Level(),  # noqa: B008
) -> PublicView:
    """Return the public view of a situation that was assessed at `moment_shown`.

    Only counts of people who are out or still wait, and receptions: no plan, no hours, no road, no vehicle, no report.
    """
    return PublicView(
        title=title,
        exercise=exercise,
        at=situation.at,
        delay_hours=level.delay / timedelta(hours=1),
        counts=tuple(_count(situation, operation.id, level) for operation in situation.operations),
        places=_places(situation, level),
    )


def _count(situation: Situation, name: str, level: Level) -> PublicCount:
    count = situation.headcount(name)
    left = sum(g.people.quantile(0.5) * (1 + g.companions) for g in situation.groups if g.operation == name)
    return PublicCount(
        movement=name,
        out=coarse(count.out.quantile(0.5), level) if count else "not known",
        left=coarse(left, level) if count else "not known",
        halted=any(halt.operation == name and halt.until is None for halt in situation.halts),
    )


def _places(situation: Situation, level: Level) -> tuple[PublicPlace, ...]:
    receptions = {name for operation in situation.operations for name in operation.receptions}
    found = []
    for site in situation.sites:
        if site.id in receptions:
            arrived = [r.number for r in situation.reports if r.place == site.id and r.fact == "people_arrived"]
            known = [number for number in arrived if number is not None]
            where = None if site.latitude is None or site.longitude is None else (site.latitude, site.longitude)
            placed = snapped(*where, level) if where else (None, None)
            found.append(
                PublicPlace(
                    place=site.id,
                    latitude=placed[0],
                    longitude=placed[1],
                    received=coarse(max(known), level) if known else "not known",
                )
            )
    return tuple(found)


def coarse(number: float, level: Level = Level()) -> str:  # noqa: B008
    """Return a count as the public sees it: `<10` for a small one, else two digits, never nearer than ten."""
    if number < level.smallest:
        return f"<{level.smallest}"
    step = max(10 ** (math.floor(math.log10(number)) - 1), level.smallest)
    return f"about {max(round(number / step) * step, level.smallest):,}"


def snapped(latitude: float, longitude: float, level: Level = Level()) -> tuple[float, float]:  # noqa: B008
    """Return the middle of the grid cell that holds a point: cells are `grid_km` high and at least as wide."""
    high = level.grid_km / _KM_A_DEGREE
    row = math.floor(latitude / high)
    middle = (row + 0.5) * high
    # The width is that of the cell's edge nearer to the pole, so that no cell is narrower than asked for.
    edge = min(max(abs(row), abs(row + 1)) * high, 89.9)
    wide = high / math.cos(math.radians(edge))
    return round(middle, 5), round((math.floor(longitude / wide) + 0.5) * wide, 5)


def suppressed(counts: Sequence[int], level: Level = Level()) -> list[str]:  # noqa: B008
    """Return the counts of a table that has a total: where one alone is hidden, the next smallest is hidden too.

    Else the hidden one could be had by taking the others from the total.
    """
    hidden = {number for number, count in enumerate(counts) if 0 < count < level.smallest}
    if len(hidden) == 1 and len(counts) > 1:
        rest = [number for number in range(len(counts)) if number not in hidden and counts[number] > 0]
        if rest:
            hidden.add(min(rest, key=lambda number: (counts[number], number)))
    return ["hidden" if number in hidden else f"{count:,}" for number, count in enumerate(counts)]
