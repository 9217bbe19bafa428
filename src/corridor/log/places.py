"""Where a log, its key and the keys of its free texts lie, by the log's name; and how each is opened."""

from __future__ import annotations

from pathlib import Path

from corridor.log.names import POSTGRES
from corridor.log.sqlite import open_sqlite
from corridor.log.store import Store
from corridor.log.texts import TextKeys


def texts_path(place: str) -> Path:
    """Return where the keys of the free texts of a log in a file lie: beside its key, and as private."""
    return key_path(place).with_suffix(".texts")


def texts_place(place: str) -> str:
    """Return in words where the keys of a log's free texts are kept."""
    if place.startswith(POSTGRES):
        return f"the schema {place.partition('#')[2] or 'corridor'}_texts"
    return str(texts_path(place))


def open_texts(place: str) -> TextKeys:
    """Return the keys of a log's free texts; in a database, where several servers must open each other's texts."""
    if place.startswith(POSTGRES):
        from corridor.log.postgres_texts import SharedKeys  # noqa: PLC0415 - only those with a server need its driver

        return SharedKeys(place)
    return TextKeys(texts_path(place))


def key_path(place: str) -> Path:
    """Return where the key of a log lies: beside it; for a database in the present folder, by its schema's name."""
    if place.startswith(POSTGRES):
        return Path((place.partition("#")[2] or "corridor") + ".key")
    return Path(place + ".key")


def open_store(place: str, *, create: bool = False) -> Store:
    """Return the store that a name means."""
    if place.startswith(POSTGRES):
        from corridor.log.postgres import PostgresStore  # noqa: PLC0415 - only those with a server need its driver

        return PostgresStore(place, create=create)
    return open_sqlite(place, create=create)
