"""A long text is read by several processes: the same claims as one, in a bounded memory."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from corridor.reports.report import Candidate
from corridor.reports.text import read_text, together
from corridor.reports.text.paragraph import Setting, read_paragraph

CORPUS = Path(__file__).parent / "corpus"


@pytest.fixture
def text() -> str:
    return "\n\n".join(path.read_text(encoding="utf-8") for path in sorted((CORPUS / "fr").glob("*.txt"))[:6])


@pytest.fixture
def alone(text: str, monkeypatch: pytest.MonkeyPatch) -> list[Candidate]:
    """What one process finds; from here on, two share small batches."""
    found = read_text(text, doc="t", sites=["foua"])
    monkeypatch.setattr(together, "processes", lambda _: 2)
    monkeypatch.setattr(together, "BATCH", 700)
    read_paragraph.cache_clear()
    return found


def test_several_processes_find_what_one_finds(text: str, alone: list[Candidate]) -> None:
    assert read_text(text, doc="t", sites=["foua"]) == alone


def test_what_a_helper_reads_is_what_one_process_finds(
    text: str, alone: list[Candidate], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, take = os.getpid(), together._take
    monkeypatch.setattr(together, "_take", lambda numbers: 0 if os.getpid() == here else take(numbers))
    assert read_text(text, doc="t", sites=["foua"]) == alone
    # All but the first batch was read elsewhere: nothing of it is kept here.
    assert 0 < read_paragraph.cache_info().currsize < 10


def test_a_helper_that_dies_leaves_its_batch_to_the_others(
    text: str, alone: list[Candidate], monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(numbers: int, *_: object) -> None:
        together._take(numbers)
        os._exit(1)

    monkeypatch.setattr(together, "_help", die)
    assert read_text(text, doc="t", sites=["foua"]) == alone


def test_a_short_text_and_a_program_of_several_threads_ask_nobody() -> None:
    assert together.processes(together.LONG - 1) == 1
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        assert together.processes(together.LONG) == 1
    finally:
        stop.set()
        thread.join()


def test_batches_keep_every_paragraph_in_order() -> None:
    parts = [f"{n} bus sont partis. " * n for n in range(1, 40)]
    assert [part for batch in together._batches(parts) for part in batch] == parts
    setting = Setting("fr", datetime(2020, 1, 1, tzinfo=UTC), ())
    assert list(together.paragraphs(parts, setting)) == [read_paragraph(part, setting) for part in parts]
