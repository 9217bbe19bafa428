"""Ways for a convoy: through named points in order, others that share little, and what is reached in a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from corridor.errors import Infeasible
from corridor.reports.roads.roadmap import Floats
from corridor.reports.roads.routing import Route, Traffic
from corridor.reports.roads.snap import Snapped
from corridor.reports.roads.why import why_no_way

# Each stretch of a way found makes the next search count it this many times (penalty method: Bader, Dees,
# Geisberger and Sanders 2011, Alternative route graphs in road networks).
PENALTY = 2.0
# An alternate shares at most this much of the best way's length and takes at most this many times its time
# (limited sharing and stretch: Abraham, Delling, Goldberg and Werneck 2013, Alternative routes in road networks).
SHARED, LONGER, TRIES = 0.5, 2.0, 12


@dataclass(frozen=True)
class Alternate:
    """Another way: its route at true times, and the share of its length that it has in common with those before it."""

    route: Route
    shared: float


def through(traffic: Traffic, sites: Sequence[Snapped]) -> list[Route]:
    """Return the quickest way through sites in their order, one route between each two.

    Raises `Infeasible` that names the first two between which no way leads, and what stands between them.
    """
    found = []
    for start, end in pairwise(sites):
        route = traffic.route(start, end)
        if route is None:
            cause, closures = why_no_way(traffic, start, end)
            hint = "reopen it, take another point on the way, or another profile"
            raise Infeasible(cause, place=f"{start.name}>{end.name}", hint=hint, clauses=closures)
        found.append(route)
    return found


def alternates(traffic: Traffic, start: Snapped, end: Snapped, *, most: int = 3) -> list[Alternate]:
    """Return the best way and others that share little with it, at most so many; empty where no way leads."""
    best = traffic.route(start, end)
    if best is None:
        return []
    found = [Alternate(best, 0.0)]
    penalised = _Penalised(traffic)
    penalised.add(best)
    metres = traffic.roads.road.metres
    for _ in range(TRIES):
        if len(found) >= most:
            break
        other = penalised.route(start, end)
        if other is None:
            break
        penalised.add(other)
        seconds = penalised.true_seconds(other)
        used = {stretch for known in found for stretch in known.route.stretches}
        common = sum(float(metres[s]) * share for s, _, share in other.steps if s in used)
        shared = common / other.metres if other.metres else 1.0
        if shared <= SHARED and seconds <= LONGER * best.seconds:
            found.append(Alternate(Route(seconds, other.metres, other.line, other.steps), shared))
    return found


class _Penalised(Traffic):
    """The roads with the stretches of some ways made dear."""

    def __init__(self, traffic: Traffic) -> None:
        super().__init__(traffic.roads, traffic.effects)
        self.true = traffic.seconds
        self.share: Floats = np.full(traffic.roads.road.stretches, 1 / PENALTY)

    def add(self, route: Route) -> None:
        """Make the stretches of a way dearer."""
        self._lengthen(np.unique(route.stretches), self.share, self.share)

    def true_seconds(self, route: Route) -> float:
        """Return the seconds of a way without the penalties."""
        graph, total = self.roads.graph, 0.0
        for stretch, ahead, share in route.steps:
            arcs = graph.arcs_of(stretch)
            total += share * float(self.true[arcs[graph.forward[arcs] == ahead][0]])
        return total


def reached(traffic: Traffic, start: Snapped, minutes: Sequence[float], *, towards: bool = False) -> dict[str, Any]:
    """Return what is reached from a site (or reaches it) within some minutes, as GeoJSON.

    One feature of lines a limit, the stretches driven whole by then; and an area within 200 m of them.
    """
    import shapely  # noqa: PLC0415 - only for shapes

    from corridor.reports.roads.closures import grown  # noqa: PLC0415 - only for shapes

    graph, road = traffic.roads.graph, traffic.roads.road
    limit = max(minutes) * 60
    ends = traffic.arriving(start) if towards else traffic.leaving(start)
    tree = traffic.trees([ends], towards=towards, limit=limit)[0]
    far = tree[graph.head if towards else graph.tail] + traffic.seconds
    features = []
    for number in sorted(minutes):
        stretches = np.unique(graph.stretch[far <= number * 60])
        lines = [road.line(int(stretch)) for stretch in stretches]
        form = shapely.MultiLineString(lines)
        area = shapely.simplify(grown(form, 200.0, start.lat), 0.0003)
        properties = {
            "from": start.name,
            "minutes": number,
            "towards": towards,
            "km": round(float(road.metres[stretches].sum()) / 1000, 1),
        }
        for kind, shape in (("roads", form), ("area", area)):
            features.append({"type": "Feature", "properties": {**properties, "kind": kind}, "geometry": rounded(shape)})
    return {"type": "FeatureCollection", "features": features}


def rounded(shape: Any) -> dict[str, Any]:  # noqa: ANN401 - shapely's own
    """Return a shape as GeoJSON to five decimals: a metre."""
    import shapely  # noqa: PLC0415 - only for shapes
    from shapely.geometry import mapping  # noqa: PLC0415 - likewise

    return dict(mapping(shapely.set_precision(shape, 1e-5, mode="pointwise")))
