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
from corridor.log.migrations import steps
from corridor.log.store import COLUMNS, Batch, Head, Held, LogError, merged, must_be_empty, split

APPLICATION_ID = 0x436F7272  # "Corr", so that `file` and this module know a log from another database
PAGE = 10_000
FULL = 2
# A lock that is not reliable over the network loses commits: sqlite.org/howtocorrupt.html, section 2.1.
NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre", "ncpfs"})
# Rows in one statement: each step of a statement lets go of the interpreter, and a hundred waiting callers may take it.
TOGETHER = 64
_ROW = f"({', '.join('?' * len(COLUMNS))})"
_INSERTS = tuple(
    f"INSERT INTO entry ({', '.join(COLUMNS)}) VALUES {', '.join([_ROW] * count)}"  # noqa: S608 - our own column names
    for count in range(TOGETHER + 1)
)
_TAKEN = "UNIQUE constraint failed"
_SELECT = f"SELECT {', '.join(COLUMNS)} FROM entry WHERE seq > ? ORDER BY seq LIMIT {PAGE}"  # noqa: S608
_FIND_ONE = "SELECT id, seq, kind, name, happened, body_sha256 FROM entry WHERE id = ?"
_HEAD = "SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1"

Connect = Callable[[], Any]
# Of a damaged schema the module cannot even decode its own message.
FAULTS = (sqlite3.Error, UnicodeDecodeError)


class SqliteStore:
    """A store in one SQLite database, on any connection that speaks SQL (the stdlib's, or one on a faulty disk).

    `connect` opens the database; `faults` are the errors that it raises. After an error of the disk the connection is
    let go and opened anew, with all its checks: a failed fsync is never tried again (Rebello and others 2020).
    `path` is the file, where it is one.
    """

    def __init__(self, connect: Connect, *, place: str, faults: tuple[type[Exception], ...] = FAULTS) -> None:
        self.place = place
        self.path: Path | None = None
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
        return merged(batch.answers, wrong)

    def _quick(self, db: Any, entries: Sequence[Entry], received: str) -> Batch | None:  # noqa: ANN401
        """Write on the believed end of the chain without looking; None where an id or the end was taken already.

        The end is believed only since this connection wrote or read it. As nothing is ever taken out, a free next seq
        is proof that the believed end is still the end, and the unique id that each entry is new.
        """
        if self._believed is None or (len(entries) > 1 and len({entry.id for entry in entries}) < len(entries)):
            return None
        batch = Batch(entries, received, self._believed, _none_held)
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
                self._prepare(self._db)
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

    def _prepare(self, db: Any) -> None:  # noqa: ANN401
        """Set the database up and read back what was set: a promise of durability is checked, not hoped for."""
        for pragma in ("busy_timeout=10000", "trusted_schema=OFF", "cell_size_check=ON", "fullfsync=ON"):
            list(db.execute(f"PRAGMA {pragma}"))
        mode = _one(db, "PRAGMA journal_mode=WAL")
        list(db.execute("PRAGMA synchronous=FULL"))
        if mode != "wal" or _one(db, "PRAGMA synchronous") != FULL:
            raise LogError(
                f"cannot be kept safe here (journal {mode})", place=self.place, hint="put the log on a local disk"
            )
        # What a killed writer left half done may be read now and yet not be on the disk. Once it is copied into the
        # database and synced, a repeated delivery can be answered "duplicate" with a clear conscience.
        list(db.execute("PRAGMA wal_checkpoint(TRUNCATE)"))
        faults = [text for (text,) in db.execute("PRAGMA quick_check(5)") if text != "ok"]
        if faults:
            hint = "restore the last backup with: corridor log restore"
            raise LogError(f"is damaged: {faults[0]}", place=self.place, hint=hint)
        self._migrate(db)

    def _migrate(self, db: Any) -> None:  # noqa: ANN401
        known = steps("sqlite")
        version = _one(db, "PRAGMA user_version")
        if version > known[-1][0]:
            raise LogError(
                f"was written by a later Corridor (tables {version})", place=self.place, hint="install that version"
            )
        tables = _one(db, "SELECT count(*) FROM sqlite_master")
        if _one(db, "PRAGMA application_id") != APPLICATION_ID and tables:
            raise InputError("is a database, but no log", place=self.place, hint="make one with: corridor new LOG")
        for number, text in known:
            if number > version:
                db.execute("BEGIN IMMEDIATE")
                # Another program may have taken the step while this one waited for the lock.
                if _one(db, "PRAGMA user_version") < number:
                    for statement in text.split(";\n"):
                        if statement.strip():
                            db.execute(statement)
                    db.execute(f"PRAGMA application_id={APPLICATION_ID}")
                    db.execute(f"PRAGMA user_version={number}")
                db.execute("COMMIT")

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


def file_system(path: Path) -> str:
    """Return the kind of file system that holds a path, or an empty text where the system does not say."""
    try:
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    place = path.absolute().resolve()
    best, kind = -1, ""
    for line in mounts:
        fields = line.split(" ")
        point = Path(fields[1].replace("\\040", " "))
        if place.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), fields[2]
    return kind


def _write(db: Any, rows: Sequence[Row]) -> None:  # noqa: ANN401
    for start in range(0, len(rows), TOGETHER):
        part = rows[start : start + TOGETHER]
        db.execute(_INSERTS[len(part)], tuple(chain.from_iterable(map(astuple, part))))


def _none_held(ids: Sequence[str]) -> dict[str, Held]:  # noqa: ARG001
    return {}


def _one(db: Any, query: str) -> Any:  # noqa: ANN401
    return next(iter(db.execute(query)))[0]


def _sync(path: Path) -> None:
    """Make a file and its name durable."""
    for target in (path, path.parent):
        handle = os.open(target, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
