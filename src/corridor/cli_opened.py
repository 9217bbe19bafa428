"""What the verbs of a log share: their options, and the log they open."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from corridor.errors import CorridorError
from corridor.terminal import moment_of

if TYPE_CHECKING:
    from corridor.log.log import Log
    from corridor.operation.operation import Operation

Name = Annotated[
    str, typer.Argument(metavar="LOG", help="A .corridor file, or postgresql://...#name.", show_default=False)
]
By = Annotated[str, typer.Option("--by", help="The role or office that decides; never a person's name.")]
Decided = Annotated[str | None, typer.Option("--at", help="When it was decided, where that is not now.")]
At = Annotated[str | None, typer.Option("--at", help="As known at this moment: 2016-12-15T23:59+02:00.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, in words; it stands in the log.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, also on a terminal.")]


class Opened:
    """An operation on its log, which is let go at the end of the block."""

    def __init__(self, name: str) -> None:
        from corridor.log.log import Log
        from corridor.operation.operation import Operation

        self._log = Log.open(name)
        self.operation = Operation(self._log)

    def __enter__(self) -> Operation:
        return self.operation

    def __exit__(self, *_: object) -> None:
        self._log.close()


def log_of(name: str) -> Log:
    """Return the log of a name."""
    from corridor.log.log import Log

    return Log.open(name)


def moment(text: str | None) -> datetime | None:
    """Return the moment that an option names, None where it was left out."""
    return None if text is None else moment_of(text, "--at")


def latest(operation: Operation) -> datetime:
    """Return the moment of the last report or decision: what a log of an old operation means by now."""
    known = operation.known()
    if not known.reports:
        raise CorridorError("holds no reports yet", place=operation.log.store.place, hint="corridor record LOG FILE")
    zone = max(known.reports, key=lambda report: report.received).received.tzinfo
    moments = [report.received for report in known.reports]
    return max([*moments, *(said.happened for said in known.decisions)]).astimezone(zone)
