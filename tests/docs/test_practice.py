"""The two pages of promises: every rule has its row, every test they name exists, and the schema holds no person."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from corridor.log.entry import Entry
from corridor.operation.checklist import items
from corridor.reports.report import Candidate, Report
from corridor.reports.vocabulary import facts, faults, groups
from tests.rigs.__main__ import RIGS

ROOT = Path(__file__).parents[2]
PERSONAL = re.compile(
    r"person|first_?name|surname|birth|passport|national|phone|photo|finger|biometric|relig|sect|ethnic|tribe|party_of|gender_of"
)


def test_every_rule_of_practice_has_its_row() -> None:
    text = (ROOT / "docs" / "practice.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (PR\d+) \|", text, flags=re.MULTILINE)
    assert rows == [f"PR{n}" for n in range(1, 33)]


def test_every_test_and_rig_named_exists() -> None:
    tests = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")}
    for page in ("practice.md", "reliability.md", "threats.md", "dpia.md"):
        text = (ROOT / "docs" / page).read_text(encoding="utf-8")
        for line in text.splitlines():
            current = ""
            for file, name in re.findall(r"`(?:tests/)?(?:\w+/)?(test_\w+\.py)?(?:::(\w+))?`", line):
                current = file or current
                if current:
                    assert current in tests, (page, current)
                if name:
                    assert f"def {name}(" in tests[current], (page, current, name)
        for rig in re.findall(r"NAME=(\w+)", text):
            assert rig in RIGS, rig


def test_no_field_holds_a_person() -> None:
    for kind in (Report, Candidate, Entry):
        for field in msgspec.structs.fields(kind):
            assert not PERSONAL.search(field.name), field.name
    for word in (*facts(), *groups()):
        assert not PERSONAL.search(word), word


def test_a_telephone_number_is_refused() -> None:
    moment = datetime(2016, 12, 15, tzinfo=UTC)
    report = Report(
        id="a",
        source="x",
        fact="halt",
        about="a",
        place="b",
        observed=moment,
        received=moment,
        value="shut",
        note="call 0944 123 456 78",
    )
    assert any(column == "note" for column, _, _ in faults(report))


def test_notification_is_no_request() -> None:
    assert "asks no permission and gives no guarantee" in items()["notified"].label_en


def test_every_rule_of_the_checklist_is_a_rule_of_practice() -> None:
    for item in items().values():
        assert re.fullmatch(r"PR([1-9]|[12]\d|3[0-2])", item.rule)
        assert all(item.label(lang) for lang in ("en", "fr", "ar"))
        assert len({item.label(lang) for lang in ("en", "fr", "ar")}) == 3
