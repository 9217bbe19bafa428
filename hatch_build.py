"""Compile the reader's rules into the wheel: `HATCH_BUILD_HOOK_ENABLE_CUSTOM=1 pip install .` with a C compiler.

The source tree stays as it is: mypyc works on a copy, and only what it made goes into the wheel. A wheel without it
holds the same modules as plain Python and reads the same, more slowly (`benchmarks/reader_speed.py` says by how much).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

READER = "corridor/reports/text"
# What runs once a text, and what forks or is handed to others, stays plain.
PLAIN = ("__init__", "accept", "clean", "extractors", "marked", "offices", "read", "together", "unwatched")


class CompiledReader(BuildHookInterface[Any]):
    """Add the compiled modules to the wheel, which is then one for this platform and Python."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile a copy; raises RuntimeError, with the compiler's last words, where that fails."""
        if version == "editable":
            return
        self._work = tempfile.mkdtemp(prefix="corridor-")
        copy = Path(self._work) / "src"
        shutil.copytree(Path(self.root) / "src" / "corridor", copy / "corridor", ignore=shutil.ignore_patterns("*.so"))
        shutil.copy(Path(self.root) / "pyproject.toml", self._work)
        for module in _compiled(copy):
            build_data["force_include"][str(module)] = str(module.relative_to(copy))
        build_data["pure_python"] = False
        build_data["infer_tag"] = True

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Remove the copy."""
        if version != "editable":
            shutil.rmtree(self._work, ignore_errors=True)


def _compiled(copy: Path) -> list[Path]:
    modules = [path for path in sorted((copy / READER).glob("*.py")) if path.stem not in PLAIN]
    names = [str(module.relative_to(copy)) for module in modules]
    found = {"PYTHONPATH": str(copy), "MYPYPATH": str(copy), "MYPYC_OPT_LEVEL": "3", "MYPYC_DEBUG_LEVEL": "0"}
    run = subprocess.run(
        [sys.executable, "-m", "mypyc", "--config-file", "../pyproject.toml", *names],
        cwd=copy,
        env={**os.environ, **found},
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise RuntimeError("the reader could not be compiled:\n" + (run.stdout + run.stderr)[-2000:])
    return [path for path in copy.rglob("*.so") if "build" not in path.relative_to(copy).parts]
