"""The verbs of the forecast: levers, compare, score, backtest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corridor.errors import InputError, UsageError
from corridor.terminal import emit, moment_of, read_input, show, write

if TYPE_CHECKING:
    from corridor.forecasting.workers import Progress
    from corridor.situation.situation import Situation

File = Annotated[str, typer.Argument(help="A file, or - for standard input.", show_default=False)]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="Write here instead of standard output.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, also on a terminal.")]
Runs = Annotated[int, typer.Option("--runs", help="How many runs.")]
Seed = Annotated[int, typer.Option("--seed", help="The same seed gives the same answer.")]
Deadline = Annotated[str | None, typer.Option("--deadline", help="Count people safe by this moment.")]
Workers = Annotated[int | None, typer.Option("--workers", help="Processes on this machine; one a core if left out.")]
Lang = Annotated[str, typer.Option("--lang", help="Language of the words: en or fr.")]


def levers(
    file: File,
    deadline: Deadline = None,
    pairs: Annotated[bool, typer.Option("--pairs", help="Also try what only helps together.")] = False,
    runs: Runs = 10_000,
    seed: Seed = 0,
    lang: Lang = "en",
    chart: Annotated[Path | None, typer.Option(help="Write the chart here, as SVG.")] = None,
    aloud: Annotated[bool, typer.Option("--aloud", help="Print half a page to read out.")] = False,
    workers: Workers = None,
    cluster: Annotated[str | None, typer.Option(help="A Dask scheduler, tcp://host:port.")] = None,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Rank what could be negotiated by what it gives."""
    import msgspec

    from corridor.forecasting.levers import levers as run_levers
    from corridor.publishing import lever_words

    if lang not in lever_words.WORDS:
        raise UsageError(f"no words in {lang!r}", place="--lang", hint="one of: " + ", ".join(lever_words.WORDS))
    moment = moment_of(deadline, "--deadline") if deadline else None
    with Progressing("trying levers") as progress:
        found = run_levers(
            _situation(file),
            deadline=moment,
            runs=runs,
            seed=seed,
            pairs=pairs,
            workers=workers,
            cluster=cluster,
            progress=progress,
        )
    if chart is not None:
        write(lever_words.chart(found, lang).encode(), chart)
    text = lever_words.to_read_out(found, lang) if aloud else lever_words.as_table(found, lang)
    if as_json or output is not None:
        emit(msgspec.json.encode(found), text, output, as_json=as_json)
    else:
        show(text)


def compare(
    first: Annotated[str, typer.Argument(help="Situation A, a file.", show_default=False)],
    second: Annotated[str, typer.Argument(help="Situation B, a file.", show_default=False)],
    deadline: Deadline = None,
    runs: Runs = 10_000,
    seed: Seed = 0,
    workers: Workers = None,
    as_json: Json = False,
) -> None:
    """Compare two situations on the same random numbers."""
    import msgspec

    from corridor.forecasting.levers import compare as run_compare
    from corridor.publishing import lever_words

    moment = moment_of(deadline, "--deadline") if deadline else None
    found = run_compare(_situation(first), _situation(second), deadline=moment, runs=runs, seed=seed, workers=workers)
    if as_json:
        write(msgspec.json.encode(found) + b"\n", None)
    else:
        show(lever_words.compared(found))


def score(
    folder: Annotated[Path, typer.Argument(help="The folder of kept forecasts.")] = Path("forecasts"),
    outcomes: Annotated[
        Path | None, typer.Option(help="What became of it; outcomes.json of the folder if left out.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Score kept forecasts: how often were we right."""
    import msgspec

    from corridor.forecasting import score as scoring

    file = outcomes or folder / "outcomes.json"
    kept, known = scoring.read_kept(folder), scoring.read_outcomes(file)
    found, alone = scoring.scored(kept, known), scoring.unmatched(kept, known)
    if not found:
        told = ", ".join(sorted({f"{item.operation} {item.quantity}" for item in known})) or "nothing"
        why = f"forecasts of {', '.join(alone)}, outcomes of {told}" if alone else "all were made after the outcome"
        raise InputError(
            f"nothing to score: none of the {len(kept)} kept forecasts matches an outcome ({why})",
            place=str(file),
            hint="give the outcomes of the same operation: corridor score FOLDER --outcomes FILE",
        )
    if as_json:
        write(b"".join(msgspec.json.encode(item) + b"\n" for item in found), None)
    else:
        show(scoring.as_table(found))
        if alone:
            show(f"not scored, for no outcome names them: {', '.join(alone)}")


def _situation(file: str) -> Situation:
    from corridor.situation.situation import Situation as SituationType

    data, place = read_input(file)
    return SituationType.from_json(data, place=place)


class Progressing:
    """A progress bar on the error stream of a terminal; nothing elsewhere."""

    def __init__(self, what: str) -> None:
        self.what = what

    def __enter__(self) -> Progress | None:
        """Start the bar and return the function that moves it."""
        import sys

        if not sys.stderr.isatty():
            self.bar = None
            return None
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
        self.bar = Bar(*columns, console=Console(stderr=True), transient=True)
        self.bar.start()
        task = self.bar.add_task(self.what, total=None)

        def move(done: int, total: int) -> None:
            if self.bar is not None:
                self.bar.update(task, completed=done, total=total)

        return move

    def __exit__(self, *_: object) -> None:
        """Take the bar away."""
        if self.bar is not None:
            self.bar.stop()
