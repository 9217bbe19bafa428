"""The simulator against SimPy on one model: trips a second on one core, and the same mean within two standard errors.

`python -m benchmarks.simulate_bench` (SimPy from requirements/bench-forecast.in). Two hundred vehicles shuttle through
forty boarding bays, first come, first served; boarding and drives are log-normal, one trip in twenty breaks down.
"""

from __future__ import annotations

import math
import os
import time

import numpy as np

from corridor.forecasting.disruption import Disruption
from corridor.forecasting.simulate import Simulator
from corridor.planning.solve import plan
from corridor.situation.fleet import Fleet
from corridor.situation.situation import Situation
from tests import worlds

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


def main(simpy_runs: int = 12, runs: int = 400) -> dict[str, float]:
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
    difference = float(outcome.clearance.mean() - ends.mean())
    result = {
        "trips_per_second": max(ours),
        "simpy_trips_per_second": max(theirs),
        "ratio": max(ours) / max(theirs),
        "mean_minutes": float(outcome.clearance.mean()),
        "simpy_mean_minutes": float(ends.mean()),
        "difference_in_standard_errors": difference / error,
        "load": os.getloadavg()[0],
    }
    for name, value in result.items():
        print(f"{name:32} {value:,.2f}")
    return result


if __name__ == "__main__":
    main()
