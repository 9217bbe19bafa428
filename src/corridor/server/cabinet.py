"""The small store of secrets beside the log: a SQLite file with mode 0600, or a schema of the same PostgreSQL."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from corridor.errors import CorridorError
from corridor.log.names import POSTGRES

SUFFIX = ".access"
_TABLES = (
    """account (account TEXT NOT NULL, operation TEXT NOT NULL, role TEXT NOT NULL, party TEXT NOT NULL,
    reads_text BIGINT NOT NULL, passphrase TEXT NOT NULL, factor TEXT NOT NULL, factor_new TEXT NOT NULL,
    factor_step BIGINT NOT NULL, active BIGINT NOT NULL, PRIMARY KEY (account, operation))""",
    """session (hash TEXT PRIMARY KEY, account TEXT NOT NULL, operation TEXT NOT NULL, made DOUBLE PRECISION NOT NULL,
    seen DOUBLE PRECISION NOT NULL, until DOUBLE PRECISION NOT NULL)""",
    """device (device TEXT NOT NULL, operation TEXT NOT NULL, post TEXT NOT NULL, vehicle TEXT NOT NULL,
    hash TEXT NOT NULL, active BIGINT NOT NULL, PRIMARY KEY (device, operation))""",
    """code (hash TEXT PRIMARY KEY, operation TEXT NOT NULL, kind TEXT NOT NULL, whose TEXT NOT NULL,
    until DOUBLE PRECISION NOT NULL, used BIGINT NOT NULL)""",
    """result (operation TEXT NOT NULL, kind TEXT NOT NULL, made DOUBLE PRECISION NOT NULL, body BYTEA NOT NULL,
    PRIMARY KEY (operation, kind))""",
    "counter (operation TEXT NOT NULL, name TEXT NOT NULL, number BIGINT NOT NULL, PRIMARY KEY (operation, name))",
)


class CabinetError(CorridorError):
    """The store of accounts cannot be read or written; nobody is let in meanwhile."""


class Cabinet(Protocol):
    """Statements with `?` for values, each committed at once; safe to call from any thread."""

    place: str

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""

    def change(self, query: str, *values: object) -> int:
        """Change rows durably; returns how many."""

    def close(self) -> None:
        """Let the store go."""


class SqliteCabinet:
    """The cabinet in a file that only its owner can read."""

    def __init__(self, path: Path) -> None:
        self.place = str(path)
        self._lock = threading.Lock()
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        mode = path.stat().st_mode & 0o777
        if mode & 0o077:
            hint = f"chmod 600 {path.name}"
            raise CabinetError(f"can be read by others (mode {mode:o})", place=self.place, hint=hint)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        # What is erased must be gone from the file, not only from the tables (sqlite.org/pragma.html, secure_delete).
        for pragma in ("secure_delete=ON", "journal_mode=TRUNCATE", "synchronous=FULL", "trusted_schema=OFF"):
            self._db.execute(f"PRAGMA {pragma}").fetchall()
        for table in _TABLES:
            self._db.execute(f"CREATE TABLE IF NOT EXISTS {table}")

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with self._lock, _said(self.place):
            return self._db.execute(query, values).fetchall()

    def change(self, query: str, *values: object) -> int:
        """Change rows durably; returns how many."""
        with self._lock, _said(self.place):
            return self._db.execute(query, values).rowcount

    def close(self) -> None:
        """Let the file go."""
        with self._lock:
            self._db.close()


@contextlib.contextmanager
def _said(place: str) -> Any:  # noqa: ANN401 - a context
    try:
        yield
    except sqlite3.Error as error:
        raise CabinetError(f"was not done: {error}", place=place, hint="check the disk and try again") from None


class PostgresCabinet:
    """The cabinet in a schema of its own, shared by every server of the database."""

    def __init__(self, address: str) -> None:
        base, _, schema = address.partition("#")
        self._address = base
        self._schema = f"{schema or 'corridor'}_access"
        self.place = f"schema {self._schema}"
        self._lock = threading.Lock()
        self._db: Any = None
        with self._lock:
            db = self._open()
            with db.transaction():
                db.execute("SELECT pg_advisory_xact_lock(4366, hashtext(%s))", (self._schema,))
                db.execute(f'CREATE SCHEMA IF NOT EXISTS "{self._schema}"')
                db.execute(f'REVOKE ALL ON SCHEMA "{self._schema}" FROM PUBLIC')
                for table in _TABLES:
                    db.execute(f"CREATE TABLE IF NOT EXISTS {table}")

    def _open(self) -> Any:  # noqa: ANN401 - psycopg is imported only here
        import psycopg  # noqa: PLC0415 - only those with a server need its driver

        if self._db is None or self._db.closed:
            self._db = psycopg.connect(self._address, autocommit=True, connect_timeout=5)
            self._db.execute(f'SET search_path TO "{self._schema}"')
        return self._db

    def _run(self, query: str, values: Sequence[object]) -> Any:  # noqa: ANN401
        import psycopg  # noqa: PLC0415

        with self._lock:
            for last in (False, True):
                try:
                    return self._open().execute(query.replace("?", "%s"), values)
                except psycopg.Error as error:
                    db, self._db = self._db, None
                    if db is not None:
                        with contextlib.suppress(psycopg.Error):
                            db.close()
                    if last:
                        hint = "check that the server runs, then try again"
                        raise CabinetError(f"cannot be reached: {error}", place=self.place, hint=hint) from None
        raise AssertionError

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return [tuple(row) for row in self._run(query, values).fetchall()]

    def change(self, query: str, *values: object) -> int:
        """Change rows durably; returns how many."""
        return int(self._run(query, values).rowcount)

    def close(self) -> None:
        """Let the connection go."""
        with self._lock:
            if self._db is not None:
                self._db.close()


def open_cabinet(place: str) -> Cabinet:
    """Return the cabinet of a log: beside the file, or in its database."""
    if place.startswith(POSTGRES):
        return PostgresCabinet(place)
    return SqliteCabinet(Path(place + SUFFIX))
