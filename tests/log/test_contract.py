"""What both stores must do, in one suite: SQLite always, PostgreSQL where it is installed."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corridor.errors import CorridorError, InputError, UsageError
from corridor.log.chain import Key
from corridor.log.entry import Entry, canonical, new_id, stamp
from corridor.log.log import Log, restore
from corridor.log.places import open_store
from corridor.log.store import Store
from corridor.log.transfer import digest_of, write_export
from corridor.log.verify import verify
from tests.log.making import RECEIVED, START, entry
from tests.log.servers import Server, server

Places = Callable[[], str]


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server | None]:
    with server() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgres"])
def place(request, tmp_path: Path, postgres: Server | None) -> Places:
    numbers = itertools.count(1)
    if request.param == "sqlite":
        return lambda: str(tmp_path / f"log{next(numbers)}.corridor")
    if postgres is None:
        pytest.skip("PostgreSQL is not installed: apt install postgresql")
    name = f"t{abs(hash(request.node.nodeid)):x}"[:30]
    return lambda: postgres.address(f"{name}_{next(numbers)}")


@pytest.fixture
def store(place: Places) -> Iterator[Store]:
    made = open_store(place(), create=True)
    yield made
    made.close()


def test_entries_are_kept_in_order_and_chained(store: Store) -> None:
    answers = store.append([entry(n) for n in range(1, 6)], received=RECEIVED)
    assert [a.status for a in answers] == ["accepted"] * 5
    assert [a.seq for a in answers] == [1, 2, 3, 4, 5]
    rows = list(store.rows())
    assert [row.entry for row in rows] == [entry(n) for n in range(1, 6)]
    assert [row.prev for row in rows[1:]] == [row.hash for row in rows[:-1]]
    assert store.head() == (5, rows[-1].hash)
    assert [row.seq for row in store.rows(after=3)] == [4, 5]
    assert store.span(1, 4) == rows[1:4]
    assert store.span(4, 9) == rows[4:]
    assert store.span(5, 9) == []


def test_a_repeated_delivery_is_a_success_and_adds_nothing(store: Store) -> None:
    store.append([entry(1)], received=RECEIVED)
    again = store.append([entry(1), entry(2), entry(2)], received=stamp(START.replace(year=2017)))
    assert [(a.status, a.seq) for a in again] == [("duplicate", 1), ("accepted", 2), ("duplicate", 2)]
    assert len(list(store.rows())) == 2


def test_one_id_with_other_content_is_kept_aside_and_never_lost(store: Store) -> None:
    first, other = entry(1), entry(1, body={"count": 999})
    store.append([first], received=RECEIVED)
    answers = [store.append([other], received=RECEIVED)[0] for _ in range(3)]
    assert {(a.status, a.seq) for a in answers} == {("conflict", 2)}
    rows = list(store.rows())
    assert rows[0].entry == first
    assert len(rows) == 2
    assert "999" in rows[1].body
    assert rows[1].name == "conflict"


def test_what_no_log_may_hold_is_rejected_and_the_rest_kept(store: Store) -> None:
    bad = [
        entry(1, id="x"),
        entry(1, kind="order"),
        entry(1, actor=""),
        entry(1, actor="a\nb"),
        entry(1, device="d" * 201),
        entry(1, happened="2016-12-15T04:00:00Z"),
        entry(1, happened="2016-13-15T04:00:00.000000Z"),
        entry(1, seq=-1),
        entry(1, body=[1]),
        msgspec_replace(entry(1), body="{"),
        msgspec_replace(entry(1), body='{"b":1,"a":2}'),
        msgspec_replace(entry(1), body="[" * 100_000),
    ]
    answers = store.append([*bad, entry(7)], received=RECEIVED)
    assert [a.status for a in answers] == ["rejected"] * len(bad) + ["accepted"]
    assert all(a.why for a in answers[:-1])
    assert store.head().seq == 1
    assert [a.status for a in store.append([bad[0]], received=RECEIVED)] == ["rejected"]


def msgspec_replace(made: Entry, **fields: str) -> Entry:
    import msgspec

    return msgspec.structs.replace(made, **fields)


def test_nothing_can_be_changed_or_taken_out(store: Store) -> None:
    store.append([entry(1)], received=RECEIVED)
    db = store._db  # type: ignore[attr-defined]
    for statement in ("UPDATE entry SET actor = 'x'", "DELETE FROM entry"):
        with pytest.raises(Exception, match="append-only"):
            db.execute(statement)
    assert verify(store.rows()).why in ("", "the first entry does not open a log")


def test_many_writers_keep_one_chain(place: Places) -> None:
    name = place()
    opened = open_store(name, create=True)
    opened.append([entry(0)], received=RECEIVED)
    opened.close()
    trouble: list[BaseException] = []

    def work(device: str) -> None:
        try:
            mine = open_store(name)
            for number in range(1, 16):
                assert mine.append([entry(number, device=device)], received=RECEIVED)[0].status == "accepted"
            mine.close()
        except Exception as error:
            trouble.append(error)

    threads = [threading.Thread(target=work, args=(f"phone-{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not trouble
    store = open_store(name)
    rows = list(store.rows())
    store.close()
    assert [row.seq for row in rows] == list(range(1, 62))
    assert all(a.hash == b.prev for a, b in itertools.pairwise(rows))


def test_a_log_is_there_or_it_is_not(place: Places) -> None:
    name = place()
    with pytest.raises(CorridorError, match="no such log"):
        open_store(name)
    made = open_store(name, create=True)
    made.append([entry(1)], received=RECEIVED)
    made.close()
    with pytest.raises(UsageError, match="exists already"):
        open_store(name, create=True)


def test_moving_between_stores_gives_the_same_bytes(place: Places, tmp_path: Path) -> None:
    first = Log.new(str(tmp_path / "first.corridor"), title="an operation")
    with first:
        first.append([entry(n) for n in range(1, 40)])
        first.append([entry(3, body={"count": 5})])
        written = first.export(tmp_path / "one.jsonl")
    name = place()
    assert restore(tmp_path / "one.jsonl", name)[0] == written[0]
    middle = open_store(name)
    assert digest_of(middle.rows()) == written
    assert middle.append([entry(1)], received=RECEIVED)[0].status == "duplicate"
    assert write_export(middle.rows(), tmp_path / "two.jsonl") == written
    with pytest.raises(UsageError, match="holds entries already"):
        middle.insert(middle.rows())
    middle.close()
    restore(tmp_path / "two.jsonl", str(tmp_path / "last.corridor"))
    (tmp_path / "first.corridor.key").rename(tmp_path / "last.corridor.key")
    with Log.open(str(tmp_path / "last.corridor")) as last:
        assert last.export(tmp_path / "three.jsonl") == written
        assert last.verify().sound
    assert (tmp_path / "three.jsonl").read_bytes() == (tmp_path / "one.jsonl").read_bytes()


def test_a_bad_file_is_refused_whole(place: Places, tmp_path: Path) -> None:
    with Log.new(str(tmp_path / "first.corridor"), title="an operation") as first:
        first.append([entry(n) for n in range(1, 9)])
        first.export(tmp_path / "one.jsonl")
    lines = (tmp_path / "one.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "bad.jsonl").write_bytes(b"".join([*lines[:4], *lines[5:]]))
    name = place()
    with pytest.raises(InputError, match="entry 5"):
        restore(tmp_path / "bad.jsonl", name)
    assert restore(tmp_path / "one.jsonl", name)[0] == 10  # what failed is not in the way


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.lists(
        st.dictionaries(
            st.text(max_size=5), st.none() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text()
        ),
        min_size=1,
        max_size=8,
    )
)
def test_any_content_comes_back_as_it_was(store: Store, data: list[dict[str, object]]) -> None:
    entries = [entry(0, device="any", body=body, id=new_id(), actor="ضابط – naïve 🚌") for body in data if _fits(body)]
    before = store.head().seq
    store.append(entries, received=RECEIVED)
    assert [row.entry for row in store.rows(after=before)] == entries


def _fits(body: dict[str, object]) -> bool:
    try:
        canonical(body)
    except (UnicodeEncodeError, ValueError):
        return False
    return all(not (isinstance(v, float) and abs(v) == float("inf")) for v in body.values())


def test_keys_are_private(tmp_path: Path) -> None:
    key = Key.make()
    key.write(tmp_path / "a.key")
    assert (tmp_path / "a.key").stat().st_mode & 0o777 == 0o600
    again = Key.read(tmp_path / "a.key")
    assert again is not None
    assert again.public == key.public
    (tmp_path / "a.key").chmod(0o644)
    with pytest.raises(CorridorError, match="can be read by others"):
        Key.read(tmp_path / "a.key")
    with pytest.raises(UsageError, match="stands there already"):
        key.write(tmp_path / "a.key")
