"""Sites, corridors and legs as GeoJSON (RFC 7946): WGS 84, longitude before latitude, what is known of precision."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from corridor.publishing.map import waiting
from corridor.situation.road import Corridor, Leg
from corridor.situation.site import Site
from corridor.situation.situation import Situation

STRAIGHT = "straight lines between points, not surveyed roads"


def geojson(situation: Situation) -> bytes:
    """Return the places, the corridors and the legs of a situation as one FeatureCollection."""
    people = waiting(situation)
    features = [_site(situation, site, people.get(site.id)) for site in situation.sites]
    features += [_corridor(situation, corridor) for corridor in situation.corridors]
    features += [_leg(situation, leg) for leg in situation.legs]
    # A site without a position keeps its place in the list with a null geometry, as RFC 7946 section 3.2 allows.
    collection: dict[str, object] = {"type": "FeatureCollection", "features": features}
    if situation.unreviewed:
        collection["unreviewed"] = situation.unreviewed
    return msgspec.json.format(msgspec.json.encode(collection), indent=1)


def _sources(situation: Situation, ids: Iterable[str]) -> list[dict[str, str]]:
    found = [situation.report(name) for name in dict.fromkeys(ids)]
    return [{"report": r.id, "source": r.source, "reference": r.reference} for r in found if r is not None]


def _point(site: Site) -> list[float] | None:
    return None if site.longitude is None or site.latitude is None else [site.longitude, site.latitude]


def _line(situation: Situation, ids: Iterable[str]) -> dict[str, object] | None:
    points = {site.id: _point(site) for site in situation.sites}
    known = [points[name] for name in ids if points.get(name) is not None]
    return {"type": "LineString", "coordinates": known} if len(known) > 1 else None


def _site(situation: Situation, site: Site, people: float | None) -> dict[str, object]:
    point = _point(site)
    properties: dict[str, object] = {
        "what": "site",
        "kind": site.kind,
        "names": site.names,
        "precision_m": site.precision_m,
        "control": site.control or None,
        "boards_at": site.boards_at or None,
        "people_waiting_estimate_median": None if people is None else round(people),
        "sources": _sources(situation, site.reports),
    }
    geometry = {"type": "Point", "coordinates": point} if point else None
    return {"type": "Feature", "id": site.id, "geometry": geometry, "properties": properties}


def _corridor(situation: Situation, corridor: Corridor) -> dict[str, object]:
    properties: dict[str, object] = {
        "what": "corridor",
        "operation": corridor.operation,
        "sites": list(corridor.sites),
        "lead": corridor.lead or None,
        "precision": STRAIGHT,
        "sources": _sources(situation, corridor.reports),
    }
    name = f"corridor/{corridor.operation}"
    return {"type": "Feature", "id": name, "geometry": _line(situation, corridor.sites), "properties": properties}


def _leg(situation: Situation, leg: Leg) -> dict[str, object]:
    properties: dict[str, object] = {
        "what": "leg",
        "from": leg.start,
        "to": leg.end,
        "vehicle_type": leg.type or None,
        "minutes_p10_p50_p90": [round(leg.minutes.quantile(q), 1) for q in (0.1, 0.5, 0.9)],
        "km": None if leg.km is None else round(leg.km.quantile(0.5), 1),
        "basis": leg.basis or None,
        "precision": STRAIGHT,
        "sources": _sources(situation, leg.reports),
    }
    name = f"{leg.start}>{leg.end}" + (f".{leg.type}" if leg.type else "")
    return {"type": "Feature", "id": name, "geometry": _line(situation, (leg.start, leg.end)), "properties": properties}
