"""Reports to a situation: the same reports in any order, any number of times, give the same situation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from corridor.errors import Fault, InputError
from corridor.reports.report import Candidate, Report
from corridor.reports.vocabulary import facts
from corridor.situation.counts import Counts
from corridor.situation.people import groups_of, headcount
from corridor.situation.places import boards_at, corridors_of, fleet_of, legs_of, sites_of
from corridor.situation.pool import Pooling, standard_pooling
from corridor.situation.situation import Situation
from corridor.situation.terms import agreement_of, halts_of, operations_of
from corridor.situation.travel import with_travel


def assess(reports: Iterable[Report], *, as_of: datetime | None = None, pooling: Pooling | None = None) -> Situation:
    """Return what can be believed at a moment from the reports received by then; losing claims stay attached.

    `as_of` is the moment with its zone (the last reception where it is left out). `pooling` is the table of widths
    and weights (the shipped one where it is left out). A report that another one corrects is replaced by it.

    Raises `InputError` for candidates nobody accepted, for one id with two contents, and for a time without zone.
    """
    table = pooling or standard_pooling()
    known = _once(reports)
    if as_of is not None and as_of.tzinfo is None:
        raise InputError("the moment has no zone", place="--as-of", hint="write 2016-12-15T23:59+02:00")
    if not known:
        raise InputError("no reports", place="reports", hint="give at least one report of people_inside")
    at = as_of if as_of is not None else max(report.received for report in known)
    seen = [report for report in known if report.received <= at]
    if not seen:
        first = min(report.received for report in known)
        cause = f"no report had been received by {at.isoformat()}"
        raise InputError(cause, place="--as-of", hint=f"the first was received at {first.isoformat()}")
    corrected = {report.corrects for report in seen if report.corrects}
    valid = [report for report in seen if report.id not in corrected]
    sites = sites_of(valid, table)
    operations = operations_of(valid, boards_at(valid))
    corridors = corridors_of(operations, valid, table)
    counts = {operation.id: Counts(operation.id, valid, table) for operation in operations}
    headcounts = {
        operation.id: found
        for operation in operations
        if (found := headcount(operation, valid, counts[operation.id], at, table)) is not None
    }
    groups = [
        group
        for operation in operations
        if operation.id in headcounts
        for group in with_travel(
            groups_of(operation, headcounts[operation.id], valid, counts[operation.id], at, table),
            operation,
            valid,
            table,
        )
    ]
    legs = legs_of(valid, table, {site.id for site in sites})
    return Situation(
        at=at,
        sites=sites,
        groups=tuple(groups),
        fleet=fleet_of(operations, corridors, legs, valid, at, table),
        legs=legs,
        corridors=corridors,
        agreements=tuple(agreement_of(operation.id, valid) for operation in operations),
        operations=operations,
        headcounts=tuple(headcounts.values()),
        halts=tuple(halt for operation in operations for halt in halts_of(operation.id, valid)),
        reports=tuple(seen),
    )


def _once(reports: Iterable[Report]) -> list[Report]:
    """Return each report once, in an order that does not depend on how they came."""
    by_id: dict[str, Report] = {}
    faults: list[Fault] = []
    for report in reports:
        if isinstance(report, Candidate):
            faults.append(
                Fault(f"{report.doc or report.id}", "a candidate that nobody accepted", "corridor accept first")
            )
        elif report.fact not in facts():
            faults.append(Fault(f"report {report.id}", f"unknown fact {report.fact!r}", "see facts.csv"))
        elif (first := by_id.setdefault(report.id, report)) != report:
            faults.append(Fault(f"report {report.id}", "one id with two contents", "give the edited one its own id"))
        elif first is not report:
            # One moment may be written with two offsets, one number as 5 and 5.0: the choice must not hang on order.
            by_id[report.id] = min(first, report, key=msgspec.json.encode)
    if faults:
        raise InputError(f"{len(faults)} report(s) cannot be assessed", place="reports", faults=faults)
    return sorted(by_id.values(), key=lambda r: (r.observed, r.received, r.id))
