"""The rigs that kill servers, small; larger by `make rig NAME=...`. Those that fork have a process of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rigs import kill_two

ROOT = Path(__file__).parents[2]


def killed(count: int) -> dict[str, float]:
    words = [sys.executable, "-m", "tests.rigs", "kill_server", str(count), "--seed", "1"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_a_killed_server_loses_and_doubles_nothing() -> None:
    assert killed(6)["acknowledged"] > 20


def test_clients_of_a_killed_server_go_on_at_the_other() -> None:
    found = kill_two.check(2, seed=1)
    if not found["kills"]:
        pytest.skip("PostgreSQL is not installed: apt install postgresql")
    assert found["acknowledged"] > 20
    assert found["moves of streams"] > 2
    with pytest.raises(AssertionError, match="entries missed by the streams"):
        kill_two.check(1, seed=1, forgetful=True)
