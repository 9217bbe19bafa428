"""Closures and slow-downs by place and time: each reopens by itself when its time is over."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, cast, get_args

import msgspec
import numpy as np

from corridor.errors import Fault, InputError
from corridor.files import nearest as nearest_word
from corridor.files import read_bytes
from corridor.reports.roads.roadmap import Floats, Ints, RoadMap, spread
from corridor.reports.roads.snap import METRES_PER_DEGREE, nearest

Kind = Literal[
    "debris", "snow", "ice", "sniper", "fire", "mines", "flood", "plume", "bridge_down", "checkpoint", "works",
    "contraflow", "traffic", "other",
]  # fmt: skip
KINDS: tuple[str, ...] = get_args(Kind)
ON_LINE_M = 15.0  # a drawn line closes the stretches that run this near to it
ON_POINT_M = 50.0  # a point closes the stretch this near to it
FIELDS = (
    "id", "kind", "speed_factor", "from", "until", "ways", "direction", "front_kmh", "toward", "source", "reference",
    "note",
)  # fmt: skip


class Closure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A stretch of road or an area that is closed, or slow, from a moment until another.

    `speed_factor` is the share of the speed that is left: 0 closes. `begins` and `ends` may be open. `ways` are
    OpenStreetMap ids, `shape` a GeoJSON geometry, and at least one of them is given; both together mean the part of
    those ways inside the shape. `direction` is along the way as drawn in the map, against it, or both. A shape moves
    on as a front: `front_kmh` an hour from `begins` on, to all sides or `toward` a bearing in degrees from north.
    """

    id: str
    kind: Kind
    source: str
    speed_factor: float = 0.0
    begins: datetime | None = None
    ends: datetime | None = None
    ways: tuple[int, ...] = ()
    direction: Literal["both", "along", "against"] = "both"
    front_kmh: float = 0.0
    toward: float | None = None
    shape: dict[str, Any] | None = None
    reference: str = ""
    note: str = ""

    def active(self, at: datetime | None, until: datetime | None = None) -> bool:
        """Return whether it holds at some moment between two; without a moment it holds."""
        if at is None:
            return True
        last = until or at
        return (self.begins is None or self.begins <= last) and (self.ends is None or self.ends > at)

    def __str__(self) -> str:
        """Return what is closed, why, until when and who says so."""
        what = "closed" if self.speed_factor == 0 else f"slowed to {self.speed_factor:.0%}"
        when = f" until {self.ends.isoformat()}" if self.ends else ""
        return f"{self.id}: {what} by {self.kind}{when} ({self.source})"


class Effects:
    """What closures do to a map: the share of speed left on each stretch, along and against, and by which closure."""

    def __init__(self, stretches: int) -> None:
        self.along: Floats = np.ones(stretches)
        self.against: Floats = np.ones(stretches)
        self.nowhere: list[Closure] = []
        self._met: list[tuple[Closure, Ints]] = []

    @cached_property
    def by(self) -> dict[int, list[Closure]]:
        """The closures that each closed or slow stretch meets."""
        found: dict[int, list[Closure]] = {}
        for closure, stretches in self._met:
            for stretch in stretches.tolist():
                found.setdefault(stretch, []).append(closure)
        return found

    @property
    def any(self) -> bool:
        """Whether anything is closed or slow."""
        return any(len(stretches) for _, stretches in self._met)

    @property
    def touched(self) -> Ints:
        """The stretches that are closed or slow."""
        return np.flatnonzero((self.along < 1) | (self.against < 1))

    def add(self, closure: Closure, stretches: Ints) -> None:
        """Close or slow some stretches; where several meet, the least speed holds."""
        if not len(stretches):
            self.nowhere.append(closure)
        for way, name in ((self.along, "along"), (self.against, "against")):
            if closure.direction in ("both", name):
                way[stretches] = np.minimum(way[stretches], closure.speed_factor)
        self._met.append((closure, stretches))
        self.__dict__.pop("by", None)


def effects(
    road: RoadMap, closures: Sequence[Closure], at: datetime | None = None, until: datetime | None = None
) -> Effects:
    """Return what the closures that hold between two moments do to a map."""
    found = Effects(road.stretches)
    for closure in closures:
        if closure.active(at, until):
            found.add(closure, _stretches(road, closure, until or at))
    return found


def _stretches(road: RoadMap, closure: Closure, at: datetime | None) -> Ints:
    ways: Ints | None = None
    if closure.ways:
        ways = np.flatnonzero(np.isin(road.way_id[road.way], np.array(closure.ways, dtype=np.int64)))
    if closure.shape is None:
        return ways if ways is not None else np.zeros(0, dtype=np.int64)
    return _inside(road, closure, ways, at)


def _inside(road: RoadMap, closure: Closure, ways: Ints | None, at: datetime | None) -> Ints:
    from shapely.geometry import shape as to_shape  # noqa: PLC0415 - a quarter of a second, and only for shapes

    form = to_shape(closure.shape)
    middle = form.centroid.y
    if form.geom_type in ("Point", "MultiPoint"):
        return _at_points(road, form, ways)
    form = _front(closure, form, at)
    wide = ON_LINE_M if form.geom_type in ("LineString", "MultiLineString") else 0.0
    if wide:
        form = grown(form, wide, middle)
    near = road.within(*form.bounds)
    if ways is not None:
        near = np.intersect1d(near, ways)
    if not len(near):
        return near
    return _crossed(road, form, near) if not wide else _along(road, form, near)


def _crossed(road: RoadMap, form: Any, near: Ints) -> Ints:  # noqa: ANN401 - shapely's own
    """Return which of some stretches a shape touches."""
    import shapely  # noqa: PLC0415 - a quarter of a second, and only for shapes

    shapely.prepare(form)
    owner, point = spread(road.first[near], road.last[near] - road.first[near] + 1)
    hit = np.zeros(len(near), dtype=bool)
    hit[owner[shapely.contains_xy(form, road.point_lon[point], road.point_lat[point])]] = True
    # Lines are dear to make: only for those of which no bend lies inside.
    rest = np.flatnonzero(~hit)
    hit[rest] = shapely.intersects(form, _drawn(road, near[rest]))
    chosen: Ints = near[hit]
    return chosen


def _along(road: RoadMap, form: Any, near: Ints) -> Ints:  # noqa: ANN401 - shapely's own
    """Return which of some stretches run along a drawn line; one that only crosses it is not closed by it."""
    import shapely  # noqa: PLC0415 - a quarter of a second, and only for shapes

    lines = _drawn(road, near)
    chosen: Ints = near[shapely.length(shapely.intersection(form, lines)) > 0.5 * shapely.length(lines)]
    return chosen


def _drawn(road: RoadMap, stretches: Ints) -> Any:  # noqa: ANN401 - shapely's own
    import shapely  # noqa: PLC0415 - a quarter of a second, and only for shapes

    owner, point = spread(road.first[stretches], road.last[stretches] - road.first[stretches] + 1)
    return shapely.linestrings(road.point_lon[point], road.point_lat[point], indices=owner)


def _at_points(road: RoadMap, form: Any, ways: Ints | None) -> Ints:  # noqa: ANN401 - shapely's own
    usable = np.zeros(road.stretches, dtype=bool)
    usable[ways if ways is not None else slice(None)] = True
    found = set()
    for point in getattr(form, "geoms", (form,)):
        hit = nearest(road, point.y, point.x, usable)
        if hit is not None and hit[2] <= ON_POINT_M:
            found.add(hit[0])
    return np.array(sorted(found), dtype=np.int64)


def grown(form: Any, metres: float, lat: float) -> Any:  # noqa: ANN401 - shapely's own
    """Return a shape grown by metres, true to length at a latitude."""
    from shapely import affinity  # noqa: PLC0415 - only for shapes

    squeeze = math.cos(math.radians(lat))
    flat = affinity.scale(form, xfact=squeeze, yfact=1.0, origin=(0, 0))
    return affinity.scale(flat.buffer(metres / METRES_PER_DEGREE), xfact=1 / squeeze, yfact=1.0, origin=(0, 0))


def _front(closure: Closure, form: Any, at: datetime | None) -> Any:  # noqa: ANN401 - shapely's own
    """Return a shape where its front has come to by a moment; toward a bearing all that it swept over is covered."""
    if not closure.front_kmh or closure.begins is None or at is None or at <= closure.begins:
        return form
    from shapely import affinity, unary_union  # noqa: PLC0415 - only for shapes

    metres = closure.front_kmh * 1000 * ((at - closure.begins) / timedelta(hours=1))
    lat = form.centroid.y
    if closure.toward is None:
        return grown(form, metres, lat)
    north = metres / METRES_PER_DEGREE * math.cos(math.radians(closure.toward))
    east = metres / METRES_PER_DEGREE * math.sin(math.radians(closure.toward)) / math.cos(math.radians(lat))
    return unary_union([form, affinity.translate(form, east, north)]).convex_hull


class _Collection(msgspec.Struct):
    features: list[Any]


def read_closures(path: str | Path) -> list[Closure]:
    """Read closures from GeoJSON: one feature each, its properties those of `Closure` with `from` and `until`.

    Raises `InputError` that lists every fault of the file.
    """
    data, place = read_bytes(path), str(path)
    try:
        features = msgspec.json.decode(data, type=_Collection).features
    except (msgspec.DecodeError, UnicodeDecodeError):
        hint = "a FeatureCollection, as QGIS and geojson.io write it"
        raise InputError("is not GeoJSON of closures", place=place, hint=hint) from None
    problems: list[Fault] = []
    found: dict[str, Closure] = {}
    for number, feature in enumerate(features, start=1):
        where = f"{place}: feature {number}"
        closure = _closure(feature, where, problems)
        if closure is not None and closure.id in found:
            problems.append(Fault(where, f"two closures are called {closure.id!r}", "give each an id of its own"))
        elif closure is not None:
            found[closure.id] = closure
    if problems:
        raise InputError(f"{len(problems)} fault(s)", place=place, hint="nothing was read", faults=problems)
    return list(found.values())


def _closure(feature: object, where: str, problems: list[Fault]) -> Closure | None:
    if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
        problems.append(Fault(where, "is no feature with properties"))
        return None
    said = {key: value for key, value in feature["properties"].items() if value is not None}
    before = len(problems)
    problems += [
        Fault(where, f"unknown property {key!r}", nearest_word(key, list(FIELDS))) for key in said if key not in FIELDS
    ]
    problems += [
        Fault(where, f"the property {key!r} is missing", why) for key, why in NEEDED.items() if key not in said
    ]
    if said.get("kind", KINDS[0]) not in KINDS:
        problems.append(Fault(where, f"unknown kind {said['kind']!r}", nearest_word(str(said["kind"]), list(KINDS))))
    begins, ends = (_moment(said.get(key), f"{where}: {key}", problems) for key in ("from", "until"))
    if begins and ends and begins >= ends:
        problems.append(Fault(where, "ends before it begins", "swap from and until"))
    shape = feature.get("geometry")
    if shape is None and not said.get("ways"):
        problems.append(
            Fault(where, "closes nothing: neither a geometry nor ways", "draw it, or name OpenStreetMap ways")
        )
    elif shape is not None:
        problems += _shape_faults(shape, where)
    if len(problems) > before:
        return None
    rest = {key: said[key] for key in FIELDS if key in said and key not in ("from", "until")}
    try:
        closure = msgspec.convert({**rest, "shape": shape}, Closure)
    except msgspec.ValidationError as error:
        problems.append(Fault(where, str(error)))
        return None
    if not 0 <= closure.speed_factor < 1 or closure.front_kmh < 0:
        problems.append(Fault(where, "speed_factor is a share below 1 and front_kmh not negative", "0 closes the road"))
        return None
    if closure.front_kmh and begins is None:
        problems.append(Fault(where, "a front needs `from`: where it stood then", "add from"))
        return None
    return msgspec.structs.replace(closure, begins=begins, ends=ends)


NEEDED = {
    "id": "a short name",
    "kind": "one of: " + ", ".join(KINDS),
    "source": "who says so: an organisation or office",
}


def _moment(value: object, where: str, problems: list[Fault]) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(cast("str", value))
    except (ValueError, TypeError):
        problems.append(Fault(where, f"{value!r} is not a time", "write 2026-11-22T06:00+02:00"))
        return None
    if moment.tzinfo is None:
        problems.append(Fault(where, f"{value!r} has no zone", "write the offset: 2026-11-22T06:00+02:00"))
        return None
    return moment


def _shape_faults(shape: object, where: str) -> list[Fault]:
    """Return what is wrong with a geometry: malformed, crossing itself, or out of the world."""
    from shapely.errors import ShapelyError  # noqa: PLC0415 - only for shapes
    from shapely.geometry import shape as to_shape  # noqa: PLC0415 - likewise
    from shapely.validation import explain_validity  # noqa: PLC0415 - likewise

    try:
        form = to_shape(cast("Any", shape))
        empty = form.is_empty
    except (ShapelyError, ValueError, TypeError, KeyError, AttributeError, IndexError):
        return [Fault(where, "its geometry cannot be read", "Point, LineString, Polygon or their Multi forms")]
    if empty:
        return [Fault(where, "its geometry is empty", "draw it, or take the feature out")]
    if not form.is_valid:
        why = explain_validity(form)
        return [Fault(where, f"the polygon crosses itself or is not closed: {why}", "redraw it there, lon lat")]
    west, south, east, north = form.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        return [Fault(where, "lies outside the world", "positions are longitude, latitude in degrees")]
    return []
