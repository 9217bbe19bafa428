"""The planner alone: a bare instance instead of a situation, for researchers and benchmarks."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import typer

from corridor.terminal import emit, first_interrupt, print_findings, say, write

if TYPE_CHECKING:
    from corridor.planning.tours.problem import Problem
    from corridor.planning.tours.solve import Progress
    from corridor.planning.tours.tour_plan import TourPlan


LOOKED_AT = 10_000  # bytes of a broken file in which its format must stand


class _Header(msgspec.Struct):
    """The one field that tells an instance from a situation; everything else is passed over."""

    format: str = ""


def is_instance(file: str, data: bytes) -> bool:
    """Tell whether an input of `corridor plan` is a bare instance and not a situation."""
    if Path(file).suffix in {".toml", ".txt"}:
        return True
    try:
        return msgspec.json.decode(data, type=_Header).format.startswith("corridor-instance/")
    except (msgspec.DecodeError, UnicodeDecodeError):
        # Cut or with a NaN in it, it is still one, and its reader says what is wrong.
        return b'"corridor-instance/' in data[:LOOKED_AT]


def plan_instance(file: str, data: bytes, *, time_limit: float, seed: int, output: Path | None, as_json: bool) -> None:
    """Plan a bare instance and write its tours; an interrupt writes the best so far and ends with exit code 130."""
    from corridor.planning.tours.check_tours import check_tours
    from corridor.planning.tours.solve import solve

    problem = _problem(file, data)
    with first_interrupt() as pressed:
        show = _table() if sys.stderr.isatty() and not as_json else None
        made = solve(problem, time_limit=time_limit, seed=seed, on_progress=show, stop=lambda: bool(pressed))
        wrong = check_tours(problem, made)
    emit(made.to_json(), _words(made), output, as_json=as_json)
    for finding in wrong:
        say(f"THIS PLAN BREAKS A RULE: {finding}")
    if wrong:
        raise typer.Exit(1)
    if made.status == "interrupted":
        say("interrupted: this is the best so far")
        raise typer.Exit(130)


def verify_instance(data: bytes, place: str, instance: str, *, output: Path | None, as_json: bool) -> None:
    """Check a plan of tours against its instance and print what is wrong."""
    from corridor.files import read_bytes
    from corridor.planning.tours.check_tours import check_tours
    from corridor.planning.tours.tour_plan import TourPlan

    problem = _problem(instance, read_bytes(instance))
    found = check_tours(problem, TourPlan.from_json(data, place=place), bounds=True)
    if all(finding.severity == "open" for finding in found):
        # a bound too dear to derive again is said, and is no fault of the plan
        sound = "every tour, figure and bound was derived again"
        if found:
            sound = "every tour and figure was derived again, but for what follows"
        lines = "".join(f"{finding}\n" for finding in found)
        text = b"".join(msgspec.json.encode(finding) + b"\n" for finding in found)
        write(text if as_json else f"sound: {sound}\n{lines}".encode(), output)
        return
    print_findings(found, output, as_json=as_json)


def _problem(file: str, data: bytes) -> Problem:
    from corridor.planning.tours.reading import read_problem, read_text

    if file == "-":
        return read_text(data.decode("utf-8-sig", errors="replace"), "json", name="standard input")
    return read_problem(file)


def _words(made: TourPlan) -> str:
    route = "not computed" if made.bounds.route is None else f"{made.bounds.route:,}"
    trips = sum(len(tour.stops) for tour in made.tours)
    size = f"{trips:,} trips of {len(made.tours):,} buses"
    return (
        f"Tours: {size}; clearance {made.clearance_minutes:,} minutes, {made.status}\n"
        f"  bounds: flow {made.bounds.flow:,}, route {route}; gap {made.gap:.3%} to the {made.bounds.name} bound\n"
        f"  {made.seconds:.1f} seconds"
    )


class _Rows:
    """Prints a row whenever the best plan or a bound has moved."""

    def __init__(self) -> None:
        self.last: Sequence[int | None] = ()

    def __call__(self, progress: Progress) -> None:
        now = (progress.clearance_minutes, progress.bounds.flow, progress.bounds.route)
        if now == self.last:
            return
        if not self.last:
            say(f"{'seconds':>8} {'best':>9} {'flow':>9} {'route':>9} {'gap':>8}  stage")
        self.last = now
        route = "-" if progress.bounds.route is None else f"{progress.bounds.route:,}"
        say(
            f"{progress.seconds:8.2f} {progress.clearance_minutes:9,} {progress.bounds.flow:9,} {route:>9} "
            f"{progress.gap:8.3%}  {progress.stage}"
        )


def _table() -> _Rows:
    return _Rows()
