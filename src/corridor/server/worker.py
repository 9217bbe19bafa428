"""The process that plans and forecasts, so that no request ever waits for a solver; the last results are kept."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import multiprocessing as mp
import os
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from typing import Any

import msgspec

from corridor.errors import CorridorError, InputError
from corridor.server.answers import Work

PLAN, FORECAST, LEVERS, COMPARISON, WHAT_IF = "plan", "forecast", "levers", "compare", "what if"
PUBLISH, PREVIEW, SCORE = "publish", "preview", "score"
# Work that takes longer than this is given up: the next one must not wait for it for ever.
PATIENCE_SECONDS = 300.0


class Task(msgspec.Struct, frozen=True):
    """A piece of work as it crosses to the other process: JSON and options, no pickled objects of ours.

    `beside` is what the data is set beside: the plan before a new one, the other situation of a comparison.
    """

    work: str
    data: bytes
    beside: bytes
    options: dict[str, Any]


class Result(msgspec.Struct, frozen=True):
    """What came back: JSON, or why there is none."""

    data: bytes
    why: str
    hint: str
    seconds: float


def serve_work(pipe: Connection) -> None:
    """Do tasks until the server is gone. Runs in the other process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        os.nice(5)
    with contextlib.suppress(EOFError, OSError):
        while True:
            task = msgspec.msgpack.decode(pipe.recv_bytes(), type=Task)
            pipe.send_bytes(msgspec.msgpack.encode(_done(task)))


def _done(task: Task) -> Result:
    begun = time.monotonic()
    try:
        data, why, hint = _work(task), "", ""
    except CorridorError as error:
        data, why, hint = b"", error.cause, error.hint
    except Exception as error:  # noqa: BLE001 - the server must hear of it and go on
        data, why, hint = b"", f"the worker failed: {type(error).__name__}", "try again; look at the server's log"
    return Result(data, why, hint, time.monotonic() - begun)


def _work(task: Task) -> bytes:
    from corridor.forecasting.levers import compare, levers  # noqa: PLC0415 - heavy; the server has no use of it
    from corridor.planning.plan import Plan  # noqa: PLC0415
    from corridor.planning.solve import plan  # noqa: PLC0415
    from corridor.planning.verify import verify  # noqa: PLC0415
    from corridor.situation.situation import Situation  # noqa: PLC0415

    if task.work == PLAN:
        previous = Plan.from_json(task.beside) if task.beside else None
        made = plan(Situation.from_json(task.data), previous=previous, **task.options)
        data = made.to_json()
        found = {"plan": msgspec.Raw(data), "findings": verify(made), "sha256": hashlib.sha256(data).hexdigest()}
        return msgspec.json.encode(found)
    if task.work == FORECAST:
        return _foreseen(task)
    if task.work == WHAT_IF:
        from corridor.server.what_if import what_if  # noqa: PLC0415

        return what_if(task.data, task.options)
    options = dict(task.options)
    if "deadline" in options:
        options["deadline"] = datetime.fromisoformat(options["deadline"])
    if task.work == LEVERS:
        return msgspec.json.encode(levers(Situation.from_json(task.data), workers=1, **options))
    if task.work == COMPARISON:
        first, second = Situation.from_json(task.data), Situation.from_json(task.beside)
        return msgspec.json.encode(compare(first, second, workers=1, **options))
    return _released(task)


def _foreseen(task: Task) -> bytes:
    from corridor.forecasting.forecast import forecast  # noqa: PLC0415
    from corridor.planning.plan import Plan  # noqa: PLC0415
    from corridor.server.release_work import foreseen  # noqa: PLC0415

    options = dict(task.options)
    options["closes_at"] = [datetime.fromisoformat(text) for text in options.get("closes_at", ())]
    return foreseen(forecast(Plan.from_json(task.data), **options))


def _released(task: Task) -> bytes:
    from corridor.server import release_work as out  # noqa: PLC0415

    if task.work == PUBLISH:
        return out.publication(task.data, task.beside, task.options)
    if task.work == PREVIEW:
        return out.previewed(task.data, task.beside, task.options)
    if task.work == SCORE:
        return out.scored(task.data, task.beside)
    raise InputError(f"no such work: {task.work}", place="worker", hint="one of those named in worker.py")


class Worker:
    """The other process and what waits for it: of each kind of work only the latest asked for is done."""

    def __init__(self) -> None:
        self.works: dict[str, Work] = {}
        self._process: mp.process.BaseProcess | None = None
        self._pipe: Connection | None = None
        self._queue: dict[str, tuple[Task, Callable[[Result], Any]]] = {}
        self._wake = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self.restarts = -1

    def start(self) -> None:
        """Start the process and the task that feeds it."""
        self._spawn()
        self._running = asyncio.create_task(self._run())

    def _spawn(self) -> None:
        context = mp.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=serve_work, args=(theirs,), name="corridor-worker", daemon=True)
        self._process.start()
        theirs.close()
        self.restarts += 1

    @property
    def pid(self) -> int:
        """The number of the other process, 0 where there is none."""
        return (self._process.pid or 0) if self._process else 0

    def submit(self, task: Task, then: Callable[[Result], Any], *, kind: str = "") -> int:
        """Ask for work and return how much waits; `then` gets the result in the loop. An older equal one is dropped."""
        name = kind or task.work
        self._queue[name] = (task, then)
        self.works[name] = Work(work=name, state="waits", since=datetime.now(UTC))
        self._wake.set()
        return len(self._queue)

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._queue:
                # Plans before forecasts: whoever waits for new orders waits in the open.
                name = min(self._queue, key=lambda kind: (kind != PLAN, kind))
                task, then = self._queue.pop(name)
                self.works[name] = Work(work=name, state="runs", since=datetime.now(UTC))
                result = await asyncio.to_thread(self._exchange, task)
                state: Any = "failed" if result.why else "done"
                since = self.works[name].since
                if name not in self._queue:
                    self.works[name] = Work(
                        work=name, state=state, since=since, seconds=round(result.seconds, 3), why=result.why
                    )
                await self._handed(name, then, result)

    async def _handed(self, name: str, then: Callable[[Result], Any], result: Result) -> None:
        """Hand a result over; what goes wrong with one must not end the work on all the others."""
        try:
            found = then(result)
            if asyncio.iscoroutine(found):
                await found
        except Exception as error:  # noqa: BLE001 - it is said under the name of the work
            why = f"the result could not be kept: {type(error).__name__}"
            self.works[name] = Work(work=name, state="failed", since=datetime.now(UTC), why=why)

    def _exchange(self, task: Task) -> Result:
        pipe = self._pipe
        with contextlib.suppress(EOFError, OSError):
            if pipe is not None:
                pipe.send_bytes(msgspec.msgpack.encode(task))
                if pipe.poll(PATIENCE_SECONDS):
                    return msgspec.msgpack.decode(pipe.recv_bytes(), type=Result)
        # The process died or hangs: another one takes its place, and whoever waits is told.
        self._end()
        if self._running is not None:
            self._spawn()
        return Result(b"", "the worker stopped", "ask again; a new one was started", 0.0)

    async def stop(self) -> None:
        """Stop the task and the process."""
        running, self._running = self._running, None
        if running is not None:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running
        self._end()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            process.join(timeout=5)
            if process.is_alive():
                process.kill()
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None
