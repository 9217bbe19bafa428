"""What comes in from the road and what an exercise makes up: parsing and printing only."""

from __future__ import annotations

from typing import Annotated

import typer

from corridor.cli_opened import By, Name, Opened, Reason, moment
from corridor.errors import UsageError


def register(app: typer.Typer) -> None:
    """Add these verbs to the others."""
    for verb in (positions, drill):
        app.command()(verb)


def positions(
    log: Name,
    requests: Annotated[str, typer.Argument(metavar="FILE", help="Requests of Traccar Client or OsmAnd, one a line.")],
    vehicles: Annotated[str, typer.Option("--vehicles", help="CSV of device,vehicle: those that were enrolled.")],
    by: By = "duty officer",
    device: Annotated[str, typer.Option("--device", help="What took the requests.")] = "tracker",
) -> None:
    """Record where vehicles were, late and in any order."""
    from corridor.files import read_bytes
    from corridor.operation.positions import read_enrolled, read_requests

    enrolled = read_enrolled(read_bytes(vehicles).decode("utf-8", "replace"), place=vehicles)
    text = read_bytes(requests).decode("utf-8", "replace")
    with Opened(log) as operation:
        found, faults = read_requests(text, received=operation.log.clock(), vehicles=enrolled, place=requests)
        answers = operation.report(found, actor=by, device=device)
    new = sum(answer.status == "accepted" for answer in answers)
    print(f"{new:,} new positions of {len({report.about for report in found}):,} vehicles, {len(found) - new:,} known")
    for fault in faults[:20]:
        print(f"  refused: {fault}")
    if faults:
        print(f"{len(faults):,} lines refused")
        raise typer.Exit(1)


def drill(
    log: Name,
    files: Annotated[list[str] | None, typer.Argument(metavar="[FILE]...", help="Reports of an old operation.")] = None,
    start: Annotated[
        str | None, typer.Option("--start", help="When the exercise begins; else the log's start.")
    ] = None,
    pace: Annotated[float, typer.Option("--pace", help="How many times as fast as it was.")] = 1.0,
    until: Annotated[str | None, typer.Option("--until", help="What is due by then; else by now.")] = None,
    inject: Annotated[str | None, typer.Option("--inject", help="A table of invented reports.")] = None,
    reason: Reason = "",
    by: By = "umpire",
) -> None:
    """Play an old operation into an exercise log, or make something up."""
    from corridor.operation.exercise import inject as put
    from corridor.operation.exercise import marked, play
    from corridor.reports.tables import read_reports

    if inject is not None and not reason:
        raise UsageError("is not made up without a reason", place=inject, hint="--reason")
    if not pace > 0:
        raise UsageError("is no pace", place="--pace", hint="2 is twice as fast")
    if not files and inject is None:
        raise UsageError("nothing to play", place=log, hint="name tables of reports, or --inject one")
    with Opened(log) as operation:
        old = [report for file in files or () for report in read_reports(file)]
        answers = play(operation, old, by=by, start=moment(start), pace=pace, until=moment(until))
        for report in read_reports(inject) if inject is not None else ():
            answers.append(put(operation.log, report, by=by, why=reason))
    new = sum(answer.status == "accepted" for answer in answers)
    print(marked(f"{new:,} new of {len(answers):,} due", exercise=True))
