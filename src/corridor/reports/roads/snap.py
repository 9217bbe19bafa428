"""Sites onto the road: the nearest stretch that a profile may use, how far it is, and a warning where it is far."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from corridor.errors import InputError
from corridor.reports.roads.network import Roads
from corridor.reports.roads.roadmap import Floats, Ints, RoadMap, spread

METRES_PER_DEGREE = 111_195.0  # of latitude, on the sphere of `roadmap.EARTH_M`
FAR_M = 300.0  # beyond this somebody has to look at the site
ISLAND_M = 1_000.0  # a cut-off piece of road is passed over for the network within this
LOST_M = 10_000.0  # no site is this far from every road; its position is wrong or it lies in the sea


@dataclass(frozen=True)
class Snapped:
    """A site on the road: the stretch, how far along it (0 to 1), and the metres between site and road."""

    name: str
    lon: float
    lat: float
    stretch: int
    share: float
    metres: float
    at: tuple[float, float]
    warning: str = ""


def snap(roads: Roads, name: str, lat: float, lon: float) -> Snapped:
    """Return a site on the network of a profile.

    Raises `InputError` where the position is no position, lies outside the extract or 10 km from every road.
    """
    if not (math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180):
        raise InputError(f"{lat}, {lon} is no position", place=name, hint="latitude and longitude in degrees (WGS 84)")
    usable = np.zeros(roads.road.stretches, dtype=bool)
    usable[roads.graph.stretch] = True
    any_road = nearest(roads.road, lat, lon, usable)
    network = nearest(roads.road, lat, lon, roads.graph.main)
    if any_road is None:
        raise InputError(_nowhere(roads, lat, lon), place=name, hint=_swapped(roads.road, lat, lon))
    chosen, warning = any_road, ""
    if network is None or network[0] != any_road[0]:
        if network is not None and network[2] <= max(ISLAND_M, any_road[2]):
            chosen = network
            if network[2] - any_road[2] > FAR_M:
                cut = roads.road.name_of(any_road[0])
                warning = f"the nearest road ({cut}) is cut off from the network; taken to the next one"
        else:
            cut = f"{roads.road.name_of(any_road[0])}, way {int(roads.road.way_id[roads.road.way[any_road[0]]])}"
            warning = f"stands on an island of roads ({cut}) cut off from the network: no way leads there and back"
    stretch, share, metres, at = chosen
    if metres > FAR_M:
        far = f"{metres:,.0f} m from the nearest road a {roads.profile.profile} may use; check its position"
        warning = f"{warning}; {far}" if warning else far
    return Snapped(name, lon, lat, stretch, share, metres, at, warning)


def nearest(
    road: RoadMap, lat: float, lon: float, usable: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> tuple[int, float, float, tuple[float, float]] | None:
    """Return the nearest usable stretch, the share of it, the metres and the point; None where all are 10 km away."""
    for reach in (250.0, 2_000.0, LOST_M):
        high = reach / METRES_PER_DEGREE
        wide = high / max(math.cos(math.radians(lat)), 0.01)
        near = road.within(lon - wide, lat - high, lon + wide, lat + high)
        near = near[usable[near]]
        if len(near):
            found = _closest(road, lat, lon, near)
            # A box reaches further at its corners than along its sides: only within the reach is it the nearest.
            if found[2] <= reach:
                return found
    return None


def _closest(road: RoadMap, lat: float, lon: float, near: Ints) -> tuple[int, float, float, tuple[float, float]]:
    owner, point = spread(road.first[near], road.last[near] - road.first[near])
    across = METRES_PER_DEGREE * math.cos(math.radians(lat))
    x1, y1 = (road.point_lon[point] - lon) * across, (road.point_lat[point] - lat) * METRES_PER_DEGREE
    x2, y2 = (road.point_lon[point + 1] - lon) * across, (road.point_lat[point + 1] - lat) * METRES_PER_DEGREE
    dx, dy = x2 - x1, y2 - y1
    long = dx * dx + dy * dy
    share = np.clip(-(x1 * dx + y1 * dy) / np.where(long > 0, long, 1.0), 0.0, 1.0)
    away = np.hypot(x1 + share * dx, y1 + share * dy)
    best = int(np.argmin(away))
    stretch = int(near[owner[best]])
    steps = np.hypot(*_plane(road, stretch, lat))
    before = float(steps[: int(point[best] - road.first[stretch])].sum()) + float(share[best]) * float(
        np.sqrt(long[best])
    )
    total = float(steps.sum())
    at = (lon + float(x1[best] + share[best] * dx[best]) / across,
          lat + float(y1[best] + share[best] * dy[best]) / METRES_PER_DEGREE)  # fmt: skip
    return stretch, min(before / total, 1.0) if total else 0.0, float(away[best]), at


def _plane(road: RoadMap, stretch: int, lat: float) -> tuple[Floats, Floats]:
    """Return the steps of a stretch as metres east and north."""
    span = slice(int(road.first[stretch]), int(road.last[stretch]) + 1)
    across = METRES_PER_DEGREE * math.cos(math.radians(lat))
    return np.diff(road.point_lon[span]) * across, np.diff(road.point_lat[span]) * METRES_PER_DEGREE


def _nowhere(roads: Roads, lat: float, lon: float) -> str:
    return (
        f"{lat:.5f}, {lon:.5f} lies more than 10 km from every road that a {roads.profile.profile} may use in "
        f"{roads.road.name}: in the sea, or outside the extract"
    )


def _swapped(road: RoadMap, lat: float, lon: float) -> str:
    west, south, east, north = road.extent
    if west <= lat <= east and south <= lon <= north:
        return "latitude and longitude look swapped"
    return (
        f"the roads reach from {south:.3f}, {west:.3f} to {north:.3f}, {east:.3f}; correct it or take a larger extract"
    )
