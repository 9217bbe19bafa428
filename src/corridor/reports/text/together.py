"""The paragraphs of a long text read by several processes: the same result as one, in the order of the text."""

from __future__ import annotations

import gc
import os
import pickle
import select
import threading
from collections.abc import Iterator, Sequence
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Self

from corridor.reports.text.paragraph import Setting, Told, read_paragraph

# Below this many characters one process is done before others have begun.
LONG = 200_000
BATCH = 25_000
MOST = 8
_Batch = list[str]
_Read = list[tuple[Told, ...]]


def paragraphs(parts: Sequence[str], setting: Setting) -> Iterator[tuple[Told, ...]]:
    """Yield what each paragraph tells, in order; a long text is shared among the processors of the machine.

    Paragraphs are read alone, so who reads them changes nothing. Others are asked by fork only, and not by a program
    of several threads: a copy of it could wait for ever for a lock that another thread held.
    """
    many = processes(sum(map(len, parts)))
    batches = list(_batches(parts)) if many > 1 else []
    if len(batches) < 2:
        return (read_paragraph(part, setting) for part in parts)
    return _shared(batches, setting, many - 1)


def processes(size: int) -> int:
    """Return how many processes read a text of `size` characters."""
    if size < LONG or threading.active_count() > 1 or "fork" not in get_all_start_methods():
        return 1
    if not hasattr(os, "sched_getaffinity") or get_context("fork").current_process().daemon:
        return 1
    return min(len(os.sched_getaffinity(0)), MOST)


def _shared(batches: Sequence[_Batch], setting: Setting, others: int) -> Iterator[tuple[Told, ...]]:
    # The words of the first batch are looked up once, before there are copies of what is known of words.
    yield from _read(batches[0], setting)
    with _Helpers(batches, setting, others) as helpers:
        for number in range(1, len(batches)):
            yield from helpers.told(number)


class _Helpers:
    """Processes that take one batch after another, as this one does while it waits for them.

    The numbers of the batches lie in a pipe: who reads a number reads that batch. A helper that dies leaves its batch
    to this process.
    """

    def __init__(self, batches: Sequence[_Batch], setting: Setting, others: int) -> None:
        self._batches = batches
        self._setting = setting
        self._others = others
        self._done: dict[int, _Read] = {}
        self._open: dict[int, Connection] = {}
        self._helpers: list[BaseProcess] = []
        self._poll = select.poll()
        self._left = -1

    def __enter__(self) -> Self:
        """Write the numbers down and begin."""
        self._left, numbers = os.pipe()
        os.write(numbers, b"".join(n.to_bytes(SIZE, "big") for n in range(1, len(self._batches))))
        os.close(numbers)
        context = get_context("fork")
        for _ in range(self._others):
            here, there = context.Pipe(duplex=False)
            helper = context.Process(target=_help, args=(self._left, there, self._batches, self._setting), daemon=True)
            helper.start()
            there.close()
            self._helpers.append(helper)
            self._open[here.fileno()] = here
            self._poll.register(here.fileno(), select.POLLIN | select.POLLHUP)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the helpers; they have nothing left to do unless the reading was broken off."""
        for helper in self._helpers:
            helper.terminate()
            helper.join()
        for connection in self._open.values():
            connection.close()
        os.close(self._left)

    def told(self, number: int) -> _Read:
        """Return what a batch tells; while it is not there, read others."""
        while number not in self._done:
            mine = _take(self._left)
            if mine:
                self._done[mine] = [told for part in self._batches[mine] for told in self._one(part)]
            elif self._open:
                self._collect(wait=True)
            else:
                self._done[number] = _read(self._batches[number], self._setting)
        return self._done.pop(number)

    def _one(self, part: str) -> _Read:
        """Read one paragraph, and take what helpers hold ready so that they need not wait."""
        self._collect(wait=False)
        return [read_paragraph(part, self._setting)]

    def _collect(self, *, wait: bool) -> None:
        for place, _ in self._poll.poll(None if wait else 0):
            try:
                number, told = pickle.loads(self._open[place].recv_bytes())  # noqa: S301 - written by our own copy
                self._done[number] = told
            except (EOFError, OSError):
                self._poll.unregister(place)
                self._open.pop(place).close()


SIZE = 4


def _take(numbers: int) -> int:
    """Return the number of a batch that nobody has taken; 0 where none is left."""
    return int.from_bytes(os.read(numbers, SIZE), "big")


def _help(numbers: int, answers: Connection, batches: Sequence[_Batch], setting: Setting) -> None:
    """Read batches until none is left; nothing read here makes cycles, and looking for them costs a fifth."""
    gc.freeze()
    gc.disable()
    while number := _take(numbers):
        answers.send_bytes(pickle.dumps((number, _read(batches[number], setting)), pickle.HIGHEST_PROTOCOL))


def _read(parts: _Batch, setting: Setting) -> _Read:
    return [read_paragraph(part, setting) for part in parts]


def _batches(parts: Sequence[str]) -> Iterator[_Batch]:
    batch: list[str] = []
    size = 0
    for part in parts:
        batch.append(part)
        size += len(part)
        if size >= BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
