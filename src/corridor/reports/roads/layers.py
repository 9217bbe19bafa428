"""Map layers of an extract as light GeoJSON: main roads, waters, land use, places, hospitals and shelters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from corridor.errors import InputError
from corridor.reports.roads import tiles
from corridor.reports.roads.extract import AGAIN, digest_of, osmium_or_error
from corridor.reports.roads.tiles import FORM, Box

OSM = "© OpenStreetMap contributors (ODbL)"
MAIN = ("motorway", "trunk", "primary", "secondary", "tertiary")
WATERS = ("river", "canal", "riverbank")
LAND = ("residential", "industrial", "commercial", "retail", "military", "forest")
PLACES = ("city", "town", "suburb", "village", "quarter", "neighbourhood", "hamlet")
KEYS = (
    "highway",
    "waterway",
    "natural",
    "landuse",
    "place",
    "amenity",
    "healthcare",
    "social_facility",
    "emergency",
    "building",
)
# Lines and areas keep every bend larger than this, in degrees: some thirty metres, less than a pixel of a phone's map.
COARSE = 0.0003
# Areas smaller than this, in square degrees, are left out: some five hectares.
SMALL = 5e-6
# A page for a phone: beyond this many bytes the least important layers are thinned.
LIGHT = 600_000


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A place of the map that might receive people: kind of site, name, position, beds where tagged, and the tag."""

    osm: str
    kind: str
    name: str
    lat: float
    lon: float
    tag: str
    beds: int | None = None


def layers(path: str | Path, *, light: int = LIGHT, around: Box | None = None) -> dict[str, Any]:
    """Return the layers of an extract, or of a PMTiles archive, as GeoJSON of at most about so many bytes.

    Each feature has `layer` (land, water, road, place, hospital, shelter), `kind` and `name`. `around` is the area
    wanted, in degrees (west, south, east, north). Raises `InputError` for a file that is neither of them whole.
    """
    if Path(path).name.lower().endswith(FORM):
        credit, found = tiles.features(Path(path), around, layer_of)
        features = _ordered(found)
    else:
        credit, features = OSM, _drawn(path)
    if around is not None:
        features = _near(features, around)
    for coarser in (1, 2, 4, 8):
        made = [_thinned(feature, coarser) for feature in features]
        kept = [
            feature
            for feature in made
            if feature is not None and (coarser < 4 or feature["properties"]["kind"] not in ("tertiary", "forest"))
        ]
        document = {"type": "FeatureCollection", "attribution": credit, "features": kept}
        if len(msgspec.json.encode(document)) <= light:
            break
    return document


def _near(features: list[dict[str, Any]], around: Box) -> list[dict[str, Any]]:
    """Return the features that reach into an area."""
    import shapely  # noqa: PLC0415 - a quarter of a second

    area = shapely.box(*around)
    return [feature for feature in features if feature["shape"].intersects(area)]


def candidates(path: str | Path) -> list[Candidate]:
    """Return the hospitals and shelters of an extract, as places that might receive people; somebody has to ask them.

    Tags: amenity=hospital or healthcare=hospital; amenity=shelter is a roof over a bench and is not one;
    social_facility=shelter, emergency=assembly_point, amenity=school and community_centre are.
    """
    found = {}
    for feature in _drawn(path):
        said = feature["properties"]
        if said["layer"] in ("hospital", "shelter"):
            point = feature["shape"].representative_point()
            beds = str(said.get("beds", ""))
            found[said["osm"]] = Candidate(
                osm=said["osm"],
                kind="hospital" if said["layer"] == "hospital" else "reception",
                name=said["name"],
                lat=round(point.y, 6),
                lon=round(point.x, 6),
                tag=said["tag"],
                beds=int(beds) if beds.isdigit() else None,
            )
    return [found[key] for key in sorted(found)]


def _drawn(path: str | Path) -> list[dict[str, Any]]:
    """Return every feature of a layer with its shape, whole."""
    osmium = osmium_or_error()
    digest_of(path)
    import shapely  # noqa: PLC0415 - a quarter of a second

    make = osmium.geom.WKBFactory()
    found: list[dict[str, Any]] = []
    try:
        for entity in osmium.FileProcessor(str(path)).with_areas().with_filter(osmium.filter.KeyFilter(*KEYS)):
            if entity.is_relation() or (
                entity.is_way()
                and entity.is_closed()
                and "highway" not in entity.tags
                and "waterway" not in entity.tags
            ):
                continue  # comes again as an area
            said = layer_of({tag.k: tag.v for tag in entity.tags}, area=entity.is_area())
            if said is None:
                continue
            try:
                data = (
                    make.create_multipolygon(entity)
                    if entity.is_area()
                    else make.create_point(entity)
                    if entity.is_node()
                    else make.create_linestring(entity)
                )
            except Exception:  # noqa: BLE001, S112 - osmium's errors have no common name; a broken shape is no landmark
                continue
            letter = "n" if entity.is_node() else "w" if entity.is_way() or entity.from_way() else "r"
            number = entity.orig_id() if entity.is_area() else entity.id
            found.append(
                {"properties": {**said, "osm": f"{letter}{number}"}, "shape": shapely.from_wkb(bytes.fromhex(data))}
            )
    except RuntimeError as error:
        raise InputError(f"is not a whole OpenStreetMap file: {error}", place=str(path), hint=AGAIN) from None
    return _ordered(found)


def _ordered(features: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return features as they are drawn, what lies lowest first."""
    order = ("land", "water", "road", "place", "shelter", "hospital")
    return sorted(
        features, key=lambda feature: (order.index(feature["properties"]["layer"]), feature["properties"]["osm"])
    )


def layer_of(tags: dict[str, str], *, area: bool) -> dict[str, str] | None:
    """Return what layer an entity belongs to; None for what no map of an evacuation needs."""
    name = tags.get("name", "")
    road = tags.get("highway", "").removesuffix("_link")
    if not area and road in MAIN:
        return {"layer": "road", "kind": road, "name": tags.get("ref") or name}
    if tags.get("waterway") in WATERS or (area and tags.get("natural") == "water"):
        return {"layer": "water", "kind": tags.get("waterway", "water"), "name": name}
    if area and tags.get("landuse") in LAND:
        return {"layer": "land", "kind": tags["landuse"], "name": name}
    if tags.get("place") in PLACES and name and not area:
        return {"layer": "place", "kind": tags["place"], "name": name}
    for key in ("amenity", "healthcare"):
        if tags.get(key) == "hospital":
            return {
                "layer": "hospital",
                "kind": "hospital",
                "name": name,
                "tag": f"{key}=hospital",
                "beds": tags.get("beds", ""),
            }
    for key, value in (
        ("social_facility", "shelter"),
        ("emergency", "assembly_point"),
        ("amenity", "school"),
        ("amenity", "community_centre"),
    ):
        if tags.get(key) == value:
            return {"layer": "shelter", "kind": value, "name": name, "tag": f"{key}={value}"}
    return None


def _thinned(feature: dict[str, Any], coarser: int) -> dict[str, Any] | None:
    from corridor.reports.roads.ways import rounded  # noqa: PLC0415 - only for shapes

    shape, said = feature["shape"], feature["properties"]
    if said["layer"] in ("hospital", "shelter"):
        shape = shape.representative_point()
    elif said["layer"] in ("land", "water") and shape.geom_type in ("MultiPolygon", "Polygon"):
        if shape.area < SMALL * coarser:
            return None
        shape = shape.simplify(COARSE * coarser)
    elif shape.geom_type in ("LineString", "MultiLineString"):
        shape = shape.simplify(COARSE * coarser)
    kept = {key: value for key, value in said.items() if key in ("layer", "kind", "name") and value}
    return {"type": "Feature", "properties": kept, "geometry": rounded(shape)}
