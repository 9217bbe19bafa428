"""Measure the planner and its peers: `python -m benchmarks.run`, or with `--quick` in under a quarter of an hour.

Every row is written to `benchmarks/results` as soon as it is measured; `--resume` goes on where a run was ended.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.peers import PEERS, RULES
from benchmarks.rows import measure
from benchmarks.table import table
from corridor.planning.tours.generator import SIZES, generate

Row = dict[str, Any]
ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"
PACKAGES = ("numpy", "numba", "ortools", "scipy", "pyvrp", "pyvroom")
RULE_SECONDS = 30.0


class Kind(NamedTuple):
    """What a table holds.

    `ours` and `peers` are seconds by size; our planner runs with each of its limits on every seed and with each
    limit of the peers on seed 1, so that every peer stands beside our row of the same limit.
    """

    seeds: int
    ours: dict[str, list[float]]
    peers: dict[str, list[float]]


# The full table: about 50 minutes of limits, of which the peers use 25. Sixty seconds are given to the peers on the
# sizes whose models they can build and finish improving; on the others a longer limit changes nothing.
FULL = Kind(
    seeds=5,
    ours={
        "tiny6": [1],
        "small": [3],
        "med400": [3],
        "short120": [3],
        "short900": [10],
        "med2000": [3],
        "large6000": [10],
        "city": [3, 10],
        "city40k": [10],
        "ten-million": [60],
    },
    peers={
        "tiny6": [1],
        "small": [3, 60],
        "med400": [3, 60],
        "short120": [3, 60],
        "short900": [10, 60],
        "med2000": [3, 60],
        "large6000": [10],
        "city": [10],
        "city40k": [10],
        "ten-million": [60],
    },
)
QUICK = Kind(
    seeds=2,
    ours={"tiny6": [1], "small": [3], "short900": [10], "med2000": [3], "city": [3, 10]},
    peers={size: [10] for size in ("tiny6", "small", "short900", "med2000", "city")},
)


def described() -> Row:
    """Describe what the figures are measured on, without naming it."""
    info = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    model = next((line.split(":")[1].strip() for line in info if "model name" in line), platform.machine())
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "memory GB": round(pages * size / 1e9),
        "system": platform.system(),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in PACKAGES},
    }


def version(name: str) -> str:
    """Return the version of an installed package."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def commit() -> str:
    """Return the commit that is measured, marked where the code differs from it; the results may."""
    number = _git("rev-parse", "--short", "HEAD")
    changed = _git("status", "--porcelain", "--", "src", "benchmarks", ":!benchmarks/results")
    return f"{number}-changed" if number and changed else number or "unknown"


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def plan_of(kind: Kind, sizes: list[str], *, peers: bool) -> Iterator[tuple[str, int, str, float]]:
    """Yield size, seed, who and limit of every row, instance by instance."""
    for size in sizes:
        for seed in range(1, kind.seeds + 1):
            limits = list(kind.ours[size])
            if seed == 1 and peers:
                limits += [limit for limit in kind.peers[size] if limit not in limits]
            yield from ((size, seed, "Corridor", limit) for limit in limits)
            if seed == 1 and peers:
                yield from ((size, seed, who, RULE_SECONDS) for who in RULES)
                yield from ((size, seed, who, x) for x in kind.peers[size] for who in PEERS if who not in RULES)


def key(row: Row) -> tuple[str, int, str, float]:
    """Return what tells one row from another."""
    return row["size"], row["seed"], row["who"], float(row["limit"])


def begin(path: Path, *, resume: bool) -> dict[str, Any]:
    """Return the results so far; raises `SystemExit` where those to resume were measured on something else."""
    fresh = {
        "machine": described(),
        "measured": datetime.now(UTC).strftime("%Y-%m-%d"),
        "rows": [],
    }
    if not resume or not path.exists():
        return fresh
    kept: dict[str, Any] = json.loads(path.read_text())
    if kept["machine"] != fresh["machine"]:
        raise SystemExit(f"{path.name} was measured on another machine or with other versions; begin without --resume")
    return kept


def save(path: Path, results: dict[str, Any]) -> None:
    """Write the results and their table; a reader sees all of a file or the one before."""
    for target, text in ((path, json.dumps(results, indent=1) + "\n"), (path.with_suffix(".md"), table(results))):
        draft = target.with_suffix(".tmp")
        draft.write_text(text)
        draft.replace(target)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer sizes, two seeds, 10 s for each peer")
    parser.add_argument("--resume", action="store_true", help="keep the rows that are there and measure the others")
    parser.add_argument("--sizes", default="", help=f"comma-separated, of: {', '.join(SIZES)}")
    parser.add_argument("--seeds", type=int, default=0, help="how many seeds for the planner")
    parser.add_argument("--no-peers", action="store_true", help="measure the planner alone")
    parser.add_argument("--output", type=Path, default=None, help="where to write, instead of benchmarks/results")
    chosen = parser.parse_args(arguments)
    kind = QUICK if chosen.quick else FULL
    sizes = chosen.sizes.split(",") if chosen.sizes else list(kind.ours)
    if unknown := [size for size in sizes if size not in kind.ours]:
        parser.error(f"no such size here: {', '.join(unknown)}; one of: {', '.join(kind.ours)}")
    kind = kind._replace(seeds=chosen.seeds or kind.seeds)
    name = ("quick" if chosen.quick else "full") + (f"-{'-'.join(sizes)}" if chosen.sizes else "")
    path = chosen.output or RESULTS / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    results = begin(path, resume=chosen.resume)
    code, done = commit(), {key(row) for row in results["rows"]}
    wanted = list(plan_of(kind, sizes, peers=not chosen.no_peers))
    order = {(size, seed, who, float(limit)): place for place, (size, seed, who, limit) in enumerate(wanted)}
    for size, seed, who, limit in wanted:
        if (size, seed, who, float(limit)) in done:
            continue
        row = measure(generate(size, seed), who, size, seed, limit) | {"commit": code}
        results["rows"] = sorted([*results["rows"], row], key=lambda row: order.get(key(row), len(order)))
        save(path, results)
        show(row)
    print("\n" + table(results))


def show(row: Row) -> None:
    """Print a row as it comes."""
    clearance, note = row.get("clearance"), row.get("note", "")
    figure = f"{clearance:>7,} min" if clearance is not None else ""
    gap = f", gap {row['gap']:.2%}" if "gap" in row else ""
    said = "; ".join(part for part in (figure + gap, note) if part)
    print(f"{row['instance']:>16} {row['who']:>18} {row['limit']:>4g} s: {said} ({row['seconds']} s)", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
