"""An interrupt at any moment leaves a verified plan, at both doors of `corridor plan` and in the library."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corridor import terminal
from corridor.cli import app
from corridor.planning.plan import Plan
from corridor.planning.solve import plan
from corridor.planning.tours.check_tours import check_tours
from corridor.planning.tours.generator import generate
from corridor.planning.tours.solve import solve
from corridor.planning.tours.tour_plan import TourPlan
from corridor.planning.verify import verify
from tests.worlds import WORLDS

# The command, which says a word on its standard error at the first plan, so that the test knows when to press.
SCRIPT = """
import sys
from corridor import cli, cli_tours
class Say:
    def __call__(self, progress):
        print("planning", file=sys.stderr, flush=True)
cli_tours._table = Say
sys.stderr.isatty = lambda: True
sys.argv = ["corridor", *sys.argv[1:]]
cli.main()
"""


def instance_file(folder: Path, size: str) -> Path:
    problem = generate(size, 1)
    tables = ("depot_pickup", "pickup_reception", "reception_pickup")
    value = {
        "format": "corridor-instance/1",
        "buses": problem.buses.tolist(),
        "loads": problem.loads.tolist(),
        "capacity": problem.capacity.tolist(),
        "minutes": {name: getattr(problem, name).tolist() for name in tables},
    }
    path = folder / f"{size}.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


@pytest.mark.parametrize("size", ["tiny6", "short120", "med400"])
def test_a_stop_at_any_step_leaves_checked_tours(size):
    problem = generate(size, 3)
    for after in (1, 2, 3, 5, 8, 13, 21, 34, 55):
        asked: list[int] = []

        def stop(asked: list[int] = asked, after: int = after) -> bool:
            asked.append(1)
            return len(asked) >= after

        made = solve(problem, time_limit=None, iterations=80, stop=stop)
        assert check_tours(problem, made) == []
        assert made.status == ("optimal" if made.gap == 0 else "interrupted" if len(asked) >= after else "feasible")


def test_an_interrupt_at_every_report_of_progress_leaves_checked_tours():
    problem = generate("short120", 2)
    after = 0
    while True:
        after += 1
        seen: list[int] = []

        def press(_progress, seen: list[int] = seen, after: int = after) -> None:
            seen.append(1)
            if len(seen) == after:
                raise KeyboardInterrupt

        made = solve(problem, time_limit=None, iterations=60, on_progress=press)
        assert check_tours(problem, made) == []
        if len(seen) < after:
            break
        assert made.status in {"interrupted", "optimal"}
    assert after > 5


@pytest.mark.parametrize("after", [0.0, 0.4, 1.5])
def test_ctrl_c_on_the_command_line_writes_the_best_tours(tmp_path, after):
    instance, made = instance_file(tmp_path, "med2000"), tmp_path / "plan.json"
    run = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, "plan", str(instance), "--time-limit", "250", "-o", str(made)],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    assert run.stderr is not None
    while "planning" not in run.stderr.readline():
        assert run.poll() is None
    try:
        run.wait(timeout=after or 0.01)
    except subprocess.TimeoutExpired:
        run.send_signal(signal.SIGINT)
    _, said = run.communicate(timeout=200)
    assert run.returncode == 130, said
    assert "interrupted: this is the best so far" in said
    tours = TourPlan.from_json(made.read_bytes())
    assert tours.status == "interrupted"
    assert check_tours(generate("med2000", 1), tours) == []


def test_a_situation_keeps_its_best_plan_when_stopped_at_any_try():
    reached = 0
    for name, make in WORLDS.items():
        for after in (1, 2, 3, 6):
            asked: list[int] = []

            def stop(asked: list[int] = asked, after: int = after) -> bool:
                asked.append(1)
                return len(asked) >= after

            made = plan(make(), time_limit=60, stop=stop)
            assert verify(made) == [], name
            reached += made.status == "interrupted"
    assert reached


def test_an_interrupt_in_a_report_of_progress_keeps_the_best_plan():
    def press(_operation: str, _done: int, _total: int) -> None:
        raise KeyboardInterrupt

    statuses = set()
    for make in WORLDS.values():
        made = plan(make(), time_limit=60, progress=press)
        assert verify(made) == []
        statuses.add(made.status)
    assert "interrupted" in statuses


def test_an_interrupted_situation_ends_with_130_and_its_plan(tmp_path, monkeypatch):
    made = next(
        (make() for make in WORLDS.values() if plan(make(), time_limit=60, stop=lambda: True).status == "interrupted"),
        None,
    )
    assert made is not None
    path, out = tmp_path / "situation.json", tmp_path / "plan.json"
    path.write_bytes(made.to_json())
    whole = terminal.first_interrupt

    class Pressed:
        def __enter__(self) -> list[int]:
            self.within = whole()
            pressed = self.within.__enter__()
            signal.raise_signal(signal.SIGINT)
            assert pressed == [signal.SIGINT]
            return pressed

        def __exit__(self, *what: object) -> None:
            self.within.__exit__(None, None, None)

    monkeypatch.setattr("corridor.cli.first_interrupt", Pressed)
    answer = CliRunner().invoke(app, ["plan", str(path), "-o", str(out)])
    assert answer.exit_code == 130
    assert verify(Plan.from_json(out.read_bytes())) == []


def test_the_second_press_ends_at_once():
    with terminal.first_interrupt() as pressed:
        signal.raise_signal(signal.SIGINT)
        assert pressed
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
