"""The figures that are told: each is computed once, here, and every output takes it from here."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import msgspec

from corridor.forecasting.forecast import Forecast
from corridor.publishing.release.levels import Rules
from corridor.situation.counts import Counts
from corridor.situation.estimate import Estimate
from corridor.situation.pool import standard_pooling
from corridor.situation.site import left_to_move
from corridor.situation.situation import Situation

POINTS = (0.1, 0.5, 0.9)
# A series begins some hours before the first counted movement and holds no more than so many hours.
BEFORE, HOURS = 6, 14 * 24
Three = tuple[float, float, float]
Shown = tuple[float | None, float | None, float | None]


class Figure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One figure as a level tells it: P10, P50 and P90 in `unit`, where, of whom, and the reports behind it.

    None stands for "fewer than the level's smallest". `unit` is people, share, hours or that of an item of need.
    """

    key: str
    operation: str
    place: str
    low: float | None
    middle: float | None
    high: float | None
    unit: str = "people"
    group: str = ""
    reports: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Return what names the figure in every output."""
        return ":".join(part for part in (self.key, self.operation, self.place, self.group) if part)


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """People out of an operation by a moment, P10, P50 and P90, as coarse as the level wants."""

    operation: str
    at: datetime
    low: float | None
    middle: float | None
    high: float | None


def figures(forecast: Forecast | None, situation: Situation, rules: Rules) -> tuple[Figure, ...]:
    """Return every figure of a situation, and of a forecast as far as the level tells what may come."""
    found = [*_believed(situation, rules), *_receptions(situation, rules)]
    if forecast is None:
        return tuple(found)
    if rules.outlook != "none":
        found += _ahead(forecast)
        found += _arrivals(forecast, rules)
    if rules.needs == "full":
        found += [
            Figure(
                key=f"need.{need.item}",
                operation=need.operation,
                place="",
                low=None,
                middle=round(need.middle),
                high=round(need.high),
                unit=need.unit,
            )
            for need in forecast.needs
        ]
    return tuple(found)


def _believed(situation: Situation, rules: Rules) -> Iterator[Figure]:
    for count in situation.headcounts:
        named = {"inside": count.start, "out": count.out}
        for key, estimate in named.items():
            yield _people(key, count.operation, count.area, _points(estimate), rules, reports=estimate.reports)
        low, middle, high = (round(value, 3) for value in _points(count.share))
        share = Figure(
            key="share",
            operation=count.operation,
            place=count.area,
            low=low,
            middle=middle,
            high=high,
            unit="share",
            reports=count.share.reports,
        )
        yield share
        groups = [group for group in situation.groups if group.operation == count.operation]
        behind = (name for group in groups for name in (*group.reports, *group.people.reports))
        yield _people("left", count.operation, count.area, left_to_move(groups), rules, reports=behind)
    if rules.places == "full":
        for group in situation.groups:
            mine = (*group.reports, *group.people.reports)
            points = left_to_move([group])
            yield _people("waiting", group.operation, group.site, points, rules, group=group.id, reports=mine)


def _receptions(situation: Situation, rules: Rules) -> Iterator[Figure]:
    of = {name: operation.id for operation in situation.operations for name in operation.receptions}
    for site in situation.sites:
        if site.id in of:
            counted = [r for r in situation.reports if r.place == site.id and r.fact == "people_arrived"]
            known = [(number, r) for r in counted if (number := r.number) is not None]
            if known:
                most, report = max(known, key=lambda pair: (pair[0], pair[1].id))
                yield _people("received", of[site.id], site.id, (most, most, most), rules, reports=[report.id])
        if site.capacity is not None and (site.id in of or rules.places == "full"):
            points = _points(site.capacity)
            yield _people("room", of.get(site.id, ""), site.id, points, rules, reports=site.capacity.reports)


def _ahead(forecast: Forecast) -> list[Figure]:
    hours = [forecast.quantile(q) for q in POINTS]
    low, middle, high = (None if math.isinf(value) else round(value, 1) for value in hours)
    names = [operation.id for operation in forecast.plan.situation.operations]
    if not forecast.clearance_hours or not names:
        return []
    return [Figure(key="end", operation=names[0], place="", low=low, middle=middle, high=high, unit="hours")]


def _arrivals(forecast: Forecast, rules: Rules) -> Iterator[Figure]:
    for item in forecast.arrivals:
        # The parts of a day rise and fall together: their quantiles are summed as bounds, the middle as the middle.
        totals = tuple(sum(block[index] for block in item.people) for index in range(3))
        low, middle, high = totals
        yield _people("arrivals", item.operation, item.reception, (low, middle, high), rules)


def _points(estimate: Estimate) -> Three:
    low, middle, high = (estimate.quantile(q) for q in POINTS)
    return low, middle, high


def _people(
    key: str,
    operation: str,
    place: str,
    points: Three,
    rules: Rules,
    *,
    group: str = "",
    reports: Iterable[str] = (),
) -> Figure:
    low, middle, high = shown(points, rules)
    behind = tuple(dict.fromkeys(reports))
    return Figure(
        key=key, operation=operation, place=place, low=low, middle=middle, high=high, group=group, reports=behind
    )


def shown(points: Three, rules: Rules) -> Shown:
    """Return three counts of people as a level tells them: coarse, None where too few."""
    low, middle, high = (None if rules.hides(value) else float(rules.count(value)) for value in points)
    return low, middle, high


def series(situation: Situation, rules: Rules) -> tuple[Point, ...]:
    """Return the people out at each full hour from before the first counted movement on, as known now.

    An operation that nobody counted anyone out of has no series.
    """
    corrected = {report.corrects for report in situation.reports if report.corrects}
    valid = [r for r in situation.reports if r.id not in corrected and r.received <= situation.at]
    found: list[Point] = []
    for operation in situation.operations:
        counts = Counts(operation.id, valid, standard_pooling())
        if not counts.flows:
            continue
        last = situation.at.replace(minute=0, second=0, microsecond=0)
        first = min(report.observed for report in counts.flows)
        length = min(max(math.ceil((last - first) / timedelta(hours=1)), 0) + BEFORE, HOURS)
        for back in range(length, -1, -1):
            at = last - timedelta(hours=back)
            low, middle, high = shown(_points(counts.out(at)), rules)
            found.append(Point(operation=operation.id, at=at, low=low, middle=middle, high=high))
    return tuple(found)
