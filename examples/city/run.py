"""A city evacuation from a map alone: `python examples/city/run.py MAP.osm.pbf -o out/city`.

The largest river of the extract floods. People without cars who live near it walk to pickups, city and school buses
bring them to schools out of reach of the water, ambulances bring those who must lie down. Everything that the map does
not say is an assumption, stands in the reports as one, and is printed.
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import shapely
from shapely.geometry import mapping, shape

from corridor import assess, check, forecast, plan, publish, verify
from corridor.errors import CorridorError, InputError
from corridor.files import write_atomically
from corridor.publishing.ground import read_ground
from corridor.reports.report import ASSUMPTION, Report
from corridor.reports.roads.bottlenecks import losses
from corridor.reports.roads.closures import Closure, effects, grown
from corridor.reports.roads.layers import Candidate, candidates, layers
from corridor.reports.roads.network import Roads, notes, open_roads
from corridor.reports.roads.open_sites import pickup_reports, reception_reports, stops_of
from corridor.reports.roads.people import Population, Walks, place_pickups
from corridor.reports.roads.routing import Traffic
from corridor.reports.roads.snap import snap
from corridor.reports.roads.travel import leg_reports, lines, needed, pairs_of, places_of, snapped
from corridor.reports.tables import write_reports
from corridor.wording import hours, moment, percent

AT = datetime.fromisoformat("2026-11-22T06:00+00:00")
NIGHT = AT + timedelta(hours=24)
# Assumptions, each of which a town replaces by what it knows.
PEOPLE_PER_KM = 120.0  # along residential streets
WITHOUT_CAR = 0.08  # of the people: one household in twelve has no vehicle (US Census, ACS 2022, table B08201)
LYING = 0.01  # of those without a car
ZONE_M, WET_M = 2_000.0, 400.0  # who leaves; which roads go under
PICKUPS, LIMIT, RECEPTIONS = 4, 25.0, 3
PEOPLE_A_BUS, ROOM, BEDS = 160.0, 700, 40  # a bus for so many people to move; places in a school, beds
FLOOD_HOURS, DRY_HOURS = 3, 72


class Town(NamedTuple):
    """What the map gives: the river, and who lives near it."""

    river: Any
    name: str
    people: Population


def main(words: list[str] | None = None) -> int:
    """Run the example; every error is one message."""
    parser = argparse.ArgumentParser(description="A city evacuation from an OpenStreetMap extract.")
    parser.add_argument("map", type=Path, help=".osm.pbf or .osm; docs/roads.md says where to get one")
    parser.add_argument("-o", "--output", type=Path, default=Path("out/city"))
    parser.add_argument("--runs", type=int, default=2_000)
    parser.add_argument("--seconds", type=float, default=20.0, help="to search for a plan at most")
    given = parser.parse_args(words)
    try:
        run(given.map, given.output, given.runs, given.seconds)
    except CorridorError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


def run(extract: Path, folder: Path, runs: int, seconds: float) -> None:
    """Go from the extract to the page: sites, people, legs under closures, plan, forecast."""
    began = time.perf_counter()
    bus, walked = open_roads(extract, "bus", convoy=True), open_roads(extract, "walk")
    drawn = layers(extract)
    town = the_town(walked, drawn)
    closures = flood(bus, town)
    traffic = Traffic(bus, effects(bus.road, closures, AT, AT + timedelta(hours=24)))
    reports = the_sites(traffic, walked, town, candidates(extract))
    pairs = pairs_of(reports)
    sites = snapped(bus, places_of(reports).values())
    legs = leg_reports(traffic, sites, needed(reports), AT)
    everything = [*reports, *legs.reports]
    situation = assess(everything)
    made = plan(situation, time_limit=seconds)
    wrong = verify(made)
    found = forecast(made, runs=runs)
    write(folder / "reports.jsonl", write_reports(everything).encode())
    write(
        folder / "closures.geojson",
        msgspec.json.encode({"type": "FeatureCollection", "features": [drawn_closure(c) for c in closures]}),
    )
    write(
        folder / "routes.geojson",
        msgspec.json.encode({"type": "FeatureCollection", "features": lines(traffic, sites, pairs)}),
    )
    write(folder / "layers.geojson", msgspec.json.encode(drawn))
    under = read_ground(folder / "layers.geojson")
    publish(found, folder, findings=[*wrong, *legs.findings, *check(situation)], under=under)
    for note in notes(bus.road):
        print(f"warning: {note}")
    print(
        f"{extract.name}: {town.name} floods; {town.people.total:,.0f} people without a car live within "
        f"{ZONE_M / 1000:g} km of it (assumed)"
    )
    print(
        f"Roads    {len(closures[0].ways)} ways go under; {legs.ways} legs of {len(pairs)}, "
        f"{legs.lanes} one-lane stretches on them"
    )
    print(
        f"Plan     {made.people:,} people in {len(made.planned)} convoys: {hours(made.clearance_minutes / 60)}; "
        f"proven: not sooner than {hours(made.bound_minutes / 60)} (gap {percent(made.gap)}); "
        f"{len(wrong)} rule(s) broken"
    )
    for name, why in sorted(made.unplanned.items()):
        print(f"         {name} is not planned: {why}")
    print(f"Forecast over by {moment(found.moment(0.5))} (P50), {moment(found.moment(0.9))} (P90)")
    starts = [site for name, site in sites.items() if any(pair[0] == name for pair in pairs)]
    for loss in losses(traffic, starts, starts)[:5]:
        cut = f"{loss.pairs_cut} pairs cut off" if loss.pairs_cut else "nobody cut off"
        print(
            f"Bridge   {loss.bridge.road}, way {loss.bridge.way}: without it {cut}, "
            f"{loss.minutes_more:+.1f} minutes on average"
        )
    for finding in legs.findings[:5]:
        print(f"Read     {finding.what} {finding.remedy}")
    print(f"Page     {folder / 'index.html'} after {time.perf_counter() - began:.0f} seconds")


def the_town(walked: Roads, drawn: dict[str, Any]) -> Town:
    """Return the largest river and the people near it, spread along the residential streets."""
    waters: dict[str, list[Any]] = {}
    for feature in drawn["features"]:
        if feature["properties"]["layer"] == "water":
            waters.setdefault(feature["properties"].get("name", ""), []).append(shape(feature["geometry"]))
    if not waters:
        hint = "take an extract with a river or a canal"
        raise InputError("the map has no river that could flood", place=walked.road.name, hint=hint)
    name = max(waters, key=lambda name: (bool(name), sum(form.length for form in waters[name])))
    river = shapely.unary_union(waters[name])
    zone = grown(river, ZONE_M, river.centroid.y)
    road = walked.road
    homes = np.flatnonzero(
        np.array([t.get("highway") in ("residential", "living_street") for t in road.tags])[road.way_tags[road.way]]
        & walked.graph.main
    )
    middle = (road.first[homes] + road.last[homes]) // 2
    lon, lat = road.point_lon[middle], road.point_lat[middle]
    inside = shapely.contains_xy(zone, lon, lat)
    if not inside.any():
        raise InputError(
            f"nobody lives within {ZONE_M / 1000:g} km of {name or 'the water'}",
            place=road.name,
            hint="take a larger extract",
        )
    people = road.metres[homes] / 1000 * PEOPLE_PER_KM * WITHOUT_CAR
    source = f"{PEOPLE_PER_KM:g} people a km of residential street, {WITHOUT_CAR:.0%} without a car"
    return Town(river, name or "the water", Population(lat[inside], lon[inside], people[inside], source))


def flood(roads: Roads, town: Town) -> list[Closure]:
    """Return the roads that go under: those beside the river, but not its bridges."""
    wet = grown(town.river, WET_M, town.river.centroid.y)
    drawn = dict(mapping(shapely.simplify(wet, 0.0002)))
    area = Closure(id="flood", kind="flood", source=ASSUMPTION, shape=drawn)
    road = roads.road
    ways = {int(road.way_id[road.way[s]]) for s in effects(road, [area]).by if "bridge" not in road.tags_of(s)}
    under = msgspec.structs.replace(
        area,
        ways=tuple(sorted(ways)),
        begins=AT + timedelta(hours=FLOOD_HOURS),
        ends=AT + timedelta(hours=DRY_HOURS),
        note="reopens by itself",
    )
    return [under] if ways else [msgspec.structs.replace(under, ways=())]


def the_sites(traffic: Traffic, walked: Roads, town: Town, known: list[Candidate]) -> list[Report]:
    """Return pickups, receptions, people, vehicles and operations as reports."""
    bus, people = traffic.roads, town.people
    box = (float(people.lon.min()), float(people.lat.min()), float(people.lon.max()), float(people.lat.max()))
    walks = Walks(walked, people)
    wet = traffic.effects.by if traffic.effects else {}
    stops = [stop for stop in stops_of(bus, box) if stop.stretch not in wet]
    if not stops:
        hint = "widen ZONE_M, or take a larger extract"
        raise InputError("no street near the water stays dry", place=bus.road.name, hint=hint)
    on_foot = [snap(walked, stop.name, stop.lat, stop.lon) for stop in stops]
    placed = place_pickups(walks.minutes(on_foot), people.people, PICKUPS, LIMIT)
    chosen = [on_foot[number] for number in placed.chosen]
    catch = walks.catchments(chosen, LIMIT)
    far = float(people.people[catch.pickup < 0].sum())
    print(
        f"Pickups  {len(chosen)} of {len(stops)} stops, at most {placed.gap:.0%} below the best choice; "
        f"{far:,.0f} people live further than {LIMIT:g} minutes from them: fetch them"
    )
    reports = pickup_reports(
        walked, chosen, catch, people, AT, proof=f"placed, at most {placed.gap:.0%} below the best choice"
    )
    receptions = the_receptions(traffic, town, known, len(chosen))
    reports += reception_reports(receptions, AT, bus.road.name)
    names = [r.about for r in reports if r.fact == "site" and r.value == "reception"]
    beds = [r.about for r in reports if r.fact == "site" and r.value == "hospital"]
    for number, place in enumerate(chosen):
        count = float(people.people[catch.pickup == number].sum())
        lying = max(round(count * LYING), 1)
        where = ";".join([names[number % len(names)], *beds])
        reports += operation(f"zone-{number + 1}", place.name, f"{place.name}-around", where, count, lying)
    for name in names:
        reports.append(said(name, name, "reception_capacity", ROOM, "places in a school, before anybody has asked"))
        if beds:
            reports.append(said(name, name, "accepts", "families;others", "those who lie go to the hospital"))
    for name in beds:
        reports += [
            said(name, name, "accepts", "stretcher", "those who must lie down"),
            said(name, name, "reception_capacity", BEDS, "beds, before anybody has asked"),
        ]
    return reports


def the_receptions(traffic: Traffic, town: Town, known: list[Candidate], most: int) -> list[Candidate]:
    """Return the schools out of reach of the water that are reached soonest, and the nearest hospital."""
    zone = grown(town.river, ZONE_M, town.river.centroid.y)
    dry = [place for place in known if not zone.contains(shapely.Point(place.lon, place.lat))]
    spots = [snap(traffic.roads, place.osm, place.lat, place.lon) for place in dry]
    middle = snap(traffic.roads, "middle", float(np.mean(town.people.lat)), float(np.mean(town.people.lon)))
    if not dry:
        hint = "take an extract that reaches further, or name receptions in reports of your own"
        raise InputError(
            "no school or shelter lies out of reach of the water", place=traffic.roads.road.name, hint=hint
        )
    times = traffic.matrix([middle], spots)[0]
    order = [dry[int(n)] for n in np.argsort(times) if np.isfinite(times[n])]
    schools = [place for place in order if place.kind == "reception"][:most]
    return [*schools, *[place for place in order if place.kind == "hospital"][:1]]


def operation(name: str, pickup: str, area: str, reception: str, people: float, lying: int) -> list[Report]:
    """Return one operation: from a pickup to a reception, with buses and ambulances of its own."""
    buses = max(2, round(people / PEOPLE_A_BUS))
    return [
        said(f"{name}/who.from", pickup, "term", area, "everybody without a car who wishes to leave"),
        said(f"{name}/destination.to", pickup, "term", reception, "the school out of reach of the water"),
        said(f"{name}/window.opens", pickup, "term", AT.isoformat(), "the order to leave"),
        said(f"{name}/window.closes", pickup, "term", NIGHT.isoformat(), "the hour after which nobody drives"),
        said(name, pickup, "agreement", "in_force", "the order of the city"),
        said(area, area, "people_inside", lying, "people who must lie down", group="stretcher"),
        said(area, area, "share_leaving", 0.9, "of those without a car; ask them"),
        said("stretcher", pickup, "companions", 0, "relatives ride in the buses and are counted there"),
        said("bus", pickup, "vehicles", buses, "city and school buses with drivers"),
        said("ambulance", pickup, "vehicles", 2, "with a stretcher and a seat for a companion"),
        said("bus.seat", pickup, "places", 44, "a school bus"),
        said("ambulance.stretcher", pickup, "places", 1, "one lying"),
        said("ambulance.seat", pickup, "places", 2, "companions"),
        said(f"{name}.halts", pickup, "disruption", 0.2, "one stop in five days"),
    ]  # fmt: skip


def said(about: str, place: str, fact: str, value: float | str, note: str, *, group: str = "all") -> Report:
    """Return an assumption as a report."""
    return Report(
        id=f"{fact}-{about}-{place}-{group}".replace("/", "-"),
        source=ASSUMPTION,
        fact=fact,
        about=about,
        place=place,
        group=group,
        value=value,
        modality="done" if fact in ("term", "agreement") else "estimate",
        observed=AT,
        received=AT,
        note=note,
    )


def drawn_closure(closure: Closure) -> dict[str, Any]:
    """Return a closure as GeoJSON that `corridor roads --closures` reads."""
    properties = {
        "id": closure.id,
        "kind": closure.kind,
        "source": closure.source,
        "ways": closure.ways,
        "note": closure.note,
    }
    hours_of = {"from": closure.begins, "until": closure.ends}
    return {"type": "Feature", "properties": {**properties, **hours_of}, "geometry": closure.shape}


def write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    write_atomically(path, data + b"\n")


if __name__ == "__main__":
    sys.exit(main())
