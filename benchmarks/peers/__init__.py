"""What a user would pick instead of Corridor, each given the same instance and the same limit.

`python -m benchmarks.peers` checks that each of them answers and that its answer holds.
"""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.peers.hours import vroom
from benchmarks.peers.shifts import pyvrp
from benchmarks.peers.slots import cp_sat
from benchmarks.peers.spans import routing
from benchmarks.peers.trips import Keep, greedy_cheapest, greedy_farthest
from corridor.planning.tours.problem import Problem

Peer = Callable[[Problem, float, int, Keep], None]  # instance, moment to end at (perf_counter), seed, taker of plans

PEERS: dict[str, Peer] = {
    "greedy, cheapest": greedy_cheapest,
    "greedy, farthest": greedy_farthest,
    "CP-SAT": cp_sat,
    "OR-Tools routing": routing,
    "PyVRP": pyvrp,
    "VROOM": vroom,
}
RULES = ("greedy, cheapest", "greedy, farthest")  # these take no time, so one limit is enough
