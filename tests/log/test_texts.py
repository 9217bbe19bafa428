"""Free text is sealed in the log, opened for those who have its key, and gone from every file once that is erased."""

from __future__ import annotations

import base64
import io
import json
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from corridor.cli import app
from corridor.errors import CorridorError, UsageError
from corridor.log import texts
from corridor.log.entry import Entry, canonical, stamp
from corridor.log.log import Log, restore
from corridor.log.texts import ERASED, FREE, LOCKED, SEALED, TextKeys, owners
from corridor.operation.known import entry_of, fold, replay
from corridor.operation.operation import Operation
from corridor.reports.report import Report
from tests.log.making import START, entry

WORDS = "the driver limped — السائق"


def report(name: str, note: str = WORDS, **fields: object) -> Report:
    made: dict[str, object] = {
        "id": name,
        "source": "marshal",
        "fact": "people_boarded",
        "about": "aleppo/C1.bus-1",
        "place": "amiriyah",
        "observed": START,
        "received": START,
        "value": 50,
        "note": note,
    }
    return Report(**made | fields)  # type: ignore[arg-type]


def _everywhere(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _needles(text: str) -> list[bytes]:
    """The text as bytes and as JSON would escape it, and each of its words that is long enough to be told."""
    words = [word for word in text.split() if len(word) > 4]
    return [word.encode() for word in (text, *words)] + [json.dumps(text)[1:-1].encode()]


def test_a_text_is_sealed_opened_and_erased_from_every_file(tmp_path: Path) -> None:
    place = str(tmp_path / "a.corridor")
    with Log.new(place, title="x") as log:
        operation = Operation(log)
        operation.report([report("r-1"), report("r-2", "all well on board"), report("r-3", "")], actor="m", device="p")
        operation.withdraw("r-2", by="duty officer", reason="a reason that is long")
        log.backup(tmp_path / "before.jsonl", replay)
        known = operation.known()
        assert {one.id: one.note for one in known.reports} == {"r-1": WORDS, "r-3": ""}
        assert known.decisions[-1].body["reason"] == "a reason that is long"
        keys = [json.loads(line) for line in Path(place).with_suffix(".corridor.texts").read_bytes().splitlines()]
        key = next(line["key"] for line in keys if line["id"] == "r-1")
        assert (tmp_path / "a.corridor.texts").stat().st_mode & 0o777 == 0o600
        for path, data in _everywhere(tmp_path).items():
            for needle in _needles(WORDS):
                assert needle not in data, path
            assert key.encode() not in data or path.endswith(".texts")
        assert log.erase(["r-1"], reason="thirty days have passed", by="coordinator") == 1
        log.backup(tmp_path / "after.jsonl", replay)
        for needle in [key.encode(), base64.b64decode(key), *_needles(WORDS)]:
            for path, data in _everywhere(tmp_path).items():
                assert needle not in data, path
        assert log.verify().sound
        known = Operation(log).known()
        assert {one.id: one.note for one in known.reports} == {"r-1": ERASED, "r-3": ""}
        # What is sent again is a duplicate, and does not bring the text back.
        again = operation.report([report("r-1")], actor="m", device="p")
        assert [answer.status for answer in again] == ["duplicate"]
        # An erasure that was cut short is done again by asking again.
        assert log.erase([], reason="", by="coordinator") == 0
    with Log.open(place) as log:
        assert {one.note for one in Operation(log).known().reports} == {ERASED, ""}
        with pytest.raises(UsageError, match="no sealed text of 'r-9'"):
            log.erase(["r-9"], reason="x", by="coordinator")
        assert sum(row.name == "erase" for row in log.rows()) == 1


def test_a_copy_of_the_keys_that_knows_of_no_erasure_is_told(tmp_path: Path) -> None:
    place = tmp_path / "a.corridor"
    with Log.new(str(place), title="x") as log:
        log.append([_sent("r-1")])
        old = (tmp_path / "a.corridor.texts").read_bytes()
        log.erase(["r-1"], reason="x", by="coordinator")
        (tmp_path / "a.corridor.texts").write_bytes(old)
        assert next(one.note for one in fold(log.readable()).reports) == WORDS
        assert log.erase([], reason="", by="coordinator") == 1
        assert next(one.note for one in fold(log.readable()).reports) == ERASED
        (tmp_path / "a.corridor.texts").unlink()
        assert next(one.note for one in fold(log.readable()).reports) == LOCKED
    with Log.new(str(tmp_path / "b.corridor"), title="x") as log:
        log.texts = None
        log.append([_sent("r-1")])
        assert WORDS in list(log.rows())[-1].body
        with pytest.raises(UsageError, match="keeps no keys"):
            log.erase(["r-1"], reason="x", by="coordinator")


def _sent(name: str, note: str = WORDS, *, later: int = 0, **fields: object) -> Entry:
    recorded = START + timedelta(seconds=later)
    return entry_of(report(name, note, **fields), actor="marshal", device="phone-1", recorded=recorded)


def test_a_repeated_delivery_is_a_duplicate_and_another_text_a_conflict(tmp_path: Path) -> None:
    with Log.new(str(tmp_path / "a.corridor"), title="x") as log:
        for status in ("accepted", "duplicate"):
            assert log.append([_sent("r-1")])[0].status == status
        assert log.append([_sent("r-1", "other words", later=9)])[0].status == "conflict"
        rows = list(log.rows())
        assert all("other words" not in row.body for row in rows)
        known = fold(log.readable())
        assert [one.note for one in known.reports] == [WORDS]
        assert ["other words" in rival.aside for rival in known.rivals] == [True]  # a person has to decide on words
        log.append([entry(7, kind="act", name="note", body={"body": SEALED, "id": "r-1"})])
        assert list(log.readable())[-1].body == list(log.rows())[-1].body


def test_what_is_no_seal_and_no_entry_is_left_to_others(tmp_path: Path) -> None:
    with Log.new(str(tmp_path / "a.corridor"), title="x") as log:
        fake = SEALED + base64.b64encode(b"x" * 40).decode()
        log.append([_sent("r-1", fake), _sent("r-2", "sealed: no")])
        assert {one.note for one in fold(log.readable()).reports} == {LOCKED, "sealed: no"}
        log.append([_sent("r-3")])
        stolen = next(json.loads(row.body)["note"] for row in log.rows() if '"r-3"' in row.body)
        log.append([_sent("r-2", stolen, later=9)])  # another's seal under one's own name opens nothing
        assert all(WORDS not in row.body for row in log.readable() if '"r-2"' in row.body)
        bad = entry(9, body={"id": "r-9", "note": "x"})
        import msgspec

        torn = msgspec.structs.replace(bad, body=bad.body[:-1])
        loose = msgspec.structs.replace(bad, body='{"note":"x", "id":"r-9"}')
        assert [one.status for one in log.append([torn, loose])] == ["rejected", "rejected"]


def test_the_file_of_the_keys_survives_a_torn_line_and_says_where_it_is_spoilt(tmp_path: Path) -> None:
    path = tmp_path / "a.corridor.texts"
    keys = TextKeys(path)
    sealed = keys.sealed([entry(1, body={"id": "r-1", "note": "first"})])
    with path.open("ab") as file:
        file.write(b'{"id":"r-2","key":"ab')
    again = TextKeys(path)
    more = again.sealed([entry(2, body={"id": "r-3", "note": "second"})])
    assert [json.loads(line)["id"] for line in path.read_bytes().splitlines() if line.endswith(b"}")] == ["r-1", "r-3"]
    assert again.sealed([entry(1, body={"id": "r-1", "note": "first"})]) == sealed
    assert keys.sealed([entry(2, body={"id": "r-3", "note": "second"})]) == more  # one program sees the other's key
    with path.open("ab") as file:
        file.write(b"\n{}\n")
    with pytest.raises(UsageError, match="line 5 is no key"):
        TextKeys(path).sealed([entry(3, body={"id": "r-4", "note": "x"})])
    folder = TextKeys(tmp_path)
    with pytest.raises(CorridorError, match="cannot be kept") as caught:
        folder.sealed([entry(3, body={"id": "r-4", "note": "x"})])
    assert caught.value.hint


def test_many_programs_share_the_keys_while_some_are_erased(tmp_path: Path) -> None:
    path = tmp_path / "a.corridor.texts"
    trouble: list[BaseException] = []

    def work(who: int) -> None:
        try:
            mine = TextKeys(path)
            for number in range(40):
                mine.sealed([entry(number, body={"id": f"r-{who}-{number}", "note": "x"})])
                if number % 2 == 0:
                    assert mine.erase({f"r-{who}-{number}": {"note": SEALED}}) == 1
        except Exception as error:
            trouble.append(error)

    threads = [threading.Thread(target=work, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not trouble
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    owned = [line for line in lines if line["id"]]  # the first line is the file's own mark
    assert len(owned) == 160
    assert sum("key" in line for line in owned) == 80


def test_an_erasure_by_another_program_is_seen_though_the_file_has_the_number_and_size_it_had(tmp_path: Path) -> None:
    """An inode's number is given again; a program that trusted it would go on opening what was erased."""
    path = tmp_path / "a.corridor.texts"
    reader, writer = TextKeys(path), TextKeys(path)
    (sealed,) = writer.sealed([entry(1, body={"id": "r-1", "note": "first"})])
    note = json.loads(sealed.body)["note"]
    assert reader.clear("r-1", note=note) == {"note": "first"}
    size = path.stat().st_size
    writer.erase({"r-1": {"note": note}})
    # What a file system may do: the same number, the same size, other keys.
    erased = path.read_bytes()
    path.write_bytes(erased + b" " * max(0, size - len(erased) - 1) + b"\n")
    reader._read = (reader._read[0], path.stat().st_size)
    assert reader.clear("r-1", note=note) == {"note": ERASED}


def test_an_adopted_plan_holds_no_text_either(tmp_path: Path) -> None:
    """A plan carries its situation, and that its reports: their texts are sealed under the same keys."""
    with Log.new(str(tmp_path / "a.corridor"), title="x") as log:
        log.append([_sent("r-1")])
        nested = {"plan": {"situation": {"reports": [json.loads(canonical(report("r-1")))]}}}
        log.write("decision", "adopt", nested, actor="coordinator", device="console")
        assert all(WORDS not in row.body for row in log.rows())
        opened = list(log.readable())[-1]
        assert json.loads(opened.body)["plan"]["situation"]["reports"][0]["note"] == WORDS
        log.erase(["r-1"], reason="x", by="coordinator")
        assert json.loads(list(log.readable())[-2].body)["plan"]["situation"]["reports"][0]["note"] == ERASED


def test_erase_and_encrypted_backups_by_their_verbs(tmp_path: Path) -> None:
    run = CliRunner()
    place = str(tmp_path / "a.corridor")
    with Log.new(place, title="x") as log:
        Operation(log).report([report("r-1")], actor="m", device="p")
    phrase = tmp_path / "phrase"
    phrase.write_text("six random words make it hard\n", encoding="utf-8")
    phrase.chmod(0o600)
    refused = run.invoke(app, ["log", "erase", place, "--all"])
    assert isinstance(refused.exception, UsageError)
    backup = run.invoke(app, ["log", "backup", place, str(tmp_path / "b"), "--passphrase", str(phrase)])
    assert "restored, replayed and compared" in backup.output, backup.output
    there = [str(tmp_path / "b"), str(tmp_path / "c.corridor")]
    back = run.invoke(app, ["log", "restore", *there, "--passphrase", str(phrase)])
    assert "every one verified" in back.output
    assert "put the keys of the texts at" in back.output
    erased = run.invoke(app, ["log", "erase", place, "--all", "--reason", "closed for thirty days"])
    assert "erased the texts of 1 entries" in erased.output, erased.output
    with Log.open(place) as log:
        assert [one.note for one in Operation(log).known().reports] == [ERASED]


def test_an_encrypted_backup_is_read_by_nobody_else(tmp_path: Path) -> None:
    with Log.new(str(tmp_path / "a.corridor"), title="x", clock=lambda: START + timedelta(days=1)) as log:
        log.append([entry(n, kind="act", name="note", body={"n": n, "text": "x" * 200}) for n in range(1, 400)])
        written = log.backup(tmp_path / "b", replay, b"a long enough passphrase")
        plain = log.export(tmp_path / "c.jsonl")
    assert written == plain
    data = (tmp_path / "b").read_bytes()
    assert len(data) > 3 * 64 * 1024
    assert b"phone-1" not in data
    assert restore(tmp_path / "b", str(tmp_path / "d.corridor"), b"a long enough passphrase")[0] == plain[0]
    chunk = 64 * 1024 + 16
    from corridor.log.vault import MAGIC, SALT

    head = len(MAGIC) + SALT
    swapped = data[:head] + data[head + chunk : head + 2 * chunk] + data[head : head + chunk] + data[head + 2 * chunk :]
    spoilt = {
        "cut at a chunk": data[: head + chunk],
        "cut in a chunk": data[: head + chunk + 100],
        "cut to its head": data[:head],
        "swapped": swapped,
        "a bit": data[:-9] + bytes([data[-9] ^ 1]) + data[-8:],
        "longer": data + b"x",
    }
    for name, changed in spoilt.items():
        (tmp_path / "e").write_bytes(changed)
        with pytest.raises(CorridorError):
            restore(tmp_path / "e", str(tmp_path / "e.corridor"), b"a long enough passphrase")
        assert not (tmp_path / "e.corridor").exists(), name
    for phrase, words in ((None, "is encrypted"), (b"another passphrase here", "not opened by this passphrase")):
        with pytest.raises(CorridorError, match=words):
            restore(tmp_path / "b", str(tmp_path / "f.corridor"), phrase)


def test_a_backup_of_a_cheaper_key_is_still_read_and_none_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    from corridor.log import vault

    assert b"scrypt-17-8-1" in vault.MAGIC
    phrase, older = b"a long enough passphrase", vault.MAGIC.replace(b"scrypt-17", b"scrypt-15")
    with monkeypatch.context() as then:
        then.setattr(vault, "MAGIC", older)
        below = io.BytesIO()
        file = vault.Sealing(below, phrase)
        file.write(b"twelve boarded")
        file.close()
    assert below.getvalue().startswith(older)
    assert vault.opened(below, phrase, "x").read() == b"twelve boarded"
    # The head is a part of what is sealed: a cheaper key cannot be put in the place of a dearer one.
    swapped = io.BytesIO(below.getvalue().replace(older, vault.MAGIC))
    with pytest.raises(CorridorError, match="not opened"):
        vault.opened(swapped, phrase, "x").read()


def test_a_passphrase_comes_from_a_private_file(tmp_path: Path) -> None:
    from corridor.log.vault import read_passphrase

    path = tmp_path / "phrase"
    with pytest.raises(UsageError, match="cannot be read"):
        read_passphrase(path)
    path.write_bytes(b"short\n")
    path.chmod(0o600)
    with pytest.raises(UsageError, match="too short"):
        read_passphrase(path)
    path.write_bytes(b"six random words make it hard\r\n")
    assert read_passphrase(path) == b"six random words make it hard"
    path.chmod(0o640)
    with pytest.raises(CorridorError, match="read by others"):
        read_passphrase(path)


def erased_by_another(keys: TextKeys, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let another program erase r-1 just before these keys first look which file they hold; returns the looks."""
    true_one, calls = keys._inode, [0]

    def inode() -> int:
        calls[0] += 1
        if calls[0] == 1:
            new = keys.path.with_name("new")
            new.write_text('{"id":"r-1","erased":{"note":"sealed:"}}\n', encoding="utf-8")
            new.replace(keys.path)
        return true_one()

    monkeypatch.setattr(keys, "_inode", inode)
    return calls


def test_a_file_of_keys_that_was_put_in_anothers_place_is_read_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between opening the file and having it alone another program may have erased, which makes a new file."""
    path = tmp_path / "a.corridor.texts"
    keys = TextKeys(path)
    keys.sealed([entry(1, body={"id": "r-1", "note": "first"})])
    calls = erased_by_another(keys, monkeypatch)
    again = keys.sealed([entry(1, body={"id": "r-1", "note": "first"})])
    assert calls[0] == 2
    assert json.loads(again[0].body)["note"] == SEALED  # what was erased does not come back
    path.unlink()
    assert TextKeys(path)._inode() == 0


def test_a_file_of_keys_that_is_replaced_while_it_is_read_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who erases overwrites the old file after the new one stands in its place: a reader must not trust the old."""
    path = tmp_path / "a.corridor.texts"
    made = TextKeys(path)
    (sealed,) = made.sealed([entry(1, body={"id": "r-1", "note": "first"})])
    keys = TextKeys(path)
    calls = erased_by_another(keys, monkeypatch)
    assert keys.clear("r-1", note=json.loads(sealed.body)["note"]) == {"note": ERASED}
    assert calls[0] == 2


def test_a_note_that_speaks_of_seals_owns_none(tmp_path: Path) -> None:
    keys = TextKeys(tmp_path / "a.corridor.texts")
    with Log.new(str(tmp_path / "a.corridor"), title="x") as log:
        log.texts = None
        log.append([entry(1, body={"id": "r-1", "note": "the gate was sealed: by whom?"})])
        assert owners(log.rows()) == []
        log.append(keys.sealed([entry(2, body={"id": "r-2", "note": "first"})]))
        assert owners(log.rows()) == ["r-2"]


@given(st.dictionaries(st.sampled_from([*FREE, "body", "source"]), st.text(max_size=8), max_size=3))
def test_a_body_has_free_text_where_a_field_for_it_is_not_empty(body: dict[str, str]) -> None:
    """The quick look agrees with the slow one, whatever stands in the other fields."""
    written = canonical(body)
    if any(body.get(name) for name in FREE):
        assert texts._has_free(written)
    else:
        assert texts._has_free(written) == (texts._free_field(written) is not None)


def test_a_moment_is_written_alike_by_the_quick_way_and_the_slow_one() -> None:
    for micro in (0, 1, 999_999):
        for year in (1, 2016, 9999):
            moment = datetime(year, 12, 15, 14, 30, 1, micro, tzinfo=UTC)
            assert stamp(moment) == moment.isoformat(timespec="microseconds")[:26] + "Z"
            assert len(stamp(moment)) == len("2016-12-15T14:30:00.000000Z")
    there = datetime(2016, 12, 15, 14, 30, 1, 5, tzinfo=timezone(timedelta(hours=2)))
    assert stamp(there) == "2016-12-15T12:30:01.000005Z"
