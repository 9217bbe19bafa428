"""From a measurement to a row of results: every plan is checked again before its figures count."""

from __future__ import annotations

import os
from typing import Any

from benchmarks.apart import apart
from benchmarks.peers.trips import tour_minutes
from corridor.planning.tours.check_tours import check_tours
from corridor.planning.tours.problem import Problem
from corridor.planning.tours.tour_plan import Bounds, Tour, TourPlan

Row = dict[str, Any]


def our_row(problem: Problem, row: Row) -> Row:
    """Return the row without its tours; raises `SystemExit` where the plan does not hold."""
    wrong = found(problem, row, Bounds(row["flow"], row["route"], row["bound"]))
    if wrong:
        raise SystemExit(f"{problem.name}: the plan does not hold: {wrong}")
    return {key: value for key, value in row.items() if key != "tours"}


def peer_row(problem: Problem, row: Row) -> Row:
    """Return the row without its tours; a plan that does not hold loses its figures and keeps the reason."""
    wrong = found(problem, row, Bounds(0, None)) if "tours" in row else None
    if wrong:
        row = {key: value for key, value in row.items() if key not in {"clearance", "curve"}}
        row["note"] = f"its plan does not hold: {wrong}"
    return {key: value for key, value in row.items() if key != "tours"}


def found(problem: Problem, row: Row, bounds: Bounds) -> str | None:
    """Return the first rule that a row's tours break, by the checker of the planner's own plans; None where none."""
    tours = [Tour(d, [(i, j) for i, j in stops], tour_minutes(problem, d, stops)) for d, stops in row["tours"]]
    longest = max((tour.minutes for tour in tours), default=0)
    if longest != row["clearance"]:
        return f"it takes {longest} minutes and says {row['clearance']}"
    best = bounds.best
    plan = TourPlan(
        tours=tours,
        clearance_minutes=longest,
        bounds=bounds,
        gap=longest / best - 1 if best else 0.0,
        status="optimal" if best and longest <= best else "feasible",
        seconds=0.0,
    )
    return next((f"{finding.about}: {finding.what}" for finding in check_tours(problem, plan)), None)


def measure(problem: Problem, who: str, size: str, seed: int, limit: float) -> Row:
    """Return the checked row of one measurement, with the load of the machine when it began."""
    load = round(os.getloadavg()[0], 1)
    row = apart({"who": who, "size": size, "seed": seed, "limit": limit})
    row = our_row(problem, row) if who == "Corridor" else peer_row(problem, row)
    return row | {"instance": problem.name, "load": load}
