"""Measure the planner and its peers: `python -m benchmarks.run`, or with `--quick` in under a quarter of an hour."""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import sys
import time
from importlib import metadata
from itertools import pairwise
from pathlib import Path

from benchmarks.peers import PEERS, CannotError
from corridor.planning.tours.check_tours import check_tours
from corridor.planning.tours.generator import SIZES, generate
from corridor.planning.tours.problem import Problem
from corridor.planning.tours.solve import solve
from corridor.planning.tours.tour_plan import Bounds, Tour, TourPlan

RESULTS = Path(__file__).parent / "results"
# size: seconds given to the planner, one after the other
LIMITS = {
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
}
QUICK = ["tiny6", "small", "short900", "med2000", "city"]
COLUMNS = (
    "size",
    "who",
    "limit s",
    "clearance min",
    "flow bound",
    "route bound",
    "gap % (median)",
    "worst %",
    "seconds",
    "note",
)
PEER_SECONDS = {"quick": 10.0, "full": 60.0}


def machine() -> dict[str, object]:
    """Describe what the figures were measured on, without naming it."""
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.machine(),
    )
    packages = ("numpy", "numba", "ortools", "scipy", "pyvrp", "pyvroom")
    versions = {}
    for name in packages:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = "not installed"
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "versions": versions,
        "load at the start": round(os.getloadavg()[0], 1),
    }


def measure(problem: Problem, limit: float, seed: int) -> dict[str, object]:
    """Return one row for the planner; raises where the plan does not pass the checker."""
    first, curve = None, []

    def note(progress) -> None:
        nonlocal first
        if progress.gap <= 0.04 and first is None:
            first = round(progress.seconds, 3)
        curve.append([round(progress.seconds, 3), progress.clearance_minutes, progress.bounds.best])

    plan = solve(problem, time_limit=limit, seed=seed, on_progress=note)
    if check_tours(problem, plan):
        raise SystemExit(f"{problem.name}: the plan does not hold: {check_tours(problem, plan)[0]}")
    return {
        "instance": problem.name,
        "who": "Corridor",
        "limit": limit,
        "seconds": plan.seconds,
        "clearance": plan.clearance_minutes,
        "flow": plan.bounds.flow,
        "route": plan.bounds.route,
        "bound": plan.bounds.best,
        "gap": plan.gap,
        "status": plan.status,
        "seconds to 4 %": first,
        "load": round(os.getloadavg()[0], 1),
        "curve": curve,
    }


def measure_peer(who: str, problem: Problem, limit: float, seed: int, bound: int) -> dict[str, object]:
    """Return one row for a peer; its tours go through the same checker, its gap is to the same bound."""
    row = {"instance": problem.name, "who": who, "limit": limit, "bound": bound}
    began = time.perf_counter()
    try:
        tours = PEERS[who](problem, limit, seed)
    except CannotError as reason:
        return row | {"note": str(reason), "seconds": round(time.perf_counter() - began, 2)}
    seconds = round(time.perf_counter() - began, 2)
    timed = [Tour(depot, stops, minutes(problem, depot, stops)) for depot, stops in tours]
    longest = max(tour.minutes for tour in timed)
    status = "optimal" if longest <= bound else "feasible"
    plan = TourPlan(
        tours=timed,
        clearance_minutes=longest,
        bounds=Bounds(bound, None),
        gap=longest / bound - 1,
        status=status,
        seconds=0.0,
    )
    findings = check_tours(problem, plan)
    if findings:
        return row | {"note": f"its plan does not hold: {findings[0].what}", "seconds": seconds}
    return row | {"seconds": seconds, "clearance": longest, "gap": plan.gap, "status": status}


def minutes(problem: Problem, depot: int, stops: list[tuple[int, int]]) -> int:
    total = int(problem.depot_pickup[depot, stops[0][0]])
    total += sum(int(problem.pickup_reception[i, j]) for i, j in stops)
    return total + sum(int(problem.reception_pickup[a[1], b[0]]) for a, b in pairwise(stops))


def cells(*values: object) -> str:
    return "| " + " | ".join(str(value) for value in values) + " |"


def table(rows: list[dict[str, object]], described: dict[str, object]) -> str:
    """Return the rows as a markdown table, median of the seeds and the worst of them."""
    lines = [
        (
            f"Measured on {described['cores']} cores of an {described['processor']}, Python {described['python']}; "
            f"load {described['load at the start']} at the start. Gaps are to the larger bound of the same instance."
        ),
        "",
        "| " + " | ".join(COLUMNS) + " |",
        "|---|---|" + "---:|" * (len(COLUMNS) - 3) + "---|",
    ]
    groups: dict[tuple[str, str, float], list[dict[str, object]]] = {}
    for row in rows:
        groups.setdefault((str(row["instance"]).rsplit("-s", 1)[0], str(row["who"]), row["limit"]), []).append(row)
    for (size, who, limit), group in groups.items():
        done = [row for row in group if "gap" in row]
        if not done:
            lines.append(cells(size, who, f"{limit:g}", "-", "", "", "-", "-", group[0]["seconds"], group[0]["note"]))
            continue
        middle = sorted(done, key=lambda row: row["gap"])[(len(done) - 1) // 2]
        gaps = [100 * row["gap"] for row in done]
        note = "" if len(done) == len(group) else f"{len(group) - len(done)} of {len(group)} without a plan"
        if who == "Corridor" and done[0].get("seconds to 4 %"):
            note = f"4 % after {statistics.median(row['seconds to 4 %'] or limit for row in done):.2f} s"
        bounds = (middle.get("flow", ""), middle.get("route") or "")
        found = (f"{statistics.median(gaps):.2f}", f"{max(gaps):.2f}", f"{middle['seconds']:.2f}")
        lines.append(cells(size, who, f"{limit:g}", f"{middle['clearance']:,}", *bounds, *found, note))
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer sizes, two seeds, 10 s for each peer")
    parser.add_argument("--sizes", default="", help=f"comma-separated, of: {', '.join(SIZES)}")
    parser.add_argument("--seeds", type=int, default=0, help="how many seeds for the planner")
    parser.add_argument("--no-peers", action="store_true", help="measure the planner alone")
    chosen = parser.parse_args(arguments)
    kind = "quick" if chosen.quick else "full"
    sizes = chosen.sizes.split(",") if chosen.sizes else QUICK if chosen.quick else list(LIMITS)
    seeds = range(1, (chosen.seeds or (2 if chosen.quick else 5)) + 1)
    described, rows = machine(), []
    for size in sizes:
        for seed in seeds:
            problem = generate(size, seed)
            for limit in LIMITS[size]:
                rows.append(measure(problem, limit, seed))
                show(rows[-1])
            if seed == 1 and not chosen.no_peers:
                bound = int(rows[-1]["bound"])
                for who in PEERS:
                    rows.append(measure_peer(who, problem, PEER_SECONDS[kind], seed, bound))
                    show(rows[-1])
    described["memory, most, MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    RESULTS.mkdir(exist_ok=True)
    name = kind if not chosen.sizes else f"{kind}-{chosen.sizes.replace(',', '-')}"
    (RESULTS / f"{name}.json").write_text(json.dumps({"machine": described, "rows": rows}, indent=1) + "\n")
    text = table(rows, described)
    (RESULTS / f"{name}.md").write_text(text)
    print("\n" + text)


def show(row: dict[str, object]) -> None:
    found = f"{row['clearance']:>7,} min, gap {100 * row['gap']:.2f} %" if "gap" in row else row["note"]
    print(f"{row['instance']:>16} {row['who']:>16} {row['limit']:>4g} s: {found} ({row['seconds']} s)", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
