"""The agreement as stated: operations, clauses, windows, and the halts of the movement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast, get_args

import msgspec

from corridor.errors import InputError
from corridor.reports.report import Report
from corridor.situation.agreement import Agreement, AgreementState, Clause, ClauseKind, Halt, Reason
from corridor.situation.situation import Operation

KINDS: tuple[str, ...] = get_args(ClauseKind)
STATES: tuple[str, ...] = get_args(AgreementState)
Stated = dict[str, dict[str, Report]]


def latest(reports: Sequence[Report]) -> Report:
    """Return the report that holds now: the last observed, then the last received, then by id."""
    return max(reports, key=lambda r: (r.observed, r.received, r.id))


def terms_of(reports: Sequence[Report]) -> Stated:
    """Return, for each clause id, its parameters with the report that holds now."""
    stated: dict[str, dict[str, list[Report]]] = {}
    for report in reports:
        if report.fact == "term" and report.modality != "denied" and report.value is not None:
            stated.setdefault(report.subject, {}).setdefault(report.part, []).append(report)
    return {
        clause: {name: latest(claims) for name, claims in sorted(parts.items())}
        for clause, parts in sorted(stated.items())
    }


def words(value: object) -> tuple[str, ...]:
    """Return the words of a list written with semicolons."""
    return tuple(word.strip() for word in str(value).split(";") if word.strip())


def operations_of(reports: Sequence[Report], boards_at: dict[str, tuple[str, ...]]) -> tuple[Operation, ...]:
    """Return the named operations: those whose `who` clause says from which area people leave."""
    terms = terms_of(reports)
    found = []
    for clause, parameters in terms.items():
        name, _, rest = clause.partition("/")
        if rest != "who" or "from" not in parameters:
            continue
        area = str(parameters["from"].value)
        destination = terms.get(f"{name}/destination", {}).get("to")
        linked = terms.get(f"{name}/reciprocity", {}).get("with")
        cited = [report for report in (parameters["from"], destination, linked) if report is not None]
        found.append(
            Operation(
                id=name,
                area=area,
                pickups=boards_at.get(area, (area,)),
                receptions=words(destination.value) if destination else (),
                linked_to=words(linked.value) if linked else (),
                reports=tuple(report.id for report in cited),
            )
        )
    return tuple(found)


def agreement_of(operation: str, reports: Sequence[Report]) -> Agreement:
    """Return the agreement of one operation: its state as last reported, and its clauses with their parameters."""
    mine = [r for r in reports if r.fact == "clause" and r.about.startswith(f"{operation}/") and r.modality != "denied"]
    states = [r for r in reports if r.fact == "agreement" and r.about == operation and r.modality != "denied"]
    terms = terms_of(reports)
    by_clause: dict[str, list[Report]] = {}
    for report in mine:
        by_clause.setdefault(report.about, []).append(report)
    for clause, parameters in terms.items():
        if clause.startswith(f"{operation}/") and clause not in by_clause:
            by_clause[clause] = list(parameters.values())
    failed = [r.observed for r in states if r.value in ("failed", "ended")]
    clauses = tuple(_clause(name, by_clause[name], terms.get(name, {}), failed) for name in sorted(by_clause))
    state = latest(states) if states else None
    return Agreement(
        operation=operation,
        state=_state(state),
        clauses=clauses,
        reports=tuple(r.id for r in sorted(states, key=lambda r: (r.observed, r.received, r.id))),
    )


def _state(report: Report | None) -> AgreementState:
    if report is None:
        return "none"
    if str(report.value) not in STATES:
        raise InputError(
            f"{report.value!r} is no state of an agreement",
            place=f"report {report.id}",
            hint="one of: " + ", ".join(STATES),
        )
    return cast("AgreementState", str(report.value))


def _clause(name: str, claims: list[Report], parameters: dict[str, Report], failed: list[datetime]) -> Clause:
    kind = next((str(r.value) for r in claims if r.fact == "clause"), name.partition("/")[2].partition("-")[0])
    if kind not in KINDS:
        raise InputError(
            f"{kind!r} is no kind of clause", place=f"clause {name}", hint="one of: " + ", ".join(sorted(KINDS))
        )
    first = min(r.observed for r in claims)
    values = {key: report.value for key, report in parameters.items() if report.value is not None}
    cited = (*(r.id for r in claims if r.fact == "clause"), *(r.id for r in parameters.values()))
    return Clause(
        id=name,
        kind=cast("ClauseKind", kind),
        parameters={key: value for key, value in values.items() if key not in ("parties", "opens", "closes")},
        parties=words(values.get("parties", "")),
        begins=_time(parameters.get("opens")),
        ends=_time(parameters.get("closes")),
        version=1 + sum(moment < first for moment in failed),
        reports=tuple(dict.fromkeys(cited)),
    )


def _time(report: Report | None) -> datetime | None:
    if report is None:
        return None
    try:
        moment = datetime.fromisoformat(str(report.value))
    except ValueError:
        moment = datetime.min  # noqa: DTZ901 - only a mark for what the next line refuses
    if moment.tzinfo is None:
        raise InputError(
            f"{report.value!r} is no time with a zone", place=f"report {report.id}", hint="write 2016-12-15T08:00+02:00"
        )
    return moment


def halts_of(operation: str, reports: Sequence[Report]) -> tuple[Halt, ...]:
    """Return the halts of one operation in order: rival reasons kept, a denial ends nothing.

    A halt lasts until a resumption or a counted passage of the same operation that was seen after it began.
    """
    mine = [r for r in reports if r.subject == operation or r.about.startswith(f"{operation}/")]
    stops = sorted(
        (r for r in mine if r.fact == "halt" and r.modality not in ("denied", "planned")),
        key=lambda r: (r.observed, r.received, r.id),
    )
    ends = sorted(
        (r for r in mine if _ends_a_halt(r)),
        key=lambda r: (r.observed, r.received, r.id),
    )
    found: list[Halt] = []
    for stop in stops:
        reason = Reason(stop.source, str(stop.value or stop.note), stop.id)
        current = found[-1] if found else None
        if current is not None and (current.until is None or stop.observed < current.until):
            found[-1] = msgspec.structs.replace(current, reasons=(*current.reasons, reason))
            continue
        after = [end for end in ends if end.observed > stop.observed]
        until = after[0].observed if after else None
        ended_by = tuple(end.id for end in after if end.observed == until)
        found.append(Halt(operation=operation, since=stop.observed, until=until, reasons=(reason,), ended_by=ended_by))
    return tuple(found)


def _ends_a_halt(report: Report) -> bool:
    if report.modality in ("denied", "planned", "accusation"):
        return False
    if report.fact == "resumption":
        return True
    counted = report.fact == "people_out" and report.scope == "batch" and (report.number or 0) > 0
    return counted or (report.fact == "departure" and "/" in report.about)
