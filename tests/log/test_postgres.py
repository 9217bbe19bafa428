"""PostgreSQL when it is not as it should be: gone, unsafe, read-only, or written by another at the same moment."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psycopg
import pytest

from corridor.errors import CorridorError, UsageError
from corridor.log.chain import ORIGIN, link
from corridor.log.entry import Row
from corridor.log.log import Log
from corridor.log.places import key_path, open_texts
from corridor.log.postgres import PAGE, PostgresStore
from corridor.log.store import LogError
from corridor.log.verify import verify
from tests.log.making import RECEIVED, entry, opened
from tests.log.servers import Server, server


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with server() as found:
        if found is None:
            pytest.skip("PostgreSQL is not installed: apt install postgresql")
        yield found


@pytest.fixture
def store(running: Server, request: pytest.FixtureRequest) -> Iterator[PostgresStore]:
    made = PostgresStore(running.address(f"x{abs(hash(request.node.nodeid)):x}"[:30]), create=True)
    yield made
    made.close()


def tell(running: Server, *statements: str) -> None:
    with psycopg.connect(running.address(), autocommit=True) as db:
        for statement in statements:
            db.execute(statement.encode())


def test_a_server_that_was_killed_is_waited_for(running: Server, store: PostgresStore) -> None:
    store.append([entry(1)], received=RECEIVED)
    store.append([entry(2)], received=RECEIVED)
    running.kill()
    running.start()
    assert store.append([entry(2), entry(3)], received=RECEIVED)[1].status == "accepted"
    running.kill()
    running.start()
    assert store.head().seq == 3
    assert [row.seq for row in store.rows()] == [1, 2, 3]


def test_a_server_that_stays_away_is_named_without_its_password(
    running: Server, store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PostgresStore._patiently, "__defaults__", (0.3,))
    store.append([entry(1)], received=RECEIVED)
    running.kill()
    try:
        with pytest.raises(LogError, match="cannot be reached") as caught:
            store.append([entry(2)], received=RECEIVED)
        assert "acknowledged" in caught.value.hint
    finally:
        running.start()
        running.wait()
    assert store.append([entry(2)], received=RECEIVED)[0].seq == 2
    with pytest.raises(LogError) as caught:
        PostgresStore("postgresql://corridor:secret@127.0.0.1:1/none#log")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
def test_a_server_that_is_not_safe_is_refused(running: Server, setting: str) -> None:
    tell(running, f"ALTER SYSTEM SET {setting} = off", "SELECT pg_reload_conf()")
    try:
        for _ in range(50):
            with psycopg.connect(running.address()) as db:
                if db.execute(f"SHOW {setting}").fetchall() == [("off",)]:
                    break
        with pytest.raises(LogError, match=f"{setting} is off") as caught:
            PostgresStore(running.address("unsafe"), create=True)
        assert "postgresql.conf" in caught.value.hint
    finally:
        tell(running, f"ALTER SYSTEM RESET {setting}", "SELECT pg_reload_conf()")
        for _ in range(50):
            with psycopg.connect(running.address()) as db:
                if db.execute(f"SHOW {setting}").fetchall() == [("on",)]:
                    break


def test_a_server_that_refuses_says_so(running: Server, store: PostgresStore) -> None:
    store.append([entry(1)], received=RECEIVED)
    assert store._db is not None
    store._db.execute("SET default_transaction_read_only = on")
    # The first refusal lets the connection go; the next one is writable again, and nothing is lost.
    assert store.append([entry(2)], received=RECEIVED)[0].status == "accepted"
    tell(running, "ALTER ROLE corridor SET default_transaction_read_only = on")
    try:
        store.close()
        with pytest.raises(LogError, match="was refused by the server"):
            store.append([entry(3)], received=RECEIVED)
    finally:
        with psycopg.connect(running.address(), autocommit=True) as db:
            db.execute("SET default_transaction_read_only = off")
            db.execute("ALTER ROLE corridor RESET default_transaction_read_only")
    assert store.append([entry(3)], received=RECEIVED)[0].seq == 3


def test_two_writers_who_both_believe_to_know_the_end(running: Server, store: PostgresStore) -> None:
    store.append([entry(0)], received=RECEIVED)
    other = PostgresStore(running.address(store._schema))
    for number in range(1, 20, 4):
        assert store.append([entry(number)], received=RECEIVED)[0].status == "accepted"
        pair = other.append([entry(number + 1), entry(number + 2)], received=RECEIVED)
        assert [answer.status for answer in pair] == ["accepted"] * 2
        three = store.append([entry(number + 2), entry(number + 3)], received=RECEIVED)
        assert [answer.status for answer in three] == ["duplicate", "accepted"]
    other.close()
    rows = list(store.rows())
    assert [row.seq for row in rows] == list(range(1, 22))
    assert verify(rows).why == "the first entry does not open a log"


def test_rows_come_page_by_page_and_a_bad_row_leaves_nothing(store: PostgresStore) -> None:
    rows: list[Row] = []
    for number in range(1, PAGE + 3):
        one = opened() if number == 1 else entry(number)
        rows.append(link(one, seq=number, prev=rows[-1].hash if rows else ORIGIN, received=RECEIVED))
    bad = [*rows[:5], msgspec.structs.replace(rows[5], kind="order")]
    with pytest.raises(LogError, match="was not written"):
        store.insert(bad)
    assert store.head().seq == 0
    assert store.insert(rows) == len(rows)
    assert list(store.rows()) == rows
    assert verify(store.rows()).sound


def test_names_of_logs_in_a_database(running: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="is no name for a log"):
        PostgresStore(running.address("Bad Name"))
    assert key_path("postgresql://host/base") == Path("corridor.key")
    with Log.new(running.address("named"), title="x") as log:
        log.append([entry(1, body={"id": "r-1", "note": "words"})])
        assert "words" not in list(log.rows())[-1].body
        assert "words" in list(log.readable())[-1].body
    assert sorted(path.name for path in tmp_path.iterdir()) == ["named.key"]
    with pytest.raises(CorridorError, match="exists already"):
        PostgresStore(running.address("named"), create=True)


def test_the_keys_of_texts_say_when_their_server_is_away_and_go_on_after(running: Server) -> None:
    keys = open_texts(running.address("keys"))
    (sealed,) = keys.sealed([entry(1, body={"id": "r-1", "note": "first"})])
    note = json.loads(sealed.body)["note"]
    running.kill()
    try:
        with pytest.raises(CorridorError, match="keys of the texts cannot be reached"):
            keys.clear("r-1", note=note)
    finally:
        running.start()
        running.wait()
    assert keys.clear("r-1", note=note) == {"note": "first"}
    keys.close()
