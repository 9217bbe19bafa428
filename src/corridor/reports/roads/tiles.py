"""Map layers from a PMTiles archive that the user has: vector tiles read into the layers of `corridor roads layers`.

Two schemas are known, those of Protomaps and of OpenMapTiles. What a tile holds is said again in OpenStreetMap's tags,
so that one table decides what an operation's map needs. Source: PMTiles specification version 3; Mapbox Vector Tile
specification 2.1.
"""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from corridor.errors import InputError
from corridor.files import read_bytes
from corridor.reports.roads.snap import METRES_PER_DEGREE

Box = tuple[float, float, float, float]
# By its tags and whether it is an area: the layer, kind and name of a feature.
LayerOf = Callable[..., dict[str, str] | None]
FORM = ".pmtiles"
MAGIC = b"PMTiles\x03"
# Tiles are taken of the finest zoom that covers an area with so many; finer ones hold more than a page draws.
MOST_TILES, FINEST = 48, 12
# A tile or a description that unpacks to more than this is no map.
LARGEST = 32 * 1024 * 1024
LAYERS = {
    "roads": "highway",
    "transportation": "highway",
    "water": "water",
    "waterway": "waterway",
    "places": "place",
    "place": "place",
    "landuse": "landuse",
    "landcover": "landuse",
    "pois": "amenity",
    "poi": "amenity",
}
# What Protomaps calls a road of a class, where it does not say the class itself.
ROADS = {"major_road": "primary", "medium_road": "secondary"}
# The most exact first: where a schema says a kind twice, the closer one is believed.
WHAT = ("kind_detail", "pmap:kind_detail", "kind", "pmap:kind", "subclass", "class")
AGAIN = "the whole file, made by a tool that writes PMTiles 3 with vector tiles; or an extract: MAP.osm.pbf"


class Archive(msgspec.Struct, frozen=True):
    """An opened archive: its finest zoom, the area that it covers in degrees, whose data it is, its tiles."""

    finest: int
    box: Box
    credit: str
    tile: Callable[[int, int, int], bytes]


def features(path: Path, around: Box | None, layer_of: LayerOf) -> tuple[str, list[dict[str, Any]]]:
    """Return whose data an archive holds, and the features of its layers with their shapes, whole.

    `around` is the area in degrees (west, south, east, north); all that the archive covers where it is None.
    `layer_of` says by its tags which layer a feature belongs to, None for those that no map needs. Raises
    `InputError` for a file that is no whole archive of vector tiles, or does not say whose data it holds, or an area
    that it does not cover.
    """
    decode = _decoder()
    with _opened(path) as archive:
        box = _within(archive.box, around, path)
        zoom = _zoom(box, archive.finest)
        found: list[dict[str, Any]] = []
        for x, y in _tiles(box, zoom):
            data = archive.tile(zoom, x, y)
            if data:
                found += _of_tile(decode(data), (zoom, x, y), layer_of)
    return archive.credit, found


def box_around(points: Sequence[tuple[float, float]], km: float) -> Box | None:
    """Return the area around points (latitude, longitude) with a margin in km; None where there is no point."""
    if not points:
        return None
    south, north = (end(lat for lat, _ in points) for end in (min, max))
    west, east = (end(lon for _, lon in points) for end in (min, max))
    high = km * 1000 / METRES_PER_DEGREE
    wide = high / max(math.cos(math.radians(max(abs(south), abs(north)))), 0.01)
    return west - wide, south - high, east + wide, north + high


def _decoder() -> Callable[[bytes], dict[str, Any]]:
    try:
        import mapbox_vector_tile  # noqa: PLC0415 - an extra, and only for those who have tiles
    except ImportError:
        hint = "install it: pip install 'corridor-evac[roads]'"
        raise InputError("reading PMTiles needs the extra `roads`", place="corridor", hint=hint) from None
    options = {"y_coord_down": True, "geojson": True}
    return lambda data: mapbox_vector_tile.decode(data, default_options=options)


@contextmanager
def _opened(path: Path) -> Iterator[Archive]:
    """Open an archive; what is wrong anywhere in it is one error."""
    from google.protobuf.message import DecodeError  # noqa: PLC0415 - with the decoder of tiles

    if not path.is_file():
        read_bytes(path)  # says why not
    if not path.stat().st_size:
        raise InputError("is empty", place=str(path), hint=AGAIN)
    wrong = (ValueError, EOFError, OSError, IndexError, KeyError, AssertionError, zlib.error, DecodeError)
    try:
        with path.open("rb") as file:
            yield _archive(file)
    except (*wrong, msgspec.DecodeError) as error:
        raise InputError(f"is no whole archive of vector tiles: {error}", place=str(path), hint=AGAIN) from None


def _archive(file: BinaryIO) -> Archive:
    """Return what an open file holds; raises ValueError for what is no archive of vector tiles."""
    from pmtiles.reader import Compression, MmapSource, Reader  # noqa: PLC0415 - an extra
    from pmtiles.tile import TileType  # noqa: PLC0415 - likewise

    if file.read(len(MAGIC)) != MAGIC:
        raise ValueError("its first bytes are of another kind of file")
    reader = Reader(MmapSource(file))
    header = reader.header()
    if header["tile_type"] != TileType.MVT:
        raise ValueError("its tiles are pictures, not lines and areas")
    packed = {Compression.NONE: False, Compression.GZIP: True}
    if header["tile_compression"] not in packed or header["internal_compression"] not in packed:
        raise ValueError("it is packed in a way that is not known here")
    said = reader.get_bytes(header["metadata_offset"], header["metadata_length"])
    about = _unpacked(said, packed=packed[header["internal_compression"]])

    def tile(z: int, x: int, y: int) -> bytes:
        data = reader.get(z, x, y)
        return _unpacked(data, packed=packed[header["tile_compression"]]) if data else b""

    west, south, east, north = (header[f"{end}_e7"] / 1e7 for end in ("min_lon", "min_lat", "max_lon", "max_lat"))
    credit = _credit(msgspec.json.decode(about, type=dict[str, Any]))
    return Archive(header["max_zoom"], (west, south, east, north), credit, tile)


def _unpacked(data: bytes, *, packed: bool) -> bytes:
    if not packed:
        return data
    stream = zlib.decompressobj(wbits=31)
    found = stream.decompress(data, LARGEST)
    if not stream.eof:
        raise ValueError("a part of it is cut, or unpacks to more than a map holds")
    return found


def _credit(said: dict[str, Any]) -> str:
    """Return whose data it is in plain words; raises ValueError where the archive does not say."""
    words = re.sub(r"<[^>]*>", "", str(said.get("attribution") or "")).replace("&copy;", "©").strip()
    if not words:
        raise ValueError("it does not say whose data it holds (attribution)")
    return words


def _within(whole: Box, around: Box | None, path: Path) -> Box:
    if around is None:
        return whole
    west, south = max(whole[0], around[0]), max(whole[1], around[1])
    east, north = min(whole[2], around[2]), min(whole[3], around[3])
    if west >= east or south >= north:
        covered = ", ".join(f"{end:.2f}" for end in whole)
        hint = f"it covers west, south, east, north: {covered}"
        raise InputError("covers nothing around the sites", place=str(path), hint=hint)
    return west, south, east, north


def _zoom(box: Box, finest: int) -> int:
    """Return the finest zoom at which few tiles cover an area."""
    for zoom in range(min(finest, FINEST), 0, -1):
        (left, top), (right, bottom) = _at(box[0], box[3], zoom), _at(box[2], box[1], zoom)
        if (right - left + 1) * (bottom - top + 1) <= MOST_TILES:
            return zoom
    return 0


def _tiles(box: Box, zoom: int) -> Iterator[tuple[int, int]]:
    (left, top), (right, bottom) = _at(box[0], box[3], zoom), _at(box[2], box[1], zoom)
    for x in range(left, right + 1):
        for y in range(top, bottom + 1):
            yield x, y


def _at(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    """Return the tile that a point lies in (Web Mercator)."""
    many = 1 << zoom
    x = (lon + 180) / 360 * many
    y = (1 - math.asinh(math.tan(math.radians(max(min(lat, 85.0511), -85.0511)))) / math.pi) / 2 * many
    return min(max(int(x), 0), many - 1), min(max(int(y), 0), many - 1)


def _of_tile(tile: dict[str, Any], where: tuple[int, int, int], layer_of: LayerOf) -> Iterator[dict[str, Any]]:
    """Return the features of one tile that a map of an operation needs, in degrees."""
    import shapely  # noqa: PLC0415 - a quarter of a second
    from shapely.geometry import shape  # noqa: PLC0415 - likewise

    for name, layer in tile.items():
        extent = float(layer["extent"])
        for each in layer["features"]:
            area = "Polygon" in each["geometry"]["type"]
            said = layer_of(tags_of(name, each["properties"], area=area), area=area)
            if said is None:
                continue
            drawn = shapely.transform(
                shape(each["geometry"]),
                lambda at, extent=extent: _degrees(at, extent, where),
            )
            yield {"properties": {**said, "osm": ""}, "shape": drawn}


def _degrees(at: Any, extent: float, where: tuple[int, int, int]) -> Any:  # noqa: ANN401 - an array (n, 2)
    import numpy as np  # noqa: PLC0415 - only for shapes

    zoom, x, y = where
    many = 1 << zoom
    lon = (at[:, 0] / extent + x) / many * 360 - 180
    lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * (at[:, 1] / extent + y) / many))))
    return np.column_stack([lon, lat])


def tags_of(layer: str, said: dict[str, Any], *, area: bool) -> dict[str, str]:
    """Return a tile's feature in OpenStreetMap's tags; nothing for a layer or a kind that is not known."""
    key = LAYERS.get(layer)
    kinds = [str(said[name]) for name in WHAT if said.get(name)]
    if key is None or not kinds:
        return {}
    names = {name: str(said[name]) for name in ("name", "ref") if said.get(name)}
    if "hospital" in kinds:
        return {"amenity": "hospital", **names}
    if key == "water":
        return {"natural": "water", **names} if area else {"waterway": kinds[0], **names}
    kind = ROADS.get(kinds[0], kinds[0])
    return {key: "forest" if kind == "wood" else kind, **names}
