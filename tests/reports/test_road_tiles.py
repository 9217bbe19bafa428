"""Layers of a PMTiles archive: the same as of an extract, whose data it is, and what is no archive."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import write

from corridor.errors import InputError
from corridor.publishing.ground import read_ground
from corridor.reports.roads.layers import layers
from corridor.reports.roads.tiles import box_around, tags_of
from tests.test_cli import Run, run

__all__ = ["run"]

ZOOM, EXTENT = 8, 4096
WEST, SOUTH, EAST, NORTH = 36.6, 35.9, 37.6, 36.5
# The layer of the tile, the shape, its points, what is said of it.
Drawn = tuple[str, str, list[tuple[float, float]], dict[str, str]]
CREDIT = '<a href="https://www.openstreetmap.org/copyright">&copy; OpenStreetMap contributors</a>'


def spot(lon: float, lat: float, zoom: int = ZOOM) -> tuple[float, float]:
    """Return where a point lies on the map of a zoom, in tiles (Web Mercator)."""
    many = 1 << zoom
    y = (1 - math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) / math.pi) / 2 * many
    return (lon + 180) / 360 * many, y


def archive(folder: Path, drawn: list[Drawn], **other: Any) -> Path:
    """Write an archive of one zoom; each drawn thing goes into the tile of its first point, whole."""
    tiles: dict[tuple[int, int], dict[str, list[dict[str, Any]]]] = {}
    for layer, kind, points, said in drawn:
        x, y = (int(part) for part in spot(*points[0]))
        at = [[round((a - x) * EXTENT), round((b - y) * EXTENT)] for a, b in (spot(*point) for point in points)]
        shape = {"Point": at[0], "LineString": at, "Polygon": [at]}[kind]
        feature = {"geometry": {"type": kind, "coordinates": shape}, "properties": said}
        tiles.setdefault((x, y), {}).setdefault(layer, []).append(feature)
    path = folder / "map.pmtiles"
    with write(str(path)) as writer:
        for (x, y), found in sorted(tiles.items(), key=lambda one: zxy_to_tileid(ZOOM, *one[0])):
            layers_of = [{"name": name, "features": features} for name, features in found.items()]
            data = mapbox_vector_tile.encode(layers_of, default_options={"y_coord_down": True, "extents": EXTENT})
            writer.write_tile(zxy_to_tileid(ZOOM, x, y), gzip.compress(data))
        header = {
            "tile_type": TileType.MVT,
            "tile_compression": Compression.GZIP,
            "min_lon_e7": int(WEST * 1e7),
            "min_lat_e7": int(SOUTH * 1e7),
            "max_lon_e7": int(EAST * 1e7),
            "max_lat_e7": int(NORTH * 1e7),
            "center_zoom": ZOOM,
            "center_lon_e7": int(37 * 1e7),
            "center_lat_e7": int(36.2 * 1e7),
        }
        writer.finalize(header | other.get("header", {}), other.get("said", {"attribution": CREDIT}))
    return path


SQUARE = [(37.1, 36.1), (37.3, 36.1), (37.3, 36.3), (37.1, 36.3), (37.1, 36.1)]
PROTOMAPS: list[Drawn] = [
    ("roads", "LineString", [(37.0, 36.0), (37.2, 36.1)], {"kind": "highway", "kind_detail": "motorway", "ref": "M5"}),
    ("roads", "LineString", [(37.0, 36.0), (37.1, 36.2)], {"kind": "path", "kind_detail": "footway"}),
    ("water", "LineString", [(37.0, 36.0), (37.0, 36.2)], {"kind": "river", "name": "Long River"}),
    ("landuse", "Polygon", SQUARE, {"kind": "residential"}),
    ("places", "Point", [(37.16, 36.2)], {"kind": "locality", "kind_detail": "city", "name": "Hill"}),
    ("pois", "Point", [(37.17, 36.21)], {"kind": "hospital", "name": "St Luke"}),
    ("earth", "Polygon", SQUARE, {"kind": "earth"}),
]
OPENMAPTILES: list[Drawn] = [
    ("transportation", "LineString", [(37.0, 36.0), (37.2, 36.1)], {"class": "motorway", "ref": "M5"}),
    ("transportation", "LineString", [(37.0, 36.0), (37.1, 36.2)], {"class": "path", "subclass": "footway"}),
    ("waterway", "LineString", [(37.0, 36.0), (37.0, 36.2)], {"class": "river", "name": "Long River"}),
    ("landuse", "Polygon", SQUARE, {"class": "residential"}),
    ("place", "Point", [(37.16, 36.2)], {"class": "city", "name": "Hill"}),
    ("poi", "Point", [(37.17, 36.21)], {"class": "hospital", "subclass": "hospital", "name": "St Luke"}),
    ("boundary", "LineString", [(37.0, 36.0), (37.2, 36.1)], {"class": "x"}),
]
EXPECTED = [
    ("land", "residential", ""),
    ("water", "river", "Long River"),
    ("road", "motorway", "M5"),
    ("place", "city", "Hill"),
    ("hospital", "hospital", "St Luke"),
]


@pytest.mark.parametrize("drawn", [PROTOMAPS, OPENMAPTILES], ids=["protomaps", "openmaptiles"])
def test_both_schemas_give_the_layers_of_an_extract(tmp_path: Path, drawn: list[Any]) -> None:
    document = layers(archive(tmp_path, drawn))
    said = [f["properties"] for f in document["features"]]
    assert [(one["layer"], one["kind"], one.get("name", "")) for one in said] == EXPECTED
    assert document["attribution"] == "© OpenStreetMap contributors"
    place = next(f for f in document["features"] if f["properties"]["layer"] == "place")
    # A tile of this zoom is some 1.4 degrees wide, in 4,096 steps.
    assert place["geometry"]["coordinates"] == pytest.approx((37.16, 36.2), abs=5e-4)


def test_what_they_give_lies_under_a_map(tmp_path: Path, run: Run) -> None:
    out = tmp_path / "layers.geojson"
    done = run("roads", "layers", str(archive(tmp_path, PROTOMAPS)), "-o", str(out))
    assert done.code == 0, done.err
    ground = read_ground(out)
    assert ground.credit == "© OpenStreetMap contributors"
    assert {feature.kind for feature in ground.features} == {"land", "stream", "wide", "place", "hospital"}


def test_only_what_lies_around_the_sites_is_taken(tmp_path: Path) -> None:
    file = archive(tmp_path, PROTOMAPS)
    near = layers(file, around=box_around([(36.2, 37.16)], 2.0))
    names = {f["properties"].get("name") for f in near["features"]}
    assert "Hill" in names
    assert "M5" not in names
    with pytest.raises(InputError, match="covers nothing around the sites"):
        layers(file, around=box_around([(48.8, 2.3)], 10.0))


def test_a_kind_that_no_map_of_an_operation_needs_has_no_tags_that_count() -> None:
    assert tags_of("buildings", {"kind": "building"}, area=True) == {}
    assert tags_of("roads", {}, area=False) == {}
    assert tags_of("landuse", {"kind": "wood"}, area=True) == {"landuse": "forest"}


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def other(path: Path) -> None:
    path.write_bytes(b"PMTiles\x02" + path.read_bytes()[8:])


def bomb(path: Path) -> None:
    """Put a description that unpacks to more than a map holds in the place of the first one."""
    data = bytearray(path.read_bytes())
    packed = gzip.compress(b" " * (40 * 1024 * 1024))
    data[24:40] = len(data).to_bytes(8, "little") + len(packed).to_bytes(8, "little")
    path.write_bytes(bytes(data) + packed)


@pytest.mark.parametrize("spoil", [cut, emptied, other, bomb])
def test_what_is_no_whole_archive_is_named(tmp_path: Path, run: Run, spoil: Callable[[Path], None]) -> None:
    file = archive(tmp_path, PROTOMAPS)
    layers(file)
    spoil(file)
    out = tmp_path / "layers.geojson"
    done = run("roads", "layers", str(file), "-o", str(out))
    assert done.code == 3
    assert "map.pmtiles" in done.err
    assert "hint" in done.err
    assert not out.exists()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"said": {"name": "mine"}}, "does not say whose data"),
        ({"header": {"tile_type": TileType.PNG}}, "pictures"),
        ({"header": {"tile_compression": Compression.ZSTD}}, "packed"),
    ],
)
def test_an_archive_that_cannot_be_shown_says_why(tmp_path: Path, given: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        layers(archive(tmp_path, PROTOMAPS, **given))


def test_reports_without_a_position_give_no_area(tmp_path: Path, run: Run) -> None:
    reports = tmp_path / "reports.jsonl"
    moment = "2016-12-15T10:00:00+02:00"
    one = {"id": "a", "source": "x", "fact": "site", "about": "gate", "place": "gate", "value": "pickup"}
    reports.write_text(json.dumps(one | {"observed": moment, "received": moment}) + "\n")
    done = run("roads", "layers", str(archive(tmp_path, PROTOMAPS)), "--sites", str(reports))
    assert done.code == 2
    assert "no site of these reports has a position" in done.err
