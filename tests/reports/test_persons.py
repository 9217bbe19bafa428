"""Free text that looks as if it named a person is told so at both doors, and counts are not."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from corridor.cli import app
from corridor.log.log import Log
from corridor.reports.persons import warned, warnings
from tests.log.test_texts import report


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Dr Selim asked for a stretcher", "a title before a name"),
        ("السيد سليم ينتظر", "a title before a name"),
        ("a man named Selim", "a name"),
        ("write to someone@example.org", "an e-mail address"),
        ("call 0944 123 456 789", "a telephone or identity number"),
        ("a child born on 3 May", "a date of birth"),
        ("her passport is lost", "an identity paper"),
    ],
)
def test_what_looks_like_a_person_is_told(text: str, what: str) -> None:
    assert f"the text looks as if it held {what}: take it out" in warnings(text)


@pytest.mark.parametrize("text", ["1,050 people on 20 buses", "the bus left at 06:40", "السائق", ""])
def test_counts_and_times_are_no_person(text: str) -> None:
    assert warnings(text) == ()


def test_every_field_of_words_is_looked_at() -> None:
    assert warned(report("r-1", "", quote="Dr Selim waits"))
    assert warned(report("r-1", "", value="Dr Selim"))
    assert warned(report("r-1", "")) == ()
    assert warned(report("r-1", "", fact="position", value="36.16540, 37.12345")) == ()


def test_the_console_warns_and_records_all_the_same(tmp_path: Path) -> None:
    place, table = str(tmp_path / "a.corridor"), tmp_path / "r.jsonl"
    Log.new(place, title="x").close()
    from corridor.log.entry import canonical

    table.write_text(canonical(report("r-1", "Dr Selim waits")) + "\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["record", place, str(table)])
    assert done.exit_code == 0, done.output
    assert "r-1: the text looks as if it held a title before a name" in done.stderr
