"""The public places and figures for GIS users: OGC API Features, Part 1: Core (OGC 17-069r4), read only.

Everybody sees what the public level tells and no more: late, on a grid, small counts hidden.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import msgspec

from corridor.errors import CorridorError
from corridor.operation.operation import Operation
from corridor.publishing.figures import figures
from corridor.publishing.geojson import geojson
from corridor.publishing.release.levels import Rules, rules
from corridor.publishing.release.stage import situation_at
from corridor.server.ask import Ask, Refused, Reply, handles
from corridor.server.desk import moment
from corridor.server.routes import FEATURES

GEO = "application/geo+json"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
CONFORMS = ("core", "geojson")
COLLECTIONS = {
    "places": "Places of reception, on a coarse grid, with who was received",
    "figures": "People out, left to move and received, by movement",
}
Feature = dict[str, Any]


@handles
async def features_landing(ask: Ask) -> Reply:  # noqa: ARG001 - the same for everybody
    """Where to go from here."""
    links = [
        _link("self", "", "This page"),
        _link("conformance", "/conformance", "What this follows"),
        _link("data", "/collections", "The collections"),
    ]
    links.append(
        {"rel": "service-desc", "href": "/api/v1/openapi.json", "type": "application/vnd.oai.openapi+json;version=3.1"}
    )
    return Reply(
        {"title": "Corridor, public view", "description": "Late, on a grid, small counts hidden", "links": links}
    )


@handles
async def features_conformance(ask: Ask) -> Reply:  # noqa: ARG001
    """The classes of the standard that are followed."""
    base = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
    return Reply({"conformsTo": [base + name for name in CONFORMS]})


@handles
async def features_collections(ask: Ask) -> Reply:  # noqa: ARG001
    """Every collection."""
    return Reply(
        {
            "links": [_link("self", "/collections", "The collections")],
            "collections": [_about(name) for name in COLLECTIONS],
        }
    )


@handles
async def features_collection(ask: Ask) -> Reply:
    """One collection."""
    return Reply(_about(_named(ask)))


@handles
async def features_items(ask: Ask) -> Reply:
    """The features of a collection, those in a box and at a time where asked for."""
    name, query = _named(ask), ask.query
    found, at = await _features(ask, name)
    if query.bbox:
        box = _box(query.bbox)
        found = [each for each in found if _inside(each, box)]
    if query.datetime and not _covers(query.datetime, at):
        found = []
    page = found[query.offset : query.offset + query.limit]
    links = [_link("self", f"/collections/{name}/items", "These features", GEO)]
    if query.offset + query.limit < len(found):
        more = f"/collections/{name}/items?limit={query.limit}&offset={query.offset + query.limit}"
        links.append(_link("next", more + _kept(query), "The next ones", GEO))
    body = {
        "type": "FeatureCollection",
        "features": page,
        "numberMatched": len(found),
        "numberReturned": len(page),
        "timeStamp": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "links": links,
    }
    return Reply(raw=msgspec.json.encode(body))


@handles
async def features_item(ask: Ask) -> Reply:
    """One feature."""
    name = _named(ask)
    found, _ = await _features(ask, name)
    one = next((each for each in found if each["id"] == ask.path["feature"]), None)
    if one is None:
        raise Refused(404, "no such feature", place=name, hint="see its items")
    links = [_link("self", f"/collections/{name}/items/{one['id']}", "This", GEO)]
    return Reply(raw=msgspec.json.encode({**one, "links": [*links, _link("collection", f"/collections/{name}", name)]}))


def _named(ask: Ask) -> str:
    name = ask.path["collection"]
    if name not in COLLECTIONS:
        raise Refused(404, "no such collection", place=name, hint="one of: " + ", ".join(COLLECTIONS))
    return name


def _link(rel: str, path: str, title: str, kind: str = "application/json") -> dict[str, str]:
    return {"rel": rel, "href": FEATURES + path, "type": kind, "title": title}


def _about(name: str) -> dict[str, Any]:
    links = [_link("self", f"/collections/{name}", name), _link("items", f"/collections/{name}/items", name, GEO)]
    return {
        "id": name,
        "title": name,
        "description": COLLECTIONS[name],
        "itemType": "feature",
        "crs": [CRS84],
        "links": links,
    }


async def _features(ask: Ask, name: str) -> tuple[list[Feature], datetime]:
    """Return the public features of a collection and the moment they stand for."""
    rule = _rules(ask)

    def view(operation: Operation) -> tuple[list[Feature], datetime]:
        at = rule.shown(moment(operation))
        if not any(report.received <= at for report in operation.known().reports):
            raise Refused(404, "nothing is public yet", hint="come back later")
        full = operation.situation(at)
        told = situation_at(full, rule)
        if name == "places":
            found: list[Feature] = json.loads(geojson(told))["features"]
            return [each for each in found if each["geometry"]], told.at
        return [
            {
                "type": "Feature",
                "id": figure.id,
                "geometry": None,
                "properties": {
                    "figure": figure.key,
                    "operation": figure.operation,
                    "place": figure.place,
                    "low": figure.low,
                    "middle": figure.middle,
                    "high": figure.high,
                    "unit": figure.unit,
                    "fewer_than": rule.smallest if figure.middle is None else None,
                },
            }
            for figure in figures(None, full, rule)
        ], told.at

    try:
        return await ask.house.desk.ask(("features", name, rule), view)
    except Refused:
        raise
    except CorridorError:
        raise Refused(404, "nothing is public yet", hint="come back later") from None


def _rules(ask: Ask) -> Rules:
    """Return the public level as this server is set."""
    level = ask.house.settings.level
    return msgspec.structs.replace(
        rules("public"),
        delay_hours=level.delay.total_seconds() / 3600,
        smallest=level.smallest,
        step=max(level.smallest, 1),
        grid_km=level.grid_km,
    )


def _box(text: str) -> tuple[float, float, float, float]:
    parts = [float(part) for part in text.split(",")]
    if len(parts) == 6:
        parts = [*parts[:2], *parts[3:5]]
    west, south, east, north = parts
    if south > north or not all(abs(each) <= 360 for each in parts):
        raise Refused(400, "is no box", place="bbox", hint="west,south,east,north in degrees")
    return west, south, east, north


def _inside(feature: Feature, box: tuple[float, float, float, float]) -> bool:
    """Whether a point lies in a box; a box may cross the 180th meridian. What has no place is in every box."""
    if feature["geometry"] is None:
        return True
    x, y = feature["geometry"]["coordinates"]
    west, south, east, north = box
    across = west <= x <= east if west <= east else x >= west or x <= east
    return bool(across and south <= y <= north)


def _covers(text: str, at: datetime) -> bool:
    """Whether an instant or an interval, open where it has `..`, holds a moment."""
    first, mark, last = text.partition("/")
    try:
        begins = None if first in ("", "..") else datetime.fromisoformat(first)
        ends = begins if not mark else None if last in ("", "..") else datetime.fromisoformat(last)
        within = (begins is None or begins <= at) and (ends is None or at <= ends)
    except (ValueError, TypeError):
        raise Refused(
            400, "is no moment", place="datetime", hint="2016-12-15T18:00:00Z, or two with a stroke"
        ) from None
    return within


def _kept(query: Any) -> str:  # noqa: ANN401 - of the type that the route names
    said = {"bbox": query.bbox, "datetime": query.datetime}
    return "".join(f"&{name}={quote(value)}" for name, value in said.items() if value)
