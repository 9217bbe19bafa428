"""What the forecast must reach, each as a row: `python -m benchmarks.simulate_bench [trips aleppo levers city ...]`.

`make bench-forecast` installs what it needs (requirements/bench-forecast.txt: SimPy, distributed), runs every row and
writes results/forecast.json and .md. Seconds want a quiet machine; the load stands beside each row. In `trips` two
hundred vehicles shuttle through forty boarding bays, first come, first served; boarding and drives are log-normal, one
trip in twenty breaks down.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import city
from benchmarks.run import RESULTS, described
from benchmarks.simulate_grid import timed
from corridor.forecasting.change import base_arm, lever_table, pulled
from corridor.forecasting.disruption import Disruption
from corridor.forecasting.forecast import forecast
from corridor.forecasting.levers import levers
from corridor.forecasting.simulate import Simulator
from corridor.forecasting.trial import Trial
from corridor.forecasting.workers import run_all
from corridor.planning.solve import plan
from corridor.reports.tables import read_reports
from corridor.situation.assess import assess
from corridor.situation.fleet import Fleet
from corridor.situation.situation import Situation
from tests import worlds
from tests.forecasting.test_calibration import PRIOR, coverage_of

Row = dict[str, object]
REPORTS = Path(__file__).parents[1] / "examples" / "aleppo-2016" / "reports.csv"
EVENING = datetime.fromisoformat("2016-12-15T20:00+02:00")
VEHICLES, TRIPS, SEATS, BAYS = 200, 20, 50, 40
DRIVE, BOARD, UNLOAD = 30.0, 10.0, 5.0
VARIED = Disruption(drive_spread=0.3, boarding_spread=0.5, breakdown_share=0.05, breakdown_minutes=45.0)


def situation() -> Situation:
    people = VEHICLES * TRIPS * SEATS
    fleet = Fleet(vehicles=(worlds.vehicles("bus", VEHICLES, {"seat": SEATS}),))
    return worlds.simple((worlds.group("families", people),), fleet, size=50, bays=BAYS)


def with_simpy(runs: int, seed: int = 1) -> np.ndarray:
    """Return the clearance minutes of each run of the same model, written as SimPy's manual would."""
    import simpy

    rng = np.random.default_rng(seed)

    def factor(spread: float) -> float:
        variance = math.log(1 + spread * spread)
        return float(math.exp(math.sqrt(variance) * rng.standard_normal() - variance / 2))

    ends = np.zeros(runs)
    for run in range(runs):
        env = simpy.Environment()
        boarding = simpy.Resource(env, BAYS)
        left = [VEHICLES * TRIPS * SEATS]
        last = [0.0]

        def vehicle(env=env, boarding=boarding, left=left, last=last):
            while left[0] > 0:
                with boarding.request() as bay:
                    yield bay
                    if left[0] <= 0:
                        return
                    left[0] -= SEATS
                    slow = factor(VARIED.boarding_spread)
                    yield env.timeout(BOARD * slow)
                drive = DRIVE * factor(VARIED.drive_spread)
                if rng.random() < VARIED.breakdown_share:
                    drive += VARIED.breakdown_minutes * factor(0.5)
                yield env.timeout(drive)
                yield env.timeout(UNLOAD * slow)
                last[0] = max(last[0], env.now)
                yield env.timeout(DRIVE)

        for _ in range(VEHICLES):
            env.process(vehicle())
        env.run()
        ends[run] = last[0]
    return ends


def row(name: str, value: float, unit: str, target: str, *, met: bool) -> Row:
    return {
        "name": name,
        "value": round(value, 3),
        "unit": unit,
        "target": target,
        "met": met,
        "load": round(os.getloadavg()[0], 1),
    }


def trips(simpy_runs: int = 12, runs: int = 400) -> list[Row]:
    """Measure trips a second on one core beside SimPy, and whether the means agree."""
    world = situation()
    made = plan(world, time_limit=1e-9)
    simulator = Simulator(made, world.operations[0], VARIED, runs=runs, seed=1, horizon=2000, policy="shuttle")
    simulator.run(runs=2, threads=1)  # compile
    ours, theirs = [], []
    for _ in range(3):
        began = time.process_time()
        outcome = simulator.run(threads=1)
        ours.append(runs * VEHICLES * TRIPS / (time.process_time() - began))
        began = time.process_time()
        ends = with_simpy(simpy_runs)
        theirs.append(simpy_runs * VEHICLES * TRIPS / (time.process_time() - began))
    error = math.hypot(outcome.clearance.std() / math.sqrt(runs), ends.std(ddof=1) / math.sqrt(simpy_runs))
    apart = abs(float(outcome.clearance.mean() - ends.mean())) / error
    ratio = max(ours) / max(theirs)
    return [
        row("trips a second and core, with queues", max(ours), "trips/s", ">= 2,000,000", met=max(ours) >= 2e6),
        row("times SimPy on the same model", ratio, "x", ">= 60", met=ratio >= 60),
        row("means apart, in standard errors", apart, "", "<= 2", met=apart <= 2),
    ]


@contextmanager
def clocks(into: dict[str, float]):
    """Take the wall and CPU seconds of a block, those of ended child processes included."""
    began, used = time.perf_counter(), _used()
    yield
    into["wall"] = time.perf_counter() - began
    into["cpu"] = _used() - used


def _used() -> float:
    mine, theirs = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return mine.ru_utime + mine.ru_stime + theirs.ru_utime + theirs.ru_stime


def _evening():
    return assess(read_reports(str(REPORTS)), as_of=EVENING)


def aleppo() -> list[Row]:
    """Forecast the first evening of Aleppo, 10,000 runs, the kernel compiled."""
    made = plan(_evening(), time_limit=1)
    forecast(made, runs=100)
    taken: dict[str, float] = {}
    with clocks(taken):
        forecast(made, runs=10_000)
    return [
        row("Aleppo forecast, 10,000 runs: seconds", taken["wall"], "s", "< 2", met=taken["wall"] < 2),
        row("Aleppo forecast, 10,000 runs: CPU seconds on both cores", taken["cpu"], "s", "", met=True),
    ]


def lever_rows() -> list[Row]:
    """Make the lever table of the first evening of Aleppo: as it is and eleven levers, 10,000 runs each."""
    world = _evening()
    levers(world, runs=100, workers=1)
    taken: dict[str, float] = {}
    with clocks(taken):
        found = levers(world, runs=10_000)
    arms = 1 + len(found.effects)
    busy = taken["cpu"] / taken["wall"] / (os.cpu_count() or 1)
    return [
        row("lever table, 10,000 runs: arms", arms, "", "12", met=arms == 12),
        row("lever table: seconds", taken["wall"], "s", "< 15", met=taken["wall"] < 15),
        row("lever table: CPU seconds, all processes", taken["cpu"], "s", "", met=True),
        row("lever table: share of the cores in use", busy, "", "", met=True),
    ]


def city_rows() -> list[Row]:
    """Forecast a city of 20,000 trips, 1,000 runs, in a process of its own so that its memory is its own."""
    code = "from benchmarks.simulate_bench import city_alone; city_alone()"
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    taken = json.loads(told.stdout)
    return [
        row("city plan: trips", taken["trips"], "", "20,000", met=taken["trips"] >= 20_000),
        row("city forecast, 1,000 runs: seconds", taken["wall"], "s", "< 15", met=taken["wall"] < 15),
        row("city forecast: CPU seconds on both cores", taken["cpu"], "s", "", met=True),
        row("city forecast: peak memory of the process", taken["memory"], "MB", "", met=True),
    ]


def city_alone() -> None:
    """Print what the city's forecast took, as JSON."""
    made = city.timetable(city.situation())
    small = plan(worlds.one_bus(), time_limit=1e-9)
    forecast(small, runs=100)
    taken: dict[str, float] = {"trips": sum(len(convoy.trips) for convoy in made.convoys)}
    with clocks(taken):
        forecast(made, runs=1_000)
    taken["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(taken))


def cluster_rows(runs: int = 10_000) -> list[Row]:
    """Do the lever grid on one Dask worker and on two of one thread each, and compare the bytes with this process."""
    from distributed import Client, LocalCluster

    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
    base = base_arm(_evening())
    arms = [base, *(arm for lever in lever_table() if (arm := pulled(base, lever)) is not None)]
    trials = [Trial(arm=arm, runs=runs, seed=0, hours=97.6) for arm in arms]
    timed(trials[0])  # compile, on disk for the workers
    walls, shares, answers = [], [], []
    for number in (1, 2):
        options = {"processes": True, "threads_per_worker": 1, "dashboard_address": None}
        with LocalCluster(n_workers=number, **options) as hosts, Client(hosts) as client:
            client.run(lambda: __import__("corridor.forecasting.shuttle"))
            run_all(timed, trials[:number], cluster=hosts.scheduler_address, seconds=1.0)  # load the compiled kernel
            began = time.perf_counter()
            found = run_all(timed, trials, cluster=hosts.scheduler_address, seconds=1.0)
            walls.append(time.perf_counter() - began)
        shares.append(1 - sum(seconds for seconds, _ in found) / walls[-1] / number)
        answers.append([answer for _, answer in found])
    same = all(np.array_equal(a, b) for one, two in zip(*answers, strict=True) for a, b in zip(one, two, strict=True))
    ratio = walls[0] / walls[1]
    return [
        row("lever grid: two Dask workers against one", ratio, "x", ">= 1.7", met=ratio >= 1.7),
        row("engine's share of one worker's time", 100 * shares[0], "%", "< 5", met=shares[0] < 0.05),
        row("lever grid: seconds on one worker", walls[0], "s", "", met=True),
        row("answers the same on one and two workers", float(same), "", "1", met=same),
    ]


def calibration() -> list[Row]:
    """Draw 500 operations from the model's own priors; the same with a wrong prior, which must be caught."""
    import msgspec

    right = 100 * coverage_of(PRIOR, 500, 400)
    wrong = msgspec.structs.replace(PRIOR, median_hours=0.4, halts=1, spread=0.4, counted=0)
    caught = 100 * coverage_of(wrong, 500, 400)
    return [
        row("truths inside the 80 % interval, of 500", right, "%", "77 to 83", met=77 <= right <= 83),
        row("the same with a wrong prior", caught, "%", "< 77", met=caught < 77),
    ]


ROWS: dict[str, Callable[[], list[Row]]] = {
    "trips": trips,
    "aleppo": aleppo,
    "levers": lever_rows,
    "city": city_rows,
    "cluster": cluster_rows,
    "calibration": calibration,
}


def _plain(value: Any) -> Any:
    """Return a number of numpy as one of Python."""
    return value.item()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="which rows; all where left out: " + " ".join(ROWS))
    parser.add_argument("--write", action="store_true", help="write results/forecast.json and .md")
    asked = parser.parse_args()
    unknown = set(asked.names) - set(ROWS)
    if unknown:
        parser.error("no such rows: " + " ".join(sorted(unknown)))
    found = []
    for name in asked.names or ROWS:
        for item in ROWS[name]():
            found.append(item)
            print("{name:58} {value:>14,.2f} {unit:8} {target:14} {met} (load {load})".format(**item), flush=True)
    if asked.write:
        (RESULTS / "forecast.json").write_text(
            json.dumps({"machine": described(), "rows": found}, indent=1, default=_plain) + "\n"
        )
        lines = ["| figure | value | must reach | met | load |", "|---|--:|---|---|--:|"]
        lines += [
            "| {name} | {value:,} {unit} | {target} | {yes} | {load} |".format(**r, yes="yes" if r["met"] else "no")
            for r in found
        ]
        (RESULTS / "forecast.md").write_text("\n".join(lines) + "\n")
    return 0 if all(item["met"] for item in found) else 1


if __name__ == "__main__":
    sys.exit(main())
