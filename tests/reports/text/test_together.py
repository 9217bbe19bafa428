"""A long text is read by several processes: the same claims as one, in a bounded memory."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from corridor.reports.text import read_text, together
from corridor.reports.text.paragraph import Setting, read_paragraph

CORPUS = Path(__file__).parent / "corpus"


@pytest.fixture
def text() -> str:
    return "\n\n".join(path.read_text(encoding="utf-8") for path in sorted((CORPUS / "fr").glob("*.txt"))[:6])


def test_several_processes_find_what_one_finds(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = read_text(text, doc="t", sites=["foua"])
    monkeypatch.setattr(together, "processes", lambda _: 2)
    monkeypatch.setattr(together, "BATCH", 700)
    read_paragraph.cache_clear()
    assert read_text(text, doc="t", sites=["foua"]) == alone
    # The paragraphs were read elsewhere: nothing of them is kept here.
    assert read_paragraph.cache_info().currsize == 0


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
