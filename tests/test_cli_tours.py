"""The planner alone on the command line: an instance in, tours out, checked again by another verb."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest
from typer.testing import CliRunner

from corridor.cli import app
from corridor.errors import InputError

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


def on_a_terminal(arguments: list[str], folder: Path) -> tuple[str, str]:
    """Run the command with standard error on a pseudo-terminal; return what came on it and on standard output."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "corridor.cli", *arguments]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=theirs) as child:
        os.close(theirs)
        seen = b""
        while True:
            try:
                part = os.read(ours, 65_536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            seen += part
        assert child.stdout is not None
        out = child.stdout.read()
    os.close(ours)
    assert child.returncode == 0, seen
    return seen.decode(), out.decode()


def test_a_terminal_shows_the_live_table(instance: Path, tmp_path: Path) -> None:
    seen, _ = on_a_terminal(["plan", str(instance), "--time-limit", "5", "-o", "plan.json"], tmp_path)
    lines = seen.replace("\r", "").splitlines()
    assert lines[0].split() == ["seconds", "best", "flow", "route", "gap", "stage"]
    rows = [line.split() for line in lines[1:] if line.split()[4:5] and line.split()[4].endswith("%")]
    assert rows
    seconds = [float(row[0]) for row in rows]
    assert seconds == sorted(seconds)
    plan = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    assert int(rows[-1][1].replace(",", "")) == plan["clearance_minutes"]


def test_with_json_a_terminal_shows_nothing_of_it(instance: Path, tmp_path: Path) -> None:
    seen, out = on_a_terminal(["plan", str(instance), "--time-limit", "5", "--json"], tmp_path)
    assert seen == ""
    assert json.loads(out)["status"] == "optimal"


def test_without_a_terminal_there_is_no_table(instance: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "corridor.cli", "plan", str(instance), "--time-limit", "5", "-o", "plan.json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "stage" not in done.stdout + done.stderr


def test_toml_goes_through_the_same_door(tmp_path: Path) -> None:
    minutes = cast("dict[str, object]", INSTANCE["minutes"])
    lines = [f"{name} = {json.dumps(INSTANCE[name])}" for name in ("format", "buses", "loads", "capacity")]
    lines += ["[minutes]", *(f"{name} = {json.dumps(table)}" for name, table in minutes.items())]
    (tmp_path / "instance.toml").write_text("\n".join(lines), encoding="utf-8")
    run, made = CliRunner(), tmp_path / "plan.json"
    assert run.invoke(app, ["plan", str(tmp_path / "instance.toml"), "-o", str(made)]).exit_code == 0
    assert run.invoke(app, ["verify", str(made), "--instance", str(tmp_path / "instance.toml")]).exit_code == 0


@pytest.mark.parametrize(
    ("broken", "said"), [(('"loads": [4', '"loads": [NaN'), "NaN is not a number"), (("]}}", ""), "not JSON")]
)
def test_a_broken_instance_is_told_as_an_instance(instance: Path, broken: tuple[str, str], said: str) -> None:
    instance.write_text(instance.read_text(encoding="utf-8").replace(*broken), encoding="utf-8")
    refused = CliRunner().invoke(app, ["plan", str(instance)])
    assert isinstance(refused.exception, InputError)
    assert said in str(refused.exception)
    assert "situation" not in str(refused.exception)
