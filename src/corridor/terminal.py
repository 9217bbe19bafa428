"""Talking to a person or a pipe: data on standard output, words on standard error."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import NoReturn

import typer

from corridor.errors import CorridorError, InputError, UsageError
from corridor.files import read_bytes, write_atomically
from corridor.finding import Finding

Progress = Callable[[str, int, int], None]


def complain(wrong: Sequence[Finding]) -> None:
    """Say that a plan breaks rules, and end with exit code 1; nothing where it breaks none."""
    if wrong:
        say(f"THIS PLAN BREAKS {len(wrong)} RULE(S); do not act on it:")
        for finding in wrong[:20]:
            say(f"  {finding}")
        raise typer.Exit(1)


def print_findings(found: Sequence[Finding], output: Path | None, *, as_json: bool) -> None:
    """Print findings, one a line, and end with exit code 1 where there are any."""
    import msgspec  # noqa: PLC0415 - only those who ask for JSON need it

    if as_json:
        write(b"".join(msgspec.json.encode(finding) + b"\n" for finding in found), output)
    else:
        write("".join(f"{finding}\n" for finding in found).encode(), output)
        say(f"{len(found)} finding(s)" if found else "nothing found")
    if found:
        raise typer.Exit(1)


def moment_of(text: str, place: str) -> datetime:
    """Read a moment with its zone; raises `UsageError` for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is not a time", place=place, hint="write 2016-12-15T23:59+02:00") from None
    if moment.tzinfo is None:
        raise UsageError(f"{text!r} has no zone", place=place, hint="write the offset: 2016-12-15T23:59+02:00")
    return moment


def read_input(file: str) -> tuple[bytes, str]:
    """Return the bytes of a file or of standard input (`-`), and the name to call it by in errors."""
    if file == "-":
        data, place = sys.stdin.buffer.read(), "standard input"
    else:
        data, place = read_bytes(file), file
    if not data.strip():
        raise InputError("is empty", place=place, hint="did the verb before it fail?")
    return data, place


def emit(data: bytes, text: str, output: Path | None, *, as_json: bool) -> None:
    """Write data to a file or a pipe; a person at a terminal gets words instead, unless they ask for JSON."""
    if output is None and not as_json and sys.stdout.isatty():
        show(text)
        say("for the next verb, write it to a file with -o FILE")
        return
    write(data + b"\n", output)
    if output is not None:
        say(text)


def write(data: bytes, output: Path | None) -> None:
    """Write data to a file, whole or not at all, or to standard output."""
    if output is not None:
        write_atomically(output, data)
        return
    try:
        sys.stdout.buffer.write(data)
    except OSError as error:
        _stop_writing(error)
    flush()


def show(text: str) -> None:
    """Print words that were asked for on standard output."""
    write(f"{text}\n".encode(), None)


def flush() -> None:
    """Hand over what was printed, so that a failure to do so is said and not left to the interpreter's exit."""
    try:
        sys.stdout.flush()
    except OSError as error:
        _stop_writing(error)


def _stop_writing(error: OSError) -> NoReturn:
    """Stop where standard output takes no more: quietly where its reader has gone (`| head`), else with the cause."""
    # Python would hand over what is left once more on exit, and complain.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if isinstance(error, BrokenPipeError):
        raise typer.Exit from None
    hint = "make room, or write elsewhere with -o FILE"
    raise CorridorError(f"cannot be written: {error.strerror or error}", place="standard output", hint=hint) from None


def say(text: str) -> None:
    """Print words for a person on standard error."""
    print(text, file=sys.stderr)  # noqa: T201


@contextlib.contextmanager
def working(what: str) -> Iterator[None]:
    """Show a person at a terminal that work is under way; nothing where the messages go to a file."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console  # noqa: PLC0415 - a pipe needs no bars

    with Console(stderr=True).status(what):
        yield


@contextlib.contextmanager
def progress_bar() -> Iterator[Progress | None]:
    """Show the planner's progress on a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415 - a pipe needs no bars
    from rich.progress import Progress as Bar  # noqa: PLC0415

    with Bar(console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, object] = {}

        def show(operation: str, done: int, total: int) -> None:
            if operation not in tasks:
                tasks[operation] = bar.add_task(f"planning {operation}", total=total)
            bar.update(tasks[operation], completed=done)  # type: ignore[arg-type]

        yield show


@contextlib.contextmanager
def first_interrupt() -> Iterator[list[int]]:
    """Keep the first Ctrl-C for the work within to look at; the second one ends it at once."""
    pressed: list[int] = []

    def keep(number: int, _frame: FrameType | None) -> None:
        if pressed:
            raise KeyboardInterrupt
        pressed.append(number)

    before = signal.signal(signal.SIGINT, keep)
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, before)
