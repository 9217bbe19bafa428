"""Logs made by every earlier form of the tables open today with the same entries, on both engines."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from msgspec.structs import astuple

from corridor.log import postgres, sqlite_tables
from corridor.log.chain import ORIGIN, link
from corridor.log.entry import Row
from corridor.log.migrations import steps
from corridor.log.places import open_store
from corridor.log.sqlite_tables import APPLICATION_ID
from corridor.log.store import LogError
from corridor.log.transfer import digest_of
from tests.log.making import RECEIVED, entry, opened
from tests.log.servers import server

LATER = {
    "sqlite": "CREATE INDEX entry_name ON entry (name);\nCREATE TABLE later (a TEXT) STRICT;\n",
    "postgres": "CREATE INDEX entry_name ON entry (name);\nCREATE TABLE later (a TEXT);\n",
}


def _rows() -> list[Row]:
    rows: list[Row] = []
    for number, one in enumerate([opened(), *(entry(n) for n in range(1, 30))], 1):
        rows.append(link(one, seq=number, prev=rows[-1].hash if rows else ORIGIN, received=RECEIVED))
    return rows


def _sqlite_of(path: Path, version: int) -> None:
    """Make a file as the Corridor of that version left it: by the steps up to there, and by nothing else."""
    path.touch()
    database = sqlite3.connect(path)
    for number, text in steps("sqlite"):
        if number <= version:
            database.executescript(text)
    database.executemany("INSERT INTO entry VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)", map(astuple, _rows()))
    database.execute(f"PRAGMA application_id={APPLICATION_ID}")
    database.execute(f"PRAGMA user_version={version}")
    database.commit()
    database.close()


@pytest.fixture
def a_later_step(monkeypatch: pytest.MonkeyPatch) -> int:
    """The steps with one more, as the next Corridor will have them."""
    number = steps("sqlite")[-1][0] + 1
    for module in (sqlite_tables, postgres):
        monkeypatch.setattr(module, "steps", lambda engine: [*steps(engine), (number, LATER[engine])])
    return number


@pytest.mark.parametrize("version", [number for number, _ in steps("sqlite")])
def test_a_file_of_every_earlier_form_opens_and_goes_on(tmp_path: Path, version: int) -> None:
    path = tmp_path / "old.corridor"
    _sqlite_of(path, version)
    store = open_store(str(path))
    assert digest_of(store.rows()) == digest_of(_rows())
    assert store.append([entry(99)], received=RECEIVED)[0].seq == 31
    assert store.append([entry(5)], received=RECEIVED)[0].status == "duplicate"
    store.close()


@pytest.mark.parametrize("version", [number for number, _ in steps("sqlite")])
def test_the_next_step_is_taken_once_and_changes_no_entry(tmp_path: Path, version: int, a_later_step: int) -> None:
    path = tmp_path / "old.corridor"
    _sqlite_of(path, version)
    for _ in range(2):
        store = open_store(str(path))
        assert digest_of(store.rows()) == digest_of(_rows())
        store.close()
    database = sqlite3.connect(path)
    assert database.execute("PRAGMA user_version").fetchone() == (a_later_step,)
    assert database.execute("SELECT count(*) FROM sqlite_master WHERE name = 'later'").fetchone() == (1,)
    database.close()


def test_a_step_that_fails_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "old.corridor"
    _sqlite_of(path, 1)
    bad = (2, "CREATE TABLE half (a TEXT) STRICT;\nCREATE TABLE entry (a TEXT) STRICT;\n")
    monkeypatch.setattr(sqlite_tables, "steps", lambda engine: [*steps(engine), bad])
    with pytest.raises(LogError, match="cannot be opened"):
        open_store(str(path))
    monkeypatch.undo()
    store = open_store(str(path))
    assert digest_of(store.rows()) == digest_of(_rows())
    store.close()
    database = sqlite3.connect(path)
    assert database.execute("SELECT count(*) FROM sqlite_master WHERE name = 'half'").fetchone() == (0,)
    database.close()


def test_a_database_takes_the_next_step_once_and_refuses_a_later_one(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    with server() as running:
        if running is None:
            pytest.skip("PostgreSQL is not installed: apt install postgresql")
        address = running.address("old")
        made = open_store(address, create=True)
        made.insert(_rows())
        made.close()
        request.getfixturevalue("a_later_step")
        for _ in range(2):
            store = open_store(address)
            assert digest_of(store.rows()) == digest_of(_rows())
            assert store._db.execute("SELECT max(number), count(*) FROM step").fetchone() == (2, 2)  # type: ignore[attr-defined]
            store.close()
        monkeypatch.undo()
        with pytest.raises(LogError, match="later Corridor"):
            open_store(address)
