"""CAP, GTFS-realtime, EDXL and HXL, each read by another's reader where there is one, else by the standard's rules.

No package that we could find carries the schema of CAP 1.2, of EDXL-TEP 1.1 or of EDXL-HAVE 2.0: their rules are
written here from the standards.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree as ET

import capparser
import msgspec
import pytest
from google.transit import gtfs_realtime_pb2

from corridor.errors import InputError
from corridor.publishing.release.stage import Release, released
from corridor.publishing.standards.cap import NAMESPACE, cap
from corridor.publishing.standards.hxl import hxl, tags
from corridor.publishing.standards.realtime import NEW, messages, realtime
from corridor.publishing.standards.tables import sqlite
from corridor.publishing.standards.tep import TEP, tep
from corridor.publishing.words import LANGUAGES
from corridor.reports.tables import read_reports
from corridor.situation.assess import assess
from tests.publishing import aleppo

FORECAST, EARLIER = aleppo.forecast(), aleppo.before()
ALERT: tuple[str, ...] = (
    "identifier",
    "sender",
    "sent",
    "status",
    "msgType",
    "source",
    "scope",
    "restriction",
    "addresses",
    "code",
)
ALERT = (*ALERT, "note", "references", "incidents", "info")
INFO: tuple[str, ...] = (
    "language",
    "category",
    "event",
    "responseType",
    "urgency",
    "severity",
    "certainty",
    "audience",
    "eventCode",
)
INFO = (*INFO, "effective", "onset", "expires", "senderName", "headline", "description", "instruction", "web")
INFO = (*INFO, "contact", "parameter", "resource", "area")
VALUES = {
    "status": {"Actual", "Exercise", "System", "Test", "Draft"},
    "msgType": {"Alert", "Update", "Cancel", "Ack", "Error"},
    "scope": {"Public", "Restricted", "Private"},
    "category": {
        "Geo",
        "Met",
        "Safety",
        "Security",
        "Rescue",
        "Fire",
        "Health",
        "Env",
        "Transport",
        "Infra",
        "CBRNE",
        "Other",
    },
    "responseType": {"Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None"},
    "urgency": {"Immediate", "Expected", "Future", "Past", "Unknown"},
    "severity": {"Extreme", "Severe", "Moderate", "Minor", "Unknown"},
    "certainty": {"Observed", "Likely", "Possible", "Unlikely", "Unknown"},
}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d")  # never Z, CAP 1.2 section 3.3.2


def broken(data: bytes) -> list[str]:
    """The rules of CAP 1.2 (section 3.2 and its schema) that an alert breaks."""
    found = []
    root = ET.fromstring(data)
    if root.tag != f"{{{NAMESPACE}}}alert":
        return ["root"]
    texts: dict[str, str] = {}
    for block, order, must in (
        ([root], ALERT, ("identifier", "sender", "sent", "status", "msgType", "scope")),
        (root.findall(f"{{{NAMESPACE}}}info"), INFO, ("category", "event", "urgency", "severity", "certainty")),
    ):
        for each in block:
            names = [child.tag.rpartition("}")[2] for child in each]
            if names != sorted(names, key=lambda name, order=order: order.index(name)):  # type: ignore[misc]
                found.append("order of elements")
            found += [f"no {name}" for name in must if name not in names]
            texts |= {child.tag.rpartition("}")[2]: child.text or "" for child in each}
            for child in each:
                name, text = child.tag.rpartition("}")[2], (child.text or "").strip()
                if name in VALUES and text not in VALUES[name]:
                    found.append(f"{name}={text}")
                if name in ("sent", "effective", "expires", "onset") and not MOMENT.fullmatch(text):
                    found.append(f"{name}={text}")
                if name in ("identifier", "sender") and re.search(r"[\s,<&]", text):
                    found.append(f"{name}={text}")
                if name == "area" and child.find(f"{{{NAMESPACE}}}areaDesc") is None:
                    found.append("no areaDesc")
                if name == "references" and not all(len(part.split(",")) == 3 for part in text.split()):
                    found.append(f"references={text}")
    if texts.get("scope") == "Restricted" and not texts.get("restriction"):
        found.append("no restriction")
    if texts.get("scope") == "Private" and not texts.get("addresses"):
        found.append("no addresses")
    if texts.get("msgType") in ("Update", "Cancel") and not texts.get("references"):
        found.append("no references")
    return found


@pytest.mark.parametrize("level", ["internal", "parties", "partners", "public"])
def test_an_alert_keeps_the_rules_and_speaks_three_languages(level: str) -> None:
    for data in cap(released(FORECAST, level, to="x", why="y", previous=EARLIER)).values():
        assert broken(data) == []
        read = capparser.parse(stringXML=data.decode())
        assert [info.language[0] for info in read.info[0]] == list(LANGUAGES)


def test_an_update_refers_to_the_alert_before_it() -> None:
    first, *_ = cap(released(EARLIER, "public")).values()
    second, *_ = cap(released(FORECAST, "public", previous=EARLIER)).values()
    told = {each.tag.rpartition("}")[2]: each.text for each in ET.fromstring(first)}
    assert f"<references>{told['sender']},{told['identifier']},{told['sent']}</references>".encode() in second
    assert b"<msgType>Update" in second
    assert b"<msgType>Alert" in first


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b"+02:00</sent>", b"Z</sent>"),
        (b"<status>Actual", b"<status>Real"),
        (b"<event>", b"<headline>x</headline><event>"),
        (b"<areaDesc>", b"<areaName>"),
        (b"<identifier>corridor.", b"<identifier>corridor, "),
    ],
)
def test_the_rules_refuse_a_broken_alert(was: bytes, becomes: bytes) -> None:
    data = next(iter(cap(released(FORECAST, "public")).values()))
    assert was in data
    assert broken(
        data.replace(was, becomes).replace(b"</areaDesc>", b"</areaName>" if b"areaName" in becomes else b"</areaDesc>")
    )


def test_an_exercise_is_marked_in_every_alert() -> None:
    for data in cap(msgspec.structs.replace(released(FORECAST), exercise=True)).values():
        assert b"<status>Exercise</status>" in data


def feed(release: Release) -> gtfs_realtime_pb2.FeedMessage:
    """The feed as the published bindings read it."""
    read = gtfs_realtime_pb2.FeedMessage()
    read.ParseFromString(realtime(release))
    return read


def test_the_published_bindings_read_every_trip() -> None:
    release = released(FORECAST, "parties", to="x", why="y")
    read = feed(release)
    assert read.header.gtfs_realtime_version == "2.0"
    trips = {e.trip_update.trip.trip_id: e.trip_update for e in read.entity if e.HasField("trip_update")}
    assert sorted(trips) == sorted(convoy.id for convoy in release.plan.planned)
    for convoy in release.plan.planned:
        first, last = trips[convoy.id].stop_time_update
        assert (first.stop_id, last.stop_id) == (convoy.pickup, convoy.reception)
        assert (first.departure.time, last.arrival.time) == (convoy.depart.timestamp(), convoy.arrive.timestamp())
    ours = messages()["FeedMessage"]()
    ours.ParseFromString(realtime(release))
    assert {e.trip_update.trip.schedule_relationship for e in ours.entity if e.HasField("trip_update")} == {NEW}


def test_our_table_of_fields_is_that_of_the_published_bindings() -> None:
    """Numbers and types on the wire are theirs; an enumeration is a number."""
    theirs = gtfs_realtime_pb2.DESCRIPTOR.message_types_by_name
    nested = {"StopTimeUpdate": "TripUpdate", "StopTimeEvent": "TripUpdate", "Translation": "TranslatedString"}
    for name, ours in messages().items():
        other = theirs[nested[name]].nested_types_by_name[name] if name in nested else theirs[name]
        for field in ours.DESCRIPTOR.fields:
            meant = other.fields_by_name[field.name]
            same = field.type == meant.type or (meant.enum_type is not None and field.cpp_type == field.CPPTYPE_INT32)
            assert field.number == meant.number
            assert same, field.full_name
            assert field.label == meant.label


def test_no_vehicle_and_no_plate_is_told() -> None:
    release = released(FORECAST, "parties", to="x", why="y")
    for entity in feed(release).entity:
        assert not entity.vehicle.HasField("vehicle")
        assert not entity.vehicle.HasField("position")
    data = realtime(release)
    assert not any(trip.vehicle.encode() in data for _, trip in release.plan.trips())


def test_a_halt_that_lasts_is_an_alert_in_three_languages() -> None:
    situation = FORECAST.plan.situation
    halt = msgspec.structs.replace(situation.halts[0], until=None)
    plan = msgspec.structs.replace(FORECAST.plan, situation=msgspec.structs.replace(situation, halts=(halt,)))
    read = feed(released(msgspec.structs.replace(FORECAST, plan=plan)))
    (alert,) = [e.alert for e in read.entity if e.HasField("alert")]
    assert [t.language for t in alert.header_text.translation] == list(LANGUAGES)
    assert alert.effect == gtfs_realtime_pb2.Alert.NO_SERVICE


def test_the_counts_hold_no_patient() -> None:
    root = ET.fromstring(tep(released(FORECAST, "partners", to="x", why="y")))
    assert root.tag == f"{{{TEP}}}TEPMessage"
    assert not [each for each in root.iter() if "patient" in each.tag.lower() or "person" in each.tag.lower()]
    assert [each for each in root if each.get("tag") == "out"]


def test_an_independent_reader_reads_the_tags(tmp_path: Path) -> None:
    hxl_reader = pytest.importorskip("hxl")
    file = tmp_path / "figures.csv"
    file.write_bytes(hxl(released(FORECAST, "partners", to="x", why="y")))
    with hxl_reader.data(str(file), hxl_reader.InputOptions(allow_local=True)) as source:
        assert [column.display_tag for column in source.columns] == list(tags().values())
        rows = list(source)
    assert {row.get("#indicator+name") for row in rows} >= {"people out", "people left to move"}
    assert all(row.get("#date+asof") for row in rows)


def test_the_tables_open_as_a_database(tmp_path: Path) -> None:
    file = tmp_path / "figures.sqlite"
    file.write_bytes(sqlite(released(FORECAST)))
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as base:
        names = {row[0] for row in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert names == {"about", "figures", "series", "places", "halts", "sources", "convoys"}
        total = base.execute("SELECT sum(people) FROM convoys").fetchone()[0]
        assert base.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert total == sum(convoy.people for convoy in FORECAST.plan.convoys)


HAVE = """<?xml version="1.0"?>
<have:HAVE xmlns:have="urn:oasis:names:tc:emergency:edxl:have:2.0" xmlns:gml="http://www.opengis.net/gml/3.2">
 <have:facility>
  <have:facilityInformation>
   <have:facilityID>Border Hospital 1</have:facilityID><have:facilityName>Border hospital</have:facilityName>
   <have:contact><have:name>A Person</have:name><have:phone>00 1 555</have:phone></have:contact>
   <have:facilityGeoLocation><gml:Point><gml:pos>36.2 36.7</gml:pos></gml:Point></have:facilityGeoLocation>
  </have:facilityInformation>
  <have:bedCapacity><have:capacity><have:availableCount>12</have:availableCount></have:capacity></have:bedCapacity>
  <have:bedCapacity><have:capacity><have:availableCount>8</have:availableCount></have:capacity></have:bedCapacity>
  <have:lastUpdateTime>2016-12-15T18:00:00+02:00</have:lastUpdateTime>
 </have:facility>
</have:HAVE>
"""


def test_free_beds_come_in_as_reports(tmp_path: Path) -> None:
    file = tmp_path / "hospitals.xml"
    file.write_text(HAVE)
    reports = read_reports(file)
    told = {report.fact: report.value for report in reports}
    assert told == {
        "site": "hospital",
        "name": "Border hospital",
        "position": "36.2;36.7;100",
        "reception_capacity": 20,
    }
    assert {report.source for report in reports} == {"Border hospital"}
    assert "A Person" not in str(reports)
    assert "555" not in str(reports)
    (site,) = assess(reports).sites
    assert site.kind == "hospital"
    assert site.capacity is not None
    assert site.capacity.reports


@pytest.mark.parametrize(
    ("was", "becomes", "why"),
    [
        ("<?xml", "<!DOCTYPE x [<!ENTITY a 'b'>]><?xml", "declares entities"),
        ("edxl:have:2.0", "edxl:have:9.0", "no EDXL-HAVE"),
        (">12<", ">many<", "no number of beds"),
        ("18:00:00+02:00", "18:00:00", "no moment of update"),
        ("Border Hospital 1", "", "has no id"),
        ("</have:HAVE>", "", "is no XML"),
    ],
)
def test_a_faulty_message_is_refused_whole(tmp_path: Path, was: str, becomes: str, why: str) -> None:
    file = tmp_path / "hospitals.xml"
    file.write_text(HAVE.replace(was, becomes))
    with pytest.raises(InputError, match=why):
        read_reports(file)
