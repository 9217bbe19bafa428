"""Two programs that verify one file find what one program finds, whatever was done to the file and where."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from pathlib import Path

import pytest

from corridor.log import halves, log
from corridor.log.chain import Checkpoint
from corridor.log.entry import Row
from corridor.log.halves import verify_file
from corridor.log.log import Log
from corridor.log.sqlite import open_sqlite
from corridor.log.verify import Chain, Verdict, followed, verify
from tests.log.making import entry

ROWS = 60
CHANGES = {
    "body": "UPDATE entry SET body = body || ' ' WHERE seq = {seq}",
    "hash": "UPDATE entry SET hash = '" + "0" * 64 + "' WHERE seq = {seq}",
    "prev": "UPDATE entry SET prev = hash WHERE seq = {seq}",
    "gone": "DELETE FROM entry WHERE seq = {seq}",
    "device": "UPDATE entry SET device_seq = device_seq + 1 WHERE seq = {seq}",
    "nothing": "SELECT 1",
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Checkpoint]:
    path = tmp_path_factory.mktemp("halves") / "a.corridor"
    with Log.new(str(path), title="x") as made:
        for start in range(1, ROWS, 20):
            made.append([entry(n, device=f"phone-{n % 3}", seq=n // 3 + 1) for n in range(start, start + 20)])
            made.append([entry(start, device=f"phone-{start % 3}", seq=99, body={"count": 1})])  # a conflict
            made.sign()
        outside = made.checkpoint()
        assert outside is not None
    return path, outside


def _one_by_one(path: Path, against: Checkpoint | None) -> tuple[int, Verdict]:
    store = open_sqlite(path)
    found = store.head().seq, verify(store.rows(), against=against)
    store.close()
    return found


@pytest.mark.parametrize("seq", [1, 2, 29, 30, 31, 55])
@pytest.mark.parametrize("change", CHANGES)
def test_both_find_the_same(sound: tuple[Path, Checkpoint], tmp_path: Path, change: str, seq: int) -> None:
    path = tmp_path / "b.corridor"
    shutil.copy(sound[0], path)
    database = sqlite3.connect(path)
    database.executescript("DROP TRIGGER entry_no_update; DROP TRIGGER entry_no_delete")
    database.execute(CHANGES[change].format(seq=seq))
    database.commit()
    database.close()
    count, expected = _one_by_one(path, sound[1])
    found = verify_file(path, count, against=sound[1], middle=30)
    if found is None:
        assert (change, seq) == ("gone", 30)  # which is left to one program
        return
    assert (found.bad, found.why) == (expected.bad, expected.why)
    assert (change == "nothing") == found.sound
    if found.sound:
        assert found == expected


def test_an_id_that_stands_twice_and_a_false_checkpoint_behind_the_middle(tmp_path: Path) -> None:
    """Links that hold do not make a log sound: one who can write anew may repeat an entry or forge a signature."""
    from corridor.log.chain import Key, link
    from corridor.log.entry import canonical
    from tests.log.making import KEY, RECEIVED, opened

    def chained(last: object) -> Path:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.corridor"
        store = open_sqlite(path, create=True)
        rows: list[Row] = []
        for number, one in enumerate([opened(), *(entry(n) for n in range(1, 40)), last], 1):
            rows.append(link(one, seq=number, prev=rows[-1].hash if rows else "0" * 64, received=RECEIVED))  # type: ignore[arg-type]
        database = sqlite3.connect(path)
        database.executescript(
            "CREATE TABLE loose AS SELECT * FROM entry; DROP TABLE entry; ALTER TABLE loose RENAME TO entry"
        )
        from msgspec.structs import astuple

        database.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", map(astuple, rows))
        database.commit()
        database.close()
        store.close()
        return path

    forged = Key.make().sign(3, "0" * 64, RECEIVED)
    late = KEY.sign(3, "0" * 64, RECEIVED)
    for last, words in (
        (entry(5), "stands in the log already"),
        (entry(99, kind="act", name="checkpoint", body=None), "no checkpoint"),
        (_act(canonical(forged)), "another key"),
        (_act(canonical(late)), "not the one that was signed"),
        (_act("{}", "opened"), "names no key"),
    ):
        path = chained(last)
        count, expected = _one_by_one(path, None)
        found = verify_file(path, count, middle=20)
        assert found is not None
        assert (found.bad, found.why) == (expected.bad, expected.why) == (41, found.why)
        assert words in found.why


def _act(body: str, name: str = "checkpoint") -> object:
    import msgspec

    return msgspec.structs.replace(entry(99, kind="act", name=name), body=body)


def test_a_large_log_is_verified_by_two_and_by_one_where_the_second_fails(
    sound: tuple[Path, Checkpoint], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(log, "WORTH_IT", 10)
    asked: list[int] = []
    true_one = halves.verify_file

    def watched(path: Path, count: int, *, against: Checkpoint | None = None) -> Verdict | None:
        asked.append(count)
        return true_one(path, count, against=against)

    monkeypatch.setattr(log, "verify_file", watched)
    with Log.open(str(sound[0])) as opened:
        both = opened.verify(sound[1])
        assert asked == [opened.store.head().seq]
        monkeypatch.setattr(sys, "executable", "/bin/false")
        assert opened.verify(sound[1]) == both
    assert both.sound
    (tmp_path / "c.corridor").write_bytes(b"SQLite format 3\0" + bytes(4096))
    monkeypatch.undo()
    assert verify_file(tmp_path / "c.corridor", 100) is None


def test_the_second_program_by_itself(
    sound: tuple[Path, Checkpoint],
    monkeypatch: pytest.MonkeyPatch,
    capsysbinary: pytest.CaptureFixture[bytes],
    tmp_path: Path,
) -> None:
    """What it hands over is what following the rows gives, also where they are not right."""
    import msgspec

    path = tmp_path / "b.corridor"
    shutil.copy(sound[0], path)
    monkeypatch.setattr(sys, "argv", ["halves", str(path), "30", "50"])
    halves.main()
    part = msgspec.msgpack.decode(capsysbinary.readouterr().out, type=halves.Part)
    assert part == halves.part_of(path, 30, 50)
    assert (part.count, part.why, len(part.ids), len(part.hashes)) == (50, "", 20, 640)
    assert {act.name for act in part.acts} == {"conflict", "checkpoint"} & {act.name for act in part.acts} != set()
    other = Chain()
    bad, _ = followed(halves._rows(path, 0, 29), other)
    assert halves.join(other, part) == (30, "it does not follow the entry before it")
    database = sqlite3.connect(path)
    database.executescript("DROP TRIGGER entry_no_update")
    database.execute(CHANGES["body"].format(seq=40))
    database.commit()
    database.close()
    spoilt = halves.part_of(path, 30, 50)
    assert (bad, spoilt.count, spoilt.why) == (0, 39, "its content is not what was hashed")
