"""The compiled wheel reads what the plain modules read, in less time."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
READ = """
import json, sys, time
from pathlib import Path
from corridor.reports.text import read_text, to_json_line, tokens
start = time.process_time()
lines = [to_json_line(c) for path in sorted(Path(sys.argv[1]).rglob("*.txt")) for c in read_text(path)]
print(json.dumps([tokens.__file__, time.process_time() - start, lines]))
"""


def _read(source: Path) -> tuple[str, float, list[str]]:
    environment = {**os.environ, "PYTHONPATH": str(source)}
    command = [sys.executable, "-c", READ, str(Path(__file__).parent / "corpus")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    where, took, lines = json.loads(done.stdout)
    return where, took, lines


@pytest.mark.hard
@pytest.mark.timeout(1800)
def test_the_compiled_reader_reads_the_same_in_less_time(tmp_path: Path) -> None:
    if not (shutil.which("cc") or shutil.which("gcc")):
        pytest.skip("no C compiler; apt-get install gcc brings one")
    wheel, installed = tmp_path / "wheel", tmp_path / "installed"
    environment = {**os.environ, "HATCH_BUILD_HOOK_ENABLE_CUSTOM": "1"}
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheel)]
    subprocess.run(build, cwd=ROOT, env=environment, capture_output=True, check=True)
    (made,) = wheel.glob("*.whl")
    assert "none-any" not in made.name
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(installed), str(made)], check=True
    )
    plain, compiled = _read(ROOT / "src"), _read(installed)
    assert plain[0].endswith(".py")
    assert compiled[0].endswith(".so")
    assert compiled[2] == plain[2]
    assert len(plain[2]) > 1000
    assert compiled[1] < 0.8 * plain[1]
