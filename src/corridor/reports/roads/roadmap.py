"""The road map: junctions and the stretches between them, as arrays, whatever the vehicle."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Array = NDArray[Any]

EARTH_M = 6_371_008.8  # mean radius (IUGG)


@dataclass(frozen=True)
class Ban:
    """A turn restriction over one node: from one way into another, at a junction; `only` allows nothing else.

    Ways are OpenStreetMap ids, `node` is an index of the map. `but` names the modes that the sign excepts, `modes`
    those it is for: empty means every vehicle.
    """

    before: int
    node: int
    after: int
    only: bool
    text: str
    but: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Skipped:
    """What of an extract could not be used: counts, and the first ids of each kind."""

    missing_nodes: int = 0
    cut_ways: tuple[int, ...] = ()
    lost_ways: tuple[int, ...] = ()
    bans_over_ways: int = 0
    bans_broken: int = 0


@dataclass(frozen=True, kw_only=True)
class RoadMap:
    """Junctions, and the stretches of road between them.

    `node_id` (nodes,) are OpenStreetMap ids, `lon`, `lat` (nodes,) degrees. `start`, `end`, `way` (stretches,) are
    indices, `metres` (stretches,) lengths on the ground. `point_lon`, `point_lat` (points,) hold the line of each
    stretch from `first` to `last` inclusive. `way_id`, `way_tags`, `way_name` (ways,) point into `tags` and `names`.
    `barriers` are (node, index of tags).
    """

    sha256: str
    name: str
    dated: str
    node_id: Ints
    lon: Floats
    lat: Floats
    start: Ints
    end: Ints
    way: Ints
    metres: Floats
    first: Ints
    last: Ints
    point_lon: Floats
    point_lat: Floats
    way_id: Ints
    way_tags: Ints
    way_name: Ints
    tags: tuple[dict[str, str], ...]
    names: tuple[str, ...]
    bans: tuple[Ban, ...] = ()
    barriers: tuple[tuple[int, int], ...] = ()
    skipped: Skipped = field(default_factory=Skipped)

    @property
    def stretches(self) -> int:
        """How many stretches there are."""
        return len(self.start)

    def tags_of(self, stretch: int) -> dict[str, str]:
        """Return the tags of the way of a stretch."""
        return self.tags[int(self.way_tags[self.way[stretch]])]

    def name_of(self, stretch: int) -> str:
        """Return the number and name of the road of a stretch, or its class where it has none."""
        return self.names[int(self.way_name[self.way[stretch]])] or self.tags_of(stretch).get("highway", "road")

    def line(self, stretch: int, *, forward: bool = True) -> list[tuple[float, float]]:
        """Return the points of a stretch as (lon, lat), along it or against it."""
        span = slice(int(self.first[stretch]), int(self.last[stretch]) + 1)
        points = list(zip(self.point_lon[span].tolist(), self.point_lat[span].tolist(), strict=True))
        return points if forward else points[::-1]

    @cached_property
    def boxes(self) -> tuple[Floats, Floats, Floats, Floats]:
        """The least lon, least lat, most lon and most lat of each stretch, each (stretches,)."""
        # reduceat needs half-open spans; a stretch's last point may be the next one's first.
        spans = np.column_stack((self.first, self.last + 1)).ravel()
        lon, lat = np.append(self.point_lon, 0.0), np.append(self.point_lat, 0.0)
        return (
            np.minimum.reduceat(lon, spans)[::2],
            np.minimum.reduceat(lat, spans)[::2],
            np.maximum.reduceat(lon, spans)[::2],
            np.maximum.reduceat(lat, spans)[::2],
        )

    @cached_property
    def extent(self) -> tuple[float, float, float, float]:
        """The least lon, least lat, most lon and most lat of the roads."""
        west, south, east, north = self.boxes
        return float(west.min()), float(south.min()), float(east.max()), float(north.max())

    def within(self, west: float, south: float, east: float, north: float) -> Ints:
        """Return the stretches whose box meets a box."""
        left, low, right, high = self.boxes
        return np.flatnonzero((left <= east) & (right >= west) & (low <= north) & (high >= south))


def spread(first: Ints, counts: Ints) -> tuple[Ints, Ints]:
    """Return runs laid end to end: for each member the run it belongs to, and the index it stands for, (members,)."""
    owner = np.repeat(np.arange(len(first), dtype=np.int64), counts)
    before = np.cumsum(counts) - counts
    return owner, first[owner] + np.arange(len(owner), dtype=np.int64) - before[owner]


def ground_metres(lon1: Array, lat1: Array, lon2: Array, lat2: Array) -> Floats:
    """Return the great-circle metres between points in degrees (haversine)."""
    one, two = np.radians(lat1), np.radians(lat2)
    half = np.sin((two - one) / 2) ** 2 + np.cos(one) * np.cos(two) * np.sin(np.radians(lon2 - lon1) / 2) ** 2
    return np.asarray(2 * EARTH_M * np.arcsin(np.sqrt(half)), dtype=np.float64)
