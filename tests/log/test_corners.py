"""Corners of the log that no larger test walks into: an export that was edited, a key file that cannot be replaced."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from corridor.errors import UsageError
from corridor.log.log import Log
from corridor.log.places import texts_place
from corridor.log.texts import TextKeys
from corridor.log.transfer import first, read_line, write_line
from corridor.log.vault import Sealing, opened
from corridor.operation.operation import Operation
from tests.log.making import entry
from tests.log.test_texts import WORDS, report


def _log(tmp_path: Path) -> Log:
    log = Log.new(str(tmp_path / "a.corridor"), title="x")
    log.append([entry(n) for n in range(1, 4)])
    return log


def test_a_line_that_is_not_written_as_the_log_writes_it_is_no_row(tmp_path: Path) -> None:
    with _log(tmp_path) as log:
        raw = write_line(next(log.rows()))
        assert write_line(read_line(raw)) == raw
        with pytest.raises(ValueError, match="not written as the log writes it"):
            read_line(raw.replace(b'":', b'": ', 1))


def test_what_is_written_meanwhile_is_left_for_the_next_copy(tmp_path: Path) -> None:
    with _log(tmp_path) as log:
        rows = list(log.rows())
        assert list(first(rows, 2)) == rows[:2]
        assert list(first(rows[2:], 2)) == []
        assert list(first(rows, 99)) == rows


def test_an_encrypted_file_is_ended_once_and_only_written() -> None:
    below = io.BytesIO()
    file = Sealing(below, b"correct horse battery staple")
    assert file.writable()
    file.write(b"twelve boarded")
    file.close()
    ended = below.getvalue()
    file.close()
    assert below.getvalue() == ended
    assert opened(io.BytesIO(ended), b"correct horse battery staple", "x").read() == b"twelve boarded"


def test_the_keys_of_texts_in_a_database_lie_in_a_schema_beside_its_own() -> None:
    assert texts_place("postgresql://host/base#aleppo") == "the schema aleppo_texts"
    assert texts_place("postgresql://host/base") == "the schema corridor_texts"


def test_a_text_that_was_never_sealed_is_opened_as_it_is(tmp_path: Path) -> None:
    with Log.new(str(tmp_path / "a.corridor"), title="x") as log:
        log.texts = None  # as logs were written before texts were sealed
        Operation(log).report([report("r-1")], actor="m", device="p")
    with Log.open(str(tmp_path / "a.corridor")) as log:
        assert [one.note for one in Operation(log).known().reports] == [WORDS]


def test_a_damaged_line_of_the_key_file_is_named_and_half_a_line_is_not(tmp_path: Path) -> None:
    with Log.new(str(tmp_path / "a.corridor"), title="x") as log:
        Operation(log).report([report("r-1")], actor="m", device="p")
        assert log.texts is not None
        path = log.texts.path
    sound = path.read_bytes()
    path.write_bytes(sound + b'{"id":"half')
    assert TextKeys(path).erasures() == 0
    path.write_bytes(b'{"id":5}\n' + sound)
    with pytest.raises(UsageError, match="line 1 is no key"):
        TextKeys(path).erasures()


def test_a_key_file_that_cannot_be_replaced_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Log.new(str(tmp_path / "a.corridor"), title="x") as log:
        operation = Operation(log)
        operation.report([report("r-1")], actor="m", device="p")
        operation.withdraw("r-1", by="duty officer", reason="a reason that is long")
        assert log.texts is not None
        before = log.texts.path.read_bytes()
        names = {path.name for path in tmp_path.iterdir()}

        def refuses(self: Path, target: Path) -> Path:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Path, "replace", refuses)
        texts = {"r-1": {"note": WORDS}}
        with pytest.raises(OSError, match="No space"):
            log.texts._take_away(None, list(texts))
        assert log.texts.path.read_bytes() == before
        assert {path.name for path in tmp_path.iterdir()} == names
