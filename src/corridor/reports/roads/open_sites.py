"""Sites from open data, as reports that somebody has to confirm: candidate receptions and pickups."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime

import numpy as np

from corridor.reports.report import Report
from corridor.reports.roads.layers import Candidate
from corridor.reports.roads.network import Roads
from corridor.reports.roads.people import Catchments, Population
from corridor.reports.roads.snap import METRES_PER_DEGREE, Snapped, snap
from corridor.reports.roads.travel import LICENCE, SOURCE

# Where a bus can stop: streets of these classes; candidates stand this far apart at least.
STOPS = {"primary", "secondary", "tertiary", "unclassified", "residential"}
APART_M, MOST = 250.0, 400


def reception_reports(found: Sequence[Candidate], at: datetime, extract: str) -> list[Report]:
    """Return the hospitals and shelters of a map as sites with their positions; nobody has asked them yet."""
    reports = []
    for place in found:
        name = slug(place.name or place.tag.partition("=")[2]) + "-" + place.osm
        beds = f"; beds={place.beds}" if place.beds is not None else ""
        note = f"{place.tag} in {extract}{beds}: a candidate, not asked and not confirmed"
        reports += [
            _said(f"site-{name}", name, name, "site", place.kind, at, note),
            _said(
                f"position-{name}",
                name,
                name,
                "position",
                f"{place.lat};{place.lon};100",
                at,
                f"{place.osm} of {extract}",
            ),
        ]
        if place.name:
            reports.append(_said(f"name-{name}", f"{name}.en", name, "name", place.name, at, "name tag of the map"))
    return reports


def stops_of(roads: Roads, box: tuple[float, float, float, float]) -> list[Snapped]:
    """Return junctions where a bus can stop, in a box (west, south, east, north), some way apart, at most MOST."""
    road = roads.road
    fit = np.array([tags.get("highway") in STOPS for tags in road.tags])[road.way_tags[road.way]] & roads.graph.main
    nodes = np.unique(road.start[fit])
    west, south, east, north = box
    lon, lat = road.lon[nodes], road.lat[nodes]
    nodes = nodes[(lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)]
    apart = APART_M
    while True:
        high = apart / METRES_PER_DEGREE
        wide = high / np.cos(np.radians((south + north) / 2))
        cell = np.floor(road.lon[nodes] / wide).astype(np.int64) * 10_000_019 + np.floor(road.lat[nodes] / high).astype(
            np.int64
        )
        _, first = np.unique(cell, return_index=True)
        if len(first) <= MOST:
            break
        apart *= 1.3
    return [
        snap(roads, f"stop-{int(road.node_id[n])}", float(road.lat[n]), float(road.lon[n]))
        for n in nodes[np.sort(first)]
    ]


def corner(roads: Roads, place: Snapped) -> str:
    """Return what to call a stop: the streets that meet there, else the street."""
    road, names = roads.road, [roads.road.names[int(roads.road.way_name[roads.road.way[place.stretch]])]]
    for node in (int(road.start[place.stretch]), int(road.end[place.stretch])):
        if place.share in (0.0, 1.0) and node == int((road.start, road.end)[place.share == 1.0][place.stretch]):
            meet = np.flatnonzero((road.start == node) | (road.end == node))
            names += [road.names[int(road.way_name[road.way[stretch]])] for stretch in meet.tolist()]
    return " / ".join(sorted({name for name in names if name})[:2])


def pickup_reports(
    roads: Roads,
    pickups: Sequence[Snapped],
    walks: Catchments,
    population: Population,
    at: datetime,
    *,
    proof: str = "",
) -> list[Report]:
    """Return the pickups, and the people who walk to each, as reports: an area round each that boards there."""
    reports = []
    for number, place in enumerate(pickups):
        mine = walks.pickup == number
        people, area = round(float(population.people[mine].sum())), f"{place.name}-around"
        mean = float(np.average(walks.minutes[mine], weights=population.people[mine])) if people else 0.0
        note = f"people of {population.source} who walk here within {walks.limit:g} minutes, {mean:.0f} on average"
        spot = f"{place.lat:.6f};{place.lon:.6f};30"
        called = corner(roads, place)
        if called:
            for about, name in ((place.name, called), (area, f"around {called}")):
                reports.append(_said(f"name-{about}", f"{about}.en", about, "name", name, at, "streets of the map"))
        reports += [
            _said(f"site-{place.name}", place.name, place.name, "site", "pickup", at, proof or "as given"),
            _said(f"position-{place.name}", place.name, place.name, "position", spot, at, "on the road"),
            _said(f"site-{area}", area, area, "site", "area", at, note),
            _said(f"boards-{area}", f"{area}.boards_at", area, "site", place.name, at, note),
            _said(f"people-{area}", area, area, "people_inside", people, at, note, source=population.source),
        ]
    return reports


def _said(
    name: str, about: str, place: str, fact: str, value: str | int, at: datetime, note: str, *, source: str = SOURCE
) -> Report:
    return Report(
        id=f"{name}-{at.strftime('%Y%m%dT%H%M%S%z')}",
        source=source,
        publisher="corridor roads",
        fact=fact,
        about=about,
        place=place,
        value=value,
        hedge="approx" if fact == "people_inside" else "exact",
        modality="estimate",
        observed=at,
        received=at,
        received_rule="computed from files on disk",
        reference=LICENCE if source == SOURCE else "",
        note=note,
    )


def slug(text: str) -> str:
    """Return a name as an id: small letters, digits and hyphens; a hash where nothing of it is left."""
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return plain or hashlib.sha256(text.encode()).hexdigest()[:8]
