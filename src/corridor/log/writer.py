"""One thread that writes for all callers: what waits together is committed together, each answered after the commit."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import datetime

from corridor.log.entry import Answer, Entry, now, stamp
from corridor.log.store import LogError, Store

LARGEST_GROUP = 256
_Job = tuple[Sequence[Entry], "Future[list[Answer]]"]


class Writer:
    """Group commit (DeWitt and others 1984): no timer; whatever has queued while one commit ran is the next."""

    def __init__(self, store: Store, *, clock: Callable[[], datetime] = now) -> None:
        self._store = store
        self._clock = clock
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="corridor-log-writer", daemon=True)
        self._thread.start()

    def submit(self, entries: Sequence[Entry]) -> Future[list[Answer]]:
        """Hand entries over; the future holds the answers once they are durable, or the error."""
        if self._closed.is_set():
            raise LogError("is closed", place=self._store.place, hint="open the log again")
        future: Future[list[Answer]] = Future()
        self._jobs.put((entries, future))
        return future

    def close(self) -> None:
        """Write what is queued, then stop."""
        self._closed.set()
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        going = True
        while going:
            job = self._jobs.get()
            group: list[_Job] = []
            size = 0
            while True:
                if job is None:
                    going = False
                    break
                group.append(job)
                size += len(job[0])
                if size >= LARGEST_GROUP:
                    break
                try:
                    job = self._jobs.get_nowait()
                except queue.Empty:
                    break
            if group:
                self._write(group)
        while not self._jobs.empty():  # handed over between the flag and the end
            if (late := self._jobs.get()) is not None:
                self._write([late])

    def _write(self, group: list[_Job]) -> None:
        try:
            together = [entry for entries, _ in group for entry in entries]
            answers = self._store.append(together, received=stamp(self._clock()))
        except Exception as error:  # noqa: BLE001 - every caller must hear of it, whatever it was
            for _, future in group:
                future.set_exception(error)
            return
        start = 0
        for entries, future in group:
            future.set_result(answers[start : start + len(entries)])
            start += len(entries)
