"""One measurement in a process of its own, so that its memory is its own and an overrun can be ended.

The process says when it is ready (imports done, compiled code loaded, instance made); the limit counts from then on.
A peer that overruns is ended GRACE seconds after its limit, and the best plan it had kept by then counts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
GRACE = 5.0  # seconds after its limit at which a peer is ended
START = 300.0  # seconds for the imports and the instance
OURS = 120.0  # seconds after its limit at which even our own planner is ended, which is then a failure
PAUSE = 0.02

Job = dict[str, Any]
Row = dict[str, Any]


def apart(job: Job) -> Row:
    """Measure one job (`who`, `size`, `seed`, `limit`) in a new process and return what it left, tours included."""
    grace = OURS if job["who"] == "Corridor" else GRACE
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "row.json"
        began = time.perf_counter()
        command = [sys.executable, "-m", "benchmarks.apart", json.dumps(job | {"out": str(out)})]
        with (Path(folder) / "said").open("w+") as said:
            child = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=said)
            memory, ready, overran = 0, None, False
            try:
                while child.poll() is None:
                    memory = max(memory, peak_memory(child.pid))
                    ready = ready or (time.perf_counter() if out.with_suffix(".ready").exists() else None)
                    over = began + START if ready is None else ready + job["limit"] + grace
                    if time.perf_counter() > over:
                        overran = True
                        child.kill()
                    time.sleep(PAUSE)
            finally:
                child.kill()
                child.wait()
            said.seek(0)
            words = said.read()
        row: Row = json.loads(out.read_text()) if out.exists() else {}
    if child.returncode and job["who"] == "Corridor":
        raise SystemExit(f"{job['who']} on {job['size']} failed:\n{words[-2000:]}")
    row = {key: job[key] for key in ("who", "size", "seed", "limit")} | row
    row["memory"] = max(memory, row.get("memory", 0))
    row["startup"] = round(ready - began, 2) if ready else None
    if overran:
        row["note"] = f"ended at {job['limit'] + grace:g} s, past its limit"
        row["seconds"] = job["limit"] + grace
    elif child.returncode:
        row["note"] = f"failed with {child.returncode}: {words.strip().splitlines()[-1:] or 'no words'}"
        row.setdefault("seconds", job["limit"])
    if "tours" not in row and (overran or "note" not in row):
        row["note"] = "; ".join(["no plan in the limit", *([row["note"]] if "note" in row else [])])
    return row


def peak_memory(pid: int | str) -> int:
    """Return the most memory a process has held so far, in MB; 0 where it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0)


def write(path: str, row: Row) -> None:
    """Write a row so that a reader sees all of it or nothing."""
    draft = Path(path).with_suffix(".draft")
    draft.write_text(json.dumps(row))
    draft.replace(path)


def measure_ours(job: Job) -> None:
    """Measure the planner: its curve, its plan, and the flow bound alone."""
    from corridor.planning.tours.bounds import simple_bound
    from corridor.planning.tours.generator import generate
    from corridor.planning.tours.solve import solve

    solve(generate("tiny6", 99), time_limit=0.5)  # loads what is imported late
    problem = generate(job["size"], job["seed"])
    Path(job["out"]).with_suffix(".ready").touch()
    curve: list[list[float]] = []
    plan = solve(
        problem,
        time_limit=job["limit"],
        seed=job["seed"],
        on_progress=lambda now: curve.append([round(now.seconds, 3), now.clearance_minutes, now.bounds.best]),
    )
    memory = peak_memory("self")
    began = time.perf_counter()
    simple_bound(problem)
    flow_seconds = time.perf_counter() - began
    row = {
        "seconds": plan.seconds,
        "clearance": plan.clearance_minutes,
        "flow": plan.bounds.flow,
        "route": plan.bounds.route,
        "bound": plan.bounds.best,
        "bound name": plan.bounds.name,
        "gap": plan.gap,
        "status": plan.status,
        "first": curve[0][0] if curve else plan.seconds,
        "to 4 %": next((s for s, best, bound in curve if best <= 1.04 * bound), None),
        "flow seconds": round(flow_seconds, 3),
        "memory": memory,
        "curve": curve,
        "tours": [[tour.depot, tour.stops] for tour in plan.tours],
    }
    write(job["out"], row)


def measure_peer(job: Job) -> None:
    """Measure a peer: every better plan it keeps is written at once, with the seconds it took."""
    from benchmarks.peers import PEERS
    from benchmarks.peers.trips import CannotError, Tours, longest
    from corridor.planning.tours.generator import generate

    problem = generate(job["size"], job["seed"])
    warm(job["who"])
    curve: list[list[float]] = []
    row: Row = {"curve": curve}
    Path(job["out"]).with_suffix(".ready").touch()
    began = time.perf_counter()

    def keep(tours: Tours) -> None:
        seconds, minutes = round(time.perf_counter() - began, 3), longest(problem, tours)
        if (not curve or minutes < curve[-1][1]) and seconds <= job["limit"] + GRACE:
            curve.append([seconds, minutes])
            row.update({"clearance": minutes, "first": curve[0][0], "tours": tours})
            write(job["out"], row)

    try:
        PEERS[job["who"]](problem, began + job["limit"], job["seed"], keep)
    except CannotError as reason:
        row["note"] = str(reason)
    except MemoryError:
        row["note"] = "ran out of memory"
    row["seconds"] = round(time.perf_counter() - began, 3)
    row["memory"] = peak_memory("self")
    write(job["out"], row)


def warm(who: str) -> None:
    """Import what a peer needs, so that its limit does not pay for it."""
    import importlib

    modules = {"PyVRP": ["pyvrp", "pyvrp.search"], "VROOM": ["vroom"], "CP-SAT": ["ortools.sat.python.cp_model"]}
    for module in modules.get(who, ["ortools.constraint_solver.pywrapcp", "ortools.graph.python.min_cost_flow"]):
        try:
            importlib.import_module(module)
        except ImportError:
            return


if __name__ == "__main__":
    asked: Job = json.loads(sys.argv[1])
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    measure_ours(asked) if asked["who"] == "Corridor" else measure_peer(asked)
