"""The open standards: each file is read back by a reader that is not ours, and says what the plan says."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import gtfs_kit
import icalendar
import msgspec
import pyogrio
import pytest

from corridor.forecasting.forecast import Forecast
from corridor.publishing.publish import FORMATS, publish
from corridor.publishing.release.stage import released
from corridor.publishing.standards.calendar import calendar
from corridor.publishing.standards.geopackage import geopackage
from corridor.publishing.standards.gtfs import gtfs
from corridor.publishing.standards.hxl import hxl, tags
from corridor.publishing.words import words
from corridor.situation.agreement import Clause
from corridor.situation.site import left_to_move
from tests.publishing import sample

FORECAST = sample.forecast()
PLAN = FORECAST.plan
WINDOW = Clause(
    id="hours",
    kind="window",
    begins=sample.moment("16T06:00"),
    ends=sample.moment("16T14:00"),
    reports=("site-points",),
)
FIRST, *OTHERS = PLAN.situation.agreements
SITUATION = msgspec.structs.replace(
    PLAN.situation, agreements=(msgspec.structs.replace(FIRST, clauses=(*FIRST.clauses, WINDOW)), *OTHERS)
)

RELEASE = released(
    msgspec.structs.replace(FORECAST, plan=msgspec.structs.replace(PLAN, situation=SITUATION)),
)


def events(data: bytes) -> list[icalendar.cal.Component]:
    return list(icalendar.Calendar.from_ical(data).walk("VEVENT"))


def test_the_calendar_holds_every_stated_window() -> None:
    stated = [
        (clause.begins, clause.ends)
        for agreement in SITUATION.agreements
        for clause in agreement.of_kind("window")
        if clause.begins and clause.ends
    ]
    found = events(calendar(SITUATION, words("en")))
    assert stated
    assert [(event.decoded("DTSTART"), event.decoded("DTEND")) for event in found] == stated
    assert len({str(event["UID"]) for event in found}) == len(found)


def test_a_new_version_of_a_window_replaces_the_old_event() -> None:
    def event(version: int) -> icalendar.cal.Component:
        clause = msgspec.structs.replace(WINDOW, version=version)
        agreement = msgspec.structs.replace(FIRST, clauses=(clause,))
        (found,) = events(calendar(msgspec.structs.replace(SITUATION, agreements=(agreement,)), words("en")))
        return found

    was, now = event(1), event(2)
    assert now["UID"] == was["UID"]
    assert (was.decoded("SEQUENCE"), now.decoded("SEQUENCE")) == (0, 1)


@pytest.mark.parametrize(
    ("state", "status"), [("in_force", "CONFIRMED"), ("announced", "TENTATIVE"), ("failed", "CANCELLED")]
)
def test_a_window_is_as_sure_as_its_agreement(state: str, status: str) -> None:
    changed = [msgspec.structs.replace(each, state=state) for each in SITUATION.agreements]
    found = events(calendar(msgspec.structs.replace(SITUATION, agreements=tuple(changed)), words("en")))
    assert {str(event["STATUS"]) for event in found} == {status}


def test_a_calendar_without_stated_hours_says_so() -> None:
    found = icalendar.Calendar.from_ical(calendar(msgspec.structs.replace(SITUATION, agreements=()), words("fr")))
    assert [str(each["SUMMARY"]) for each in found.walk("VJOURNAL")] == ["L’accord ne fixe aucune heure"]


def test_no_line_of_the_calendar_is_longer_than_the_standard_allows() -> None:
    for lang in ("en", "fr"):
        for line in calendar(SITUATION, words(lang)).split(b"\r\n"):
            assert len(line) <= 75
            line.decode()  # no character is cut in two


def figures() -> list[dict[str, str]]:
    lines = hxl(RELEASE).decode().splitlines(keepends=True)
    return list(csv.DictReader([lines[0], *lines[2:]]))


def test_the_second_row_is_the_tags() -> None:
    names, tagged = list(csv.reader(io.StringIO(hxl(RELEASE).decode())))[:2]
    assert names == list(tags())
    assert all(tag.startswith("#") and tag == tag.lower() for tag in tagged)


def test_the_tagged_figures_are_those_of_the_situation() -> None:
    left = [row for row in figures() if row["indicator"] == "people left to move" and row["operation"] == "aleppo"]
    low, middle, high = left_to_move([group for group in SITUATION.groups if group.operation == "aleppo"])
    assert [(int(row["low"]), int(row["middle"]), int(row["high"])) for row in left] == [
        (round(low), round(middle), round(high))
    ]
    for row in figures():
        if not row["low"]:
            continue  # no lower figure is told of needs
        assert float(row["low"]) <= float(row["middle"]) <= float(row["high"])


def layer(tmp_path: Path, name: str) -> tuple[list[str], list[bytes], dict[str, list[object]]]:
    file = tmp_path / "operation.gpkg"
    file.write_bytes(geopackage(FORECAST))
    meta, _, shapes, columns = pyogrio.raw.read(file, layer=name)
    fields = [str(field) for field in meta["fields"]]
    return fields, list(shapes), {field: list(column) for field, column in zip(fields, columns, strict=True)}


def test_a_gis_reads_every_layer(tmp_path: Path) -> None:
    file = tmp_path / "operation.gpkg"
    file.write_bytes(geopackage(FORECAST))
    listed = {str(name) for name, _ in pyogrio.list_layers(file)}
    assert {"sites", "legs", "corridors", "convoys", "reports"} <= listed
    assert pyogrio.read_info(file, layer="sites")["crs"] == "EPSG:4326"
    bounds = pyogrio.read_info(file, layer="sites", force_total_bounds=True)["total_bounds"]
    west = min(site.longitude for site in SITUATION.sites if site.longitude is not None)
    south = min(site.latitude for site in SITUATION.sites if site.latitude is not None)
    assert bounds[:2] == pytest.approx([west, south])


def test_a_layer_holds_each_site_where_it_is(tmp_path: Path) -> None:
    _, shapes, columns = layer(tmp_path, "sites")
    assert columns["id"] == [site.id for site in SITUATION.sites]
    for site, shape in zip(SITUATION.sites, shapes, strict=True):
        if site.longitude is None:
            assert shape is None
        else:
            point = memoryview(shape)[5:21].cast("d")
            assert list(point) == [site.longitude, site.latitude]


def test_the_tables_hold_every_convoy_and_report(tmp_path: Path) -> None:
    file = tmp_path / "operation.gpkg"
    file.write_bytes(geopackage(FORECAST))
    with sqlite3.connect(file) as base:
        people = base.execute("SELECT convoy, people FROM convoys").fetchall()
        reports = base.execute("SELECT count(*) FROM reports").fetchone()[0]
        styled = {row[0] for row in base.execute("SELECT f_table_name FROM layer_styles")}
        assert base.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    base.close()
    assert people == [(convoy.id, convoy.people) for convoy in PLAN.convoys]
    assert reports == len(SITUATION.reports)
    assert styled == {"sites", "legs", "corridors"}


def feed(tmp_path: Path, forecast: Forecast = FORECAST) -> gtfs_kit.Feed:
    file = tmp_path / "movement.zip"
    file.write_bytes(gtfs(forecast.plan, words("en")))
    return gtfs_kit.read_feed(file, dist_units="km")


def test_a_transit_tool_reads_every_convoy(tmp_path: Path) -> None:
    found = feed(tmp_path)
    assert sorted(found.trips["trip_id"]) == sorted(convoy.id for convoy in PLAN.planned)
    assert set(found.stop_times["stop_id"]) <= set(found.stops["stop_id"])
    assert set(found.trips["service_id"]) <= set(found.calendar_dates["service_id"])
    assert set(found.trips["route_id"]) <= set(found.routes["route_id"])


def test_the_hours_of_a_trip_are_those_of_its_convoy(tmp_path: Path) -> None:
    found = feed(tmp_path)
    trips = found.trips.set_index("trip_id")
    times = found.stop_times.set_index(["trip_id", "stop_sequence"])
    for convoy in PLAN.planned:
        day = datetime.strptime(trips.loc[convoy.id, "service_id"], "%Y%m%d").replace(tzinfo=UTC)
        for sequence, column, meant in ((1, "departure_time", convoy.depart), (2, "arrival_time", convoy.arrive)):
            hours, minutes, seconds = map(int, times.loc[(convoy.id, sequence), column].split(":"))
            assert day.timestamp() + 3600 * hours + 60 * minutes + seconds == meant.timestamp()


def test_no_vehicle_and_no_person_stands_in_the_transit_files() -> None:
    with zipfile.ZipFile(io.BytesIO(gtfs(PLAN, words("en")))) as archive:
        text = "".join(archive.read(name).decode() for name in archive.namelist())
    assert not any(trip.vehicle in text for _, trip in PLAN.trips())


@pytest.mark.parametrize("name", ["gpkg", "gtfs", "hxl", "ics"])
def test_the_same_plan_gives_the_same_bytes(tmp_path: Path, name: str) -> None:
    (first,) = publish(FORECAST, tmp_path / "a", formats=[name])
    (second,) = publish(FORECAST, tmp_path / "b", formats=[name])
    assert first.read_bytes() == second.read_bytes()


def test_every_format_is_written(tmp_path: Path) -> None:
    made = publish(FORECAST, tmp_path, formats=FORMATS)
    assert {path.suffix for path in made} >= {
        ".html",
        ".pdf",
        ".csv",
        ".geojson",
        ".gpkg",
        ".zip",
        ".ics",
        ".xml",
        ".pb",
    }
    assert json.loads((tmp_path / "plan.json").read_bytes())["convoys"]
