"""The founding case: its page is up to date and every test that it names exists."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("founding_case", ROOT / "docs" / "founding_case.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date() -> None:
    case = generator()
    page = case.PAGE.read_text(encoding="utf-8")
    assert case.render(page) == page, "run: python docs/founding_case.py"


def test_enough_statements_each_with_all_its_cells() -> None:
    rows = generator().rows()
    assert len(rows) >= 35
    assert len({row["id"] for row in rows}) == len(rows)
    assert {row["story"] for row in rows} == {"A1", "A2"}
    for row in rows:
        assert all(row[name] for name in ("statement", "object", "command", "test")), row["id"]
        assert row["command"].startswith("corridor "), row["id"]


def test_every_named_test_exists() -> None:
    for row in generator().rows():
        path, _, name = row["test"].partition("::")
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, row["id"]


def test_every_test_of_a_story_is_named() -> None:
    named = {row["test"].rpartition("::")[2] for row in generator().rows()}
    tree = ast.parse((ROOT / "tests/examples/test_aleppo_reports.py").read_text(encoding="utf-8"))
    tests = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert {name for name in tests if name.startswith(("test_a1_", "test_a2_"))} <= named
