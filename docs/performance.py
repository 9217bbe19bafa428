"""Render what was measured: the table of the README and that of docs/performance.md, from benchmarks/results."""

from __future__ import annotations

import json
import statistics
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.table import table as whole

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
PLAIN = ("greedy, cheapest", "greedy, farthest")

Row = dict[str, Any]


class Promise(NamedTuple):
    """One line of the README: a size, what it stands for, the limit in seconds and what is aimed at."""

    size: str
    words: str
    limit: float
    aim: str


CITY = "0.5 %; 4 % in 0.3 s; flow bound in 0.1 s; under 1 GB"

# What is aimed at, stated beside what was measured, met or not.
PROMISES = (
    Promise("city", "a million people: 500 pickups, 50 receptions, 1,000 buses, 20,000 trips", 3, CITY),
    Promise("city", "the same, with more time", 10, "0.25 %"),
    Promise("ten-million", "ten million people: 2,000 pickups, 5,000 buses, 200,000 trips", 60, "1 %, under 4 GB"),
    Promise("med2000", "50 pickups, 100 buses, 2,000 trips", 3, "0.2 %"),
    Promise("short900", "three trips a bus: 300 buses, 900 trips", 10, "1 %"),
    Promise("tiny6", "a village: 3 buses, 8 trips", 1, "proven optimal"),
)


def results() -> dict[str, Any]:
    """Return the full results, or the quick ones where the full table was not measured."""
    for name in ("full.json", "quick.json"):
        path = RESULTS / name
        if path.exists():
            found: dict[str, Any] = json.loads(path.read_text("utf-8"))
            return found
    raise SystemExit("benchmarks/results holds no results; run: make bench-quick")


def table(found: dict[str, Any]) -> str:
    """Return the README's table: now elsewhere, and here."""
    lines = [
        "| | now elsewhere | here | aim |",
        "|---|---|---|---|",
        *(_line(found["rows"], promise) for promise in PROMISES if _ours(found["rows"], promise)),
    ]
    return "\n".join([*lines, "", statement(found)]) + "\n"


def statement(found: dict[str, Any]) -> str:
    """Return where, when and under which load the figures were taken, and how they are to be read."""
    machine = found["machine"]
    loads = [row["load"] for row in found["rows"]]
    return (
        f"Gap between the plan and a proven lower bound, median over {_seeds(found)} seeds and the worst of them; "
        f"solver seconds. Peers on the first seed, best plan in the limit named. Measured on {found['measured']} on "
        f"{machine['cores']} cores of an {machine['processor']} with {machine['memory GB']} GB and Python "
        f"{machine['python']}; load of the machine {statistics.median(loads):.1f} in the middle and {max(loads):.1f} "
        "at most when a row began, where 0 is idle: other work makes these figures worse."
    )


def full(found: dict[str, Any]) -> str:
    """Return the whole table as it was written with the results."""
    return whole(found)


def _seeds(found: dict[str, Any]) -> int:
    seeds: set[int] = {row["seed"] for row in found["rows"]}
    return len(seeds)


def _ours(rows: list[Row], promise: Promise) -> list[Row]:
    key = ("Corridor", promise.size, promise.limit)
    return [row for row in rows if (row["who"], row["size"], row["limit"]) == key]


def _line(rows: list[Row], promise: Promise) -> str:
    mine = _ours(rows, promise)
    gaps = [row["gap"] for row in mine]
    middle = sorted(mine, key=lambda row: float(row["gap"]))[(len(mine) - 1) // 2]
    here = f"{100 * statistics.median(gaps):.2f} %, worst {100 * max(gaps):.2f} %, in {middle['seconds']:.1f} s"
    fours = [row["to 4 %"] if row["to 4 %"] is not None else row["seconds"] for row in mine]
    flow = statistics.median(row["flow seconds"] for row in mine)
    here += f"; 4 % in {statistics.median(fours):.2f} s; flow bound in {flow:.2f} s"
    here += f"; {max(row['memory'] for row in mine):,} MB"
    return f"| **{promise.size}**: {promise.words} | {_elsewhere(rows, promise)} | {here} | {promise.aim} |"


def _elsewhere(rows: list[Row], promise: Promise) -> str:
    """Return the best plan of the peers, with its limit, the greedy plan, and who gave no plan at all."""
    there = [row for row in rows if row["size"] == promise.size and row["who"] != "Corridor"]
    bound = max(row["bound"] for row in rows if row["size"] == promise.size and row["seed"] == 1 and "bound" in row)
    planned = [row for row in there if "clearance" in row]
    solvers = sorted(
        (row for row in planned if row["who"] not in PLAIN), key=lambda row: (row["clearance"], row["limit"])
    )
    greedy = min((row["clearance"] for row in planned if row["who"] in PLAIN), default=None)
    parts = []
    if solvers:
        best = solvers[0]
        parts.append(f"{best['who']} {100 * (best['clearance'] / bound - 1):.2f} % in {best['limit']:g} s")
    if greedy is not None:
        parts.append(f"greedy {100 * (greedy / bound - 1):.1f} %")
    none = sorted({row["who"] for row in there} - {row["who"] for row in planned})
    if none:
        parts.append(f"no plan: {', '.join(none)}")
    return "; ".join(parts) or "not measured"
