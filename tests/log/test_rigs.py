"""The rigs that break the log on purpose: small here, at their full size by `make test-hard`, larger by `make soak`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.rigs import clocks, faults, kill, kill_postgres, phones, power, simulation, tamper
from tests.rigs.__main__ import RIGS

ROOT = Path(__file__).parents[2]


def test_nothing_acknowledged_is_lost_to_a_power_cut_and_the_control_loses() -> None:
    found = power.check(120, seed=1)
    assert found["acknowledged"] > 1000


def test_every_nth_fault_of_the_disk_is_met_and_survived() -> None:
    found = faults.check(9)
    assert found["error once"] > 60


def test_a_killed_writer_loses_nothing() -> None:
    assert kill.check(25, seed=1)["acknowledged"] > 0


def test_a_killed_server_loses_nothing_and_its_writers_come_back() -> None:
    if not kill_postgres.check(2, seed=1)["kills"]:
        pytest.skip("PostgreSQL is not installed: apt install postgresql")


def test_phones_and_log_hold_the_same_whatever_happens_between() -> None:
    phones.check(60, 1)


def test_the_whole_system_keeps_its_promises_and_a_seed_gives_one_log() -> None:
    found = simulation.check(30, seed=1)
    assert found["crashes"] > 20  # type: ignore[operator]


def test_every_tampering_is_found() -> None:
    assert tamper.check(200, seed=1)["all found"] > 190


def test_damaged_files_are_read_or_refused() -> None:
    """In a process of its own: the rig bounds the memory of its process, and this one has run other tests."""
    words = [sys.executable, "-m", "tests.rigs", "readers", "25", "--seed", "1"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_clocks_may_jump() -> None:
    clocks.check(10, seed=1)


@pytest.mark.hard
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", RIGS)
def test_the_rig_at_its_full_size(name: str) -> None:
    import importlib

    importlib.import_module(f"tests.rigs.{name}").check(RIGS[name][0], 7)
