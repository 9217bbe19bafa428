"""The house: one log with everything that serves it, and the tasks that keep watch over it."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import itertools
import time
from collections import deque
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from corridor.errors import CorridorError
from corridor.log.entry import Answer, Entry, Kind, Row, canonical, derived_id, new_id, now, stamp
from corridor.log.log import Log
from corridor.log.names import POSTGRES
from corridor.log.places import open_store, open_texts
from corridor.log.sqlite import SqliteStore
from corridor.log.texts import REASONS, SEALED
from corridor.operation.retention import CLERK, erase_due
from corridor.publishing.ground import Ground
from corridor.publishing.redact import Level
from corridor.server import present as p
from corridor.server.archive import Archive
from corridor.server.cabinet import open_cabinet
from corridor.server.desk import Desk, DeskLog
from corridor.server.hub import HEARTBEAT_SECONDS, LONGEST_QUEUE, Hub
from corridor.server.intake import Intake
from corridor.server.limits import Limits
from corridor.server.metrics import Metrics
from corridor.server.people import People
from corridor.server.replay import Replay
from corridor.server.rights import Viewer
from corridor.server.work import Planner

T = TypeVar("T")
STORE_PAGE = 10_000
# So many commits of its own a server holds until they are handed on.
FRESH = 64
# So many rows go to the live clients at once, who then have so many turns of the loop to take them.
TOGETHER = 250
TURNS = 20
# So many backlogs are taken in at once: the loop comes round to everybody else between them.
BACKLOGS = 8
# How long a lost notification can go unnoticed, and how long a log written by another program on this machine.
LOOK_SECONDS = 0.5
SIGN_SECONDS = 60.0
RETAIN_SECONDS = 3600.0


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How the server is reached: the names it answers to, TLS or not, behind a proxy or not."""

    hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")
    address: str = "http://127.0.0.1:8765"
    tls: bool = False
    behind_proxy: bool = False
    trust: str = ""
    level: Level = Level()
    planning: bool = True
    ground: Ground | None = None
    heartbeat: float = HEARTBEAT_SECONDS


class House:
    """Everything that one server needs to serve one log."""

    def __init__(
        self,
        place: str,
        settings: Settings = Settings(),  # noqa: B008 - a frozen value
        *,
        key_file: Path | None = None,
        clock: Callable[[], datetime] = now,
        limits: Limits | None = None,
        metrics: Metrics | None = None,
        replay: Replay | None = None,
    ) -> None:
        self.settings = settings
        # Where an old operation is played again the log lives then; sessions and links live now.
        self.replay = replay
        people_clock = time.time if replay is not None else lambda: clock().timestamp()
        clock = replay.clock if replay is not None else clock
        self.log = Log.open(place, key_file=key_file, clock=clock)
        self.opened = self.log.opened
        self.reader = open_store(place)
        self.raw = Log(self.reader, key=self.log.key, clock=clock)
        # Each thread that opens texts has keys of its own: a reading of them is no moment for another.
        self._reasons = open_texts(place)
        self.archive = Archive(open_store(place), open_texts(place))
        self.cabinet = open_cabinet(place)
        self.people = People(self.cabinet, self.opened.key, clock=people_clock)
        self.limits = limits or Limits()
        self.metrics = metrics or Metrics()
        self.present = p.Present()
        self.clock = clock
        self.ready = False
        # The day of retention by which texts were last erased.
        self.erased_at: datetime | None = None
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="corridor-access")
        self._reading = ThreadPoolExecutor(1, thread_name_prefix="corridor-reader")
        self._full: dict[int, list[Row]] = {}
        # What this server has just written, so that it need not be read again; what no longer fits is read.
        self._fresh: deque[list[Row]] = deque(maxlen=FRESH)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._wake = asyncio.Event()
        self.backlogs = asyncio.Semaphore(BACKLOGS)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._notify: Callable[[], None] = lambda: None
        self._unlisten: Callable[[], None] = lambda: None
        if isinstance(self.log.store, SqliteStore):
            self.log.store.told = self._fresh.append
        self.intake = Intake(self.log, committed=self._committed)
        desk_log = DeskLog(
            open_store(place), self.intake, key=self.log.key, clock=clock, texts=open_texts(place)
        )  # fmt: skip
        self.desk = Desk(desk_log)
        self.hub = Hub(self.pages, heartbeat=settings.heartbeat)
        self.planner = Planner(self)
        if place.startswith(POSTGRES):
            from corridor.server.notify import Listener  # noqa: PLC0415 - only those with a server need its driver

            listener = Listener(place, self._woken)
            self._notify, self._unlisten = listener.notify, listener.close
        self.watchers: list[Callable[[list[Row]], None]] = []

    # life

    async def start(self) -> None:
        """Read the log once, then keep up with it."""
        self._loop = asyncio.get_running_loop()
        await self._loop.run_in_executor(self._reading, self._catch_up)
        self.hub.seq = self.present.seq
        self.spawn(self._pump())
        self.spawn(self._sign())
        self.spawn(self._watch())
        if self.replay is None:
            self.spawn(self._retain())
        await self.planner.start()
        if self.replay is not None:
            self.spawn(self.replay.run(self))
        self.ready = True

    async def stop(self) -> None:
        """Let every stream go, write what is queued, and close everything."""
        self.ready = False
        self.hub.stop()
        await self.planner.stop()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self._unlisten()
        self.desk.close()
        self.archive.close()
        with contextlib.suppress(CorridorError):
            self.intake.call(self.log.sign).result()
        self.intake.close()
        self._reading.shutdown()
        self._threads.shutdown()
        self.desk.log.close()
        self._reasons.close()
        self.reader.close()
        self.log.close()
        self.cabinet.close()

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run something beside the requests; what goes wrong in it is told, and never ends the server."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.metrics.tell("task failed", error=type(error).__name__)

    # reading

    def _catch_up(self) -> None:
        for row in self.reader.rows():
            self.present.take(row)

    def _committed(self) -> None:
        """Hear of a commit, in the writing thread."""
        self._notify()
        self._woken()

    def _woken(self) -> None:
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._wake.set)

    async def _pump(self) -> None:
        """Hand each new row on, in order, a moment after it was committed, whoever wrote it."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), LOOK_SECONDS)
            self._wake.clear()
            try:
                rows = self._next_fresh() or await self._read(self.present.seq, STORE_PAGE)
                told = await self._shown(rows)
            except CorridorError as error:
                self.metrics.tell("log not read", error=type(error).__name__)
                await asyncio.sleep(1.0)
                continue
            if rows:
                for row in rows:
                    self.present.take(row)
                await self._handed_on(told)
                for watcher in self.watchers:
                    watcher(rows)

    async def _handed_on(self, rows: list[Row]) -> None:
        """Hand rows to the live clients part by part: one that keeps up must not be dropped for a part too large."""
        for start in range(0, len(rows), TOGETHER):
            self.hub.publish(rows[start : start + TOGETHER])
            for _ in range(TURNS):
                if start + TOGETHER >= len(rows) or self.hub.drained(LONGEST_QUEUE - TOGETHER):
                    break
                await asyncio.sleep(0)

    def _next_fresh(self) -> list[Row]:
        """Return what this server wrote next after what it has handed on; nothing where others wrote in between."""
        rows: list[Row] = []
        follows = self.present.seq + 1
        while self._fresh:
            for row in self._fresh.popleft():
                if row.seq == follows:
                    rows.append(row)
                    follows += 1
                elif row.seq > follows:
                    self._wake.set()  # what lies between is in the log: read it next
        return rows

    async def _shown(self, rows: list[Row]) -> list[Row]:
        """Return rows with their reasons in clear; notes and quotes never are outside their own door."""
        if not any(SEALED in row.body for row in rows):
            return rows
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._reading, lambda: list(self._reasons.opened(rows, REASONS)))

    async def _read(self, after: int, limit: int) -> list[Row]:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._reading, lambda: list(itertools.islice(self.reader.rows(after), limit)))

    async def pages(self, after: int, limit: int) -> list[Row]:
        """Return up to `limit` rows after a seq, their reasons in clear.

        Full pages are shared by all who read on from the same place; they are kept sealed, so that what is erased is
        not in them.
        """
        start = after // STORE_PAGE
        page = self._full.get(start)
        if page is None:
            if self.present.seq < (start + 1) * STORE_PAGE:
                return await self._shown(await self._read(after, limit))
            page = await self._read(start * STORE_PAGE, STORE_PAGE)
            while len(self._full) >= 4:
                self._full.pop(next(iter(self._full)))
            self._full[start] = page
        begin = after - start * STORE_PAGE
        return await self._shown(page[begin : begin + limit])

    async def _sign(self) -> None:
        """Sign the head once a minute where it has grown by more than the last signature."""
        signed = self.present.seq
        while True:
            await asyncio.sleep(SIGN_SECONDS)
            if self.present.seq > signed:
                with contextlib.suppress(CorridorError):
                    await asyncio.wrap_future(self.intake.call(self.log.sign))
                signed = self.present.seq + 1

    async def _watch(self) -> None:
        """End the streams of whoever was let in an hour ago and may be out now, and of nobody else.

        It runs beside the streams: no entry waits for it.
        """
        while True:
            await asyncio.sleep(self.settings.heartbeat / 2)
            following = {client.who for client in self.hub.following if isinstance(client.who, Viewer)}
            if following:
                with contextlib.suppress(CorridorError):
                    self.hub.end(await self.access(self.people.over, following))

    async def _retain(self) -> None:
        """Erase the free texts whose day has come, looked at each hour; the act stands in the log."""
        while True:
            with contextlib.suppress(CorridorError):
                await self.erase_due()
            await asyncio.sleep(RETAIN_SECONDS)

    async def erase_due(self, *, by: str = CLERK) -> int:
        """Erase what is due; returns how many texts went."""
        due, _ = self.present.retention.due()
        if self.clock() < due or self.erased_at == due:
            return 0
        count = await self.desk.do(lambda operation: erase_due(operation.log, by=by))
        # Once is enough, until the clock is set anew.
        self.erased_at = due
        if count:
            self.metrics.tell("texts erased", count=count)
        return count

    # writing

    async def write(self, entries: list[Entry], *, urgent: bool = False) -> list[Answer]:
        """Have entries written and return their answers once they are on the disk."""
        answers = await asyncio.wrap_future(self.intake.submit(entries, urgent=urgent))
        self.metrics.answered(answer.status for answer in answers)
        return answers

    def entry(
        self,
        kind: Kind,
        name: str,
        body: object,
        *,
        actor: str,
        device: str = "server",
        entry_id: str = "",
    ) -> Entry:
        """Make an entry of this server's own."""
        at = self.clock()
        return Entry(
            id=entry_id or new_id(int(at.timestamp() * 1000)),
            kind=kind,
            name=name,
            actor=actor,
            device=device,
            device_seq=0,
            happened=stamp(at),
            recorded=stamp(at),
            body=canonical(body),
        )

    async def act(self, name: str, body: object, viewer: Viewer, *, by: str = "") -> Answer:
        """Keep an act of the system: who entered, who was denied, who exported."""
        entry = self.entry("act", name, body, actor=by or viewer.account or "nobody")
        return (await self.write([entry], urgent=True))[0]

    async def access(self, call: Callable[..., T], *values: Any, **named: Any) -> T:  # noqa: ANN401
        """Ask the cabinet, in a thread: its disk or its database may keep one waiting."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, lambda: call(*values, **named))

    async def seen(self, rows: int) -> None:
        """Wait until what was just written has come round to this server's own state."""
        until = time.monotonic() + 5.0
        while self.present.seq < rows and time.monotonic() < until:  # noqa: ASYNC110 - the pump serves many
            await asyncio.sleep(0.002)

    def gauges(self) -> dict[str, float]:
        """Return what can be measured now."""
        return {
            "log_entries": self.present.seq,
            "stream_clients": len(self.hub.clients),
            "stream_dropped": self.hub.dropped,
            "entries_waiting": self.intake.waiting,
            "worker_restarts": max(self.planner.worker.restarts, 0),
            "uptime_seconds": time.time() - self.metrics.began,
        }


def alarm_id(rule: str, about: str, severity: str, reports: tuple[str, ...]) -> str:
    """Return the id of an alarm's entry: two servers that see the same tell it once."""
    return derived_id(p.ALARM, rule, about, severity, *reports)


def sha256(data: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
