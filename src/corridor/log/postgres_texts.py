"""The keys of free texts in PostgreSQL, shared by every server of one log: in a schema of their own beside it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from psycopg import sql

from corridor.errors import CorridorError
from corridor.log.texts import Line, TextKeys

_decoder = msgspec.json.Decoder(Line)
# The number of a change is given under the lock that is held until the commit: whoever has read up to one has all
# before it.
_TABLE = "CREATE TABLE IF NOT EXISTS key (owner text PRIMARY KEY, line text NOT NULL, change bigserial UNIQUE)"


class SharedKeys(TextKeys):
    """The keys of the free texts of one log in a database; a seal made by one server is opened by every other."""

    def __init__(self, address: str) -> None:
        base, _, schema = address.partition("#")
        self._address = base
        self._schema = f"{schema or 'corridor'}_texts"
        super().__init__(Path(self._schema))
        self._db: psycopg.Connection[Any] | None = None
        self._seen = 0

    def _connected(self) -> psycopg.Connection[Any]:
        if self._db is None or self._db.closed:
            db = psycopg.connect(self._address, autocommit=True, connect_timeout=5)
            with db.transaction():
                db.execute("SELECT pg_advisory_xact_lock(4366, hashtext(%s))", (self._schema,))
                name = sql.Identifier(self._schema)
                found = db.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (self._schema,)).fetchone()
                if found is None:
                    db.execute(sql.SQL("CREATE SCHEMA {}").format(name))
                    db.execute(sql.SQL("REVOKE ALL ON SCHEMA {} FROM PUBLIC").format(name))
                db.execute(sql.SQL("SET search_path TO {}").format(name))
                if found is None:
                    db.execute(_TABLE)
            self._db = db
        return self._db

    @contextlib.contextmanager
    def _alone(self) -> Iterator[Any]:
        with self._said():
            db = self._connected()
            with db.transaction():
                db.execute("SELECT pg_advisory_xact_lock(4366, hashtext(%s))", (self._schema,))
                self._take(db)
                yield db

    @contextlib.contextmanager
    def _said(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as error:
            self.close()
            # What this program believes may not be in the database.
            self._lines.clear()
            self._seen = 0
            hint = "check that the server runs, then send it again"
            place = f"schema {self._schema}"
            raise CorridorError(f"the keys of the texts cannot be reached: {error}", place=place, hint=hint) from None

    def _add(self, db: Any, made: Sequence[Line]) -> None:  # noqa: ANN401
        rows = [(line.id, msgspec.json.encode(line).decode()) for line in made]
        query = "INSERT INTO key (owner, line) SELECT * FROM unnest(%s::text[], %s::text[])"
        db.execute(query, ([owner for owner, _ in rows], [line for _, line in rows]))

    def _take_away(self, db: Any, gone: Sequence[str]) -> None:  # noqa: ANN401
        query = (
            "INSERT INTO key (owner, line) VALUES (%s, %s) ON CONFLICT (owner) "
            "DO UPDATE SET line = excluded.line, change = excluded.change"
        )
        for owner in gone:
            db.execute(query, (owner, msgspec.json.encode(self._lines[owner]).decode()))

    def erase(self, texts: dict[str, dict[str, str]]) -> int:
        """Erase the keys of some owners, for good, and have the table written anew without them."""
        count = super().erase(texts)
        with self._said():
            self._connected().execute("VACUUM (FULL) key")
        return count

    def _refresh(self) -> None:
        with self._said():
            self._take(self._connected())

    def _take(self, db: Any) -> None:  # noqa: ANN401
        query = "SELECT line, change FROM key WHERE change > %s ORDER BY change"
        for line, change in db.execute(query, (self._seen,)).fetchall():
            found = _decoder.decode(line)
            self._lines[found.id] = found
            self._seen = change

    def close(self) -> None:
        """Let the connection go."""
        if self._db is not None:
            self._db.close()
            self._db = None
