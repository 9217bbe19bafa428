"""What a reader could infer from a release, before it is let go: where, when, how many, what comes, who said it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import msgspec

from corridor.publishing.figures import Point
from corridor.publishing.release.stage import Release
from corridor.situation.situation import Situation


class Inference(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a reader could infer, and how near to the truth; `grave` where it could help to hurt someone."""

    topic: str
    says: str
    grave: bool = False


def preview(release: Release) -> list[Inference]:
    """Return what a reader could infer, the grave first."""
    found = [*_where(release), *_when(release), *_many(release), *_ahead(release), *_who(release)]
    return sorted(found, key=lambda each: not each.grave)


def _where(release: Release) -> Iterator[Inference]:
    situation, grid = release.situation, release.rules.grid_km
    placed = [site for site in situation.sites if site.latitude is not None]
    within = f"to within {grid:g} km" if grid else "as reported"
    yield Inference(topic="where", says=f"{len(placed)} places are shown, {within}: {_names(situation)}")
    pickups = {name for operation in situation.operations for name in operation.pickups}
    if pickups:
        says = "where people wait to board: " + ", ".join(sorted(pickups))
        yield Inference(topic="where", says=says, grave=True)
    for corridor in situation.corridors:
        says = f"the road of {corridor.operation}: " + " > ".join(corridor.sites)
        yield Inference(topic="where", says=says, grave=True)


def _names(situation: Situation) -> str:
    return ", ".join(site.name() for site in situation.sites if site.latitude is not None) or "none"


def _when(release: Release) -> Iterator[Inference]:
    rules = release.rules
    late = f"at least {rules.delay_hours:g} hours old" if rules.delay_hours else "as new as the situation"
    yield Inference(topic="when", says=f"everything is {late}, to {rules.clock_minutes} minutes")
    for operation in release.situation.operations:
        steps = list(_steps(release, operation.id))
        if steps:
            hours = ", ".join(f"{point.at:%d %b %H:%M}" for point, _ in steps[-5:])
            yield Inference(topic="when", says=f"people of {operation.id} came out in the hour before {hours}")


def _steps(release: Release, operation: str) -> Iterator[tuple[Point, float]]:
    """Yield each hour at which the told number of people out changed, and by how much: what differencing gives."""
    mine = [point for point in release.series if point.operation == operation]
    for before, after in pairwise(mine):
        change = (after.middle or 0) - (before.middle or 0)
        if change:
            yield after, change


def _many(release: Release) -> Iterator[Inference]:
    rules = release.rules
    hidden = sum(figure.middle is None for figure in release.figures)
    least = f"counts under {rules.smallest} are hidden ({hidden} of {len(release.figures)})" if rules.smallest else ""
    exact = "every count stands as estimated"
    yield Inference(
        topic="how many", says=least or exact, grave=not least and rules.name not in ("internal", "parties")
    )
    for operation in release.situation.operations:
        steps = [abs(change) for _, change in _steps(release, operation.id)]
        if steps and rules.step:
            says = f"the smallest movement of {operation.id} that shows is {min(steps):,.0f}, give or take {rules.step}"
            yield Inference(topic="how many", says=says)


def _ahead(release: Release) -> Iterator[Inference]:
    convoys = release.plan.convoys
    if convoys:
        first = min(convoys, key=lambda convoy: convoy.depart)
        says = f"{len(convoys)} convoys to come with hour and road, the first {first.id} at {first.depart:%d %b %H:%M}"
        yield Inference(topic="what comes", says=says, grave=True)
    elif any(figure.key == "end" for figure in release.figures):
        yield Inference(topic="what comes", says="the day by which it may be over, and who may arrive within 24 hours")
    else:
        yield Inference(topic="what comes", says="nothing")


def _who(release: Release) -> Iterator[Inference]:
    own = sum(not report.publisher for report in release.situation.reports)
    named = len({report.source for report in release.situation.reports})
    says = f"{named} sources are named; {own} reports among theirs were never published"
    yield Inference(topic="who says it", says=says, grave=bool(own) and release.rules.sources == "published")
