"""The log in PostgreSQL, for several servers and many writers (psycopg 3).

One statement a commit: the store believes that it knows the end of the chain and lets the primary key say no. Only
then does it take the lock and look.
"""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import psycopg
from msgspec.structs import astuple
from psycopg import errors as pg
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

from corridor.errors import UsageError
from corridor.log.entry import Answer, Entry, Row
from corridor.log.migrations import steps
from corridor.log.store import COLUMNS, Batch, Head, Held, LogError, merged, must_be_empty, split

PAGE = 10_000
# How long a store waits for a server that comes back after a crash.
PATIENCE_SECONDS = 15.0
_NAMES = ", ".join(COLUMNS)
_TYPES = ("bigint", *["text"] * 5, "bigint", *["text"] * 7)
_INSERT = (
    f"INSERT INTO entry ({_NAMES}) SELECT * FROM unnest("  # noqa: S608 - our own column names
    + ", ".join(f"%s::{kind}[]" for kind in _TYPES)
    + ")"
)
_PREPARED = b"corridor_one"
_ONE = (
    f"INSERT INTO entry ({_NAMES}) VALUES ("  # noqa: S608 - our own column names
    + ", ".join(f"${number}" for number in range(1, len(COLUMNS) + 1))
    + ") ON CONFLICT DO NOTHING"
).encode()
_SELECT = f"SELECT {_NAMES} FROM entry WHERE seq > %s ORDER BY seq LIMIT {PAGE}"  # noqa: S608
_SPAN = f"SELECT {_NAMES} FROM entry WHERE seq > %s AND seq <= %s ORDER BY seq"  # noqa: S608
_HEAD = "SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1"
_FIND = "SELECT id, seq, kind, name, happened, body_sha256 FROM entry WHERE id = ANY(%s)"
_SCHEMA = re.compile(r"[a-z_][a-z0-9_]{0,50}")

T = TypeVar("T")


class PostgresStore:
    """A store in one schema of a PostgreSQL database, named after the # of its address."""

    def __init__(self, address: str, *, create: bool = False) -> None:
        base, _, schema = address.partition("#")
        self.place = _without_password(address)
        self._address = base
        self._schema = schema or "corridor"
        if not _SCHEMA.fullmatch(self._schema):
            raise UsageError("is no name for a log", place=self.place, hint="small letters, digits and _ after the #")
        self._lock = threading.RLock()
        self._db: psycopg.Connection[Any] | None = None
        self._end: Head | None = None
        self._prepared = False
        with self._lock:
            try:
                self._patiently(lambda db: self._prepare(db, create=create), patience=5.0)
            except BaseException:
                self._let_go()
                raise

    def append(self, entries: Sequence[Entry], *, received: str) -> list[Answer]:
        """Keep entries in one commit and say by id what became of each; returns only once they are on the disk.

        A server that goes away is waited for, and the entries are sent again: that is safe, as their ids decide.
        Raises `LogError` where it does not come back; nothing of them is acknowledged then.
        """
        sound, wrong = split(entries)
        if not sound:
            return merged([], wrong)
        with self._lock:
            answers = self._quick(sound, received)
            if answers is None:
                answers = self._patiently(lambda db: self._careful(db, sound, received))
        return merged(answers, wrong)

    def _quick(self, entries: Sequence[Entry], received: str) -> list[Answer] | None:
        """Try one statement on the believed end; None where an id or the end was not as believed."""
        if self._db is None or self._end is None or len({entry.id for entry in entries}) < len(entries):
            return None
        batch = Batch(entries, received, self._end, lambda ids: {})  # noqa: ARG005
        try:
            kept = self._one(self._db, batch.rows[0]) if len(batch.rows) == 1 else _several(self._db, batch.rows)
        except pg.Error:
            self._let_go()
            return None
        self._end = batch.head if kept else None
        return batch.answers if kept else None

    def _one(self, db: psycopg.Connection[Any], row: Row) -> bool:
        """Write one row with the least that the protocol needs, one message there and one back; False where taken.

        psycopg's own `execute` makes a plan of every call, which costs as much again as the commit.
        """
        if not self._prepared:
            _checked(db.pgconn.prepare(_PREPARED, _ONE))
            self._prepared = True
        return _checked(db.pgconn.exec_prepared(_PREPARED, [str(value).encode() for value in astuple(row)])) == 1

    def _careful(self, db: psycopg.Connection[Any], entries: Sequence[Entry], received: str) -> list[Answer]:
        with db.transaction():
            db.execute("LOCK TABLE entry IN SHARE ROW EXCLUSIVE MODE")
            batch = Batch(entries, received, _end(db), lambda ids: _find(db, ids))
            if batch.rows:
                db.execute(_INSERT, _columns(batch.rows))
            end = _end(db)
        self._end = end
        return batch.answers

    def insert(self, rows: Iterable[Row]) -> int:
        """Put the rows of another store into this empty one, as they are; returns how many."""
        with self._lock:
            db = self._open()
            try:
                with db.transaction():
                    db.execute("LOCK TABLE entry IN SHARE ROW EXCLUSIVE MODE")
                    must_be_empty(_end(db), self.place)
                    count = 0
                    with db.cursor().copy(f"COPY entry ({_NAMES}) FROM STDIN") as copy:
                        for row in rows:
                            copy.write_row(astuple(row))
                            count += 1
            except pg.Error as error:
                self._let_go()
                raise LogError(f"was not written: {error}", place=self.place, hint="try again") from error
            self._end = None
        return count

    def rows(self, after: int = 0) -> Iterator[Row]:
        """Yield the rows in order, those after a seq only."""
        while True:
            page = self._read(_SELECT, after)
            for values in page:
                yield Row(*values)
            if len(page) < PAGE:
                return
            after = page[-1][0]

    def span(self, after: int, until: int) -> list[Row]:
        """Return the rows after a seq up to another one, in order."""
        return [Row(*values) for values in self._read(_SPAN, after, until)]

    def _read(self, query: str, *values: object) -> list[Any]:
        with self._lock:
            return self._patiently(lambda db: db.execute(query, values).fetchall())

    def head(self) -> Head:
        """Return the end of the chain."""
        with self._lock:
            return self._patiently(_end)

    def close(self) -> None:
        """Let the connection go."""
        with self._lock:
            self._let_go()

    def _patiently(self, work: Callable[[psycopg.Connection[Any]], T], patience: float = PATIENCE_SECONDS) -> T:
        """Do some work, again on a new connection while the server comes back."""
        until = time.monotonic() + patience
        while True:
            try:
                return work(self._open())
            except (pg.OperationalError, pg.InterfaceError, pg.UniqueViolation) as error:
                self._let_go()
                if time.monotonic() > until:
                    hint = "nothing of it was acknowledged; check that the server runs, then try again"
                    raise LogError(f"cannot be reached: {error}", place=self.place, hint=hint) from error
                time.sleep(0.1)
            except pg.Error as error:
                self._let_go()
                raise LogError(f"was refused by the server: {error}", place=self.place, hint="try again") from error

    def _open(self) -> psycopg.Connection[Any]:
        if self._db is None or self._db.closed:
            self._end, self._prepared = None, False
            db = psycopg.connect(self._address, autocommit=True, connect_timeout=5)
            self._db = db
            db.execute(f'SET search_path TO "{self._schema}"')
            db.execute("SET synchronous_commit TO on")
            for name in ("synchronous_commit", "fsync", "full_page_writes"):
                value = db.execute(f"SHOW {name}").fetchall()[0][0]
                if value not in ("on", "remote_apply", "remote_write"):
                    self._let_go()
                    hint = f"set {name} to on in postgresql.conf"
                    raise LogError(f"cannot be kept safe here: {name} is {value}", place=self.place, hint=hint)
        return self._db

    def _prepare(self, db: psycopg.Connection[Any], *, create: bool) -> None:
        there = db.execute("SELECT to_regclass('entry')").fetchall()[0][0] is not None
        if (there and _end(db).seq > 0) == create:
            self._let_go()
            if create:
                raise UsageError("exists already", place=self.place, hint="give the new log another name after the #")
            raise UsageError("no such log", place=self.place, hint=f"make one with: corridor new {self.place}")
        known = steps("postgres")
        with db.transaction():
            db.execute("SELECT pg_advisory_xact_lock(4365, hashtext(%s))", (self._schema,))
            db.execute(f'CREATE SCHEMA IF NOT EXISTS "{self._schema}"')
            db.execute("CREATE TABLE IF NOT EXISTS step (number BIGINT PRIMARY KEY)")
            version = db.execute("SELECT coalesce(max(number), 0) FROM step").fetchall()[0][0]
            if version > known[-1][0]:
                hint = "install that version"
                raise LogError(f"was written by a later Corridor (tables {version})", place=self.place, hint=hint)
            for number, text in known:
                if number > version:
                    db.execute(text.encode())
                    db.execute("INSERT INTO step VALUES (%s)", (number,))

    def _let_go(self) -> None:
        db, self._db, self._end = self._db, None, None
        if db is not None:
            with contextlib.suppress(pg.Error):
                db.close()


def _checked(result: PGresult) -> int:
    """Return how many rows a command wrote; raises where it failed."""
    if result.status != ExecStatus.COMMAND_OK:
        raise pg.OperationalError((result.error_message or b"").decode(errors="replace"))
    return result.command_tuples or 0


def _several(db: psycopg.Connection[Any], rows: Sequence[Row]) -> bool:
    try:
        db.execute(_INSERT, _columns(rows))
    except pg.UniqueViolation:
        return False
    return True


def _end(db: psycopg.Connection[Any]) -> Head:
    found = db.execute(_HEAD).fetchone()
    return Head(*found) if found else Head()


def _find(db: psycopg.Connection[Any], ids: Sequence[str]) -> dict[str, Held]:
    return {name: Held(seq, tuple(content)) for name, seq, *content in db.execute(_FIND, (list(ids),))}


def _columns(rows: Sequence[Row]) -> list[list[object]]:
    return [list(column) for column in zip(*map(astuple, rows), strict=True)]


def _without_password(address: str) -> str:
    return re.sub(r"(://[^:/@]*):[^@/]*@", r"\1@", address)
