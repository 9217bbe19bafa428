"""The verbs of the pipeline: parsing and printing only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corridor import cli_duty, cli_field, cli_forecast, cli_log, cli_packs, cli_roads, cli_serve, cli_text, cli_tours
from corridor.errors import CorridorError
from corridor.help import Verbs
from corridor.terminal import (
    complain,
    emit,
    first_interrupt,
    flush,
    moment_of,
    print_findings,
    progress_bar,
    read_input,
    say,
    show,
    working,
    write,
)

if TYPE_CHECKING:
    from corridor.finding import Finding
    from corridor.forecasting.forecast import Forecast
    from corridor.planning.plan import Plan
    from corridor.reports.report import Report
    from corridor.situation.situation import Situation

app = typer.Typer(
    name="corridor",
    cls=Verbs,
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
Language = Annotated[str, typer.Option("--lang", help="Language of the page: en, fr or ar.")]
Formats = Annotated[str, typer.Option(help="Any of html, csv, geojson, json, hxl, gpkg, gtfs, ics.")]
Runs = Annotated[int, typer.Option("--runs", help="How many runs.")]
Seed = Annotated[int, typer.Option("--seed", help="The same seed, the same answer.")]


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.", is_eager=True)] = False,
) -> None:
    if version:
        from corridor import __version__

        show(f"corridor {__version__}")
        raise typer.Exit


app.command()(cli_text.read)
app.command()(cli_text.accept)
app.command()(cli_text.form)


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
        write(pooling_text().encode(), output)
        return
    situation = _assess(file, as_of, pooling)
    emit(situation.to_json(), str(situation), output, as_json=as_json)


@app.command()
def check(file: File, output: Output = None, as_json: Json = False) -> None:
    """Check a situation for contradictions and open points."""
    from corridor.situation.check import check as run_check

    print_findings(run_check(_situation(*read_input(file))), output, as_json=as_json)


@app.command()
def plan(
    file: File,
    time_limit: Annotated[float, typer.Option("--time-limit", help="Seconds to search at most.")] = 10.0,
    seed: Seed = 0,
    people_quantile: Annotated[float, typer.Option(help="Plan for this quantile of the people to move.")] = 0.5,
    reserve_quantile: Annotated[float, typer.Option(help="Reserve convoys go up to this quantile.")] = 0.9,
    mode: Annotated[str, typer.Option(help="convoy, shuttle (each vehicle alone) or both.")] = "convoy",
    objective: Annotated[str | None, typer.Option(help="clearance_time, or most_people of all.")] = None,
    fairness: Annotated[str | None, typer.Option(help="none, longest_wait or equal_share.")] = None,
    previous: Annotated[Path | None, typer.Option(help="The plan whose orders stand where they can.")] = None,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Plan convoys: who goes when, with a proven bound."""
    data, place = read_input(file)
    if cli_tours.is_instance(file, data):
        cli_tours.plan_instance(file, data, time_limit=time_limit, seed=seed, output=output, as_json=as_json)
        return
    situation = _situation(data, place)
    with first_interrupt() as pressed:
        made, wrong = _plan(
            situation,
            time_limit=time_limit,
            seed=seed,
            quantiles=(people_quantile, reserve_quantile),
            mode=mode,
            previous=previous,
            choices={"objective": objective, "fairness": fairness},
            stop=lambda: bool(pressed),
        )
    emit(made.to_json(), str(made), output, as_json=as_json)
    complain(wrong)
    if made.status == "interrupted":
        say("interrupted: this is the best so far, and every rule holds")
        raise typer.Exit(130)


@app.command()
def verify(
    file: File,
    instance: Annotated[str | None, typer.Option("--instance", help="The bare instance of a plan of tours.")] = None,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Verify a plan: every rule again, by other code."""
    if instance is not None:
        data, place = read_input(file)
        cli_tours.verify_instance(data, place, instance, output=output, as_json=as_json)
        return
    from corridor.planning.verify import RULES
    from corridor.planning.verify import verify as run_verify

    found = run_verify(_plan_file(file))
    if not found and not as_json:
        write(f"sound: {len(RULES)} rules hold\n".encode(), output)
        return
    print_findings(found, output, as_json=as_json)


@app.command()
def forecast(
    file: File,
    runs: Runs = 10_000,
    seed: Seed = 0,
    closes_at: Annotated[list[str] | None, typer.Option("--closes-at", help="A moment the corridor may close.")] = None,
    policy: Annotated[str, typer.Option(help="timetable, or shuttle: back as soon as empty.")] = "timetable",
    keep: Annotated[Path | None, typer.Option(help="Keep it in this folder, to be scored.")] = None,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Forecast a plan: when it may be over, as a distribution."""
    from corridor.forecasting.forecast import forecast as run_forecast

    made = _plan_file(file)
    moments = [moment_of(text, "--closes-at") for text in closes_at or []]
    with working(f"running the plan {runs:,} times"):
        found = run_forecast(made, runs=runs, seed=seed, closes_at=moments, policy=policy)
    if keep is not None:
        from corridor.forecasting import score as scoring

        scoring.keep(keep, [scoring.kept_of(found)])
    emit(found.to_json(), str(found), output, as_json=as_json)


@app.command()
def publish(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A forecast, or a log with an adopted plan.")],
    folder: Annotated[Path, typer.Argument(help="The folder to write to.")],
    lang: Annotated[str, typer.Option(help="en, fr, ar, or all: a folder each.")] = "en",
    formats: Annotated[
        str | None, typer.Option(help="Formats by name, or all that the level allows.", show_default=False)
    ] = None,
    level: Annotated[str, typer.Option(help="internal, parties, partners or public.")] = "internal",
    to: Annotated[str, typer.Option("--to", help="To whom it goes: an office.", show_default=False)] = "",
    why: Annotated[str, typer.Option("--why", help="For what.", show_default=False)] = "",
    by: Annotated[str, typer.Option("--by", help="The role that lets it go.")] = "coordinator",
    log: Annotated[str | None, typer.Option("--log", help="Record it in this log; its checkpoint goes along.")] = None,
    previous: Annotated[str | None, typer.Option("--previous", help="The forecast of the report before.")] = None,
    bom: Annotated[
        bool | None,
        typer.Option("--bom/--no-bom", help="CSV with the mark by which Excel reads Arabic.", show_default=False),
    ] = None,
    layers: Annotated[
        Path | None, typer.Option("--map", help="Layers of `corridor roads layers`, below the page's map.")
    ] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Say what a reader could infer; write nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Publish a forecast: page, reports, tables, maps, standards."""
    from corridor.cli_publish import Letting, let_go, previewed

    letting = Letting(
        level=level,
        to=to,
        why=why,
        by=by,
        log=log,
        previous=previous,
        lang=lang,
        formats=formats,
        bom=bom,
        map=layers,
    )
    if preview:
        previewed(file, letting, as_json=as_json)
    else:
        let_go(file, folder, letting, as_json=as_json)


app.command()(cli_text.tell)
for _verb in (cli_forecast.levers, cli_forecast.compare, cli_forecast.score):
    app.command()(_verb)


@app.command()
def demo(
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to write to.")] = Path("out/demo"),
    as_of: Annotated[str, typer.Option("--as-of", help="Any moment of the operation.")] = "2016-12-15T23:59+02:00",
    runs: Runs = 10_000,
    seed: Seed = 0,
    lang: Language = "en",
    as_json: Json = False,
    serve: Annotated[bool, typer.Option("--serve", help="Play it again in the console.")] = False,
    speed: Annotated[float, typer.Option("--speed", min=0, max=600, help="How many times as fast.")] = 60.0,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Where to serve it.")] = 8765,
) -> None:
    """Run it all on eastern Aleppo, December 2016."""
    if serve:
        cli_serve.replay(_example(), speed=speed, port=port)
        return
    from corridor.forecasting.forecast import forecast as run_forecast
    from corridor.situation.check import check as run_check
    from corridor.situation.check import gravest

    situation = _assess(str(_example()), as_of, None)
    # Time enough for the whole search, so that the answer does not depend on how busy the machine is.
    made, wrong = _plan(situation, time_limit=60.0, seed=seed, quantiles=(0.5, 0.9))
    with working(f"running the plan {runs:,} times"):
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
        write(msgspec.json.encode(answer) + b"\n", None)
    else:
        show(_story(situation, made, found, (wrong, gravest(run_check(situation)))))
        show(f"\nThe page: {page}")
    complain(wrong)


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

    moment = moment_of(as_of, "--as-of") if as_of is not None else None
    table = read_pooling(pooling) if pooling else None
    return run_assess(_reports(file), as_of=moment, pooling=table)


def _reports(file: str) -> list[Report]:
    from corridor.log.names import is_log
    from corridor.reports.tables import read_reports

    if is_log(file):
        return cli_log.reports_of(file)
    return read_reports(file)


def _situation(data: bytes, place: str) -> Situation:
    from corridor.situation.situation import Situation as SituationType

    return SituationType.from_json(data, place=place)


def _plan_file(file: str) -> Plan:
    from corridor.planning.plan import Plan as PlanType

    data, place = read_input(file)
    return PlanType.from_json(data, place=place)


def _plan(
    situation: Situation,
    *,
    time_limit: float,
    seed: int,
    quantiles: tuple[float, float],
    mode: str = "convoy",
    previous: Path | None = None,
    choices: dict[str, str | None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> tuple[Plan, list[Finding]]:
    """Return a plan and what `verify` finds wrong with it: no verb writes a plan unverified."""
    from corridor.planning.solve import plan as run_plan
    from corridor.planning.verify import verify as run_verify

    with progress_bar() as progress:
        made = run_plan(
            situation,
            time_limit=time_limit,
            seed=seed,
            people_quantile=quantiles[0],
            reserve_quantile=quantiles[1],
            mode=mode,
            previous=_plan_file(str(previous)) if previous else None,
            progress=progress,
            **(choices or {}),
            stop=stop,
        )
    return made, run_verify(made)


def _publish(found: Forecast, folder: Path, lang: str, formats: tuple[str, ...]) -> list[Path]:
    from corridor.planning.verify import verify as run_verify
    from corridor.publishing.publish import publish as run_publish
    from corridor.situation.check import check as run_check

    findings = [*run_verify(found.plan), *run_check(found.plan.situation)]
    with working("writing the page"):
        return run_publish(found, folder, lang=lang, formats=formats, findings=findings)


cli_log.register(app)
cli_duty.register(app)
cli_field.register(app)
cli_roads.register(app)
cli_packs.register(app)
app.command()(cli_serve.serve)
app.add_typer(cli_log.log_app, name="log")


def main() -> None:
    """Run a verb; every error is one clear message and an exit code, never a traceback."""
    try:
        try:
            app()
        finally:
            flush()
    except typer.Exit as stopped:
        raise SystemExit(stopped.exit_code) from None
    except CorridorError as error:
        say(f"error: {error}")
        raise SystemExit(error.exit_code) from None
    except KeyboardInterrupt:
        say("interrupted")
        raise SystemExit(130) from None
    except SystemExit as stop:
        # A reader that has gone (`| head`) is no failure; Typer makes exit code 1 of it, our "the answer is no".
        if isinstance(stop.__context__, BrokenPipeError):
            raise SystemExit(0) from None
        raise
    except MemoryError:
        say("error: not enough memory\n  hint: split the input, or use fewer runs")
        raise SystemExit(3) from None


if __name__ == "__main__":
    main()
