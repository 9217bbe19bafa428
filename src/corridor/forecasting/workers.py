"""Many tasks on many cores or machines: the same answers in the same order, whoever worked them out."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, TypeVar

from corridor.errors import CorridorError, UsageError

if TYPE_CHECKING:
    from concurrent.futures import Future

T = TypeVar("T")
R = TypeVar("R")
Progress = Callable[[int, int], None]

# A chunk is worth this many seconds of work: sending one costs some 10 to 30 ms, so that the engine takes under 5 %.
CHUNK_SECONDS = 1.0
ATTEMPTS = 4


def work(function: Callable[[T], R], tasks: Sequence[T]) -> list[R]:
    """Return what a function makes of each task of a chunk."""
    return [function(task) for task in tasks]


def run_all(
    function: Callable[[T], R],
    tasks: Sequence[T],
    *,
    workers: int | None = None,
    cluster: str | None = None,
    seconds: float | None = None,
    progress: Progress | None = None,
) -> list[R]:
    """Return `function(task)` for each task, in order.

    On this machine with `workers` processes (one a core where left out), or on a Dask cluster whose scheduler is at
    `cluster` (tcp://host:port). The tasks go out in chunks; `seconds` is what one of them takes, and where that is not
    known the first task is done here to learn it. A function must be importable and depend on its task only: then a
    worker that dies changes nothing, for its chunk is done again elsewhere. `progress` is called with (done, total).

    Raises `UsageError` where the cluster cannot be reached or the extra is not installed, `CorridorError` where
    workers die again and again.
    """
    if not tasks:
        return []
    number = max(workers or os.cpu_count() or 1, 1)
    first: list[R] = []
    if seconds is None:
        began = time.perf_counter()
        first.append(function(tasks[0]))
        seconds = time.perf_counter() - began
        if progress is not None:
            progress(1, len(tasks))
    rest = tasks[len(first) :]
    if cluster is None and (number == 1 or seconds * len(rest) < 2 * CHUNK_SECONDS):
        return [*first, *_here(function, rest, len(first), progress)]
    spread = 4 * number if cluster is None else 32
    size = max(1, min(math.ceil(CHUNK_SECONDS / max(seconds, 1e-6)), math.ceil(len(rest) / spread)))
    chunks = [rest[begin : begin + size] for begin in range(0, len(rest), size)]

    def done(count: int) -> None:
        if progress is not None:
            progress(min(len(first) + count * size, len(tasks)), len(tasks))

    found = _processes(function, chunks, number, done) if cluster is None else _dask(function, chunks, cluster, done)
    return [*first, *(answer for chunk in found for answer in chunk)]


def _here(function: Callable[[T], R], tasks: Sequence[T], done: int, progress: Progress | None) -> list[R]:
    answers = []
    for index, task in enumerate(tasks, start=1):
        answers.append(function(task))
        if progress is not None:
            progress(done + index, done + len(tasks))
    return answers


def _processes(
    function: Callable[[T], R], chunks: list[Sequence[T]], workers: int, done: Callable[[int], None]
) -> list[list[R]]:
    answers: dict[int, list[R]] = {}
    for _ in range(ATTEMPTS):
        missing = [index for index in range(len(chunks)) if index not in answers]
        if not missing:
            break
        # Fresh processes rather than forks: a fork of a process with running threads may hang.
        with ProcessPoolExecutor(min(workers, len(missing)), mp_context=get_context("spawn")) as pool:
            jobs: dict[Future[list[R]], int] = {pool.submit(work, function, chunks[i]): i for i in missing}
            try:
                for job in as_completed(jobs):
                    answers[jobs[job]] = job.result()
                    done(len(answers))
            except BrokenProcessPool:
                continue  # a worker was killed: what it had not finished is done again
    if len(answers) < len(chunks):
        raise CorridorError(
            f"{len(chunks) - len(answers)} chunk(s) of work were lost {ATTEMPTS} times",
            place="workers",
            hint="workers are killed, often for memory: use fewer runs or fewer workers",
        )
    return [answers[index] for index in range(len(chunks))]


def _dask(
    function: Callable[[T], R], chunks: list[Sequence[T]], address: str, done: Callable[[int], None]
) -> list[list[R]]:
    try:
        from distributed import Client, KilledWorker  # noqa: PLC0415 - an extra that few need
        from distributed import as_completed as finished  # noqa: PLC0415
    except ImportError:
        raise UsageError(
            "a cluster needs the extra", place="--cluster", hint="pip install 'corridor-evac[cluster]'"
        ) from None
    try:
        client: Any = Client(address, timeout=10, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(f"no scheduler answers: {error}", place=address, hint="tcp://host:8786") from None
    with client:
        jobs = [client.submit(work, function, chunk, pure=False, retries=ATTEMPTS) for chunk in chunks]
        for count, _ in enumerate(finished(jobs, loop=client.loop), start=1):
            done(count)
        try:
            return list(client.gather(jobs))
        except KilledWorker as error:
            raise CorridorError(
                f"a chunk of work killed its worker again and again: {error}",
                place=address,
                hint="workers are killed, often for memory: use fewer runs or larger workers",
            ) from None
