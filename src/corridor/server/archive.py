"""The log looked through from its end, in a thread and by a connection of its own: nobody else waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import NamedTuple

import msgspec

from corridor.log.entry import Row, stamp
from corridor.log.store import Store
from corridor.log.texts import REASONS, SEALED, TextKeys
from corridor.server.answers import Shown
from corridor.server.eyes import LARGEST_SHOWN

# So many entries are looked through for one answer; then whoever asks goes on from where it ended.
MOST = 50_000
CHUNK = 5000
See = Callable[[Row], Shown | None]


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries are looked for: the last `limit` ones before a seq that say a word, of a kind, a name, an actor.

    `known` leaves out what was not known by a moment, `held` what this log did not hold by then.
    """

    before: int
    limit: int
    kind: str = ""
    name: str = ""
    actor: str = ""
    word: str = ""
    known: datetime | None = None
    held: datetime | None = None


class Found(NamedTuple):
    """What was found, newest first, and the seq down to which the log was looked through."""

    entries: list[Shown]
    reached: int


class _Clock(msgspec.Struct):
    received: str = ""


_clock = msgspec.json.Decoder(_Clock)


class Archive:
    """A store that is only read, with keys of its own for the reasons."""

    def __init__(self, store: Store, texts: TextKeys) -> None:
        self._store = store
        self._texts = texts
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="corridor-archive")

    async def find(self, wanted: Wanted, see: See) -> Found:
        """Return the entries that are wanted, as whoever asks may see them."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self.look, wanted, see)

    def look(self, wanted: Wanted, see: See) -> Found:
        """Look through the log from its end, part by part."""
        found: list[Shown] = []
        end, last = wanted.before - 1, max(wanted.before - 1 - MOST, 0)
        # Without a filter a page needs no more than itself.
        chunk = CHUNK if _picks(wanted) else wanted.limit
        while end > last:
            start = max(end - chunk, last)
            for row in reversed(self._opened(self._store.span(start, end))):
                if _fits(wanted, row) and (one := see(row)) is not None and _says(one, wanted.word):
                    found.append(one)
                    if len(found) == wanted.limit:
                        return Found(found, one.seq)
            end = start
        return Found(found, end + 1)

    def _opened(self, rows: list[Row]) -> list[Row]:
        if not any(SEALED in row.body for row in rows):
            return rows
        return list(self._texts.opened(rows, REASONS))

    def close(self) -> None:
        """Finish what is begun, then let the store go."""
        self._thread.shutdown(wait=True, cancel_futures=True)
        self._texts.close()
        self._store.close()


def _picks(wanted: Wanted) -> bool:
    return bool(wanted.kind or wanted.name or wanted.actor or wanted.word or wanted.known)


def _fits(wanted: Wanted, row: Row) -> bool:
    if wanted.kind not in ("", row.kind) or wanted.name not in ("", row.name) or wanted.actor not in ("", row.actor):
        return False
    if wanted.word and not _may_say(row, wanted.word):
        return False
    if wanted.known is None:
        return True
    if wanted.held is not None and row.received > stamp(wanted.held):
        return False
    if row.kind == "report":
        received = _clock.decode(row.body).received
        return not received or datetime.fromisoformat(received) <= wanted.known
    return row.happened <= stamp(wanted.known)


def _may_say(row: Row, word: str) -> bool:
    """Return whether an entry as shown could say a word: what is shown of a body is a part of it, or stands for it."""
    plain = len(row.body) <= LARGEST_SHOWN and SEALED not in row.body
    return not plain or _in(word, row.id, row.body)


def _says(one: Shown, word: str) -> bool:
    return not word or _in(word, one.id, bytes(one.body).decode())


def _in(word: str, *texts: str) -> bool:
    small = word.lower()
    return any(small in text.lower() for text in texts)
