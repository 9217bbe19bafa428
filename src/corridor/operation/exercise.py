"""Exercises: a separate log, marked EXERCISE on every output, fed with injects or with an old operation's reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from corridor.errors import UsageError
from corridor.log.entry import Answer, moment_of
from corridor.log.log import Log
from corridor.operation.known import INJECT, entry_of
from corridor.reports.report import Report

if TYPE_CHECKING:
    from corridor.operation.operation import Operation

MARK = "EXERCISE EXERCISE EXERCISE"


def marked(text: str, *, exercise: bool) -> str:
    """Return a text as it may be shown: that of an exercise says so on its first and its last line."""
    return f"{MARK}\n{text}\n{MARK}" if exercise else text


def shifted(reports: Iterable[Report], start: datetime, *, pace: float = 1.0) -> list[Report]:
    """Return the reports of an old operation as if it began at `start`, `pace` times as fast.

    Their ids are marked, so that an exercise never meets a real report under one id.
    """
    kept = sorted(reports, key=lambda r: (r.received, r.id))
    if not kept:
        return []
    zero = kept[0].received

    def move(moment: datetime | None) -> datetime | None:
        return None if moment is None else start + (moment - zero) / pace

    return [
        msgspec.structs.replace(
            report,
            id=f"exercise-{report.id}",
            corrects=f"exercise-{report.corrects}" if report.corrects else "",
            observed=move(report.observed),
            received=move(report.received),
            said=move(report.said),
            since=move(report.since),
        )
        for report in kept
    ]


def due(reports: Sequence[Report], since: datetime, until: datetime) -> Iterator[Report]:
    """Yield the reports that come in between two moments, in order of reception."""
    for report in sorted(reports, key=lambda r: (r.received, r.id)):
        if since < report.received <= until:
            yield report


def inject(log: Log, report: Report, *, by: str, why: str) -> Answer:
    """Put an invented report into an exercise log, with an act that says who did it and why.

    Raises `UsageError` where the log is a real operation's: nothing invented ever enters it.
    """
    _only_exercise(log)
    answer = log.append([entry_of(report, actor=by, device="exercise", recorded=log.clock())])[0]
    if answer.status == "accepted":
        log.write("act", INJECT, {"report": report.id, "why": why}, actor=by, device="exercise")
    return answer


def play(
    operation: Operation,
    reports: Iterable[Report],
    *,
    by: str,
    start: datetime | None = None,
    pace: float = 1.0,
    until: datetime | None = None,
) -> list[Answer]:
    """Record what of an old operation is due by a moment, as if it had begun at `start`; playing on adds the rest.

    Left out, `start` is when the log was opened and `until` is now. Raises `UsageError` in a real operation's log.
    """
    log = operation.log
    _only_exercise(log)
    begun = start or moment_of(next(log.rows()).received)
    now = until or log.clock()
    coming = list(due(shifted(reports, begun, pace=pace), datetime.min.replace(tzinfo=UTC), now))
    return operation.report(coming, actor=by, device="exercise") if coming else []


def _only_exercise(log: Log) -> None:
    if not log.opened.exercise:
        raise UsageError("is no exercise", place=log.store.place, hint="corridor new LOG --exercise")
