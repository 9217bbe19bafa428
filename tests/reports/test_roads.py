"""Roads: what a profile may drive, closures by the hour, the cache, and every file that must be refused."""

from __future__ import annotations

import heapq
import math
import shutil
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corridor.errors import CorridorError, Infeasible, InputError, UsageError
from corridor.reports.roads import routing
from corridor.reports.roads.bottlenecks import bottlenecks, losses
from corridor.reports.roads.closures import Closure, effects, read_closures
from corridor.reports.roads.extract import read_map
from corridor.reports.roads.graph import build
from corridor.reports.roads.network import Roads, cache_folder, graph_bytes, keys, map_bytes, notes, open_roads
from corridor.reports.roads.profile import judge, kmh, metres, profile_of, profiles, speeds, tonnes
from corridor.reports.roads.roadmap import ground_metres
from corridor.reports.roads.routing import Traffic
from corridor.reports.roads.snap import Snapped, snap
from corridor.reports.roads.travel import leg_reports, pairs_of, places_of, snapped
from corridor.reports.roads.ways import alternates, reached, through
from corridor.reports.roads.why import why_not
from corridor.reports.tables import read_reports
from tests.reports.osm_worlds import Way, ladder, osm, where

CAR = {"highway": "primary"}


def spot(roads: Roads, x: float, y: float) -> Snapped:
    return snap(roads, f"{x},{y}", *where(x, y))


def drive(roads: Roads, a: tuple[float, float], b: tuple[float, float], traffic: Traffic | None = None) -> float:
    return float((traffic or Traffic(roads)).matrix([spot(roads, *a)], [spot(roads, *b)])[0, 0])


def seconds_between(a: tuple[float, float], b: tuple[float, float], speed: float) -> float:
    (lat1, lon1), (lat2, lon2) = where(*a), where(*b)
    return float(ground_metres(np.array(lon1), np.array(lat1), np.array(lon2), np.array(lat2))) / speed * 3.6


def test_a_straight_drive_takes_its_length_at_the_speed_of_its_class(tmp_path: Path) -> None:
    roads = open_roads(ladder(tmp_path), "car")
    assert drive(roads, (0, 0), (4, 0)) == pytest.approx(seconds_between((0, 0), (4, 0), 65), rel=1e-6)
    # From the middle of one block to the middle of another.
    assert drive(roads, (0.5, 0), (2.5, 0)) == pytest.approx(seconds_between((0.5, 0), (2.5, 0), 65), rel=1e-6)
    slower = open_roads(ladder(tmp_path), "car", convoy=True)
    assert drive(slower, (0, 0), (4, 0)) == pytest.approx(
        drive(roads, (0, 0), (4, 0)) / profile_of("car").convoy_factor
    )


@pytest.mark.parametrize(
    ("profile", "tags", "open_ways"),
    [
        ("car", {"highway": "primary", "oneway": "yes"}, (True, False)),
        ("car", {"highway": "primary", "oneway": "-1"}, (False, True)),
        ("car", {"highway": "primary", "oneway": "reversible"}, (False, False)),
        ("car", {"highway": "motorway"}, (True, False)),
        ("car", {"highway": "motorway", "oneway": "no"}, (True, True)),
        ("car", {"highway": "tertiary", "junction": "roundabout"}, (True, False)),
        ("bus", {"highway": "primary", "oneway": "yes", "oneway:bus": "no"}, (True, True)),
        ("car", {"highway": "primary", "oneway": "yes", "oneway:bus": "no"}, (True, False)),
        ("bus", {"highway": "service", "access": "no", "bus": "yes"}, (True, True)),
        ("car", {"highway": "service", "access": "no", "bus": "yes"}, (False, False)),
        ("ambulance", {"highway": "service", "access": "private", "emergency": "yes"}, (True, True)),
        ("bus", {"highway": "primary", "maxheight": "3.5"}, (False, False)),
        ("bus", {"highway": "primary", "maxheight": "12'6\""}, (True, True)),
        ("ambulance", {"highway": "primary", "maxheight": "3.5"}, (True, True)),
        ("truck", {"highway": "primary", "maxweight": "7.5"}, (False, False)),
        ("truck", {"highway": "primary", "maxweight": "10 st"}, (False, False)),
        ("ambulance", {"highway": "primary", "maxweight": "7.5 t"}, (True, True)),
        ("bus", {"highway": "primary", "maxwidth": "2.3"}, (False, False)),
        ("car", {"highway": "footway"}, (False, False)),
        ("walk", {"highway": "footway", "oneway": "yes"}, (True, True)),
        ("walk", {"highway": "motorway"}, (False, False)),
        ("car", {"highway": "pedestrian", "motor_vehicle": "yes"}, (True, True)),
        ("car", {"highway": "track"}, (False, False)),
        ("car", {"highway": "track", "tracktype": "grade2"}, (True, True)),
        ("bus", {"highway": "residential", "smoothness": "horrible"}, (False, False)),
        ("car", {"highway": "construction", "construction": "primary"}, (False, False)),
    ],
)
def test_who_may_drive_which_way(profile: str, tags: Mapping[str, str], open_ways: tuple[bool, bool]) -> None:
    verdict = judge(profile_of(profile), tags)
    assert (verdict.along > 0, verdict.against > 0) == open_ways
    assert (verdict.why_along == "", verdict.why_against == "") == open_ways


def test_speeds_come_from_class_surface_and_sign_and_never_above_them() -> None:
    car = profile_of("car")
    assert judge(car, {"highway": "primary"}).along == 65
    assert judge(car, {"highway": "primary", "surface": "gravel"}).along == 30
    assert judge(car, {"highway": "primary", "maxspeed": "30 mph"}).along == pytest.approx(48.28, abs=0.01)
    assert judge(car, {"highway": "residential", "maxspeed": "100"}).along == 25
    for profile in profiles().values():
        for kind in speeds()["class"]:
            assert judge(profile, {"highway": kind, "tracktype": "grade1", "bus": "yes"}).along <= profile.top_kmh


def test_measures_are_read_as_people_write_them() -> None:
    assert metres("3.5") == metres("3.5 m") == metres("3,5") == 3.5
    assert metres("11'6\"") == pytest.approx(3.5052)
    assert metres("default") is None
    assert metres("") is None
    assert tonnes("16000 lbs") == pytest.approx(7.257, abs=0.001)
    assert tonnes("none") is None
    assert kmh("50") == 50
    assert kmh("DE:urban") is None


def test_every_figure_of_the_tables_has_a_source() -> None:
    assert all(profile.source for profile in profiles().values())
    assert all(speed > 0 for table in speeds().values() for speed in table.values())


def test_a_banned_turn_sends_the_drive_round_and_only_those_it_is_for(tmp_path: Path) -> None:
    nodes = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (2, 0), 5: (2, 1)}
    ways: list[Way] = [(10, [1, 2], CAR), (11, [2, 4], CAR), (12, [2, 3], CAR), (13, [4, 5], CAR), (14, [5, 3], CAR)]
    free = open_roads(osm(tmp_path, nodes, ways, name="free.osm"), "car")
    bans = [(10, 2, 12, "no_left_turn", {"except": "bus"})]
    file = osm(tmp_path, nodes, ways, bans=bans, name="banned.osm")
    direct = drive(free, (0, 0), (1, 1))
    assert drive(open_roads(file, "car"), (0, 0), (1, 1)) > direct * 1.5
    assert drive(open_roads(file, "bus"), (0, 0), (1, 1)) == pytest.approx(
        drive(open_roads(tmp_path / "free.osm", "bus"), (0, 0), (1, 1))
    )
    # Whoever starts beyond the turn, or comes the other way, is not meant.
    assert drive(open_roads(file, "car"), (1, 1), (0, 0)) == pytest.approx(direct)
    only = osm(tmp_path, nodes, ways, bans=[(10, 2, 11, "only_straight_on", {})], name="only.osm")
    assert drive(open_roads(only, "car"), (0, 0), (1, 1)) > direct * 1.5
    assert drive(open_roads(only, "walk"), (0, 0), (1, 1)) == pytest.approx(
        drive(open_roads(tmp_path / "free.osm", "walk"), (0, 0), (1, 1))
    )


def test_a_bollard_parts_the_road_for_vehicles_and_not_for_people(tmp_path: Path) -> None:
    nodes = {1: (0, 0), 2: (3, 0), 3: (6, 0)}
    file = osm(tmp_path, nodes, [(10, [1, 2, 3], CAR)], node_tags={2: {"barrier": "bollard"}})
    cars = open_roads(file, "car")
    assert math.isinf(drive(cars, (0.5, 0), (5.5, 0)))
    assert np.isfinite(drive(cars, (0.1, 0), (0.9, 0)))
    assert np.isfinite(drive(open_roads(file, "walk"), (0.5, 0), (5.5, 0)))
    gate = osm(tmp_path, nodes, [(10, [1, 2, 3], CAR)], node_tags={2: {"barrier": "gate"}}, name="gate.osm")
    assert np.isfinite(drive(open_roads(gate, "car"), (0.5, 0), (5.5, 0)))


def flood(*, at: float, begins: datetime | None = None, ends: datetime | None = None, factor: float = 0.0) -> Closure:
    """An area that covers the blocks of both rows around a place of the ladder."""
    (low, left), (high, right) = where(at - 0.4, -0.4), where(at + 0.4, 0.4)
    ring = [[left, low], [right, low], [right, high], [left, high], [left, low]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    return Closure(
        id="flood", kind="flood", source="River office", begins=begins, ends=ends, shape=shape, speed_factor=factor
    )


MORNING = datetime.fromisoformat("2026-11-22T06:00+02:00")


def test_a_closure_holds_in_its_hours_and_reopens_by_itself(tmp_path: Path) -> None:
    roads = open_roads(ladder(tmp_path), "car")
    free = drive(roads, (0, 0), (4, 0))
    closed = flood(at=2, begins=MORNING, ends=MORNING + timedelta(hours=3))

    def at(moment: datetime, until: datetime | None = None) -> float:
        return drive(roads, (0, 0), (4, 0), Traffic(roads, effects(roads.road, [closed], moment, until)))

    assert at(MORNING - timedelta(minutes=1)) == free
    assert at(MORNING) > free
    assert at(MORNING + timedelta(hours=3)) == free
    # A drive that will still be under way when it closes must not count on the road.
    assert at(MORNING - timedelta(hours=1), MORNING) > free
    slow = Traffic(roads, effects(roads.road, [flood(at=2, factor=0.5)], MORNING))
    assert free < drive(roads, (0, 0), (4, 0), slow) <= free * 2


def test_a_fire_front_moves_on_by_the_hour(tmp_path: Path) -> None:
    roads = open_roads(ladder(tmp_path), "car")
    front = msgspec.structs.replace(flood(at=-1), begins=MORNING, front_kmh=1.0, toward=90.0)
    closed = [len(effects(roads.road, [front], MORNING + timedelta(hours=h)).by) for h in range(5)]
    assert closed == sorted(closed)
    assert closed[0] == 0
    assert closed[4] > 1
    all_round = msgspec.structs.replace(front, toward=None)
    assert len(effects(roads.road, [all_round], MORNING + timedelta(hours=4)).by) >= closed[4]


def test_a_drawn_line_closes_the_road_along_it_and_not_those_that_cross(tmp_path: Path) -> None:
    roads = open_roads(ladder(tmp_path), "car")
    (lat1, lon1), (lat2, lon2) = where(1, 0.0001), where(2, 0.0001)
    line = {"type": "LineString", "coordinates": [[lon1, lat1], [lon2, lat2]]}
    found = effects(roads.road, [Closure(id="debris", kind="debris", source="Civil defence", shape=line)])
    assert {roads.road.name_of(stretch) for stretch in found.by} == {"South Road"}
    assert len(found.by) == 1
    one_way = effects(roads.road, [Closure(id="w", kind="works", source="City", ways=(10,), direction="against")])
    traffic = Traffic(roads, one_way)
    assert drive(roads, (0, 0), (4, 0), traffic) == drive(roads, (0, 0), (4, 0))
    assert drive(roads, (4, 0), (0, 0), traffic) > drive(roads, (4, 0), (0, 0))
    nowhere = Closure(id="far", kind="snow", source="City", shape={"type": "Point", "coordinates": [0, 0]})
    assert effects(roads.road, [nowhere]).nowhere == [nowhere]


def test_a_site_on_a_corner_leaves_by_its_other_street_where_one_is_closed(tmp_path: Path) -> None:
    roads = open_roads(ladder(tmp_path), "car")
    corner, other = spot(roads, 0, 0), spot(roads, 4, 1)
    for way in (10, 31):
        shut = Traffic(roads, effects(roads.road, [Closure(id="c", kind="works", source="City", ways=(way,))]))
        there, back = shut.route(corner, other), shut.route(other, corner)
        assert there is not None
        assert back is not None
        assert there.seconds == pytest.approx(shut.matrix([corner], [other])[0, 0])
        assert back.seconds == pytest.approx(shut.matrix([other], [corner])[0, 0])
        assert way not in {int(roads.road.way_id[roads.road.way[s]]) for s in (*there.stretches, *back.stretches)}
        assert there.line[0] == pytest.approx(where(0, 0)[::-1])


def test_closures_that_cut_the_only_road_are_named(tmp_path: Path) -> None:
    nodes = {1: (0, 0), 2: (1, 0), 3: (2, 0), 4: (3, 0)}
    roads = open_roads(osm(tmp_path, nodes, [(10, [1, 2, 3, 4], {"highway": "primary", "bridge": "yes"})]), "bus")
    traffic = Traffic(roads, effects(roads.road, [Closure(id="bridge", kind="bridge_down", source="City", ways=(10,))]))
    with pytest.raises(Infeasible, match=r"closures cut every way: bridge: closed by bridge_down \(City\)") as caught:
        through(traffic, [spot(roads, 0, 0), spot(roads, 3, 0)])
    assert caught.value.clauses == ("bridge",)
    assert "reopen" in caught.value.hint


def test_why_not_this_road(tmp_path: Path) -> None:
    rungs = {"rung2": {"oneway": "yes"}, "rung3": {"maxheight": "3.0"}}
    roads = open_roads(ladder(tmp_path, **rungs), "bus")
    traffic = Traffic(roads, effects(roads.road, [flood(at=4)]))
    one_way = why_not(traffic, *where(1, 0.5))
    assert "To the south: forbidden: oneway=yes: one way." in one_way
    assert "To the north: a bus drives 22 km/h." in one_way
    low = why_not(traffic, *where(2, 0.5))
    assert "To the north: forbidden: maxheight=3.0: a bus is 3.8 m high." in low
    assert "Now flood: closed by flood (River office)." in why_not(traffic, *where(4, 0.2))
    trip = (spot(roads, 0, 0), spot(roads, 3, 0))
    assert why_not(Traffic(roads), *where(2, 0), trip=trip)[-1].endswith("goes over it.")
    assert "minutes longer than the quickest way" in why_not(Traffic(roads), *where(2, 1), trip=trip)[-1]
    with pytest.raises(InputError, match="way 999 is not in"):
        why_not(traffic, *where(0, 0), way=999)


def test_alternates_share_little_and_routes_pass_their_points_in_order(tmp_path: Path) -> None:
    roads = open_roads(ladder(tmp_path, rung1=CAR, rung5=CAR), "car")
    traffic = Traffic(roads)
    found = alternates(traffic, spot(roads, 0, 0), spot(roads, 4, 0))
    assert len(found) == 2
    assert found[1].shared <= 0.5
    assert found[1].route.seconds > found[0].route.seconds
    again = sum(
        float(roads.road.metres[s]) * share / (judge(roads.profile, roads.road.tags_of(s)).along / 3.6)
        for s, _, share in found[1].route.steps
    )
    assert found[1].route.seconds == pytest.approx(again)  # at true times, without the penalty
    legs = through(traffic, [spot(roads, 0, 0), spot(roads, 2, 1), spot(roads, 4, 0)])
    assert legs[0].line[-1] == legs[1].line[0]
    assert legs[0].line[0] == pytest.approx(where(0, 0)[::-1])
    assert legs[1].line[-1] == pytest.approx(where(4, 0)[::-1])


def test_what_is_reached_grows_with_the_minutes(tmp_path: Path) -> None:
    roads = open_roads(ladder(tmp_path), "car")
    found = reached(Traffic(roads), spot(roads, 0, 0), [1, 2, 5])
    km = [feature["properties"]["km"] for feature in found["features"] if feature["properties"]["kind"] == "roads"]
    assert km == sorted(km)
    assert km[-1] > km[0]


def test_bridges_and_one_lane_stretches_are_listed_with_the_tag_that_says_so(tmp_path: Path) -> None:
    tags = {
        "rung1": {"bridge": "yes"},
        "rung2": {"lanes": "1"},
        "rung3": {"lanes": "1", "oneway": "yes"},
        "rung4": {"width": "3"},
    }
    roads = open_roads(ladder(tmp_path, **tags), "car")
    assert [(b.kind, b.why) for b in bottlenecks(roads.road)] == [
        ("bridge", "bridge=yes"),
        ("one lane", "lanes=1"),
        ("one lane", "width=3"),
    ]
    (loss,) = losses(Traffic(roads), [spot(roads, 0, 0)], [spot(roads, 0, 1)])
    assert (loss.bridge.way, loss.pairs_cut) == (31, 0)
    assert loss.minutes_more > 0


# The cache.


def test_the_cache_is_what_a_fresh_read_gives_byte_for_byte(tmp_path: Path) -> None:
    file = ladder(tmp_path, rung2={"maxheight": "3"})
    fresh = open_roads(file, "bus")
    kept = open_roads(file, "bus")
    assert (fresh.cached, kept.cached) == (False, True)
    one, two = keys(fresh.road.sha256, fresh.profile)
    assert (cache_folder(file) / "map").read_bytes() == map_bytes(read_map(file), one) == map_bytes(kept.road, one)
    again = graph_bytes(build(read_map(file), fresh.profile), two)
    assert (cache_folder(file) / "bus").read_bytes() == again == graph_bytes(kept.graph, two)


def test_a_cache_of_another_file_or_a_damaged_one_is_never_taken(tmp_path: Path) -> None:
    file = ladder(tmp_path)
    before = drive(open_roads(file, "car"), (0, 0), (4, 0))
    ladder(tmp_path, long={"maxspeed": "20"})  # the same name, another content
    changed = open_roads(file, "car")
    assert not changed.cached
    assert drive(changed, (0, 0), (4, 0)) > before
    for part in ("map", "car"):
        kept = cache_folder(file) / part
        data = bytearray(kept.read_bytes())
        data[-9] ^= 1
        kept.write_bytes(data)
        assert not open_roads(file, "car").cached
        kept.write_bytes(bytes(data[: len(data) // 2]))
        assert not open_roads(file, "car").cached
    assert open_roads(file, "car").cached


def test_a_folder_that_cannot_be_written_only_costs_time(tmp_path: Path) -> None:
    file = ladder(tmp_path)
    cache_folder(file).write_text("a file where the folder would be")
    assert not open_roads(file, "car").cached
    assert not open_roads(file, "car").cached


# What must be refused.


def test_bad_files_are_named_with_a_remedy_and_nothing_is_cached(tmp_path: Path) -> None:
    whole = tmp_path / "whole.osm.pbf"
    _as_pbf(ladder(tmp_path), whole)
    data = whole.read_bytes()
    bad = {
        "empty.osm.pbf": (b"", "is empty"),
        "cut.osm.pbf": (data[: len(data) * 2 // 3], "is not a whole OpenStreetMap file"),
        "words.osm.pbf": (b"not a map " * 50, "is not a whole OpenStreetMap file"),
        "cut.osm": (ladder(tmp_path).read_bytes()[:400], "is not a whole OpenStreetMap file"),
        "bare.osm": (b'<osm version="0.6"></osm>', "holds no roads"),
        "map.txt": (data, "is no OpenStreetMap extract"),
    }
    for name, (content, cause) in bad.items():
        file = tmp_path / name
        file.write_bytes(content)
        with pytest.raises(InputError, match=cause) as caught:
            open_roads(file, "bus")
        assert name in caught.value.place
        assert caught.value.hint
        assert not cache_folder(file).exists()
    with pytest.raises(InputError, match="no such file"):
        open_roads(tmp_path / "absent.osm.pbf", "bus")
    with pytest.raises(UsageError, match="unknown profile 'tank'"):
        open_roads(whole, "tank")
    foot = osm(tmp_path, {1: (0, 0), 2: (1, 0)}, [(1, [1, 2], {"highway": "footway"})], name="foot.osm")
    with pytest.raises(UsageError, match="no road of this extract is open to a bus"):
        open_roads(foot, "bus")
    assert not cache_folder(foot).exists()


def _as_pbf(source: Path, target: Path) -> None:
    import osmium

    with osmium.SimpleWriter(str(target)) as writer:
        for entity in osmium.FileProcessor(str(source)):
            writer.add(entity)


def test_missing_nodes_end_the_road_and_are_counted(tmp_path: Path) -> None:
    nodes = {1: (0, 0), 2: (1, 0), 4: (3, 0), 5: (4, 0)}
    file = osm(tmp_path, nodes, [(10, [1, 2, 3, 4, 5], CAR), (11, [6, 7], CAR)])
    road = read_map(file)
    assert (road.skipped.missing_nodes, road.skipped.cut_ways, road.skipped.lost_ways) == (3, (10,), (11,))
    assert road.stretches == 2
    assert "complete_ways" in notes(road)[0]
    lost = osm(tmp_path, {1: (0, 0)}, [(11, [6, 7], CAR)], name="lost.osm")
    with pytest.raises(InputError, match="not one has its nodes"):
        read_map(lost)


def test_islands_far_sites_and_sites_in_the_sea(tmp_path: Path) -> None:
    nodes = {1: (0, 0), 2: (4, 0), 3: (4, 3), 4: (0, 3), 5: (1, 0.3), 6: (1.2, 0.3), 7: (20, 20), 8: (20.1, 20)}
    ways: list[Way] = [(10, [1, 2, 3, 4, 1], CAR), (11, [5, 6], CAR), (12, [7, 8], CAR)]
    roads = open_roads(osm(tmp_path, nodes, ways), "car")
    near = spot(roads, 1.1, 0.29)
    assert roads.graph.main[near.stretch]  # passed over for the network, which is near enough
    assert "cut off" in near.warning
    far = spot(roads, 20.05, 20)
    assert "island" in far.warning
    assert "m from the nearest road" in spot(roads, 2, 0.5).warning
    assert spot(roads, 2, 0.01).warning == ""
    with pytest.raises(InputError, match="in the sea, or outside the extract"):
        spot(roads, 40, 0)
    with pytest.raises(InputError, match="no position"):
        snap(roads, "x", float("nan"), 0)
    lat, lon = where(1, 1)
    with pytest.raises(InputError, match="swapped"):
        snap(roads, "x", lon, lat)


def test_bad_closures_are_all_named(tmp_path: Path) -> None:
    bow = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
    good = {"id": "a", "kind": "flood", "source": "City"}
    features: list[Any] = [
        {"properties": good, "geometry": bow},
        {"properties": {**good, "kind": "dragons"}, "geometry": None},
        {"properties": {"id": "b", "kind": "snow"}, "geometry": {"type": "Point", "coordinates": [1, 1]}},
        {"properties": {**good, "until": "tomorrow"}, "geometry": {"type": "Point", "coordinates": [1, 1]}},
        {
            "properties": {**good, "from": "2026-11-22T08:00+02:00", "until": "2026-11-22T07:00+02:00"},
            "geometry": {"type": "Point", "coordinates": [1, 1]},
        },
        {"properties": {**good, "speed": 2}, "geometry": {"type": "Point", "coordinates": [1, 1]}},
        {"properties": {**good, "speed_factor": 2}, "geometry": {"type": "Point", "coordinates": [1, 1]}},
        {"properties": good, "geometry": {"type": "Point", "coordinates": [400, 1]}},
        {"properties": good, "geometry": {"type": "Polygon", "coordinates": [[1]]}},
        "words",
    ]
    file = tmp_path / "closed.geojson"
    file.write_bytes(msgspec.json.encode({"type": "FeatureCollection", "features": features}))
    with pytest.raises(InputError) as caught:
        read_closures(file)
    text = str(caught.value)
    causes = "crosses itself|dragons|'source' is missing|is not a time|ends before it begins|unknown property 'speed'"
    for said in f"{causes}|share below 1|outside the world|cannot be read|no feature".split("|"):
        assert said in text, said
    for number in range(1, len(features) + 1):
        assert f"feature {number}:" in text
    file.write_text("[]")
    with pytest.raises(InputError, match="not GeoJSON"):
        read_closures(file)
    file.write_bytes(
        msgspec.json.encode({"features": [{"properties": good, "geometry": {"type": "Point", "coordinates": [1, 1]}}]})
    )
    assert [str(closure) for closure in read_closures(file)] == ["a: closed by flood (City)"]


# Properties, on towns made by chance.


@st.composite
def towns(draw: st.DrawFn, *, both_ways: bool = False) -> tuple[dict[int, tuple[float, float]], list[Way], list[Any]]:
    """A grid of streets with gaps, classes, one-way streets and banned turns."""
    side = draw(st.integers(3, 5))
    shift = draw(st.lists(st.floats(-0.3, 0.3), min_size=2 * side * side, max_size=2 * side * side))
    nodes = {
        1 + y * side + x: (x + shift[2 * (y * side + x)], y + shift[2 * (y * side + x) + 1])
        for y in range(side)
        for x in range(side)
    }
    pairs = [(a, a + 1) for a in nodes if a % side] + [(a, a + side) for a in nodes if a + side in nodes]
    kinds = draw(
        st.lists(
            st.sampled_from(["primary", "secondary", "residential", "none"]), min_size=len(pairs), max_size=len(pairs)
        )
    )
    sides = draw(st.lists(st.sampled_from(["no", "no", "yes", "-1"]), min_size=len(pairs), max_size=len(pairs)))
    ways: list[Way] = [
        (100 + n, list(pair), {"highway": kind} if both_ways else {"highway": kind, "oneway": oneway})
        for n, (pair, kind, oneway) in enumerate(zip(pairs, kinds, sides, strict=True))
        if kind != "none"
    ]
    if len(ways) < 2:
        ways = [(100, [1, 2], {"highway": "primary"}), (101, [2, 3], {"highway": "primary"})]
    bans: list[Any] = []
    if not both_ways:
        for before, ends, _ in draw(st.lists(st.sampled_from(ways), max_size=4)):
            others = [way for way in ways if way[0] != before and set(way[1]) & set(ends)]
            if others:
                after = draw(st.sampled_from(others))
                kind = draw(st.sampled_from(["no_left_turn", "only_straight_on"]))
                bans.append((before, next(iter(set(after[1]) & set(ends))), after[0], kind, {}))
    return nodes, ways, bans


QUICK = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def opened(folder: Path, town: tuple[dict[int, tuple[float, float]], list[Way], list[Any]]) -> Roads:
    nodes, ways, bans = town
    return open_roads(osm(folder, nodes, ways, bans=bans), "car", cache=False)


def some(roads: Roads, count: int = 6) -> list[Snapped]:
    """Sites in the middle of stretches, spread over the map."""
    rng = np.random.default_rng(roads.road.stretches)
    found = []
    for stretch in rng.choice(np.unique(roads.graph.stretch), count).tolist():
        (lon1, lat1), (lon2, lat2) = roads.road.line(stretch)[0], roads.road.line(stretch)[-1]
        share = float(rng.random())
        at = (lon1 + share * (lon2 - lon1), lat1 + share * (lat2 - lat1))
        found.append(Snapped(str(stretch), at[0], at[1], stretch, share, 0.0, at))
    return found


@QUICK
@given(town=towns(both_ways=True))
def test_where_every_street_is_two_way_costs_are_the_same_both_ways(tmp_path: Path, town: Any) -> None:
    roads = opened(tmp_path, town)
    sites = some(roads)
    times = Traffic(roads).matrix(sites, sites)
    np.testing.assert_allclose(times, times.T, rtol=1e-9)


@QUICK
@given(town=towns())
def test_the_matrix_obeys_the_triangle_inequality_and_each_route_its_matrix(tmp_path: Path, town: Any) -> None:
    nodes, ways, _ = town
    roads = opened(tmp_path, (nodes, ways, []))
    sites, traffic = some(roads), Traffic(roads)
    times = traffic.matrix(sites, sites)
    over = (times[:, :, None] + times[None, :, :]).min(axis=1)
    assert (times <= over * (1 + 1e-9) + 1e-6).all()
    np.testing.assert_allclose(traffic.matrix(sites, sites[:2]), times[:, :2], rtol=1e-9)  # searched from the other end
    for row, start in enumerate(sites):
        for column, end in enumerate(sites):
            route = traffic.route(start, end)
            assert (route is None) == bool(np.isinf(times[row, column]))
            if route is not None:
                assert route.seconds == pytest.approx(times[row, column], rel=1e-9, abs=1e-9)
                assert route.metres == pytest.approx(sum(roads.road.metres[s] * share for s, _, share in route.steps))


@QUICK
@given(town=towns(), limit=st.sampled_from([math.inf, 200.0]))
def test_the_search_for_large_networks_gives_the_same_trees(tmp_path: Path, town: Any, limit: float) -> None:
    roads = opened(tmp_path, town)
    traffic = Traffic(roads)
    starts = [traffic.leaving(site) for site in some(roads)]
    plain, came = traffic.trees(starts, limit=limit, ways=True)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(routing, "LARGE", 0)
        far, before = traffic.trees(starts, limit=limit, ways=True)
        back = traffic.trees(starts, towards=True)
    np.testing.assert_allclose(far, plain[:, : roads.graph.nodes], rtol=1e-12)
    np.testing.assert_allclose(back, traffic.trees(starts, towards=True)[:, : roads.graph.nodes], rtol=1e-12)
    assert ((before < 0) == (came[:, : roads.graph.nodes] < 0)).all()


@QUICK
@given(
    town=towns(),
    chosen=st.lists(st.lists(st.integers(0, 40), min_size=1, max_size=4), max_size=2),
    factor=st.sampled_from([0.0, 0.3]),
    give_up=st.sampled_from([1, 1000]),
)
def test_the_search_that_knows_the_open_roads_finds_what_a_search_over_everything_finds(
    tmp_path: Path, town: Any, chosen: list[list[int]], factor: float, give_up: int
) -> None:
    """One opening of the roads, closures after closures over it, as on a large network; and a plain search anew."""
    roads = opened(tmp_path, town)
    sites, ways = some(roads, 3), roads.road.way_id
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(routing, "ENDS_KEPT", 2)
        patched.setattr(routing, "GIVE_UP", give_up)
        for numbers in ([], *chosen):
            shut = tuple(int(ways[number % len(ways)]) for number in numbers)
            closure = Closure(id="c", kind="snow", source="City", ways=shut, speed_factor=factor)
            traffic = Traffic(roads, effects(roads.road, [closure]) if shut else None)
            patched.setattr(routing, "LARGE", 10**9)
            whole = Traffic(open_roads(tmp_path / "town.osm", "car", cache=False), traffic.effects)
            np.testing.assert_array_equal(traffic.seconds, whole.seconds)
            for start in sites:
                for end in sites:
                    patched.setattr(routing, "LARGE", 10**9)
                    plain = whole.route(start, end)
                    patched.setattr(routing, "LARGE", 0)
                    found = traffic.route(start, end)
                    assert (found is None) == (plain is None)
                    if found is not None and plain is not None:
                        assert found.seconds == pytest.approx(plain.seconds, rel=1e-12, abs=1e-9)
                        assert found.metres == pytest.approx(
                            sum(roads.road.metres[s] * share for s, _, share in found.steps)
                        )
            assert len(roads.towards) <= 2


@QUICK
@given(town=towns(), factor=st.sampled_from([0.0, 0.3]), way=st.integers(0, 40))
def test_what_a_closure_leaves_of_a_slot_is_what_all_slots_made_anew_say(
    tmp_path: Path, town: Any, factor: float, way: int
) -> None:
    roads = opened(tmp_path, town)
    shut = Closure(
        id="c", kind="ice", source="City", ways=(int(roads.road.way_id[way % len(roads.road.way_id)]),),
        speed_factor=factor, direction="along",
    )  # fmt: skip
    traffic, slots = Traffic(roads, effects(roads.road, [shut])), roads.graph.slots
    np.testing.assert_array_equal(traffic._least, slots.least(traffic.seconds))
    columns, rows, seconds = traffic._turned
    pairs = np.repeat(np.arange(roads.graph.nodes), np.diff(slots.rows)), slots.columns
    ahead = sorted(zip(*(part.tolist() for part in (*pairs, traffic._least)), strict=True))
    back = zip(columns.tolist(), np.repeat(np.arange(roads.graph.nodes), np.diff(rows)).tolist(), seconds, strict=True)
    assert sorted(back) == ahead


@QUICK
@given(town=towns(), chosen=st.lists(st.integers(0, 40), max_size=6), factor=st.sampled_from([0.0, 0.3]))
def test_closing_or_slowing_never_shortens_a_drive(tmp_path: Path, town: Any, chosen: list[int], factor: float) -> None:
    roads = opened(tmp_path, town)
    sites = some(roads)
    closures = [
        Closure(
            id=f"c{n}",
            kind="snow",
            source="City",
            ways=(int(roads.road.way_id[n % len(roads.road.way_id)]),),
            speed_factor=factor,
        )
        for n in chosen
    ]
    before, after = (
        Traffic(roads).matrix(sites, sites),
        Traffic(roads, effects(roads.road, closures)).matrix(sites, sites),
    )
    assert (after >= before * (1 - 1e-9) - 1e-9).all()


@QUICK
@given(town=towns())
def test_times_are_those_of_a_plain_search_over_the_file_as_written(tmp_path: Path, town: Any) -> None:
    """An independent Dijkstra over (node, way come by), on the raw ways and turn restrictions (Dijkstra 1959)."""
    nodes, ways, bans = town
    roads = opened(tmp_path, town)
    traffic = Traffic(roads)
    ids = sorted({ref for _, refs, _ in ways for ref in refs})
    for start in ids[:3]:
        plain = plain_times(start, nodes, ways, bans)
        for end in ids:
            mine = from_node(traffic, start, end)
            assert mine == pytest.approx(plain.get(end, math.inf), rel=1e-6, abs=1e-6)


def from_node(traffic: Traffic, start: int, end: int) -> float:
    """Return the seconds from one junction to another by the graph, over every copy of the second."""
    graph, ids = traffic.roads.graph, traffic.roads.road.node_id
    tree = traffic.trees([[(int(np.flatnonzero(ids == start)[0]), 0.0)]])[0]
    return float(tree[: graph.nodes][ids[graph.at] == end].min())


def plain_times(start: int, nodes: Any, ways: list[Way], bans: list[Any]) -> dict[int, float]:
    arcs: list[tuple[int, int, int, float]] = []
    for way, (a, b), tags in ways:
        (lat1, lon1), (lat2, lon2) = where(*nodes[a]), where(*nodes[b])
        half = math.sin(math.radians(lat2 - lat1) / 2) ** 2
        half += (
            math.cos(math.radians(lat1)) * math.cos(math.radians(lat2)) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
        )
        spent = (
            2
            * 6_371_008.8
            * math.asin(math.sqrt(half))
            / {"primary": 65, "secondary": 55, "residential": 25}[tags["highway"]]
            * 3.6
        )
        arcs += [(a, b, way, spent)] if tags.get("oneway") != "-1" else []
        arcs += [(b, a, way, spent)] if tags.get("oneway") != "yes" else []
    best: dict[tuple[int, int], float] = {(start, 0): 0.0}
    heap = [(0.0, start, 0)]
    while heap:
        spent, node, by = heapq.heappop(heap)
        if spent > best[node, by]:
            continue
        mine = [ban for ban in bans if ban[0] == by and ban[1] == node]
        only = {ban[2] for ban in mine if ban[3].startswith("only")}
        never = {ban[2] for ban in mine if ban[3].startswith("no")}
        for tail, head, way, cost in arcs:
            if tail != node or way in never or (only and way not in only):
                continue
            if spent + cost < best.get((head, way), math.inf):
                best[head, way] = spent + cost
                heapq.heappush(heap, (spent + cost, head, way))
    found: dict[int, float] = {}
    for (node, _), spent in best.items():
        found[node] = min(found.get(node, math.inf), spent)
    return found


# The reports.

SITES = """id,source,fact,about,place,value,observed,received
s1,Office,site,school,school,pickup,2026-11-22T06:00+02:00,2026-11-22T06:00+02:00
s2,Office,position,school,school,{school};50,2026-11-22T06:00+02:00,2026-11-22T06:00+02:00
s3,Office,site,hall,hall,reception,2026-11-22T06:00+02:00,2026-11-22T06:00+02:00
s4,Office,position,hall,hall,{hall};50,2026-11-22T06:00+02:00,2026-11-22T06:00+02:00
s5,Office,term,town/who.from,school,school,2026-11-22T06:00+02:00,2026-11-22T06:00+02:00
s6,Office,term,town/destination.to,hall,hall,2026-11-22T06:00+02:00,2026-11-22T06:00+02:00
s7,Office,people_inside,school,school,400,2026-11-22T06:00+02:00,2026-11-22T06:00+02:00
s8,Office,vehicles,bus,school,4,2026-11-22T06:00+02:00,2026-11-22T06:00+02:00
"""


def sites_file(folder: Path, school: tuple[float, float] = (0, 0), hall: tuple[float, float] = (4, 0)) -> Path:
    file = folder / "sites.csv"
    spots = {"school": "{};{}".format(*where(*school)), "hall": "{};{}".format(*where(*hall))}
    file.write_text(SITES.format(**spots), encoding="utf-8")
    return file


def test_the_legs_of_an_operation_become_reports_that_a_situation_takes_in(tmp_path: Path) -> None:
    from corridor.situation.assess import assess

    roads = open_roads(ladder(tmp_path), "bus", convoy=True)
    reports = read_reports(sites_file(tmp_path))
    pairs = pairs_of(reports)
    assert pairs == [("school", "hall"), ("hall", "school")]
    traffic = Traffic(roads)
    sites = snapped(roads, places_of(reports).values())
    found = leg_reports(traffic, sites, pairs, MORNING)
    assert not found.findings
    situation = assess([*reports, *found.reports])
    leg = situation.leg("school", "hall")
    assert leg is not None
    assert leg.minutes.quantile(0.5) == pytest.approx(drive(roads, (0, 0), (4, 0)) / 60, rel=0.15)
    assert "South Road" in leg.basis
    assert roads.road.sha256[:8] in leg.basis
    later = leg_reports(Traffic(roads, effects(roads.road, [flood(at=2)])), sites, pairs, MORNING + timedelta(hours=1))
    slower = assess([*reports, *found.reports, *later.reports]).leg("school", "hall")
    assert slower is not None
    assert slower.minutes.quantile(0.5) > leg.minutes.quantile(0.5)


def test_legs_follow_the_agreed_corridor_and_none_goes_round_it(tmp_path: Path) -> None:
    text = sites_file(tmp_path).read_text()
    text += "s9,Office,term,town/corridor.via,school,gate;bridge,2026-11-22T06:00+02:00,2026-11-22T06:00+02:00\n"
    (tmp_path / "via.csv").write_text(text)
    pairs = pairs_of(read_reports(tmp_path / "via.csv"))
    assert ("school", "hall") not in pairs
    assert {("gate", "bridge"), ("school", "gate"), ("bridge", "hall"), ("hall", "bridge")} <= set(pairs)


def test_sites_off_the_roads_are_all_named(tmp_path: Path) -> None:
    roads = open_roads(ladder(tmp_path), "bus")
    reports = read_reports(sites_file(tmp_path, school=(60, 60), hall=(-70, 0)))
    with pytest.raises(CorridorError, match="2 site") as caught:
        snapped(roads, places_of(reports).values())
    assert "school" in str(caught.value)
    assert "hall" in str(caught.value)


def test_the_same_extract_elsewhere_gives_the_same_map(tmp_path: Path) -> None:
    file = ladder(tmp_path)
    (tmp_path / "other").mkdir()
    copy = shutil.copy(file, tmp_path / "other")
    assert map_bytes(read_map(file), "k") == map_bytes(read_map(copy), "k")
    pbf = tmp_path / "town.osm.pbf"
    _as_pbf(file, pbf)
    assert drive(open_roads(pbf, "car"), (0, 0), (4, 1)) == drive(open_roads(file, "car"), (0, 0), (4, 1))
