"""Who is inside, out and counted: where the sources contradict each other or themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from corridor.finding import Finding
from corridor.reports.report import Report
from corridor.situation.check.registry import named
from corridor.situation.pool import spread, standard_pooling
from corridor.situation.situation import Situation, assumed
from corridor.wording import about

STALE = timedelta(hours=12)


@named("no number")
def _no_number(situation: Situation) -> Iterator[Finding]:
    """An operation without any number of people cannot be planned."""
    for operation in situation.operations:
        if situation.headcount(operation.id) is None:
            yield Finding(
                rule="no number",
                about=operation.id,
                what=f"No source gives a number of people to move from {operation.area}.",
                remedy="Ask for a headcount by group, or record an explicit unknown beside a rival claim.",
                severity="warning",
                reports=operation.reports,
            )


@named("sources disagree")
def _sources_disagree(situation: Situation) -> Iterator[Finding]:
    """Two sources differ by a factor of 1.5 or more on who is inside."""
    for count in situation.headcounts:
        said = [part for part in count.start.components if part.shape != "loguniform"]
        if len(said) < 2:
            continue
        least, most = min(said, key=lambda part: part.mode), max(said, key=lambda part: part.mode)
        if least.mode > 0 and most.mode >= 1.5 * least.mode:
            yield Finding(
                rule="sources disagree",
                about=count.operation,
                what=(
                    f"{most.source} implies about {about(most.mode)} people inside at the start, {least.source} about "
                    f"{about(least.mode)}: {most.mode / least.mode:.1f} times as many."
                ),
                remedy="Plan seats for the high figure and promises for the low one; ask both what they counted.",
                severity="warning",
                reports=(*least.reports, *most.reports),
            )


@named("nobody knows")
def _nobody_knows(situation: Situation) -> Iterator[Finding]:
    """A source says in so many words that the number is unknown."""
    for count in situation.headcounts:
        for part in count.start.components:
            if part.reason.startswith("says that nobody knows"):
                yield Finding(
                    rule="nobody knows",
                    about=count.operation,
                    what=f"{part.source} says that nobody knows how many people remain.",
                    remedy="Show a range, never one number; send counters to the pickup before the first convoy.",
                    severity="warning",
                    reports=part.reports,
                )


@named("parts above total")
def _parts_above_total(situation: Situation) -> Iterator[Finding]:
    """A total is below the sum of its parts as the same source states them in the same place."""
    pooling = standard_pooling()
    for claims in _statements(situation, "people_inside").values():
        by_group = {r.group: span for r in claims if (span := spread(r, pooling)) is not None}
        total = by_group.get("all")
        parts = [by_group[g][1] for g in ("civilians", "fighters", "fighters_and_families") if g in by_group]
        if total is not None and parts and sum(parts) > total[3]:
            yield Finding(
                rule="parts above total",
                about=claims[0].place,
                what=f"{claims[0].source} gives {total[3]:,.0f} in all and parts of {sum(parts):,.0f} or more.",
                remedy="Ask the source which figure holds; correct the report that is wrong.",
                reports=tuple(r.id for r in claims),
            )


@named("one source, two values")
def _two_values(situation: Situation) -> Iterator[Finding]:
    """One source gives two different values for the same thing at the same moment."""
    seen: dict[tuple[str, str, str, str, str, str, str], list[Report]] = {}
    for report in situation.reports:
        if report.number is not None and report.fact not in ("term", "casualties"):
            moment = report.observed.isoformat()
            key = (report.source, report.fact, report.about, report.place, report.group, str(report.scope), moment)
            seen.setdefault(key, []).append(report)
    for key, claims in sorted(seen.items()):
        values = sorted({report.number or 0.0 for report in claims})
        if len(values) > 1 and values[-1] > values[0] * 1.02:
            yield Finding(
                rule="one source, two values",
                about=f"{key[1]} of {key[2]}",
                what=f"{key[0]} gives {' and '.join(f'{value:,.0f}' for value in values)} for the same moment.",
                remedy="Keep both until the source says which holds; then correct the other by its id.",
                severity="warning",
                reports=tuple(r.id for r in claims),
            )


@named("more arrived than left")
def _more_arrived(situation: Situation) -> Iterator[Finding]:
    """More people are counted at the receptions of an operation than are counted out."""
    pooling = standard_pooling()
    for count in situation.headcounts:
        operation = next(o for o in situation.operations if o.id == count.operation)
        sites = {*operation.receptions}
        arrived = [
            (r, span[1])
            for r in situation.reports
            if r.fact == "people_arrived" and r.group == "all" and r.place in sites
            if (span := spread(r, pooling)) is not None
        ]
        top = count.out.quantile(0.9)
        for report, number in arrived:
            if number > top * 1.02:
                yield Finding(
                    rule="more arrived than left",
                    about=report.place,
                    what=f"{report.source} counts {number:,.0f} arrived; at most about {top:,.0f} are counted out.",
                    remedy="Look for a movement that nobody counted on leaving, or a count of another day.",
                    reports=(report.id,),
                )


@named("out above inside")
def _out_above_inside(situation: Situation) -> Iterator[Finding]:
    """A claim of who is inside is contradicted by who has been counted out."""
    for count in situation.headcounts:
        out = count.out.quantile(0.5)
        for part in count.start.components:
            if part.high < out:
                yield Finding(
                    rule="out above inside",
                    about=count.operation,
                    what=f"{part.source} implies at most {part.high:,.0f} inside at first; {out:,.0f} are out already.",
                    remedy="The claim no longer weighs in the estimate; ask the source for a new one.",
                    severity="warning",
                    reports=part.reports,
                )


@named("stale count")
def _stale(situation: Situation) -> Iterator[Finding]:
    """The newest count of people out is older than twelve hours."""
    for count in situation.headcounts:
        moments = [r.observed for name in count.out.reports if (r := situation.report(name)) is not None]
        if moments and situation.at - max(moments) > STALE:
            hours = (situation.at - max(moments)).total_seconds() / 3600
            yield Finding(
                rule="stale count",
                about=count.operation,
                what=f"The newest count of people out is {hours:.0f} hours old.",
                remedy="Ask the counters at the crossing and at the reception; say so beside the figure until then.",
                severity="warning",
                reports=count.out.reports,
            )


@named("count without a period")
def _no_period(situation: Situation) -> Iterator[Finding]:
    """A count of people out that does not say what period it covers cannot be added to anything."""
    for report in situation.reports:
        if report.fact == "people_out" and report.number is not None:
            if not report.scope:
                yield _period(report, "does not say whether it covers one convoy, a day or everything")
            elif report.scope == "daily" and report.since is None:
                yield _period(report, "is for a day and does not say since when")


def _period(report: Report, what: str) -> Finding:
    return Finding(
        rule="count without a period",
        about=report.id,
        what=f"The count of {report.number:,.0f} by {report.source} {what}.",
        remedy="Ask for the period; until then the count is not used.",
        severity="warning",
        reports=(report.id,),
    )


@named("missing movement")
def _missing_movement(situation: Situation) -> Iterator[Finding]:
    """A convoy is known to have left and nobody counted its people."""
    counted = {r.subject for r in situation.reports if r.fact == "people_out" and r.number is not None}
    for operation in situation.operations:
        left = {
            r.subject: r
            for r in situation.reports
            if r.fact == "departure" and r.modality == "done" and r.subject.startswith(f"{operation.id}/")
        }
        missing = sorted(name for name in left if name not in counted)
        if missing:
            yield Finding(
                rule="missing movement",
                about=", ".join(missing),
                what=f"{len(missing)} movement(s) of {operation.id} left without a count of people.",
                remedy="Sums of counted convoys are too low; use a cumulative figure, and count at the bus door.",
                severity="warning",
                reports=tuple(left[name].id for name in missing),
            )


@named("no source")
def _no_source(situation: Situation) -> Iterator[Finding]:
    """A figure the plan rests on was stated by nobody: it is an assumption."""
    for count in situation.headcounts:
        if assumed(situation, count.share):
            yield Finding(
                rule="no source",
                about=f"{count.operation}: share leaving",
                what=f"No source says which share leaves by this corridor; {count.share.quantile(0.5):.0%} is assumed.",
                remedy="Ask people whether they wish to leave, stay or are undecided, and record it as share_leaving.",
                severity="open",
            )


def _statements(situation: Situation, fact: str) -> dict[tuple[str, str, str], list[Report]]:
    found: dict[tuple[str, str, str], list[Report]] = {}
    for report in situation.reports:
        if report.fact == fact:
            found.setdefault((report.source, report.place, report.reference or report.publisher), []).append(report)
    return found
