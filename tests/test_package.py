"""The package: quick to start, whole in its wheel, at home without a network, and clean of addresses."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# What the help must not wait for: each of these takes between a tenth of a second and two seconds to import.
HEAVY = ("numpy", "numba", "llvmlite", "scipy", "ortools", "openpyxl", "pandas", "starlette", "uvicorn", "argon2")
IN_THE_WHEEL = (
    "corridor/examples/aleppo-2016/reports.csv",
    "corridor/reports/facts.csv",
    "corridor/reports/groups.csv",
    "corridor/situation/pooling.csv",
    "corridor/forecasting/disruption.csv",
    "corridor/publishing/page.css",
    "corridor/publishing/catalogue/en.json",
    "corridor/publishing/catalogue/fr.json",
    "corridor/publishing/catalogue/release.ar.json",
    "corridor/publishing/release/levels.csv",
    "corridor/publishing/standards/realtime.csv",
    "corridor/publishing/sitrep.css",
    "corridor/server/console/static/base.css",
    "corridor/server/console/static/field.js",
    "corridor/server/console/static/field-worker.js",
    "corridor/server/console/catalogue/field.csv",
    "corridor/server/console/catalogue/frame.csv",
    "corridor/py.typed",
)
PACKAGES = "src/corridor/server/console/packages"
# Written in parts, so that this file is not itself a finding.
FORBIDDEN = tuple(
    "".join(parts)
    for parts in (
        ("pypi", ".org"),
        ("files.python", "hosted"),
        ("registry.npm", "js"),
        ("registry.yarn", "pkg"),
        ("deb.deb", "ian.org"),
        ("proxy.gol", "ang"),
        ("/wo", "rk/"),
        ("/ro", "ot/"),
        ("/opt/py", "pi"),
        ("--index", "-url"),
    )
)


def call(*command: str | Path, cwd: Path = ROOT, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def demo_in(folder: Path, *command: str | Path) -> str:
    """Run a small demo in a folder and return what it prints."""
    done = call(*command, "demo", "--runs", "200", "-o", "out", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert (folder / "out" / "index.html").stat().st_size > 10_000
    return done.stdout


def test_help_imports_nothing_heavy() -> None:
    done = call(sys.executable, "-X", "importtime", "-m", "corridor.cli", "--help")
    assert done.returncode == 0
    assert "assess" in done.stdout
    names = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines() if "|" in line}
    assert "typer" in names
    assert names.isdisjoint(HEAVY)


def test_the_package_itself_imports_nothing_heavy() -> None:
    done = call(sys.executable, "-c", "import corridor, sys; print(*sorted(sys.modules))")
    assert {name.partition(".")[0] for name in done.stdout.split()}.isdisjoint(HEAVY)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    done = call(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder)
    assert done.returncode == 0, done.stderr
    (found,) = folder.glob("*.whl")
    return found


def test_the_wheel_holds_code_tables_and_the_example(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert set(IN_THE_WHEEL) <= names
    kept = call("git", "ls-files", "-z", "src").stdout.split("\0")
    assert {name.removeprefix("src/") for name in kept if name and (ROOT / name).is_file()} <= names
    # What npm gave is in no commit, but in the wheel where `make packages` brought it, with its licence.
    brought = {"index.js", "decode.js", "LICENSE"} if (ROOT / PACKAGES).is_dir() else set()
    assert {f"{PACKAGES.removeprefix('src/')}/{name}" for name in brought} <= names
    assert not [name for name in names if "__pycache__" in name or name.startswith("tests")]


def test_the_wheel_runs_the_demo_from_a_clean_environment(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "environment"
    assert call(sys.executable, "-m", "venv", "--without-pip", home).returncode == 0
    python = home / "bin" / "python"
    site = home / "lib" / f"python{sysconfig.get_python_version()}" / "site-packages"
    done = call(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", "--quiet", wheel)
    assert done.returncode == 0, done.stderr
    # The dependencies are those of the environment that runs the tests; Corridor itself comes from the wheel.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    where = call(python, "-c", "import corridor; print(corridor.__file__)", cwd=folder)
    assert Path(where.stdout.strip()).is_relative_to(home)
    assert "Who waits" in demo_in(folder, home / "bin" / "corridor")


def test_the_wheel_bears_the_version_of_the_code(wheel: Path) -> None:
    from corridor import __version__

    assert wheel.name.startswith(f"corridor_evac-{__version__}-")
    assert metadata.version("corridor-evac") == __version__


def test_the_main_job_needs_no_network(tmp_path: Path) -> None:
    if shutil.which("unshare") is None or call("unshare", "-rn", "true").returncode:
        pytest.skip("needs user namespaces (unshare -rn), which this system does not allow")
    alone = ("unshare", "-rn", "--")
    reach = "import socket; socket.create_connection(('192.0.2.1', 80), 2)"
    assert "unreachable" in call(*alone, sys.executable, "-c", reach).stderr
    assert "Forecast" in demo_in(tmp_path, *alone, Path(sys.executable).with_name("corridor"))


def test_no_file_names_a_registry_or_a_place_on_a_machine() -> None:
    listed = call("git", "ls-files", "-z").stdout.split("\0")
    assert len(listed) > 50
    found = [
        f"{name}: {word}"
        for name in listed
        if name and (ROOT / name).is_file()
        for word in FORBIDDEN
        if word in (ROOT / name).read_text("utf-8", errors="replace")
    ]
    assert found == []


def test_a_skip_is_a_failure_where_nothing_may_be_skipped(tmp_path: Path) -> None:
    (tmp_path / "test_part.py").write_text("import pytest\n\ndef test_part():\n    pytest.skip('no browser')\n")
    (tmp_path / "test_whole.py").write_text("import pytest\n\npytest.importorskip('no_such_part')\n")
    command = (sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider", "-c", os.devnull)
    free = {"CORRIDOR_NO_SKIP": "", "PYTHONPATH": str(ROOT)}
    assert "2 skipped" in call(*command, tmp_path, env=free).stdout
    strict = call(*command, tmp_path / "test_part.py", env={**free, "CORRIDOR_NO_SKIP": "1"})
    assert strict.returncode == 1
    assert "no browser; CORRIDOR_NO_SKIP is set" in strict.stdout
    whole = call(*command, tmp_path / "test_whole.py", env={**free, "CORRIDOR_NO_SKIP": "1"})
    assert whole.returncode != 0
    assert "no_such_part" in whole.stdout
