"""The planner alone on the command line: an instance in, tours out, checked again by another verb."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corridor.cli import app

INSTANCE = {
    "format": "corridor-instance/1",
    "buses": [3, 5],
    "loads": [4, 9, 2],
    "capacity": [8, 10],
    "minutes": {
        "depot_pickup": [[5, 6, 7], [8, 3, 9]],
        "pickup_reception": [[20, 30], [25, 15], [40, 10]],
        "reception_pickup": [[18, 22, 37], [28, 14, 9]],
    },
}


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    path = tmp_path / "instance.json"
    path.write_text(json.dumps(INSTANCE), encoding="utf-8")
    return path


def test_an_instance_is_planned_and_its_plan_verified(instance: Path, tmp_path: Path) -> None:
    made = tmp_path / "plan.json"
    run = CliRunner()
    options = ["plan", str(instance), "--time-limit", "5", "--seed", "1", "-o", str(made), "--json"]
    assert run.invoke(app, options).exit_code == 0
    plan = json.loads(made.read_text(encoding="utf-8"))
    assert plan["clearance_minutes"] == max(tour["minutes"] for tour in plan["tours"])
    assert sum(len(tour["stops"]) for tour in plan["tours"]) == 15
    assert set(plan) >= {"tours", "clearance_minutes", "bounds", "gap", "status", "seconds"}
    assert run.invoke(app, ["verify", str(made), "--instance", str(instance)]).exit_code == 0


def test_a_plan_that_lies_about_its_minutes_is_found(instance: Path, tmp_path: Path) -> None:
    made = tmp_path / "plan.json"
    run = CliRunner()
    assert run.invoke(app, ["plan", str(instance), "--time-limit", "5", "-o", str(made)]).exit_code == 0
    plan = json.loads(made.read_text(encoding="utf-8"))
    plan["tours"][0]["minutes"] -= 1
    made.write_text(json.dumps(plan), encoding="utf-8")
    assert run.invoke(app, ["verify", str(made), "--instance", str(instance)]).exit_code == 1


@pytest.mark.parametrize(
    "change",
    [{"buses": [0, 0]}, {"capacity": [0, 3]}, {"loads": [-1, 2, 2]}, {"minutes": {}}],
)
def test_an_instance_that_cannot_be_is_one_message(instance: Path, tmp_path: Path, change: dict[str, object]) -> None:
    instance.write_text(json.dumps(INSTANCE | change), encoding="utf-8")
    made = tmp_path / "plan.json"
    answer = CliRunner().invoke(app, ["plan", str(instance), "-o", str(made)])
    assert answer.exit_code != 0
    assert not made.exists()
