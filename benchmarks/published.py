"""Run the published comparison on files that you fetch yourself: `python -m benchmarks.published FOLDER`.

The random instances (sets of 2 to 10 pickups and as many receptions) and those of Valparaiso belong to the GRASP work
of Loyola, Riff and Montero (CEC 2017). They carry no licence, so they are not shipped; the folder is searched for
`.txt` files and files without a suffix. Every plan is checked again before it is printed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from corridor.errors import CorridorError
from corridor.planning.tours.check_tours import check_tours
from corridor.planning.tours.problem import Problem
from corridor.planning.tours.reading import read_problem
from corridor.planning.tours.solve import solve
from corridor.planning.tours.tour_plan import TourPlan

SOURCE = "Loyola, Riff, Montero, CEC 2017: GRASP in 30 s, CPLEX in 15 min; Valparaiso in metres, 180 to 300 s"
# Normalised means of the random sets as published: GRASP, CPLEX. Facts, not our figures.
RANDOM: dict[int, tuple[float, float]] = {
    2: (1.00, 1.00),
    4: (1.18, 1.00),
    7: (1.08, 1.00),
    8: (1.01, 1.05),
    10: (1.00, 1.20),
}
# Valparaiso, buses to metres: the best that was published or, where only that is, the mean.
VALPARAISO: dict[int, tuple[int, str]] = {
    10: (35_554, "best"),
    30: (14_977, "best"),
    50: (11_873, "best"),
    70: (13_463, "mean"),
    75: (18_534, "mean"),
}
VALPARAISO_SHAPE = (5, 52, 12)
SECONDS = (2.0, 10.0)  # for up to SMALL pickups, and for more
SMALL = 10


class Done(NamedTuple):
    """One instance, its plan and the set that it belongs to (0 where it is none of the random sets)."""

    problem: Problem
    plan: TourPlan
    set: int


def files(folder: Path) -> list[Path]:
    """Return the files of the published text format below a folder, in the order of their numbers and names."""
    found = [path for path in folder.rglob("*") if path.is_file() and path.suffix in {"", ".txt"}]
    hidden = [path for path in found if any(part.startswith(".") for part in path.relative_to(folder).parts)]
    known = {"LICENSE", "README", "Makefile", "README.txt"}
    return sorted((path for path in found if path not in hidden and path.name not in known), key=_order)


def _order(path: Path) -> list[tuple[int, str]]:
    """Order 9 before 10."""
    text = "".join(c if c.isdigit() else f" {c} " for c in str(path))
    return [(int(word), "") if word.isdigit() else (-1, word) for word in text.split()]


def set_of(problem: Problem) -> int:
    """Return which random set an instance belongs to by its shape, 0 for none."""
    depots, pickups, receptions = problem.shape
    return pickups if depots == 1 and pickups == receptions and 2 <= pickups <= SMALL else 0


def published(problem: Problem, clearance: int) -> str:
    """Return what was published for an instance of Valparaiso, and that divided by ours."""
    buses = int(problem.buses.sum())
    if problem.shape != VALPARAISO_SHAPE or buses not in VALPARAISO:
        return ""
    value, kind = VALPARAISO[buses]
    return f"{value:,} ({kind}), {value / max(1, clearance):.3f} of ours"


def line(name: str, done: Done) -> str:
    """Return one row of the table."""
    problem, plan = done.problem, done.plan
    route = "" if plan.bounds.route is None else f"{plan.bounds.route:,}"
    return (
        f"{name:28} {problem.shape[1]:>7} {problem.shape[2]:>10} {int(problem.buses.sum()):>5} "
        f"{plan.clearance_minutes:>9,} {plan.bounds.flow:>8,} {route:>8} {plan.gap:>8.2%} {plan.bounds.name:>6} "
        f"{plan.seconds:>7.2f}  {published(problem, plan.clearance_minutes)}"
    ).rstrip()


HEAD = (
    f"{'instance':28} {'pickups':>7} {'receptions':>10} {'buses':>5} {'clearance':>9} {'flow':>8} {'route':>8} "
    f"{'gap':>8} {'to':>6} {'seconds':>7}  GRASP"
)


def summary(done: list[Done]) -> Iterator[str]:
    """Yield a line for each random set: how many are proven optimal, the mean gap, and the published means."""
    for number in sorted({one.set for one in done if one.set}):
        group = [one for one in done if one.set == number]
        proven = sum(one.plan.gap == 0 for one in group)
        mean = sum(one.plan.gap for one in group) / len(group)
        means = RANDOM.get(number)
        said = "not published" if means is None else f"GRASP {means[0]:.2f}, CPLEX {means[1]:.2f}"
        yield f"set {number:>2}: {proven} of {len(group)} proven optimal, mean gap {mean:.2%}; normalised means: {said}"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.published", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the instance files are")
    parser.add_argument("--time-limit", type=float, default=0.0, help="seconds each; else 2 for the random sets, 10")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    paths = files(chosen.folder)
    if not paths:
        print(f"error: no instance file below {chosen.folder} (a .txt file or one without a suffix)", file=sys.stderr)
        return 2
    done, failed = [], 0
    print(HEAD)
    for path in paths:
        name = str(path.relative_to(chosen.folder))
        try:
            problem = read_problem(path)
            limit = chosen.time_limit or SECONDS[problem.shape[1] > SMALL]
            plan = solve(problem, time_limit=limit, seed=chosen.seed)
        except CorridorError as error:
            print(f"error: {error}", file=sys.stderr)
            failed += 1
            continue
        for finding in check_tours(problem, plan)[:1]:
            print(f"error: {name}: the plan does not hold: {finding.about}: {finding.what}", file=sys.stderr)
            failed += 1
        done.append(Done(problem, plan, set_of(problem)))
        print(line(name, done[-1]), flush=True)
    print(*summary(done), f"published figures: {SOURCE}", sep="\n")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
