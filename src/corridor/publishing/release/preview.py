"""What a reader could infer from a release, before it is let go: where, when, how many, what comes, who said it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import msgspec

from corridor.publishing import names
from corridor.publishing.figures import Point
from corridor.publishing.release.stage import Release
from corridor.publishing.words import Words, words

LAST = 5  # of the hours at which the number changed


class Inference(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a reader could infer, and how near to the truth; `grave` where it could help to hurt someone."""

    topic: str
    says: str
    grave: bool = False


def preview(release: Release, *, lang: str = "en") -> list[Inference]:
    """Return what a reader could infer, in a language, the grave first."""
    w = words(lang, release.situation.at.tzinfo)
    found = [*_where(release, w), *_when(release, w), *_many(release, w), *_ahead(release, w), *_who(release, w)]
    return sorted(found, key=lambda each: not each.grave)


def heading(release: Release, *, lang: str = "en") -> str:
    """Return the line above what a reader could infer."""
    w = words(lang)
    return w("pre.head", level=w(f"rel.level.{release.rules.name}") if lang != "en" else release.rules.name)


def _where(release: Release, w: Words) -> Iterator[Inference]:
    situation, grid = release.situation, release.rules.grid_km
    placed = [site.name(w.lang) for site in situation.sites if site.latitude is not None]
    within = w("pre.within", km=f"{grid:g}") if grid else w("pre.reported")
    shown = " · ".join(placed) or w("pre.no_places")
    yield Inference(topic=w("pre.where"), says=w("pre.places", n=len(placed), within=within, names=shown))
    pickups = {name for operation in situation.operations for name in operation.pickups}
    if pickups:
        says = w("pre.pickups", names=" · ".join(sorted(pickups)))
        yield Inference(topic=w("pre.where"), says=says, grave=True)
    for corridor in situation.corridors:
        says = w("pre.road", where=names.operation(situation, corridor.operation, w), sites=" > ".join(corridor.sites))
        yield Inference(topic=w("pre.where"), says=says, grave=True)


def _when(release: Release, w: Words) -> Iterator[Inference]:
    rules = release.rules
    key = "pre.late" if rules.delay_hours else "pre.fresh"
    yield Inference(topic=w("pre.when"), says=w(key, n=f"{rules.delay_hours:g}", minutes=rules.clock_minutes))
    for operation in release.situation.operations:
        steps = list(_steps(release, operation.id))
        if steps:
            hours = " · ".join(w.moment(point.at) for point, _ in steps[-LAST:])
            yield Inference(
                topic=w("pre.when"),
                says=w("pre.steps", where=names.operation(release.situation, operation.id, w), hours=hours),
            )


def _steps(release: Release, operation: str) -> Iterator[tuple[Point, float]]:
    """Yield each hour at which the told number of people out changed, and by how much: what differencing gives."""
    mine = [point for point in release.series if point.operation == operation]
    for before, after in pairwise(mine):
        change = (after.middle or 0) - (before.middle or 0)
        if change:
            yield after, change


def _many(release: Release, w: Words) -> Iterator[Inference]:
    rules = release.rules
    if rules.smallest:
        hidden = sum(figure.middle is None for figure in release.figures)
        says = w("pre.hidden", least=rules.smallest, hidden=hidden, all=len(release.figures))
        yield Inference(topic=w("pre.many"), says=says)
    else:
        grave = rules.name not in ("internal", "parties")
        yield Inference(topic=w("pre.many"), says=w("pre.exact"), grave=grave)
    for operation in release.situation.operations:
        steps = [abs(change) for _, change in _steps(release, operation.id)]
        if steps and rules.step:
            says = w(
                "pre.smallest",
                where=names.operation(release.situation, operation.id, w),
                n=w.count(round(min(steps))),
                step=rules.step,
            )
            yield Inference(topic=w("pre.many"), says=says)


def _ahead(release: Release, w: Words) -> Iterator[Inference]:
    convoys = release.plan.convoys
    if convoys:
        first = min(convoys, key=lambda convoy: convoy.depart)
        says = w("pre.convoys", n=len(convoys), first=first.id, at=w.moment(first.depart))
        yield Inference(topic=w("pre.comes"), says=says, grave=True)
    elif any(figure.key == "end" for figure in release.figures):
        yield Inference(topic=w("pre.comes"), says=w("pre.end"))
    else:
        yield Inference(topic=w("pre.comes"), says=w("pre.nothing"))


def _who(release: Release, w: Words) -> Iterator[Inference]:
    own = sum(not report.publisher for report in release.situation.reports)
    named = len({report.source for report in release.situation.reports})
    says = w("pre.sources", named=named, own=own)
    yield Inference(topic=w("pre.who"), says=says, grave=bool(own) and release.rules.sources == "published")
