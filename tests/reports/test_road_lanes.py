"""One-lane stretches of a map: places at their ends, drives in parts, terms that a plan keeps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from corridor.planning.solve import plan
from corridor.planning.verify import verify
from corridor.publishing.agreed import open_points
from corridor.publishing.footnotes import Footnotes
from corridor.publishing.words import words
from corridor.reports.report import Report
from corridor.reports.roads.lanes import parted
from corridor.reports.roads.network import open_roads
from corridor.reports.roads.routing import Traffic
from corridor.reports.roads.travel import Legs, hidden, leg_reports, needed, places_of, snapped
from corridor.reports.tables import read_reports
from corridor.situation.assess import assess
from corridor.situation.check import check
from corridor.situation.situation import Situation
from tests.reports.osm_worlds import Way, osm, where

AT = datetime.fromisoformat("2026-11-22T06:00+02:00")
NARROW = {"lanes": "1"}
HEAD = "source,fact,about,place,value,observed,received\n"


def street(folder: Path, *, name: str = "town.osm", short: bool = False, **more: Mapping[str, str]) -> Path:
    """A road of five nodes; `low`, `mid` and `high` are tags of 2-3, 3-4 and 4-5, and node 6 hangs on node 3."""
    far = 2.05 if short else 2.0
    nodes = {1: (0, 0), 2: (1, 0), 3: (far, 0), 4: (2.1 if short else 3, 0), 5: (4, 0), 6: (far, 1)}
    plain = {"highway": "secondary", "name": "Valley Road"}
    ways: list[Way] = [
        (10, [1, 2], plain),
        (11, [2, 3], {**plain, **more.get("low", {})}),
        (12, [3, 4], {**plain, **more.get("mid", {})}),
        (13, [4, 5], {**plain, **more.get("high", {})}),
        (14, [3, 6], {"highway": "residential", "name": "Hill Street"}),
    ]
    return osm(folder, nodes, ways, name=name)


def told(folder: Path, *rows: str, **spots: tuple[float, float]) -> list[Report]:
    """The school sends people to the hall with three buses, which stand at the school; more rows as they are."""
    clocks = "2026-11-22T06:00+02:00,2026-11-22T06:00+02:00"
    places = {"school": (0.0, 0.0), "hall": (4.0, 0.0), **spots}
    lines = [
        "Office,term,town/who.from,school,school",
        "Office,term,town/destination.to,hall,hall",
        "Office,people_inside,school,school,400",
        "Office,share_leaving,school,school,1",
        "Office,vehicles,bus,school,3",
        "Office,bays,school,school,1",
        *rows,
    ]
    for site, spot in places.items():
        kind = "reception" if site == "hall" else "pickup" if site in ("school", "mill") else "checkpoint"
        lat, lon = where(*spot)
        lines += [f"Office,site,{site},{site},{kind}", f"Office,position,{site},{site},{lat};{lon};20"]
    file = folder / "sites.csv"
    file.write_text(HEAD + "".join(f"{line},{clocks}\n" for line in lines), encoding="utf-8")
    return read_reports(file)


def legs(extract: Path, reports: list[Report], short_m: float = 100.0) -> Legs:
    traffic = Traffic(open_roads(extract, "bus", convoy=True))
    pairs = needed(reports)
    named = {name for pair in pairs for name in pair}
    sites = snapped(traffic.roads, [place for place in places_of(reports).values() if place.id in named])
    return leg_reports(traffic, sites, pairs, AT, short_m=short_m)


def folded(extract: Path, reports: list[Report]) -> Situation:
    return assess([*reports, *legs(extract, reports).reports])


def test_a_one_lane_stretch_becomes_two_sites_a_leg_and_a_term_with_its_source(tmp_path: Path) -> None:
    found = legs(street(tmp_path, mid=NARROW), told(tmp_path))
    assert (found.ways, found.lanes, len(found.parted)) == (2, 1, 2)
    times = {report.about: report.number or 0.0 for report in found.reports if report.fact == "leg_time"}
    out, back = ["school>lane-3", "lane-3>lane-4", "lane-4>hall"], ["hall>lane-4", "lane-4>lane-3", "lane-3>school"]
    assert set(times) == {*out, *back}
    wide = legs(street(tmp_path, name="wide.osm"), told(tmp_path))
    whole = {report.about: report.number or 0.0 for report in wide.reports if report.fact == "leg_time"}
    assert set(whole) == {"school>hall", "hall>school"}
    assert sum(times[leg] for leg in out) == pytest.approx(whole["school>hall"], abs=0.16)  # each to a tenth
    (term,) = (report for report in found.reports if report.fact == "term")
    assert (term.about, term.value) == ("town/corridor-lane-3-lane-4.one_lane", "lane-3>lane-4")
    assert term.source == "OpenStreetMap contributors"
    assert "Valley Road, lanes=1: read from the map, nobody has agreed who waits" in term.note
    assert {(r.about, r.value) for r in found.reports if r.fact in ("site", "name")} == {
        ("lane-3", "place"),
        ("lane-4", "place"),
        ("lane-3.en", "Valley Road"),
        ("lane-4.en", "Valley Road"),
    }


def test_the_plan_lets_nobody_come_the_other_way_and_one_of_the_open_road_is_refused(tmp_path: Path) -> None:
    reports = told(tmp_path, "Office,unloading_time,bus,school,1", "Office,boarding_time,bus,school,4")
    narrow = folded(street(tmp_path, low=NARROW, mid=NARROW, high=NARROW), reports)
    assert [c.parameters for a in narrow.agreements for c in a.of_kind("corridor")] == [{"one_lane": "hall>lane-2"}]
    # What a map says of a lane settles nothing of the agreement.
    assert "town/corridor" in {finding.about for finding in check(narrow) if finding.rule == "left open"}
    kept = plan(narrow, time_limit=1, reserve_quantile=0.5)
    assert verify(kept) == []
    wide = msgspec.structs.replace(
        narrow,
        agreements=tuple(
            msgspec.structs.replace(each, clauses=tuple(c for c in each.clauses if c.kind != "corridor"))
            for each in narrow.agreements
        ),
    )
    free = plan(wide, time_limit=1, reserve_quantile=0.5)
    assert verify(free) == []
    assert kept.clearance_minutes > free.clearance_minutes
    # The same timetable on the road as it is: the checker says where two meet, and in which clause it stands.
    met = verify(msgspec.structs.replace(free, situation=narrow, situation_sha256=narrow.sha256))
    lanes = [finding for finding in met if "one lane" in finding.what]
    assert lanes
    (term,) = (report.id for report in narrow.reports if report.fact == "term" and report.part == "one_lane")
    assert all(term in finding.reports for finding in lanes)


def test_the_page_does_not_say_that_the_parties_stated_what_a_map_says(tmp_path: Path) -> None:
    rows = (
        "Office,term,town/corridor.via,school,school;hall",
        "Party,term,town/corridor-bridge.one_lane,school,school>hall",
    )
    situation = folded(street(tmp_path, mid=NARROW), told(tmp_path, *rows))
    w = words("en")
    shown = open_points(situation, (), w, Footnotes(situation, w))
    assert shown.count("nobody has agreed who waits") == 1
    assert "Valley Road – Valley Road" in shown
    assert "school – hall" in shown


def test_what_is_short_or_one_way_is_listed_and_binds_nobody(tmp_path: Path) -> None:
    reports = told(tmp_path)
    short = street(tmp_path, name="short.osm", short=True, mid=NARROW)
    assert legs(short, reports).lanes == 0
    assert legs(short, reports, short_m=0).lanes == 1
    assert legs(street(tmp_path, mid={**NARROW, "oneway": "yes"}), reports, short_m=0).lanes == 0


def test_ways_that_share_a_stretch_are_cut_where_one_of_them_turns_off(tmp_path: Path) -> None:
    rows = ("Office,term,mill/who.from,mill,mill", "Office,term,mill/destination.to,mill,hall")
    reports = told(tmp_path, *rows, mill=(2, 1))
    found = legs(street(tmp_path, low=NARROW, mid=NARROW), reports)
    times = {report.about for report in found.reports if report.fact == "leg_time"}
    assert {"school>lane-2", "lane-2>lane-3", "lane-3>lane-4", "lane-4>hall", "mill>lane-3"} <= times
    assert "lane-2>lane-4" not in times
    terms = {report.about.removesuffix(".one_lane") for report in found.reports if report.fact == "term"}
    lane = "corridor-lane-3-lane-4"
    assert terms == {"town/corridor-lane-2-lane-3", f"town/{lane}", f"mill/{lane}"}


def test_a_site_on_the_stretch_is_the_end_of_it_for_everybody(tmp_path: Path) -> None:
    rows = ("Office,term,mill/who.from,mill,mill", "Office,term,mill/destination.to,mill,hall")
    reports = told(tmp_path, *rows, mill=(2.5, 0))
    traffic = Traffic(open_roads(street(tmp_path, mid=NARROW), "bus"))
    sites = snapped(traffic.roads, places_of(reports).values())
    routes = {}
    for pair in needed(reports):
        route = traffic.route(sites[pair[0]], sites[pair[1]])
        assert route is not None
        routes[pair] = route
    ways = parted(traffic, sites, routes)
    assert [piece.pair for piece in ways["school", "hall"]] == [
        ("school", "lane-3"),
        ("lane-3", "mill"),
        ("mill", "lane-4"),
        ("lane-4", "hall"),
    ]
    assert [piece.pair for piece in ways["mill", "hall"]] == [("mill", "lane-4"), ("lane-4", "hall")]
    for pair, way in ways.items():
        assert sum(piece.seconds for piece in way) == pytest.approx(routes[pair].seconds)
        assert sum(piece.metres for piece in way) == pytest.approx(routes[pair].metres)


def test_an_agreed_corridor_is_kept_to_in_parts_and_has_no_gap(tmp_path: Path) -> None:
    # Somebody also reports a quicker drive that goes round the gate: the corridor is agreed all the same.
    rumour = "Driver,leg_time,school>hall,school,1"
    reports = told(tmp_path, "Office,term,town/corridor.via,school,school;gate;hall", rumour, gate=(1, 0))
    situation = folded(street(tmp_path, mid=NARROW), reports)
    assert situation.leg("gate", "hall") is None
    assert "no way" not in {finding.rule for finding in check(situation)}
    made = plan(situation, time_limit=1, reserve_quantile=0.5)
    assert verify(made) == []
    quickest = min((convoy.arrive - convoy.depart).total_seconds() / 60 for convoy in made.convoys)
    assert quickest >= 5  # the way round would take a minute
    missing = msgspec.structs.replace(situation, legs=tuple(leg for leg in situation.legs if leg.end != "lane-4"))
    assert "no way" in {finding.rule for finding in check(missing)}


def test_a_drive_measured_over_the_whole_leg_is_named_since_it_hides_the_stretch(tmp_path: Path) -> None:
    reports = told(tmp_path, "Office,leg_time,school>hall,school,9")
    found = legs(street(tmp_path, mid=NARROW), reports)
    (finding,) = hidden(reports, found.parted)
    assert (finding.about, finding.severity) == ("school>hall", "warning")
    assert hidden(reports, legs(street(tmp_path, name="wide.osm"), reports).parted) == []
