"""The rig that kills the server, small; larger by `make rig NAME=kill_server`. In a process of its own: it forks."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def killed(count: int) -> dict[str, float]:
    words = [sys.executable, "-m", "tests.rigs", "kill_server", str(count), "--seed", "1"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_a_killed_server_loses_and_doubles_nothing() -> None:
    assert killed(6)["acknowledged"] > 20
