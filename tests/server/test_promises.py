"""The pages that promise: every section of the standard has a test or a reason, and no field holds a person."""

from __future__ import annotations

import csv
import inspect
import re
from pathlib import Path

import msgspec

from corridor.publishing import redact
from corridor.server import answers, bodies
from corridor.server.cabinet import _TABLES
from tests.docs.test_practice import PERSONAL

ROOT = Path(__file__).parents[2]


def rows() -> list[dict[str, str]]:
    with (ROOT / "security" / "asvs.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def wrong(row: dict[str, str]) -> str:
    """Return what is wrong with a row, or an empty text."""
    if None in row or row["applies"] not in ("yes", "no") or not row["how"]:
        return "a column is missing"
    if row["applies"] == "no":
        return "a test of what does not apply" if row["test"] else ""
    file, _, name = row["test"].partition("::")
    path = ROOT / file
    if not name or not path.is_file():
        return "no test"
    return "" if f"def {name}(" in path.read_text(encoding="utf-8") else "the test does not exist"


def test_every_section_has_a_test_or_a_reason() -> None:
    found = {row["section"]: wrong(row) for row in rows()}
    assert not {name: why for name, why in found.items() if why}
    chapters = {name.partition(".")[0] for name in found}
    assert chapters == {f"V{number}" for number in range(1, 18)}
    assert len(found) == len(rows())


def test_a_row_without_test_or_reason_is_found() -> None:
    row = rows()[0]
    assert wrong(row | {"how": ""})
    assert wrong(row | {"test": ""})
    assert wrong(row | {"test": row["test"] + "_not"})
    assert wrong(row | {"applies": "later"})


def test_no_field_of_the_interface_holds_a_person() -> None:
    kinds = [
        kind
        for module in (bodies, answers, redact)
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, msgspec.Struct) and kind.__module__ == module.__name__
    ]
    assert len(kinds) > 80
    for kind in kinds:
        for field in msgspec.structs.fields(kind):
            assert not PERSONAL.search(field.name), (kind, field.name)
            # What kind of entry it is: "report", "adopt", "denied".
            allowed = {"name"} if kind in (bodies.Page, answers.Shown) else set()
            assert field.name not in {"name", "email", "age", "sex"} - allowed, (kind, field.name)
    for table in _TABLES:
        columns = re.findall(r"(\w+) (?:TEXT|BIGINT|DOUBLE|BYTEA)", table)
        assert not [column for column in columns if PERSONAL.search(column)]
