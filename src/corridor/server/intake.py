"""The one thread that writes to the log: urgent entries first, what waits together committed together."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from corridor.log.entry import Answer, Entry
from corridor.log.log import Log
from corridor.log.store import LogError

# As many entries as one commit takes: more would make an urgent entry wait for a long one.
LARGEST_GROUP = 500
T = TypeVar("T")


class Intake:
    """Takes entries from any thread; each future is answered once its entries are on the disk.

    Group commit (DeWitt and others 1984) with two queues: an urgent entry waits for the commit under way, never for
    the backlog. `committed` is called after each commit.
    """

    def __init__(self, log: Log, *, committed: Callable[[], None] = lambda: None) -> None:
        self.log = log
        self.waiting = 0
        self._committed = committed
        self._ready = threading.Condition()
        self._urgent: deque[tuple[Sequence[Entry], Future[list[Answer]]]] = deque()
        self._others: deque[tuple[Sequence[Entry], Future[list[Answer]]]] = deque()
        self._calls: deque[tuple[Callable[[], Any], Future[Any]]] = deque()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="corridor-intake", daemon=True)
        self._thread.start()

    def submit(self, entries: Sequence[Entry], *, urgent: bool = False) -> Future[list[Answer]]:
        """Hand entries over; the future holds their answers, in order, or the error that stopped all of them."""
        future: Future[list[Answer]] = Future()
        with self._ready:
            self._must_be_open()
            (self._urgent if urgent else self._others).append((entries, future))
            self.waiting += len(entries)
            self._ready.notify()
        return future

    def call(self, function: Callable[[], T]) -> Future[T]:
        """Have a function run in the writing thread, between commits."""
        future: Future[T] = Future()
        with self._ready:
            self._must_be_open()
            self._calls.append((function, future))
            self._ready.notify()
        return future

    def _must_be_open(self) -> None:
        if self._closing:
            raise LogError("is being closed", place=self.log.store.place, hint="send it again in a moment")

    def close(self) -> None:
        """Write what is queued, then stop."""
        with self._ready:
            self._closing = True
            self._ready.notify()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._ready:
                while not (self._urgent or self._others or self._calls or self._closing):
                    self._ready.wait()
                calls = list(self._calls)
                self._calls.clear()
                group = self._group()
                if not group and not calls and self._closing:
                    return
            for function, future in calls:
                _answer(function, future)
            if group:
                self._write(group)

    def _group(self) -> list[tuple[Sequence[Entry], Future[list[Answer]]]]:
        """Take the next group: all urgent entries alone, else as many of the others as one commit takes."""
        source = self._urgent or self._others
        group: list[tuple[Sequence[Entry], Future[list[Answer]]]] = []
        size = 0
        while source and (not group or size + len(source[0][0]) <= LARGEST_GROUP):
            group.append(source.popleft())
            size += len(group[-1][0])
        self.waiting -= size
        return group

    def _write(self, group: list[tuple[Sequence[Entry], Future[list[Answer]]]]) -> None:
        try:
            answers = self.log.append([entry for entries, _ in group for entry in entries])
        except Exception as error:  # noqa: BLE001 - every caller must hear of it, whatever it was
            for _, future in group:
                if not future.cancelled():
                    future.set_exception(error)
            return
        start = 0
        for entries, future in group:
            # Whoever went away meanwhile gets no answer; its entries are kept all the same.
            if future.set_running_or_notify_cancel():
                future.set_result(answers[start : start + len(entries)])
            start += len(entries)
        with contextlib.suppress(Exception):
            self._committed()


def _answer(function: Callable[[], T], future: Future[T]) -> None:
    try:
        result = function()
    except Exception as error:  # noqa: BLE001 - the caller hears of it
        future.set_exception(error)
    else:
        future.set_result(result)
