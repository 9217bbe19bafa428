"""One thread that writes for all callers: what waits together is committed together, each answered after the commit."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, InvalidStateError
from datetime import datetime

from corridor.log.entry import Answer, Entry, now, stamp
from corridor.log.store import LogError, Store

LARGEST_GROUP = 256


class _Job:
    """Entries of one caller, what became of them, and how the caller hears of it."""

    __slots__ = ("answers", "entries", "error")

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries
        self.answers: list[Answer] = []
        self.error: Exception | None = None

    def tell(self) -> None:
        raise NotImplementedError


class _Thread(_Job):
    """A thread that sleeps on a bare lock, which costs a fraction of a future."""

    __slots__ = ("done",)

    def __init__(self, entries: Sequence[Entry]) -> None:
        super().__init__(entries)
        self.done = threading.Lock()
        self.done.acquire()

    def tell(self) -> None:
        self.done.release()


class _Promise(_Job):
    """A caller that looks later."""

    __slots__ = ("future",)

    def __init__(self, entries: Sequence[Entry]) -> None:
        super().__init__(entries)
        self.future: Future[list[Answer]] = Future()

    def tell(self) -> None:
        with contextlib.suppress(InvalidStateError):  # its caller gave up; the entries are kept all the same
            if self.error is not None:
                self.future.set_exception(self.error)
            else:
                self.future.set_result(self.answers)


class _Task(_Job):
    """A coroutine: all those of one loop hear of their group in one call, as waking a loop is dear."""

    __slots__ = ("future", "loop")

    def __init__(self, entries: Sequence[Entry]) -> None:
        super().__init__(entries)
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[None] = self.loop.create_future()

    def tell(self) -> None:
        if not self.future.done():  # a caller that was cancelled hears nothing; the entries are kept all the same
            self.future.set_result(None)


class Writer:
    """Group commit (DeWitt and others 1984): no timer; whatever has queued while one commit ran is the next."""

    def __init__(self, store: Store, *, clock: Callable[[], datetime] = now) -> None:
        self._store = store
        self._clock = clock
        self._jobs: list[_Job] = []
        self._queue = threading.Lock()  # held only for as long as a list takes to grow or to be taken
        self._work = threading.Semaphore(0)
        self._idle = False
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="corridor-log-writer", daemon=True)
        self._thread.start()

    def append(self, entries: Sequence[Entry]) -> list[Answer]:
        """Keep entries and wait; returns by id what became of each once they are durable, or raises the error."""
        job = _Thread(entries)
        self._put(job)
        job.done.acquire()
        return _outcome(job)

    async def appended(self, entries: Sequence[Entry]) -> list[Answer]:
        """Do as `append` does, for one of the many requests that a server serves in one thread."""
        job = _Task(entries)
        self._put(job)
        await job.future
        return _outcome(job)

    def submit(self, entries: Sequence[Entry]) -> Future[list[Answer]]:
        """Hand entries over; the future holds the answers once they are durable, or the error."""
        job = _Promise(entries)
        self._put(job)
        return job.future

    def close(self) -> None:
        """Write what is queued, then stop."""
        with self._queue:
            self._closed = True
            wake, self._idle = self._idle, False
        if wake:
            self._work.release()
        self._thread.join()

    def _put(self, job: _Job) -> None:
        with self._queue:
            if self._closed:
                raise LogError("is closed", place=self._store.place, hint="open the log again")
            self._jobs.append(job)
            wake, self._idle = self._idle, False
        if wake:
            self._work.release()

    def _take(self) -> list[_Job]:
        """Return the next group, at once where something waits; an empty one where nothing will come any more."""
        while True:
            with self._queue:
                size = count = 0
                for job in self._jobs:
                    count += 1
                    size += len(job.entries)
                    if size >= LARGEST_GROUP:
                        break
                group, self._jobs = self._jobs[:count], self._jobs[count:]
                if group or self._closed:
                    return group
                self._idle = True
            self._work.acquire()

    def _run(self) -> None:
        while group := self._take():
            self._write(group)
            loops: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
            for job in group:
                if isinstance(job, _Task):
                    loops.setdefault(job.loop, []).append(job)
                else:
                    job.tell()
            for loop, jobs in loops.items():
                with contextlib.suppress(RuntimeError):  # the loop is closed, so that nobody listens any more
                    loop.call_soon_threadsafe(_tell, jobs)

    def _write(self, group: list[_Job]) -> None:
        try:
            together = [entry for job in group for entry in job.entries]
            answers = self._store.append(together, received=stamp(self._clock()))
        except Exception as error:  # noqa: BLE001 - every caller must hear of it, whatever it was
            for job in group:
                job.error = error
            return
        start = 0
        for job in group:
            job.answers = answers[start : start + len(job.entries)]
            start += len(job.entries)


def _tell(jobs: Iterable[_Job]) -> None:
    for job in jobs:
        job.tell()


def _outcome(job: _Job) -> list[Answer]:
    if job.error is not None:
        raise job.error
    return job.answers
