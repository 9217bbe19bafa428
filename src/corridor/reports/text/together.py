"""The paragraphs of a long text read by several processes: the same result as one, in the order of the text."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Iterator, Sequence
from functools import partial
from multiprocessing import get_all_start_methods, get_context

from corridor.reports.text.paragraph import Setting, Told, read_paragraph

# Below this many characters one process is done before others have begun.
LONG = 200_000
BATCH = 30_000
MOST = 8


def paragraphs(parts: Sequence[str], setting: Setting) -> Iterator[tuple[Told, ...]]:
    """Yield what each paragraph tells, in order; a long text is shared among the processors of the machine.

    Paragraphs are read alone, so who reads them changes nothing. Others are asked by fork only, and not by a program
    of several threads: a copy of it could wait for ever for a lock that another thread held.
    """
    others = processes(sum(map(len, parts)))
    if others < 2:
        return (read_paragraph(part, setting) for part in parts)
    return _shared(parts, setting, others)


def processes(size: int) -> int:
    """Return how many processes read a text of `size` characters."""
    if size < LONG or threading.active_count() > 1 or "fork" not in get_all_start_methods():
        return 1
    if get_context("fork").current_process().daemon:
        return 1
    return min(len(os.sched_getaffinity(0)), MOST)


def _shared(parts: Sequence[str], setting: Setting, others: int) -> Iterator[tuple[Told, ...]]:
    with get_context("fork").Pool(others, initializer=_begin) as pool:
        for told in pool.imap(partial(_read, setting=setting), _batches(parts)):
            yield from told


def _begin() -> None:
    """Leave what the parent made alone: nothing read here makes cycles, and looking for them costs a fifth."""
    gc.freeze()
    gc.disable()


def _read(parts: list[str], setting: Setting) -> list[tuple[Told, ...]]:
    return [read_paragraph(part, setting) for part in parts]


def _batches(parts: Sequence[str]) -> Iterator[list[str]]:
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
