"""Why not this road: the tag, the turn or the closure that forbids it, or the minutes that it would cost."""

from __future__ import annotations

from typing import Any

import numpy as np

from corridor.errors import InputError
from corridor.reports.roads.profile import judge
from corridor.reports.roads.routing import Traffic
from corridor.reports.roads.snap import Snapped, nearest


def why_not(
    traffic: Traffic, lat: float, lon: float, *, way: int | None = None, trip: tuple[Snapped, Snapped] | None = None
) -> list[str]:
    """Return in sentences what a profile may do on the road nearest to a point, and why not.

    With `way` the OpenStreetMap way of that id is meant; with `trip` the answer says what a drive over it would cost.
    Raises `InputError` where there is no road within 10 km, or no such way.
    """
    road, profile = traffic.roads.road, traffic.roads.profile
    among = np.ones(road.stretches, dtype=bool)
    if way is not None:
        among = road.way_id[road.way] == way
        if not among.any():
            hint = "it may be no highway=* way, or lie outside the extract"
            raise InputError(f"way {way} is not in {road.name}", place="--way", hint=hint)
    found = nearest(road, lat, lon, among)
    if found is None:
        raise InputError(f"{lat:.5f}, {lon:.5f}: no road within 10 km", place="why", hint="check the position")
    stretch = found[0]
    tags, number = road.tags_of(stretch), int(road.way_id[road.way[stretch]])
    said = [f"{road.name_of(stretch)} (way {number}, {tags.get('highway')}), {found[2]:.0f} m from the point."]
    verdict = judge(profile, tags)
    heading = compass(road.line(stretch))
    back = compass(road.line(stretch, forward=False))
    for speed, why, where in (
        (verdict.along, verdict.why_along, heading),
        (verdict.against, verdict.why_against, back),
    ):
        said.append(
            f"{where}: a {profile.profile} drives {speed:.0f} km/h." if speed else f"{where}: forbidden: {why}."
        )
    said += _closed(traffic, stretch) + _turns(traffic, stretch)
    if (verdict.along or verdict.against) and not traffic.roads.graph.main[stretch]:
        said.append(
            "It is an island: cut off from the network by one-way streets, barriers or the edge of the extract."
        )
    if trip is not None and (verdict.along or verdict.against):
        said.append(_cost(traffic, trip, Snapped("via", lon, lat, stretch, found[1], found[2], found[3])))
    return said


def _closed(traffic: Traffic, stretch: int) -> list[str]:
    return [f"Now {closure}." for closure in traffic.effects.by.get(stretch, [])] if traffic.effects else []


def _turns(traffic: Traffic, stretch: int) -> list[str]:
    road = traffic.roads.road
    ends, number = {int(road.start[stretch]), int(road.end[stretch])}, int(road.way_id[road.way[stretch]])
    names = {
        int(road.way_id[way]): road.names[int(road.way_name[way])] or f"way {int(road.way_id[way])}"
        for way in range(len(road.way_id))
    }
    return [
        f"At its end {ban.text.replace('_', ' ')} from {names.get(ban.before, ban.before)} into "
        f"{names.get(ban.after, ban.after)}."
        for ban in road.bans
        if ban.node in ends and number in (ban.before, ban.after)
    ]


def _cost(traffic: Traffic, trip: tuple[Snapped, Snapped], via: Snapped) -> str:
    start, end = trip
    direct, before, after = traffic.route(start, end), traffic.route(start, via), traffic.route(via, end)
    name = f"{start.name} to {end.name}"
    if direct is None:
        return f"{name}: no way at all."
    if before is None or after is None:
        return f"{name}: no way leads over it and on."
    longer = (before.seconds + after.seconds - direct.seconds) / 60
    if via.stretch in direct.stretches and longer < 0.05:
        return f"{name}: the quickest way, {direct.seconds / 60:.1f} minutes, goes over it."
    return (
        f"{name}: it would take {longer:.1f} minutes longer than the quickest way, {direct.seconds / 60:.1f} minutes."
    )


def why_no_way(traffic: Traffic, start: Snapped, end: Snapped) -> tuple[str, list[str]]:
    """Return why no way leads between two sites, and the ids of the closures that cut it."""
    free = Traffic(traffic.roads)
    if traffic.effects is None or not traffic.effects.any or free.route(start, end) is None:
        where = "; ".join(f"{site.name} {site.warning}" for site in (start, end) if site.warning)
        return f"no way leads there for a {traffic.roads.profile.profile}" + (f": {where}" if where else ""), []
    route = free.route(start, end)
    cut = {
        closure.id: str(closure)
        for stretch in (route.stretches if route else ())
        for closure in traffic.effects.by.get(stretch, [])
        if closure.speed_factor == 0
    }
    return "closures cut every way: " + "; ".join(cut.values()), sorted(cut)


def compass(line: list[tuple[float, float]]) -> str:
    """Return the direction of a line from its first to its last point, as eight winds."""
    (lon1, lat1), (lon2, lat2) = line[0], line[-1]
    east, north = (lon2 - lon1) * np.cos(np.radians(lat1)), lat2 - lat1
    winds = ("east", "north-east", "north", "north-west", "west", "south-west", "south", "south-east")
    return "To the " + winds[round(float(np.degrees(np.arctan2(north, east))) / 45) % 8]


def places(value: Any) -> tuple[float, float]:  # noqa: ANN401 - a text from the command line
    """Read a position written lat,lon; raises `InputError`."""
    try:
        lat, lon = (float(part) for part in str(value).replace(";", ",").split(",")[:2])
    except ValueError:
        raise InputError(f"{value!r} is no position", place="--at", hint="latitude,longitude: 40.26,-76.88") from None
    return lat, lon
