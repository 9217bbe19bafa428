"""The one thread that folds the log: whoever asks the same question at the same moment gets the same answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, TypeVar

from corridor.log.chain import Checkpoint, Key
from corridor.log.entry import Answer, Entry, Row
from corridor.log.log import Log
from corridor.log.store import Store
from corridor.log.texts import REASONS, TextKeys
from corridor.operation.operation import Operation
from corridor.server.intake import Intake

T = TypeVar("T")
# An operation whose last report is older is read at that report: an old one replayed, or an example.
STALE = timedelta(days=14)


class DeskLog(Log):
    """A log that reads by its own connection and writes through the intake."""

    def __init__(
        self, store: Store, intake: Intake, *, key: Key | None, clock: Callable[[], datetime], texts: TextKeys
    ) -> None:
        super().__init__(store, key=key, clock=clock, texts=texts)
        self._intake = intake

    def readable(self, after: int = 0) -> Iterator[Row]:
        """Yield the rows after a seq, reasons in clear; notes and quotes stay sealed, so that no view can show one."""
        assert self.texts is not None  # noqa: S101 - it is made with them
        return self.texts.opened(self.rows(after), REASONS)

    def clear(self, owner: str, **texts: str) -> dict[str, str]:
        """Return sealed texts of one report in clear, for those who may read them."""
        assert self.texts is not None  # noqa: S101 - it is made with them
        return self.texts.clear(owner, **texts)

    def append(self, entries: Sequence[Entry]) -> list[Answer]:
        """Hand entries to the intake, urgent as decisions are, and wait until they are on the disk."""
        return self._intake.submit(entries, urgent=True).result()

    def sign(self) -> Checkpoint | None:
        """Have the head signed in the writing thread."""
        return self._intake.call(self._intake.log.sign).result()


class Desk:
    """An operation and the thread in which it is asked; a question that waits already is not asked twice."""

    def __init__(self, log: DeskLog) -> None:
        self.log = log
        self.operation = Operation(log)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="corridor-desk")
        self._asked: dict[object, asyncio.Future[Any]] = {}

    async def ask(self, key: object, question: Callable[[Operation], T]) -> T:
        """Return the answer to a question; callers with an equal key that come before it is begun share it."""
        waiting = self._asked.get(key)
        if waiting is None:

            def begin() -> T:
                # From here on the log may grow beyond what this answer sees: the next to ask asks anew.
                loop.call_soon_threadsafe(self._asked.pop, key, None)
                return question(self.operation)

            loop = asyncio.get_running_loop()
            waiting = loop.run_in_executor(self._thread, begin)
            self._asked[key] = waiting
        result: T = await asyncio.shield(waiting)
        return result

    async def do(self, deed: Callable[[Operation], T]) -> T:
        """Do something that is not shared with anyone."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, deed, self.operation)

    def close(self) -> None:
        """Finish what is begun, then stop."""
        self._thread.shutdown(wait=True, cancel_futures=True)


def moment(operation: Operation, at: datetime | None = None) -> datetime:
    """Return the moment that is meant: the one named, else now, else the last one of an operation long over."""
    if at is not None:
        return at
    known, now = operation.known(), operation.log.clock()
    if not known.reports:
        return now
    last = max(report.received for report in known.reports)
    if now - last < STALE:
        return now
    moments = [last, *(said.happened for said in known.decisions if now - said.happened >= STALE)]
    return max(moments).astimezone(last.tzinfo)
