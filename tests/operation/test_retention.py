"""The retention clock: texts are kept as long as is said, no longer, and longer only where two decide."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corridor.cli import app
from corridor.errors import UsageError
from corridor.log.entry import now
from corridor.log.log import Log
from corridor.operation.known import entry_of
from corridor.operation.retention import CLOSED, IDLE, LONGEST, REOPENED, TERM, confirm, erase_due, propose, retention
from tests.operation.acting import say

WORDS = "she limped to the gate"
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)


class Hand:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = BEGIN

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def log(tmp_path: Path, hand: Hand) -> Log:
    made = Log.new(str(tmp_path / "a.corridor"), title="Test", clock=hand)
    # What an old operation says of its own time moves nothing.
    report = say("people_out", "aleppo", "gate", 40, id="told", note=WORDS)
    made.append([entry_of(report, actor="marshal", device="console", recorded=hand())])
    return made


def holds(log: Log, folder: Path) -> bool:
    """Whether the text can be read: opened by its key, or found in any file of the folder."""
    read = any(WORDS in row.body for row in log.readable())
    return read or any(WORDS.encode() in path.read_bytes() for path in folder.iterdir())


def test_texts_of_a_closed_operation_are_kept_for_its_term_and_no_longer(log: Log, hand: Hand, tmp_path: Path) -> None:
    hand.at += timedelta(days=2)
    log.write("decision", CLOSED, {"reason": "all are out"}, actor="coordinator", device="console")
    closed = hand.at
    found = retention(log)
    assert (found.rule, found.due, found.texts) == ("closed", closed + TERM, 2)
    hand.at = closed + TERM - timedelta(seconds=1)
    assert erase_due(log) == 0
    assert holds(log, tmp_path)
    hand.at = closed + TERM
    assert retention(log).over
    assert erase_due(log) == 2
    assert not holds(log, tmp_path)
    assert retention(log).texts == 0
    # The act stands in the log, and neither the chain nor a count has changed.
    acts = [row for row in log.rows() if row.name == "erase"]
    assert [row.actor for row in acts] == ["retention clock"]
    assert log.verify().sound
    assert erase_due(log) == 0
    assert len([row for row in log.rows() if row.name == "erase"]) == 1


def test_an_operation_that_nobody_closes_is_not_kept_for_ever(log: Log, hand: Hand) -> None:
    assert retention(log).due == BEGIN + IDLE
    hand.at += timedelta(days=10)
    log.append([entry_of(say("halt", "aleppo", "gate", "x"), actor="marshal", device="console", recorded=hand())])
    assert retention(log).due == hand.at + IDLE
    hand.at += IDLE
    assert erase_due(log) == 1


def test_a_closed_operation_that_is_opened_again_is_open(log: Log, hand: Hand) -> None:
    log.write("decision", CLOSED, {"reason": "x"}, actor="coordinator", device="console")
    hand.at += timedelta(days=1)
    log.write("decision", REOPENED, {"reason": "x"}, actor="coordinator", device="console")
    assert retention(log).rule == "idle"
    assert retention(log).due == hand.at + IDLE


def test_two_extend_it_and_one_alone_does_not(log: Log, hand: Hand) -> None:
    log.write("decision", CLOSED, {"reason": "x"}, actor="coordinator", device="console")
    until = BEGIN + timedelta(days=60)
    proposal = propose(log, until, by="coordinator-1", reason="an inquiry")
    with pytest.raises(UsageError, match="second person"):
        confirm(log, proposal.id, by="coordinator-1", reason="me again")
    # Who writes past the doors, by one hand, extends nothing either.
    log.write("decision", "retention extended", {"proposal": proposal.id}, actor="coordinator-1", device="console")
    assert retention(log).rule == "closed"
    proposal = propose(log, until, by="coordinator-1", reason="an inquiry")
    confirm(log, proposal.id, by="coordinator-2", reason="seen")
    assert (retention(log).rule, retention(log).due) == ("extended", until)
    hand.at = BEGIN + TERM
    assert erase_due(log) == 0
    hand.at = until
    assert erase_due(log) > 0


def test_nobody_extends_it_for_ever(log: Log, hand: Hand) -> None:
    for until in (hand.at, hand.at + LONGEST + timedelta(seconds=1)):
        with pytest.raises(UsageError, match="end of retention"):
            propose(log, until, by="coordinator", reason="x")


def test_the_verb_says_what_is_kept_and_erases_what_is_due(tmp_path: Path) -> None:
    place = str(tmp_path / "b.corridor")
    long_ago = now() - IDLE - timedelta(days=1)
    with Log.new(place, title="Test", clock=lambda: long_ago) as log:
        report = say("people_out", "aleppo", "gate", 40, id="told", note=WORDS)
        log.append([entry_of(report, actor="marshal", device="console", recorded=long_ago)])
    run = CliRunner().invoke
    kept = run(app, ["log", "retain", place])
    assert kept.exit_code == 1
    assert "1 free texts" in kept.output
    alone = run(app, ["log", "retain", place, "--extend-until", "2026-01-01T00:00Z", "--reason", "x"])
    assert alone.exit_code != 0
    done = run(app, ["log", "retain", place, "--erase"])
    assert (done.exit_code, "1 erased" in done.output) == (0, True)
    assert run(app, ["log", "retain", place]).exit_code == 0
    with Log.new(str(tmp_path / "c.corridor"), title="Test"):
        pass
    young = run(app, ["log", "retain", str(tmp_path / "c.corridor"), "--erase"])
    assert "nothing was erased" in young.output
