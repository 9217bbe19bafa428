"""The stage that redacts: a forecast in, what a level may tell out. Writers read nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from corridor.forecasting.forecast import Forecast
from corridor.log.chain import Checkpoint
from corridor.planning.plan import Plan
from corridor.publishing.figures import Figure, Point, figures, series, shown
from corridor.publishing.release.levels import Rules, rules
from corridor.reports.report import Report
from corridor.reports.vocabulary import facts
from corridor.situation.agreement import Agreement, Halt, Reason
from corridor.situation.assess import assess
from corridor.situation.estimate import Component, Estimate
from corridor.situation.fleet import Fleet
from corridor.situation.site import Site
from corridor.situation.situation import Headcount, Operation, Situation


class Release(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """What may be told at one level: the figures, people out over time, and the forecast with the rest taken out.

    `to`, `why` and `by` say to whom it goes, for what, and which role lets it go; `previous` are the figures of the
    report before, `foreseen` what it foresaw of people out by now;
    `checkpoint` is the log's, where the release comes from one.
    """

    rules: Rules
    forecast: Forecast
    figures: tuple[Figure, ...]
    series: tuple[Point, ...]
    made: datetime
    to: str = ""
    why: str = ""
    by: str = ""
    exercise: bool = False
    checkpoint: Checkpoint | None = None
    previous: tuple[Figure, ...] = ()
    previous_at: datetime | None = None
    previous_made: datetime | None = None
    foreseen: tuple[Point, ...] = ()

    @property
    def situation(self) -> Situation:
        """The situation as the level may see it."""
        return self.forecast.plan.situation

    @property
    def plan(self) -> Plan:
        """The plan as the level may see it: without convoys where no movement is told."""
        return self.forecast.plan

    @property
    def destroy_by(self) -> datetime | None:
        """The day by which copies are to be destroyed, None where the level sets none."""
        days = self.rules.destroy_days
        return (self.made + timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0) if days else None


def released(
    forecast: Forecast,
    level: str = "internal",
    *,
    to: str = "",
    why: str = "",
    by: str = "",
    exercise: bool = False,
    checkpoint: Checkpoint | None = None,
    previous: Forecast | None = None,
) -> Release:
    """Return what a level may tell of a forecast.

    The moment of the situation counts as now: what became known within the delay before it is left out. Raises
    `UsageError` for an unknown level.
    """
    rule = rules(level)
    full = _late(forecast.plan.situation, rule)
    told = figures(forecast, full, rule)
    return Release(
        rules=rule,
        forecast=_redacted(forecast, full, rule),
        figures=told,
        series=series(full, rule),
        made=rule.moment(forecast.plan.situation.at),
        to=to,
        why=why,
        by=by,
        exercise=exercise,
        checkpoint=checkpoint,
        previous=figures(previous, _late(previous.plan.situation, rule), rule) if previous else (),
        previous_at=_late(previous.plan.situation, rule).at if previous else None,
        previous_made=rule.moment(previous.plan.situation.at) if previous else None,
        foreseen=_foreseen(previous, full.at, rule) if previous and rule.outlook != "none" else (),
    )


def _foreseen(previous: Forecast, at: datetime, rule: Rules) -> tuple[Point, ...]:
    """Return whom an earlier forecast foresaw to leave from its start to a moment, where it reaches that far."""
    hours = (at - previous.start).total_seconds() / 3600
    found = []
    for bands in previous.bands:
        if bands.quantity == "out" and bands.hours and 0 < hours <= bands.hours[-1]:
            index = min(range(len(bands.hours)), key=lambda i: abs(bands.hours[i] - hours))
            low, middle, high = shown((bands.p10[index], bands.p50[index], bands.p90[index]), rule)
            found.append(Point(operation=bands.operation, at=at, low=low, middle=middle, high=high))
    return tuple(found)


def _late(situation: Situation, rule: Rules) -> Situation:
    """Return the situation as it could be told: assessed again at the moment that the delay leaves."""
    return assess(situation.reports, as_of=rule.shown(situation.at)) if rule.delay_hours else situation


def _redacted(forecast: Forecast, full: Situation, rule: Rules) -> Forecast:
    if rule.name == "internal":
        return forecast
    situation = situation_at(full, rule)
    keeps = rule.movements == "full"
    plan = msgspec.structs.replace(
        forecast.plan,
        situation=situation,
        situation_sha256=situation.sha256,
        convoys=forecast.plan.convoys if keeps else (),
        bounds=forecast.plan.bounds if keeps else (),
        compared=forecast.plan.compared if keeps else (),
        objectives=(),
        left=forecast.plan.left if keeps else {},
        changes=forecast.plan.changes if keeps else (),
        unplanned={},
        clearance_minutes=forecast.plan.clearance_minutes if keeps else 0,
        bound_minutes=forecast.plan.bound_minutes if keeps else 0,
        gap=forecast.plan.gap if keeps else 0.0,
    )
    told = rule.outlook != "none"
    whole = rule.outlook == "full"
    return msgspec.structs.replace(
        forecast,
        plan=plan,
        clearance_hours=forecast.clearance_hours if told else (),
        unfinished=forecast.unfinished if told else 0,
        people=forecast.people if whole else (0.0, 0.0, 0.0),
        bands=forecast.bands if whole else (),
        closes=forecast.closes if whole else (),
        assumptions=(),
        parts=forecast.parts if whole else (),
        arrivals=forecast.arrivals if whole else (),
        convoys=forecast.convoys if keeps else (),
        waiting=(),
        milestones=(),
        needs=forecast.needs if rule.needs == "full" else (),
        causes=(),
    )


def situation_at(full: Situation, rule: Rules) -> Situation:
    """Return a situation, assessed at the moment that the delay leaves, with what a level does not tell taken out."""
    named = {name for operation in full.operations for name in (operation.area, *operation.receptions)}
    reports = tuple(_report(r, rule) for r in full.reports if _cited(r, rule))
    kept = {report.id for report in reports}
    whole = rule.movements == "full"
    return Situation(
        at=rule.moment(full.at),
        sites=tuple(_site(site, rule) for site in full.sites if rule.places == "full" or site.id in named),
        groups=full.groups if whole else (),
        fleet=full.fleet if rule.vehicles == "full" else Fleet(),
        legs=full.legs if rule.route == "full" else (),
        corridors=full.corridors if rule.route == "full" else (),
        agreements=tuple(_agreement(each, rule, kept) for each in full.agreements),
        operations=tuple(_operation(each, rule) for each in full.operations),
        headcounts=tuple(_headcount(each, rule, kept) for each in full.headcounts) if rule.claims != "none" else (),
        halts=tuple(_halt(halt, rule, kept) for halt in full.halts),
        reports=reports,
    )


def _cited(report: Report, rule: Rules) -> bool:
    """Whether a report may be named: at levels that tell published ones only, what somebody published."""
    return rule.sources == "full" or bool(report.publisher)


def _report(report: Report, rule: Rules) -> Report:
    """Return a report as a footnote may show it: who said it and where it was published, when by the level's clock."""
    cut = msgspec.structs.replace(
        report,
        observed=rule.moment(report.observed),
        received=rule.moment(report.received),
        since=None,
        said=None,
        received_rule="",
        derived_from="",
    )
    if rule.words == "none":
        cut = msgspec.structs.replace(cut, quote="", note="")
        if report.fact in facts() and facts()[report.fact].type in ("text", "any", "point"):
            cut = msgspec.structs.replace(cut, value=None)
    if rule.claims == "none":
        cut = msgspec.structs.replace(cut, value=None, low=None, high=None, about="", place="", group="all", scope="")
        # A report's id may be made of what it says.
        cut = msgspec.structs.replace(cut, modality="done", hedge="exact", grade="not graded")
    return cut


def _site(site: Site, rule: Rules) -> Site:
    if rule.places == "full" and not rule.grid_km:
        return site
    # An area that people leave is named and not placed: its middle would say where they are.
    hidden = rule.places != "full" and site.kind not in ("reception", "hospital", "handover")
    placed = site.latitude is not None and site.longitude is not None and not hidden
    where = rule.position(site.latitude or 0, site.longitude or 0) if placed else (None, None)
    reach = max(site.precision_m or 0, rule.grid_km * 1000) or None
    return Site(
        id=site.id,
        kind=site.kind,
        names=site.names,
        latitude=where[0],
        longitude=where[1],
        precision_m=reach if placed else None,
    )


def _operation(operation: Operation, rule: Rules) -> Operation:
    if rule.places == "full":
        return operation
    return msgspec.structs.replace(operation, pickups=(), reports=())


def _agreement(agreement: Agreement, rule: Rules, kept: set[str]) -> Agreement:
    clauses = agreement.clauses if rule.agreement == "full" else ()
    reports = tuple(name for name in agreement.reports if name in kept)
    return msgspec.structs.replace(agreement, clauses=clauses, reports=reports)


def _halt(halt: Halt, rule: Rules, kept: set[str]) -> Halt:
    """Return a halt with its hours cut, and of its reasons who gives one: the words only where the level has words."""
    reasons = tuple(
        msgspec.structs.replace(reason, text=reason.text if rule.words == "full" else "")
        for reason in halt.reasons
        if rule.sources == "full" or reason.report in kept
    )
    return Halt(
        operation=halt.operation,
        since=rule.moment(halt.since),
        until=rule.moment(halt.until) if halt.until else None,
        reasons=tuple(Reason(each.source, each.text, each.report) for each in reasons),
    )


def _headcount(count: Headcount, rule: Rules, kept: set[str]) -> Headcount:
    """Return the claims that may be told; a claim of an unpublished report stays in the figure, its source unnamed."""
    if rule.claims == "full":
        return count
    return msgspec.structs.replace(
        count,
        start=_unnamed(count.start, kept),
        share=_unnamed(count.share, kept),
        out=_unnamed(count.out, kept),
        unused=(),
    )


def _unnamed(estimate: Estimate, kept: set[str]) -> Estimate:
    parts = tuple(_component(part, kept) for part in estimate.components)
    return msgspec.structs.replace(estimate, components=parts)


def _component(part: Component, kept: set[str]) -> Component:
    if all(name in kept for name in part.reports):
        return part
    named = tuple(name for name in part.reports if name in kept)
    return msgspec.structs.replace(part, source="", reason="", reports=named)
