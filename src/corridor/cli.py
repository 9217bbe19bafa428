"""The verbs of the pipeline: parsing and printing only."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corridor import cli_log
from corridor.errors import CorridorError, InputError, UsageError

if TYPE_CHECKING:
    from corridor.finding import Finding
    from corridor.forecasting.forecast import Forecast
    from corridor.planning.plan import Plan
    from corridor.planning.solve import Progress
    from corridor.reports.report import Report
    from corridor.situation.situation import Situation

app = typer.Typer(
    name="corridor",
    help="Plan, forecast and run negotiated humanitarian evacuations by convoy.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit: 0 done, 1 the answer is no, 2 wrong use, 3 failure, 130 interrupted.",
)

File = Annotated[str, typer.Argument(help="A file, or - for standard input.", show_default=False)]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="Write here instead of standard output.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, also on a terminal.")]
Language = Annotated[str, typer.Option("--lang", help="Language of the page: en or fr.")]
Runs = Annotated[int, typer.Option("--runs", help="How many runs.")]
Seed = Annotated[int, typer.Option("--seed", help="The same seed gives the same answer.")]


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.", is_eager=True)] = False,
) -> None:
    if version:
        from corridor import __version__

        print(f"corridor {__version__}")
        raise typer.Exit


@app.command()
def read(
    files: Annotated[list[str], typer.Argument(help="Tables of reports: .csv, .xlsx, .jsonl, or -.")],
    output: Output = None,
) -> None:
    """Read tables into reports, one JSON object a line."""
    from corridor.reports.tables import read_reports, write_reports

    reports = [report for name in files for report in read_reports(name)]
    _write(write_reports(reports).encode(), output)
    _say(f"{len(reports)} reports read")


@app.command()
def assess(
    file: File,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="The moment, with its zone: 2016-12-15T23:59+02:00.")
    ] = None,
    pooling: Annotated[Path | None, typer.Option(help="Your own table of widths and weights.")] = None,
    show_pooling: Annotated[bool, typer.Option("--show-pooling", help="Print the shipped table and stop.")] = False,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Assess reports: who says what, what can be believed."""
    from corridor.situation.pool import pooling_text

    if show_pooling:
        _write(pooling_text().encode(), output)
        return
    situation = _assess(file, as_of, pooling)
    _emit(situation.to_json(), str(situation), output, as_json=as_json)


@app.command()
def check(file: File, output: Output = None, as_json: Json = False) -> None:
    """Check a situation for contradictions and open points."""
    from corridor.situation.check import check as run_check

    _findings(run_check(_situation(file)), output, as_json=as_json)


@app.command()
def plan(
    file: File,
    time_limit: Annotated[float, typer.Option("--time-limit", help="Seconds to search at most.")] = 10.0,
    seed: Seed = 0,
    people_quantile: Annotated[float, typer.Option(help="Plan for this quantile of the people to move.")] = 0.5,
    reserve_quantile: Annotated[float, typer.Option(help="Reserve convoys go up to this quantile.")] = 0.9,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Plan convoys: who goes when, with a proven bound."""
    situation = _situation(file)
    made, wrong = _plan(situation, time_limit=time_limit, seed=seed, quantiles=(people_quantile, reserve_quantile))
    _emit(made.to_json(), str(made), output, as_json=as_json)
    _complain(wrong)


@app.command()
def verify(file: File, output: Output = None, as_json: Json = False) -> None:
    """Verify a plan: every rule again, by other code."""
    from corridor.planning.verify import RULES
    from corridor.planning.verify import verify as run_verify

    found = run_verify(_plan_file(file))
    if not found and not as_json:
        _write(f"sound: {len(RULES)} rules hold\n".encode(), output)
        return
    _findings(found, output, as_json=as_json)


@app.command()
def forecast(
    file: File,
    runs: Runs = 10_000,
    seed: Seed = 0,
    closes_at: Annotated[list[str] | None, typer.Option("--closes-at", help="A moment the corridor may close.")] = None,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Forecast a plan: when it may be over, as a distribution."""
    from corridor.forecasting.forecast import forecast as run_forecast

    made = _plan_file(file)
    moments = [_moment(text, "--closes-at") for text in closes_at or []]
    with _working(f"running the plan {runs:,} times"):
        found = run_forecast(made, runs=runs, seed=seed, closes_at=moments)
    _emit(found.to_json(), str(found), output, as_json=as_json)


@app.command()
def publish(
    file: File,
    folder: Annotated[Path, typer.Argument(help="The folder to write to.")],
    lang: Language = "en",
    formats: Annotated[str, typer.Option(help="Any of html, csv, geojson, json.")] = "html,csv,geojson,json",
) -> None:
    """Publish a forecast: the page, the movement table, the map."""
    from corridor.forecasting.forecast import Forecast as ForecastType

    data, place = _read(file)
    found = ForecastType.from_json(data, place=place)
    for path in _publish(found, folder, lang, tuple(name.strip() for name in formats.split(",") if name.strip())):
        print(path)


@app.command()
def demo(
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to write to.")] = Path("out/demo"),
    as_of: Annotated[str, typer.Option("--as-of", help="Any moment of the operation.")] = "2016-12-15T23:59+02:00",
    runs: Runs = 10_000,
    seed: Seed = 0,
    lang: Language = "en",
    as_json: Json = False,
) -> None:
    """Run it all on eastern Aleppo, December 2016."""
    from corridor.forecasting.forecast import forecast as run_forecast
    from corridor.situation.check import check as run_check
    from corridor.situation.check import gravest

    situation = _assess(str(_example()), as_of, None)
    made, wrong = _plan(situation, time_limit=10.0, seed=seed, quantiles=(0.5, 0.9))
    with _working(f"running the plan {runs:,} times"):
        found = run_forecast(made, runs=runs, seed=seed)
    paths = _publish(found, output, lang, ("html", "csv", "geojson", "json"))
    page = next(path for path in paths if path.suffix == ".html")
    if as_json:
        import msgspec

        quantiles = {f"p{round(100 * q)}": found.moment(q) for q in (0.1, 0.5, 0.9)}
        answer = {
            "as_of": situation.at,
            "people_to_move": found.people,
            "clearance_minutes": made.clearance_minutes,
            "bound_minutes": made.bound_minutes,
            "gap": made.gap,
            "forecast": quantiles,
            "findings": gravest(run_check(situation)),
            "page": str(page),
        }
        _write(msgspec.json.encode(answer) + b"\n", None)
    else:
        print(_story(situation, made, found, (wrong, gravest(run_check(situation)))))
        print(f"\nThe page: {page}")
    _complain(wrong)


def _story(
    situation: Situation, made: Plan, found: Forecast, findings: tuple[Sequence[Finding], Sequence[Finding]]
) -> str:
    """Return the summary of the whole job, for one screen."""
    import textwrap

    from corridor.wording import about, hours, moment, percent, span

    lines = [f"As of {moment(situation.at)}: what {len(situation.reports)} reports say, and what may come of it", ""]
    wrong, gravest_ones = findings
    check = f"BREAKS {len(wrong)} RULE(S)" if wrong else "every rule verified"
    low, middle, high = found.people
    for count in situation.headcounts:
        inside = {q: count.start.quantile(q) for q in (0.1, 0.5, 0.9)}
        believed = f"{about(inside[0.5])} ({span(inside[0.1], inside[0.9])})"
        lines.append(
            f"Who waits   {count.area}: believed inside at the start {believed}, out {about(count.out.quantile(0.5))}"
        )
    lines.append(f"            left to move by this corridor: {about(middle)} ({span(low, high)} in 8 cases of 10)")
    trips = sum(len(convoy.trips) for convoy in made.planned)
    takes, least = hours(made.clearance_minutes / 60), hours(made.bound_minutes / 60)
    lines.append(f"Plan        {made.people:,} people in {len(made.planned)} convoys, {trips} trips: {takes}")
    lines.append(f"            proven: not sooner than {least} (gap {percent(made.gap)}); {check}")
    lines += [f"            {name} not planned: {why}" for name, why in sorted(made.unplanned.items())]
    for q, word in ((0.1, "Forecast    over by"), (0.5, "                   "), (0.9, "                   ")):
        lines.append(f"{word} {moment(found.moment(q))} (P{round(100 * q)}, after {hours(found.quantile(q))})")
    lines.append("Read first")
    for finding in gravest_ones:
        lines += textwrap.wrap(f"{finding.what} {finding.remedy}", 78, initial_indent="  - ", subsequent_indent="    ")
    return "\n".join(lines)


def _example() -> Path:
    """Return the Aleppo example: inside the installed package, else in the checkout."""
    here = Path(__file__).parent
    for folder in (here / "examples", here.parents[1] / "examples"):
        file = folder / "aleppo-2016" / "reports.csv"
        if file.is_file():
            return file
    raise CorridorError("the Aleppo example is not installed", hint="install Corridor again from its wheel or checkout")


def _assess(file: str, as_of: str | None, pooling: Path | None) -> Situation:
    from corridor.situation.assess import assess as run_assess
    from corridor.situation.pool import read_pooling

    moment = _moment(as_of, "--as-of") if as_of else None
    table = read_pooling(pooling) if pooling else None
    return run_assess(_reports(file), as_of=moment, pooling=table)


def _reports(file: str) -> list[Report]:
    from corridor.log.names import is_log
    from corridor.reports.tables import read_reports

    if is_log(file):
        return cli_log.reports_of(file)
    return read_reports(file)


def _situation(file: str) -> Situation:
    from corridor.situation.situation import Situation as SituationType

    data, place = _read(file)
    return SituationType.from_json(data, place=place)


def _plan_file(file: str) -> Plan:
    from corridor.planning.plan import Plan as PlanType

    data, place = _read(file)
    return PlanType.from_json(data, place=place)


def _plan(
    situation: Situation, *, time_limit: float, seed: int, quantiles: tuple[float, float]
) -> tuple[Plan, list[Finding]]:
    """Return a plan and what `verify` finds wrong with it: no verb writes a plan unverified."""
    from corridor.planning.solve import plan as run_plan
    from corridor.planning.verify import verify as run_verify

    with _bar() as progress:
        made = run_plan(
            situation,
            time_limit=time_limit,
            seed=seed,
            people_quantile=quantiles[0],
            reserve_quantile=quantiles[1],
            progress=progress,
        )
    return made, run_verify(made)


def _publish(found: Forecast, folder: Path, lang: str, formats: tuple[str, ...]) -> list[Path]:
    from corridor.planning.verify import verify as run_verify
    from corridor.publishing.publish import publish as run_publish
    from corridor.situation.check import check as run_check

    findings = [*run_verify(found.plan), *run_check(found.plan.situation)]
    with _working("writing the page"):
        return run_publish(found, folder, lang=lang, formats=formats, findings=findings)


def _complain(wrong: Sequence[Finding]) -> None:
    if wrong:
        _say(f"THIS PLAN BREAKS {len(wrong)} RULE(S); do not act on it:")
        for finding in wrong[:20]:
            _say(f"  {finding}")
        raise typer.Exit(1)


def _findings(found: Sequence[Finding], output: Path | None, *, as_json: bool) -> None:
    import msgspec

    if as_json:
        _write(b"".join(msgspec.json.encode(finding) + b"\n" for finding in found), output)
    else:
        _write("".join(f"{finding}\n" for finding in found).encode(), output)
        _say(f"{len(found)} finding(s)" if found else "nothing found")
    if found:
        raise typer.Exit(1)


def _moment(text: str, place: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is not a time", place=place, hint="write 2016-12-15T23:59+02:00") from None
    if moment.tzinfo is None:
        raise UsageError(f"{text!r} has no zone", place=place, hint="write the offset: 2016-12-15T23:59+02:00")
    return moment


def _read(file: str) -> tuple[bytes, str]:
    from corridor.reports.tables import read_bytes

    if file == "-":
        data, place = sys.stdin.buffer.read(), "standard input"
    else:
        data, place = read_bytes(file), file
    if not data.strip():
        raise InputError("is empty", place=place, hint="did the verb before it fail?")
    return data, place


def _emit(data: bytes, text: str, output: Path | None, *, as_json: bool) -> None:
    """Write data to a file or a pipe; a person at a terminal gets words instead, unless they ask for JSON."""
    if output is None and not as_json and sys.stdout.isatty():
        print(text)
        _say("for the next verb, write it to a file with -o FILE")
        return
    _write(data + b"\n", output)
    if output is not None:
        _say(text)


def _write(data: bytes, output: Path | None) -> None:
    if output is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    from corridor.files import write_atomically

    write_atomically(output, data)


def _say(text: str) -> None:
    print(text, file=sys.stderr)


@contextlib.contextmanager
def _working(what: str) -> Iterator[None]:
    """Show a person at a terminal that work is under way; nothing where the messages go to a file."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield


@contextlib.contextmanager
def _bar() -> Iterator[Progress | None]:
    """Show the planner's progress on a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, object] = {}

        def show(operation: str, done: int, total: int) -> None:
            if operation not in tasks:
                tasks[operation] = bar.add_task(f"planning {operation}", total=total)
            bar.update(tasks[operation], completed=done)  # type: ignore[arg-type]

        yield show


cli_log.register(app)


def main() -> None:
    """Run a verb; every error is one clear message and an exit code, never a traceback."""
    try:
        app()
    except CorridorError as error:
        _say(f"error: {error}")
        raise SystemExit(error.exit_code) from None
    except KeyboardInterrupt:
        _say("interrupted")
        raise SystemExit(130) from None
    except BrokenPipeError:
        # The reader of our output has gone (`| head`); that is no failure. Python would complain again on exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None
    except MemoryError:
        _say("error: not enough memory\n  hint: split the input, or use fewer runs")
        raise SystemExit(3) from None


if __name__ == "__main__":
    main()
