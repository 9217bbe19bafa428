"""Verbs for hazards: parsing and printing only."""

from __future__ import annotations

from typing import Annotated

import typer

from corridor.terminal import moment_of, read_input, show, write


def register(app: typer.Typer) -> None:
    """Add the verb to the others."""
    app.command()(latest)


def latest(
    file: Annotated[str, typer.Argument(help="forecast.json, or - for standard input.", show_default=False)],
    before: Annotated[str, typer.Option("--before", help="When the hazard arrives: 2026-11-23T12:00-06:00.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say by when to start so that everyone is safe before a hazard arrives."""
    import msgspec

    from corridor.forecasting.forecast import Forecast
    from corridor.forecasting.latest import latest_starts
    from corridor.wording import hours, moment

    data, place = read_input(file)
    found = Forecast.from_json(data, place=place)
    arrives = moment_of(before, "--before")
    starts = latest_starts(found, arrives)
    if as_json:
        write(msgspec.json.encode(starts) + b"\n", None)
        return
    show(f"To be safe before {moment(arrives)}, the movement starts")
    for start in starts:
        clearance = "does not end within the forecast" if start.hours is None else f"takes {hours(start.hours)}"
        when = "cannot be said" if start.start is None else f"by {moment(start.start)}"
        late = ": this hour has passed before the plan begins" if start.late else ""
        show(f"  {when}  to be sure in {round(start.quantile * 10)} cases of 10 ({clearance}){late}")
    if any(start.late for start in starts):
        show("Start now, add vehicles, or move the most endangered first: corridor levers plan.json")
        raise typer.Exit(1)
