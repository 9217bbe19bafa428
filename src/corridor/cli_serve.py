"""The verb of the server: parsing and printing only."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from corridor.terminal import show

Name = Annotated[
    str, typer.Argument(metavar="LOG", help="A .corridor file, or postgresql://...#name.", show_default=False)
]


def serve(
    log: Name,
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="The port.")] = 8765,
    name: Annotated[list[str] | None, typer.Option("--name", help="A name by which others reach it.")] = None,
    tls_local: Annotated[bool, typer.Option("--tls-local", help="Make a certificate for this network.")] = False,
    cert: Annotated[Path | None, typer.Option("--cert", help="A certificate of yours.")] = None,
    key: Annotated[Path | None, typer.Option("--key", help="Its key.")] = None,
    behind_proxy: Annotated[bool, typer.Option("--behind-proxy", help="A proxy brings TLS.")] = False,
    delay: Annotated[float, typer.Option("--delay", min=0, help="Hours until the public sees anything.")] = 6.0,
    layers: Annotated[
        Path | None, typer.Option("--map", help="Layers of `corridor roads layers`, drawn below.")
    ] = None,
    title: Annotated[
        str | None, typer.Option("--new", metavar="TITLE", help="Make the log first, where there is none.")
    ] = None,
    no_planning: Annotated[bool, typer.Option("--no-planning", help="Another server plans.")] = False,
) -> None:
    """Serve a log: console, phones, live stream."""
    from corridor.server.serve import Where
    from corridor.server.serve import serve as run

    if title is not None:
        _made(log, title)
    where = Where(
        host=host,
        port=port,
        names=tuple(name or ()),
        tls_local=tls_local,
        cert=cert,
        key=key,
        behind_proxy=behind_proxy,
        delay_hours=delay,
        planning=not no_planning,
        map=layers,
    )
    run(log, where, show)


def _made(log: str, title: str) -> None:
    """Make a log where there is none; never without being told, as a wrong name would be a second, empty truth."""
    from corridor.errors import UsageError
    from corridor.log.log import Log
    from corridor.log.names import POSTGRES, is_log

    if not is_log(log) or log.startswith(POSTGRES):
        raise UsageError(
            "is no file to be made", place=log, hint="end it with .corridor, or make it with: corridor new"
        )
    if not Path(log).exists():
        Log.new(log, title=title or Path(log).stem).close()
        show(f"made {log}; keep a copy of {log}.key apart")


# The first day's reports of 18:00 make the operations known: whoever opens the console then sees one at work,
# and the record of that night and of the week comes in.
DEMO_BEGINS = "2016-12-15T18:00+02:00"


def replay(example: Path, *, speed: float, port: int) -> None:
    """Serve the Aleppo example as it once came in, `speed` times as fast; nothing of it is kept."""
    from datetime import datetime
    from tempfile import TemporaryDirectory

    from corridor.reports.tables import read_reports
    from corridor.server.replay import Replay, replayed
    from corridor.server.serve import Where
    from corridor.server.serve import serve as run

    played = Replay(read_reports(str(example)), start=datetime.fromisoformat(DEMO_BEGINS), pace=speed)
    folder = TemporaryDirectory(prefix="corridor-demo-")
    with folder:
        place = replayed(folder, "Aleppo, December 2016", played)
        show(f"played {speed:g} times as fast from {DEMO_BEGINS}; the page Exercise sets the speed")
        run(place, Where(port=port), show, replay=played)
