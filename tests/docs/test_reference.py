"""The reference is up to date, and no public name, verb, fact or rule lacks its heading."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

import corridor
from corridor.planning.verify import RULES
from corridor.reports.vocabulary import facts, groups
from corridor.situation.check.registry import CHECKS
from corridor.situation.pool import standard_pooling
from docs.generate import ARROWS, COMBINES, verbs, write_reference
from docs.pages import ROOT
from tests import worlds

REFERENCE = ROOT / "docs" / "reference"


def without_heading(names: Iterable[str], page: str) -> list[str]:
    headings = set(re.findall(r"^#{2,3} (.+)$", page, re.MULTILINE))
    return [name for name in names if name not in headings]


def read(name: str) -> str:
    return (REFERENCE / name).read_text("utf-8")


def test_the_reference_is_up_to_date(tmp_path: Path) -> None:
    write_reference(tmp_path)
    made = {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()}
    kept = {path.name: path.read_text("utf-8") for path in REFERENCE.iterdir()}
    assert made == kept, "run: make docs"


def test_every_public_name_has_a_heading() -> None:
    assert without_heading(corridor.__all__, read("python.md")) == []


def test_every_verb_has_a_heading() -> None:
    assert without_heading(verbs(), read("verbs.md")) == []
    assert set(ARROWS) == set(verbs())


def test_every_fact_has_a_heading() -> None:
    assert without_heading(facts(), read("facts.md")) == []
    assert {fact.combines for fact in facts().values()} <= set(COMBINES)
    assert all(f"`{group}`" in read("facts.md") for group in groups())


def test_every_rule_and_check_has_a_heading_and_a_sentence() -> None:
    assert without_heading([*RULES, *CHECKS], read("rules.md")) == []
    assert all((rule.__doc__ or "").strip() for rule in [*RULES.values(), *CHECKS.values()])


def test_every_width_and_weight_stands_in_the_reference() -> None:
    assert all(f"`{key}`" in read("pooling.md") for key in standard_pooling().settings)


def test_a_name_without_a_heading_is_seen() -> None:
    assert without_heading(["plan", "teleport"], "# Python\n\n## plan\n\nteleport\n") == ["teleport"]


def test_every_public_name_and_verb_says_what_it_is() -> None:
    for name in corridor.__all__:
        value = getattr(corridor, name)
        assert isinstance(value, str) or (value.__doc__ or "").strip(), name
    assert all(verbs().values())


def test_the_schema_names_every_field_of_a_situation() -> None:
    schema = json.loads(read("situation.schema.json"))
    fields = json.loads(worlds.aleppo_small().to_json())
    assert set(fields) <= set(schema["$defs"]["Situation"]["properties"])
