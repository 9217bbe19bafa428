"""What lies under the map: land, waters, roads and places from a file of `corridor roads layers`, light for a phone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

from corridor.errors import InputError
from corridor.files import read_bytes
from corridor.publishing.frame import Frame
from corridor.publishing.labels import Box
from corridor.publishing.markup import Child, Markup, el, number
from corridor.situation.site import Site

Point = tuple[float, float]
AGAIN = "make it again: corridor roads layers MAP.osm.pbf -o layers.geojson"
# A line is drawn to so many pixels; what is smaller is left out, and what lies further out than a picture's width.
FINE, LEAST, BEYOND = 1.5, 3.0, 0.75
WIDE = ("motorway", "trunk", "primary")
TOWNS = ("city", "town", "suburb", "village", "quarter", "neighbourhood", "hamlet")
NAMED = 14
COPYRIGHT = "https://www.openstreetmap.org/copyright"


@dataclass(frozen=True)
class Feature:
    """One line, area or place of the ground, in degrees: its class in the drawing, its name, its lines, its box."""

    kind: str
    rank: int
    name: str
    lines: tuple[tuple[Point, ...], ...]
    box: tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class Ground:
    """What lies under a map, and whose data it is: it is shown with those words and never without."""

    credit: str
    features: tuple[Feature, ...]


def read_ground(path: str | Path) -> Ground:
    """Read the layers that `corridor roads layers` wrote; raises `InputError` for any other file."""
    try:
        said = msgspec.json.decode(read_bytes(path), type=_Layers)
        features = [_feature(each) for each in said.features]
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError, TypeError, IndexError) as error:
        raise InputError(f"holds no layers of a map: {error}", place=str(path), hint=AGAIN) from None
    known = [feature for feature in features if feature is not None]
    if not known or not said.attribution.strip():
        raise InputError("holds no layers, or does not say whose data they are", place=str(path), hint=AGAIN)
    return Ground(said.attribution.strip(), tuple(known))


class _Properties(msgspec.Struct):
    layer: str
    kind: str = ""
    name: str = ""


class _Geometry(msgspec.Struct):
    type: str
    coordinates: list[Any]


class _Feature(msgspec.Struct):
    properties: _Properties
    geometry: _Geometry


class _Layers(msgspec.Struct):
    attribution: str
    features: list[_Feature]


def _feature(said: _Feature) -> Feature | None:
    depth = {"Point": 0, "LineString": 1, "Polygon": 2, "MultiLineString": 2, "MultiPolygon": 3}.get(said.geometry.type)
    what, kind = said.properties.layer, said.properties.kind
    if depth is None or what not in ("land", "water", "road", "place", "hospital"):
        return None
    if what == "road":
        drawn = "wide" if kind in WIDE else "road"
    else:
        drawn = "stream" if what == "water" and depth == 1 else what
    lines = tuple(_lines(said.geometry.coordinates, depth))
    xs, ys = [x for line in lines for x, _ in line], [y for line in lines for _, y in line]
    if not (min(xs) >= -180 and max(xs) <= 180 and min(ys) >= -90 and max(ys) <= 90):
        raise ValueError("a position lies outside the world")
    rank = TOWNS.index(kind) if what == "place" and kind in TOWNS else len(TOWNS)
    return Feature(drawn, rank, said.properties.name, lines, (min(xs), min(ys), max(xs), max(ys)))


def _lines(coordinates: Sequence[Any], depth: int) -> Iterator[tuple[Point, ...]]:
    if depth == 0:
        yield ((float(coordinates[0]), float(coordinates[1])),)
    elif depth == 1:
        yield tuple((float(x), float(y)) for x, y, *_ in coordinates)
    else:
        for part in coordinates:
            yield from _lines(part, depth - 1)


def credited(ground: Ground) -> Markup:
    """Return whose data lies under a map, with the terms of OpenStreetMap where it is theirs."""
    words = el("bdi", ground.credit)
    return el("a", words, href=COPYRIGHT) if "OpenStreetMap" in ground.credit else words


def lies_under(ground: Ground, sites: Iterable[Site]) -> bool:
    """Whether any of the ground lies within the box around some sites: a map of elsewhere has none."""
    at = [(site.longitude or 0, site.latitude or 0) for site in sites]
    if not at:
        return False
    (left, bottom), (right, top) = (tuple(map(end, zip(*at, strict=True))) for end in (min, max))
    return any(
        box[0] <= right and box[2] >= left and box[1] <= top and box[3] >= bottom
        for box in (feature.box for feature in ground.features)
    )


@lru_cache(maxsize=16)
def drawn(ground: Ground, view: Frame, *, beyond: float = BEYOND, taken: tuple[Box, ...] = ()) -> Markup:
    """Return the ground of a map as one group: a path for each class of line or area, hidden from those who listen.

    What lies further beyond the picture than the share `beyond` of it is left out; its names keep clear of `taken`.
    """
    paths: dict[str, list[str]] = defaultdict(list)
    places: list[Feature] = []
    marks: list[Child] = []
    for feature in ground.features:
        left, bottom = _at(view, feature.box[0], feature.box[1])
        right, top = _at(view, feature.box[2], feature.box[3])
        wide, high = view.width * beyond, view.height * beyond
        if right < -wide or left > view.width + wide or bottom < -high or top > view.height + high:
            continue
        if feature.kind == "place":
            places.append(feature)
        elif feature.kind == "hospital":
            marks.append(el("path", d=f"M{number(left)} {number(top)}m-4 0h8m-4-4v8", class_="bed"))
        elif max(right - left, bottom - top) >= LEAST:
            paths[feature.kind] += [_path(view, line, feature.kind) for line in feature.lines]
    order = ("land", "water", "stream", "road", "wide")
    lines = [el("path", d="".join(paths[kind]), class_=f"lay-{kind}") for kind in order if paths[kind]]
    return el("g", lines, marks, list(_names(view, places, taken)), class_="lay", aria_hidden="true")


def _at(view: Frame, lon: float, lat: float) -> Point:
    return view.at(Site(id="", kind="place", latitude=lat, longitude=lon))


def _path(view: Frame, line: Sequence[Point], kind: str) -> str:
    """Return a line as a path in whole tenths of pixels, each bend at least some way from the one before."""
    points = [_at(view, *point) for point in line]
    kept = points[:1]
    for number_, point in enumerate(points[1:], start=2):
        if number_ == len(points) or abs(point[0] - kept[-1][0]) + abs(point[1] - kept[-1][1]) >= FINE:
            kept.append(point)
    steps = [(round(x, 1), round(y, 1)) for x, y in kept]
    words = f"M{steps[0][0]:g} {steps[0][1]:g}"
    for (x1, y1), (x2, y2) in pairwise(steps):
        words += f"l{round(x2 - x1, 1):g} {round(y2 - y1, 1):g}"
    return words + ("z" if kind in ("land", "water") else "")


def _names(view: Frame, places: Sequence[Feature], kept: Sequence[Box]) -> Iterator[Markup]:
    """Yield the names of the largest places inside the picture that do not cover each other."""
    taken = list(kept)
    for place in sorted(places, key=lambda each: (each.rank, each.name)):
        x, y = _at(view, *place.lines[0][0])
        half = 4.0 * len(place.name)
        box = Box(x - half, y - 10, x + half, y + 6)
        inside = box.left > 0 and box.right < view.width and box.top > 0 and box.bottom < view.height
        free = all(
            box.right < other.left or box.left > other.right or box.bottom < other.top or box.top > other.bottom
            for other in taken
        )
        if inside and free and len(taken) - len(kept) < NAMED:
            taken.append(box)
            words = el("text", place.name, text_anchor="middle", class_="layname")
            yield el("g", el("g", words, class_="fixed"), transform=f"translate({number(x)} {number(y)})")
