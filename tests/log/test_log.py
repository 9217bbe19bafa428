"""A log to work with: opening, signing, backing up, the group commit, and what each refuses."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from corridor.errors import CorridorError, InputError, UsageError
from corridor.log import log as log_module
from corridor.log import sqlite, transfer
from corridor.log.chain import Key, read_checkpoint
from corridor.log.entry import LARGEST_BODY, Answer, Entry, canonical, derived_id, moment_of, new_id, stamp
from corridor.log.log import SIGN_EVERY, Log, restore
from corridor.log.sqlite import SqliteStore, open_sqlite
from corridor.log.sqlite_tables import NETWORK, file_system
from corridor.log.store import Batch, Head, LogError
from corridor.log.verify import verify
from corridor.log.writer import Writer
from corridor.operation.known import replay
from tests.log.making import RECEIVED, START, entry


def test_a_new_log_says_what_it_is(tmp_path: Path) -> None:
    place = str(tmp_path / "a.corridor")
    with Log.new(place, title="East Aleppo", exercise=True) as log:
        assert log.opened.title == "East Aleppo"
        assert log.opened.exercise
        assert log.key is not None
        assert log.opened.key == log.key.public
    assert (tmp_path / "a.corridor.key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "a.corridor").stat().st_mode & 0o077 == 0
    with pytest.raises(UsageError, match="stands there already"):
        Log.new(place, title="again")
    (tmp_path / "a.corridor.key").unlink()
    with pytest.raises(UsageError, match="exists already"):
        Log.new(place, title="again")
    assert not (tmp_path / "a.corridor.key").exists()
    with Log.open(place) as log:
        assert log.sign() is None
        assert log.checkpoint() is None
    Key.make().write(tmp_path / "a.corridor.key")
    with pytest.raises(LogError, match="another log's"):
        Log.open(place)


@pytest.mark.parametrize("place", ["none.corridor", "reports.csv", "folder/none.corridor"])
def test_what_is_no_log_is_said_so(tmp_path: Path, place: str) -> None:
    with pytest.raises(CorridorError, match=r"no such log|is no log"):
        Log.open(str(tmp_path / place))


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.corridor").touch()
    (tmp_path / "text.corridor").write_text("id,source,fact\n" * 200, encoding="utf-8")
    other = sqlite3.connect(tmp_path / "other.corridor")
    other.execute("CREATE TABLE t (a)")
    other.commit()
    other.close()
    later = tmp_path / "later.corridor"
    with Log.new(str(later), title="x"):
        pass
    db = sqlite3.connect(later)
    db.execute("PRAGMA user_version=99")
    db.close()
    for name, words in (
        ("empty", "is empty"),
        ("text", "damaged"),
        ("other", "but no log"),
        ("later", "later Corridor"),
    ):
        with pytest.raises(CorridorError, match=words) as caught:
            open_sqlite(tmp_path / f"{name}.corridor")
        assert caught.value.hint
    with pytest.raises(UsageError, match="cannot be made"):
        open_sqlite(tmp_path / "no" / "a.corridor", create=True)


def test_a_network_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert file_system(tmp_path) not in NETWORK
    monkeypatch.setattr(sqlite, "file_system", lambda path: "nfs4")
    with pytest.raises(UsageError, match="network file system"):
        open_sqlite(tmp_path / "a.corridor", create=True)


def test_a_disk_that_cannot_keep_its_promise_is_refused() -> None:
    with pytest.raises(LogError, match="cannot be kept safe"):
        SqliteStore(lambda: sqlite3.connect(":memory:", isolation_level=None), place="memory")


def test_durability_is_read_back(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path / "a.corridor", create=True)
    assert store._db.execute("PRAGMA synchronous").fetchone() == (2,)
    assert store._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    store.close()


def test_a_locked_log_says_who_is_in_the_way(tmp_path: Path) -> None:
    path = tmp_path / "a.corridor"
    store = open_sqlite(path, create=True)
    store._db.execute("PRAGMA busy_timeout=10")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LogError, match="locked") as caught:
        store.append([entry(1)], received=RECEIVED)
    assert "another program" in caught.value.hint
    other.execute("ROLLBACK")
    other.close()
    assert store.append([entry(1)], received=RECEIVED)[0].status == "accepted"
    store.close()


def test_checkpoints_come_by_themselves_and_travel(tmp_path: Path) -> None:
    with Log.new(str(tmp_path / "a.corridor"), title="x") as log:
        log.append([entry(n) for n in range(1, SIGN_EVERY + 1)])
        verdict = log.verify()
        assert (verdict.checkpoints, verdict.signed) == (1, SIGN_EVERY + 1)
        outside = log.checkpoint()
        assert outside is not None
        again = read_checkpoint(str(outside))
        log.append([entry(5_000)])
        assert log.verify(again).sound
        wrong = msgspec.structs.replace(again, count=3)
        assert "signature" in log.verify(wrong).why
        other = Key.make().sign(3, again.head, again.at)
        assert "another key" in log.verify(other).why
        assert log.key is not None
        later = log.key.sign(9_999, again.head, again.at)
        assert log.verify(later).bad == verdict.count + 2
    for text in ("", "{}", "x", "[1]", '{"count":"a"}'):
        with pytest.raises(InputError, match="is not a checkpoint"):
            read_checkpoint(text)


def test_a_backup_is_one_only_after_it_was_restored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Log.new(str(tmp_path / "a.corridor"), title="x") as log:
        log.append([entry(n, kind="act", name="note") for n in range(1, 30)])
        count, _ = log.backup(tmp_path / "b.jsonl", replay)
        assert count == 31
        answers = iter(["one", "other"])
        with pytest.raises(LogError, match="does not replay"):
            log.backup(tmp_path / "c.jsonl", lambda rows: next(answers))
        assert not (tmp_path / "c.jsonl").exists()
        with pytest.raises(UsageError, match="cannot be written"):
            log.backup(tmp_path / "no" / "c.jsonl", replay)
    assert restore(tmp_path / "b.jsonl", str(tmp_path / "d.corridor"))[0] == 31
    with pytest.raises(InputError, match="cannot be read"):
        restore(tmp_path / "none.jsonl", str(tmp_path / "e.corridor"))
    with pytest.raises(UsageError, match="is no log"):
        restore(tmp_path / "b.jsonl", str(tmp_path / "e.txt"))
    (tmp_path / "void.jsonl").touch()
    with pytest.raises(InputError, match="no entries"):
        restore(tmp_path / "void.jsonl", str(tmp_path / "e.corridor"))
    assert not (tmp_path / "e.corridor").exists()


def test_a_backup_under_load_holds_a_whole_prefix(tmp_path: Path) -> None:
    with Log.new(str(tmp_path / "a.corridor"), title="x") as log:
        log.append([entry(n, kind="act", name="note") for n in range(1, 50)])
        stop = threading.Event()

        def write() -> None:
            other = open_sqlite(tmp_path / "a.corridor")
            number = 100
            while not stop.is_set():
                number += 1
                other.append([entry(number, kind="act", name="note")], received=RECEIVED)
            other.close()

        thread = threading.Thread(target=write)
        thread.start()
        try:
            count, _ = log.backup(tmp_path / "b.jsonl", replay)
        finally:
            stop.set()
            thread.join()
    assert restore(tmp_path / "b.jsonl", str(tmp_path / "c.corridor"))[0] == count
    store = open_sqlite(tmp_path / "c.corridor")
    assert verify(store.rows()).sound
    store.close()


def test_a_copy_is_one_only_after_it_was_compared(tmp_path: Path) -> None:
    with Log.new(str(tmp_path / "a.corridor"), title="x") as log:
        log.append([entry(n, kind="act", name="note") for n in range(1, 30)])
        count, head = log.copy(tmp_path / "b.corridor", replay)
        assert (count, head) == tuple(log.store.head())
        with Log.open(str(tmp_path / "b.corridor")) as copied:
            assert list(copied.rows()) == list(log.rows())
            assert copied.append([entry(3, kind="act", name="note")])[0].status == "duplicate"
        with pytest.raises(UsageError, match="exists already"):
            log.copy(tmp_path / "b.corridor", replay)
        answers = iter(["one", "other"])
        with pytest.raises(LogError, match="does not hold the same"):
            log.copy(tmp_path / "c.corridor", lambda rows: next(answers))
        assert not list(tmp_path.glob("c.corridor*"))
        store, log.store = log.store, Still()  # type: ignore[assignment]
        with pytest.raises(UsageError, match="is no file to copy"):
            log.copy(tmp_path / "d.corridor", replay)
        log.store = store


class Still:
    """A store that is no file."""

    place = "postgresql://"


def test_group_commit_answers_each_caller(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path / "a.corridor", create=True)
    writer = Writer(store, clock=lambda: START)
    futures = [writer.submit([entry(n, device=f"p{n % 7}"), entry(n, device=f"p{n % 7}")]) for n in range(1, 300)]
    answers = [future.result(timeout=20) for future in futures]
    assert all([a.status for a in one] == ["accepted", "duplicate"] for one in answers)
    writer.close()
    with pytest.raises(LogError, match="is closed"):
        writer.submit([entry(1)])
    assert store.head().seq == 299
    store.close()


def test_requests_of_a_server_are_answered_in_their_loop(tmp_path: Path) -> None:
    """Threads, coroutines and those who look later share one group; who was cancelled or gone disturbs nobody."""
    import asyncio

    store = open_sqlite(tmp_path / "a.corridor", create=True)
    writer = Writer(store, clock=lambda: START)

    async def ask() -> list[list[Answer]]:
        asked = [writer.appended([entry(n, device=f"p{n % 7}")]) for n in range(1, 200)]
        given_up = asyncio.ensure_future(writer.appended([entry(500)]))
        await asyncio.sleep(0)
        given_up.cancel()
        return list(await asyncio.gather(*asked))

    assert all(one[0].status == "accepted" for one in asyncio.run(ask()))
    assert writer.append([entry(500)])[0].status == "duplicate"  # what was handed over is kept

    async def leave() -> None:
        asyncio.ensure_future(writer.appended([entry(600)])).add_done_callback(lambda task: task.cancelled())
        await asyncio.sleep(0)

    asyncio.run(leave())
    assert writer.append([entry(1, device="p1")])[0].status == "duplicate"
    late = writer.submit([entry(700)])
    late.cancel()
    writer.close()
    assert store.head().seq == 202
    with pytest.raises(LogError, match="is closed"):
        writer.append([entry(1)])
    store.close()


def test_group_commit_tells_every_caller_of_an_error() -> None:
    class Broken:
        place = "broken"

        def append(self, entries: list[Entry], *, received: str) -> list[Answer]:
            raise LogError("was not written", place=self.place)

    writer = Writer(Broken())  # type: ignore[arg-type]
    futures = [writer.submit([entry(n)]) for n in range(5)]
    for future in futures:
        with pytest.raises(LogError, match="was not written"):
            future.result(timeout=5)
    with pytest.raises(LogError, match="was not written"):
        writer.append([entry(9)])
    writer.close()


def test_ids_sort_by_time_and_never_repeat() -> None:
    ids = [new_id(n) for n in range(1000)]
    assert ids == sorted(ids)
    assert len({new_id(1) for _ in range(1000)}) == 1000
    assert {name[14] for name in ids} == {"7"}
    assert derived_id("a", "b") == derived_id("a", "b") != derived_id("ab")
    assert derived_id("a")[14] == "8"
    assert new_id()[:8] == new_id()[:8]


def test_moments_are_text_that_sorts() -> None:
    moments = [START + timedelta(hours=n) for n in range(-30, 30)]
    assert [stamp(m) for m in moments] == sorted(stamp(m) for m in moments)
    assert moment_of(stamp(START)) == START
    with pytest.raises(InputError, match="without zone"):
        stamp(START.replace(tzinfo=None))


def test_canonical_is_one_text_for_one_content() -> None:
    assert canonical({"b": 1, "a": [1.5, None, "é"]}) == '{"a":[1.5,null,"é"],"b":1}'


def test_a_gap_in_a_counter_is_shown_and_closes(tmp_path: Path) -> None:
    with Log.new(str(tmp_path / "a.corridor"), title="x") as log:
        log.append([entry(1), entry(2), entry(6), entry(2, device="phone-2")])
        assert log.verify().gaps == {"phone-1": (3, 4, 5), "phone-2": (1,)}
        log.append([entry(n) for n in (5, 3, 4)])
        assert log.verify().gaps == {"phone-2": (1,)}


def test_a_key_that_is_none(tmp_path: Path) -> None:
    assert Key.read(tmp_path / "none.key") is None
    handle = os.open(tmp_path / "a.key", os.O_WRONLY | os.O_CREAT, 0o600)
    os.write(handle, b"abc")
    os.close(handle)
    with pytest.raises(CorridorError, match="is no signing key"):
        Key.read(tmp_path / "a.key")
    with pytest.raises(UsageError, match="cannot be written"):
        Key.make().write(tmp_path / "no" / "a.key")


def test_what_is_no_log_within_a_store_and_what_no_log_keeps(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path / "a.corridor", create=True)
    with pytest.raises(LogError, match="it holds no entry"):
        _ = Log(store).opened
    store.append([entry(1)], received=RECEIVED)
    with pytest.raises(LogError, match="does not open a log"):
        _ = Log(store).opened
    with pytest.raises(LogError, match="was not kept: the name is empty"):
        Log(store).write("decision", "", {}, actor="x", device="y")
    large = msgspec.structs.replace(entry(2), body='{"a":"' + "x" * LARGEST_BODY + '"}')
    assert "larger than 32 MB" in store.append([large], received=RECEIVED)[0].why
    store.close()


def test_a_restore_that_does_not_give_the_same_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Log.new(str(tmp_path / "a.corridor"), title="x") as log:
        log.append([entry(1)])
        log.export(tmp_path / "a.jsonl")
    monkeypatch.setattr(log_module, "digest_of", lambda rows: (0, "0"))
    with pytest.raises(LogError, match="was not restored to the same"):
        restore(tmp_path / "a.jsonl", str(tmp_path / "b.corridor"))
    assert not (tmp_path / "b.corridor").exists()


def test_a_backup_that_restores_to_other_entries_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Log.new(str(tmp_path / "a.corridor"), title="x") as log:
        log.append([entry(1, kind="act", name="note")])
        monkeypatch.setattr(transfer, "digest_of", lambda rows: (0, "0"))
        with pytest.raises(LogError, match="does not restore to the same entries"):
            log.backup(tmp_path / "b.jsonl", replay)
    assert not (tmp_path / "b.jsonl").exists()


def test_rows_that_cannot_be_right(tmp_path: Path) -> None:
    with Log.new(str(tmp_path / "a.corridor"), title="x") as log:
        log.append([entry(1), entry(2)])
        rows = list(log.rows())
    assert verify([]).why == "the log is empty"
    for field, value, words in (
        ("device_seq", "2", "another type"),
        ("body", b"{}", "another type"),
        ("seq", 9, "its number is 9"),
        ("prev", "0" * 64, "does not follow"),
        ("body", "\ud800", "no text"),
        ("body", "{}", "not what was hashed"),
        ("actor", "somebody", "not that of its fields"),
    ):
        found = verify([*rows[:2], msgspec.structs.replace(rows[2], **{field: value})])
        assert (found.bad, found.count) == (3, 2)
        assert words in found.why


class Interrupting:
    """A connection on which one statement does what a test wants instead."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.trouble: dict[str, BaseException] = {}

    def execute(self, query: str, *values: object) -> object:
        for words, error in list(self.trouble.items()):
            if words in query:
                del self.trouble[words]
                raise error
        return self.connection.execute(query, *values)  # type: ignore[arg-type]

    def close(self) -> None:
        self.connection.close()


def test_whatever_goes_wrong_the_connection_is_let_go_and_nothing_half_is_kept(tmp_path: Path) -> None:
    made: list[Interrupting] = []

    def connect() -> Interrupting:
        made.append(Interrupting(sqlite3.connect(tmp_path / "a", isolation_level=None, check_same_thread=False)))
        return made[-1]

    store = SqliteStore(connect, place="a")
    store.append([entry(1)], received=RECEIVED)
    rows = list(store.rows())
    ways: list[tuple[str, Callable[[], object]]] = [
        ("INSERT", lambda: store.append([entry(2)], received=RECEIVED)),
        ("SELECT seq, id", lambda: list(store.rows())),
        ("AND seq <= ?", lambda: store.span(0, 1)),
        ("SELECT seq, hash", store.head),
        ("VACUUM", lambda: store.backup(tmp_path / "b")),
        ("SELECT seq, hash", lambda: store.insert(rows)),
    ]
    for words, act in ways:
        opened = len(made)
        made[-1].trouble[words] = sqlite3.OperationalError("disk I/O error")
        with pytest.raises(LogError, match="disk I/O error") as caught:
            act()
        assert "the disk fails" in caught.value.hint
        assert store.head().seq == 1
        assert len(made) == opened + 1
    made[-1].trouble["INSERT"] = sqlite3.OperationalError("what nobody foresaw")
    with pytest.raises(LogError, match="what nobody foresaw") as caught:
        store.append([entry(2)], received=RECEIVED)
    assert "try again" in caught.value.hint
    store.head()  # opens it anew
    made[-1].trouble["SELECT seq, hash"] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        store.append([entry(2)], received=RECEIVED)
    assert [answer.status for answer in store.append([entry(1), entry(2)], received=RECEIVED)] == [
        "duplicate",
        "accepted",
    ]
    # A group of more rows than one statement takes is written whole or not at all.
    several = [entry(n) for n in range(3, 3 + 2 * sqlite.TOGETHER)]
    assert {a.status for a in store.append(several, received=RECEIVED)} == {"accepted"}
    mixed = [entry(n) for n in range(100, 100 + 2 * sqlite.TOGETHER)]
    assert {a.status for a in store.append(mixed, received=RECEIVED)} == {"duplicate", "accepted"}
    assert [row.seq for row in store.rows()] == list(range(1, store.head().seq + 1))
    store.close()


def test_rows_come_page_by_page(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path / "a.corridor", create=True)
    store.append([entry(n) for n in range(1, sqlite.PAGE + 3)], received=RECEIVED)
    assert [row.seq for row in store.rows()] == list(range(1, sqlite.PAGE + 3))
    assert [row.seq for row in store.rows(after=sqlite.PAGE)] == [sqlite.PAGE + 1, sqlite.PAGE + 2]
    store.close()


def test_a_step_that_another_program_took_meanwhile_is_not_taken_again(tmp_path: Path) -> None:
    other = tmp_path / "a.corridor"
    made: list[sqlite3.Connection] = []

    class Late(Interrupting):
        def execute(self, query: str, *values: object) -> object:
            if query == "BEGIN IMMEDIATE" and not made:
                made.append(self.connection)
                open_sqlite(other, create=False).close()  # which finds a fresh file and makes the tables
            return super().execute(query, *values)

    sqlite3.connect(other).execute("PRAGMA journal_mode=WAL").close()
    store = SqliteStore(lambda: Late(sqlite3.connect(other, isolation_level=None)), place="a")
    assert store.append([entry(1)], received=RECEIVED)[0].status == "accepted"
    store.close()


def test_where_the_system_names_no_disks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object, **__: object) -> str:
        raise OSError

    monkeypatch.setattr(Path, "read_text", gone)
    assert file_system(tmp_path) == ""


def test_new_entries_are_chained_alike_with_and_without_looking() -> None:
    entries = [entry(number) for number in range(1, 5)]
    slow = Batch(entries, stamp(START), Head(), lambda _: {})
    quick = Batch.of_new(entries, stamp(START), Head())
    assert (quick.rows, quick.answers, quick.head) == (slow.rows, slow.answers, slow.head)
