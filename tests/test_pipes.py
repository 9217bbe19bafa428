"""A reader of our output that has gone is no failure."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_a_reader_that_has_gone_is_no_failure() -> None:
    corridor = Path(sys.executable).with_name("corridor")
    for streams in ("", "2>&1"):
        script = f"{corridor} assess --json examples/aleppo-2016/reports.csv {streams} | true; exit ${{PIPESTATUS[0]}}"
        done = subprocess.run(["bash", "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
