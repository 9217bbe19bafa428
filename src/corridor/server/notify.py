"""Several servers on one PostgreSQL: after a commit the others are told, and look."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable

import psycopg
from psycopg import sql

RETRY_SECONDS = 0.5


class Listener:
    """Listens on a connection of its own and tells on another; both come back by themselves.

    A notification carries nothing: each server reads the log itself, and looks now and then without being told.
    """

    def __init__(self, place: str, woken: Callable[[], None]) -> None:
        base, _, schema = place.partition("#")
        self._address = base
        self._channel = f"corridor_{schema or 'corridor'}"
        self._woken = woken
        self._stopping = threading.Event()
        self._teller: psycopg.Connection[tuple[object, ...]] | None = None
        self._thread = threading.Thread(target=self._run, name="corridor-listener", daemon=True)
        self._thread.start()

    def notify(self) -> None:
        """Tell the others that the log has grown; where that fails they see it when they next look."""
        try:
            if self._teller is None or self._teller.closed:
                self._teller = psycopg.connect(self._address, autocommit=True, connect_timeout=2)
            self._teller.execute("SELECT pg_notify(%s, '')", (self._channel,))
        except psycopg.Error:
            self._teller = None

    def _run(self) -> None:
        while not self._stopping.is_set():
            with (
                contextlib.suppress(psycopg.Error),
                psycopg.connect(self._address, autocommit=True, connect_timeout=5) as db,
            ):
                db.execute(sql.SQL("LISTEN {}").format(sql.Identifier(self._channel)))
                self._woken()
                while not self._stopping.is_set():
                    for _ in db.notifies(timeout=RETRY_SECONDS):
                        self._woken()
            self._stopping.wait(RETRY_SECONDS)

    def close(self) -> None:
        """Stop listening."""
        self._stopping.set()
        self._thread.join(timeout=5)
        if self._teller is not None:
            self._teller.close()
