"""The bounds that cost next to nothing: the flow bound and the shortest arrival."""

from __future__ import annotations

import numpy as np

from corridor.planning.tours.flow import FlowNetwork, Skeleton, flow_bound
from corridor.planning.tours.problem import FAR, Problem, arrivals


def arrival_bound(problem: Problem) -> int:
    """Return the minute before which the last pickup cannot be served, whoever comes first.

    Some bus stands at pickup i no sooner than the shortest way there over depots, loaded drives and returns, and
    drives on to some reception with room. The shortest way matters: the textbook bound, which takes the direct start
    from the nearest depot, is wrong where a detour is quicker, as it is with measured and with random minutes.
    """
    onward = np.where(problem.capacity > 0, problem.pickup_reception, FAR).min(axis=1, initial=FAR)
    at_pickup, _ = arrivals(problem)
    done = (at_pickup + onward)[problem.loads > 0]
    return int(done.max(initial=0))


def simple_bound(problem: Problem) -> tuple[int, Skeleton | None]:
    """Return the larger of the flow bound and the shortest arrival, and the flow to start from; none if none exists."""
    bound, flow = flow_bound(problem, FlowNetwork(problem))
    return max(bound, arrival_bound(problem)), flow
