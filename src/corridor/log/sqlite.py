"""The log in one SQLite file: safe at every acknowledged entry, whatever happens to the machine's current.

WAL with synchronous=FULL loses nothing of what was committed (sqlite.org/wal.html, sqlite.org/pragma.html).
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice, starmap
from pathlib import Path
from typing import Any, NoReturn

from msgspec.structs import astuple

from corridor.errors import InputError, UsageError
from corridor.log.entry import Answer, Entry, Row
from corridor.log.sqlite_tables import NETWORK, file_system, prepare
from corridor.log.store import COLUMNS, Batch, Head, Held, LogError, merged, must_be_empty, split

PAGE = 10_000
# Rows in one statement: each step of a statement lets go of the interpreter, and a hundred waiting callers may take it.
TOGETHER = 64
_ROW = f"({', '.join('?' * len(COLUMNS))})"
_INSERTS = tuple(
    f"INSERT INTO entry ({', '.join(COLUMNS)}) VALUES {', '.join([_ROW] * count)}"  # noqa: S608 - our own column names
    for count in range(TOGETHER + 1)
)
_TAKEN = "UNIQUE constraint failed"
_SELECT = f"SELECT {', '.join(COLUMNS)} FROM entry WHERE seq > ? ORDER BY seq LIMIT {PAGE}"  # noqa: S608
_SPAN = f"SELECT {', '.join(COLUMNS)} FROM entry WHERE seq > ? AND seq <= ? ORDER BY seq"  # noqa: S608
_FIND_ONE = "SELECT id, seq, kind, name, happened, body_sha256 FROM entry WHERE id = ?"
_HEAD = "SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1"

Connect = Callable[[], Any]
# Of a damaged schema the module cannot even decode its own message.
FAULTS = (sqlite3.Error, UnicodeDecodeError)


class SqliteStore:
    """A store in one SQLite database, on any connection that speaks SQL (the stdlib's, or one on a faulty disk).

    `connect` opens the database; `faults` are the errors that it raises. After an error of the disk the connection is
    let go and opened anew, with all its checks: a failed fsync is never tried again (Rebello and others 2020).
    `path` is the file, where it is one. `told` hears of the rows of each commit once they are on the disk.
    """

    def __init__(self, connect: Connect, *, place: str, faults: tuple[type[Exception], ...] = FAULTS) -> None:
        self.place = place
        self.path: Path | None = None
        self.told: Callable[[list[Row]], None] = _untold
        self._connect = connect
        self._faults = faults
        self._lock = threading.RLock()
        self._db: Any = None
        self._believed: Head | None = None
        with self._lock:
            self._ready()

    def append(self, entries: Sequence[Entry], *, received: str) -> list[Answer]:
        """Keep entries in one commit and say by id what became of each; returns only once they are on the disk.

        Raises `LogError` where nothing of them is acknowledged; sending them again is always safe.
        """
        sound, wrong = split(entries)
        if not sound:
            return merged([], wrong)
        with self._lock:
            db = self._ready()
            try:
                batch = self._quick(db, sound, received) or self._careful(db, sound, received)
            except self._faults as error:
                self._let_go(error)
            except BaseException:
                self._drop()
                raise
            self.told(batch.rows)
        return merged(batch.answers, wrong)

    def _quick(self, db: Any, entries: Sequence[Entry], received: str) -> Batch | None:  # noqa: ANN401
        """Write on the believed end of the chain without looking; None where an id or the end was taken already.

        The end is believed only since this connection wrote or read it. As nothing is ever taken out, a free next seq
        is proof that the believed end is still the end, and the unique id that each entry is new.
        """
        if self._believed is None or (len(entries) > 1 and len({entry.id for entry in entries}) < len(entries)):
            return None
        batch = Batch.of_new(entries, received, self._believed)
        several = len(batch.rows) > TOGETHER
        try:
            if several:
                db.execute("BEGIN IMMEDIATE")
            _write(db, batch.rows)
            if several:
                db.execute("COMMIT")
        except self._faults as error:
            if _TAKEN not in str(error):
                raise
            self._believed = None
            if several:
                db.execute("ROLLBACK")
            return None
        self._believed = batch.head
        return batch

    def _careful(self, db: Any, entries: Sequence[Entry], received: str) -> Batch:  # noqa: ANN401
        db.execute("BEGIN IMMEDIATE")
        batch = Batch(entries, received, self._end(db), self._find)
        _write(db, batch.rows)
        db.execute("COMMIT")
        self._believed = batch.head
        return batch

    def insert(self, rows: Iterable[Row]) -> int:
        """Put the rows of another store into this empty one, as they are; returns how many."""
        with self._lock:
            db = self._ready()
            try:
                db.execute("BEGIN IMMEDIATE")
                must_be_empty(self._end(db), self.place)
                count = 0
                several = iter(rows)
                while part := list(islice(several, TOGETHER)):
                    _write(db, part)
                    count += len(part)
                db.execute("COMMIT")
            except self._faults as error:
                self._let_go(error)
            except BaseException:
                self._drop()
                raise
        return count

    def rows(self, after: int = 0) -> Iterator[Row]:
        """Yield the rows in order, those after a seq only."""
        while True:
            with self._lock:
                try:
                    page = list(self._ready().execute(_SELECT, (after,)))
                except self._faults as error:
                    self._let_go(error)
            yield from starmap(Row, page)
            if len(page) < PAGE:
                return
            after = page[-1][0]

    def span(self, after: int, until: int) -> list[Row]:
        """Return the rows after a seq up to another one, in order."""
        with self._lock:
            try:
                return list(starmap(Row, self._ready().execute(_SPAN, (after, until))))
            except self._faults as error:
                self._let_go(error)

    def head(self) -> Head:
        """Return the end of the chain."""
        with self._lock:
            try:
                return self._end(self._ready())
            except self._faults as error:
                self._let_go(error)

    def backup(self, path: Path) -> None:
        """Write a copy of the whole database as it is now into a new file (VACUUM INTO), while writers go on."""
        with self._lock:
            try:
                self._ready().execute("VACUUM INTO ?", (str(path),))
            except self._faults as error:
                self._let_go(error)
        _sync(path)

    def close(self) -> None:
        """Let the database go."""
        with self._lock:
            self._drop()

    def _end(self, db: Any) -> Head:  # noqa: ANN401 - any connection
        for seq, found in db.execute(_HEAD):
            return Head(seq, found)
        return Head()

    def _find(self, ids: Sequence[str]) -> dict[str, Held]:
        found = {}
        if len(ids) == 1:
            for name, seq, *content in self._db.execute(_FIND_ONE, ids):
                found[name] = Held(seq, tuple(content))
            return found
        for start in range(0, len(ids), 500):
            part = ids[start : start + 500]
            marks = ", ".join("?" * len(part))
            query = f"SELECT id, seq, kind, name, happened, body_sha256 FROM entry WHERE id IN ({marks})"  # noqa: S608
            for name, seq, *content in self._db.execute(query, tuple(part)):
                found[name] = Held(seq, tuple(content))
        return found

    def _ready(self) -> Any:  # noqa: ANN401
        """Return the open database, opened and checked anew where it was let go."""
        if self._db is None:
            try:
                self._db = self._connect()
                prepare(self._db, self.place)
            except self._faults as error:
                self._drop()
                if any(word in str(error) for word in ("not a database", "malformed", "codec", "decode")):
                    hint = "restore the last backup with: corridor log restore"
                    raise LogError(f"is damaged: {error}", place=self.place, hint=hint) from None
                raise LogError(
                    f"cannot be opened: {error}", place=self.place, hint="check the disk and its permissions"
                ) from None
            except BaseException:
                self._drop()
                raise
        return self._db

    def _let_go(self, error: Exception) -> NoReturn:
        """Say what went wrong; whatever the disk may have kept or lost, the next use looks at it afresh."""
        self._drop()
        text = str(error)
        hint = "nothing of it was acknowledged; try again"
        if "full" in text:
            hint = "the disk is full: make room, then send it again"
        elif "locked" in text or "busy" in text:
            hint = "another program writes to this log; try again when it is done"
        elif "I/O" in text:
            hint = "the disk fails: copy the log to another one, verify it, and send this again"
        raise LogError(f"was not written: {text}", place=self.place, hint=hint) from error

    def _drop(self) -> None:
        db, self._db, self._believed = self._db, None, None
        if db is not None:
            with contextlib.suppress(*self._faults):
                db.close()


def open_sqlite(path: str | Path, *, create: bool = False) -> SqliteStore:
    """Return the store in a file; with `create` the file must not be there yet.

    Raises `InputError` where there is no such log, `UsageError` where one is in the way or the disk is a network's.
    """
    file = Path(path)
    kind = file_system(file)
    if kind in NETWORK or kind.startswith("fuse.ssh"):
        raise UsageError(f"lies on a network file system ({kind})", place=str(path), hint="use a local disk")
    if create:
        try:
            os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            raise UsageError("exists already", place=str(path), hint="give the new log another name") from None
        except OSError as error:
            hint = "name a folder that exists, with the right to write"
            raise UsageError(f"cannot be made: {error.strerror}", place=str(path), hint=hint) from None
    elif not file.is_file():
        raise InputError("no such log", place=str(path), hint=f"make one with: corridor new {path}")
    elif file.stat().st_size == 0:
        raise LogError("is empty", place=str(path), hint="restore the last backup with: corridor log restore")
    store = SqliteStore(
        lambda: sqlite3.connect(file, isolation_level=None, check_same_thread=False, timeout=10), place=str(path)
    )
    store.path = file
    if create:
        _sync(file)
    return store


def _write(db: Any, rows: Sequence[Row]) -> None:  # noqa: ANN401
    for start in range(0, len(rows), TOGETHER):
        part = rows[start : start + TOGETHER]
        db.execute(_INSERTS[len(part)], tuple(chain.from_iterable(map(astuple, part))))


def _untold(rows: list[Row]) -> None:
    """Nobody has asked to hear of them."""


def _sync(path: Path) -> None:
    """Make a file and its name durable."""
    for target in (path, path.parent):
        handle = os.open(target, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
