"""What may be told, to whom: the levels, the guard, the preview, the record, and an attacker who joins all files."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import given, settings

from corridor.errors import CorridorError, UsageError
from corridor.forecasting.forecast import Forecast
from corridor.log.log import Log
from corridor.planning.plan import Convoy, Plan, Trip
from corridor.publishing import picture
from corridor.publishing.publish import FORMATS, NEUTRAL, publish
from corridor.publishing.release.guard import faults_of
from corridor.publishing.release.levels import LEVELS, rules, table
from corridor.publishing.release.preview import preview
from corridor.publishing.release.record import EXPORT
from corridor.publishing.release.stage import released
from corridor.publishing.sitrep.sitrep import sitrep_html
from corridor.publishing.words import LANGUAGES
from corridor.reports.report import Report
from corridor.situation.assess import assess
from tests.operation.acting import at, basis, linked, say
from tests.publishing import attack, sample

# Where the pickup, the gate and the reception are, to the metre; no public file may hold one of these numbers.
EXACT = {"pickup": (36.170703, 37.126064), "gate": (36.159883, 37.117045), "west": (36.167227, 37.039178)}
LATE = timedelta(hours=6)


def world(convoys: list[tuple[int, int]], now: datetime) -> Forecast:
    """A forecast of an operation whose convoys left so many minutes after the start with so many people."""
    told: list[Report] = [*basis(9000), *linked(None)]
    for name, (latitude, longitude) in EXACT.items():
        told.append(say("position", name, name, f"{latitude};{longitude};30"))
    received = 0
    for number, (minutes, people) in enumerate(sorted(convoys), 1):
        hours, name = minutes / 60, f"aleppo/C{number:02d}"
        told.append(say("departure", name, "pickup", 3, hours=hours, by="radio room"))
        told.append(say("people_out", name, "gate", people, hours=hours, by="radio room", scope="batch"))
        told.append(say("vehicle_position", "aleppo/bus-1", "", f"36.1{minutes:04d};37.0{minutes:04d};20", hours=hours))
        received += people
        told.append(say("people_arrived", "west", "west", received, hours=hours + 0.5, by="reception"))
        told.append(
            say("halt", "aleppo", "gate", "names were asked for at the gate", hours=hours + 0.2, by="radio room")
        )
        told.append(say("resumption", "aleppo", "gate", hours=hours + 0.4, by="radio room"))
    situation = assess(told, as_of=now)
    trip = Trip(
        vehicle="aleppo/bus-7",
        board_start=now + timedelta(minutes=13),
        board_end=now + timedelta(minutes=33),
        unload_start=now + timedelta(minutes=97),
        unload_end=now + timedelta(minutes=107),
        load={"aleppo/others": 43},
    )
    planned = Convoy(
        id="aleppo/C99",
        operation="aleppo",
        pickup="pickup",
        reception="west",
        depart=now + timedelta(minutes=37),
        arrive=now + timedelta(minutes=97),
        lead="ICRC",
        trips=(trip,),
    )
    plan = Plan(
        situation=situation, situation_sha256=situation.sha256, convoys=(planned,), bounds=(), status="feasible"
    )
    return Forecast(
        plan=plan,
        runs=1,
        seed=0,
        horizon_hours=240,
        clearance_hours=(3.7,),
        unfinished=0,
        people=(1.0, 2.0, 3.0),
        bands=(),
    )


def public_files(forecast: Forecast) -> dict[str, bytes]:
    """Every public file that holds words or data; the printed page and the pictures show what these say."""
    release = released(forecast, "public")
    files = {"sitrep.html": sitrep_html(release), "picture.html": picture.picture_html(release)}
    files["picture.svg"] = picture.picture_svg(release)
    for kind in ("hxl", "geojson", "cap", "sqlite"):
        files |= NEUTRAL[kind](release)
    return files


COUNTS = st.one_of(st.integers(1, 9), st.integers(101, 899).filter(lambda n: n % 10))
CONVOYS = st.lists(st.tuples(st.integers(1, 720), COUNTS), min_size=1, max_size=6, unique_by=lambda pair: pair[0])


@settings(deadline=None, max_examples=15)
@given(CONVOYS, st.integers(0, 59))
def test_no_public_file_is_finer_than_the_level(convoys: list[tuple[int, int]], minute: int) -> None:
    now = at(20) + timedelta(minutes=minute)
    rule = rules("public")
    shown = rule.position(*EXACT["west"])
    exact = {number for pair in EXACT.values() for number in pair}
    totals = {sum(people for _, people in sorted(convoys)[:n]) for n in range(1, len(convoys) + 1)}
    secret = {n for n in totals | {people for _, people in convoys} if n > 100 and n % 10}
    for name, data in public_files(world(convoys, now)).items():
        text = attack.text_of(name, data)
        assert {clock[-2:] for clock in attack.clocks(text)} <= {"00"}, name
        assert not attack.decimals(text) & exact, name
        assert {n for n in attack.decimals(text) if 30 < n < 40} <= set(shown), name
        assert not attack.whole(text) & secret, name
        for word in ("pickup", "gate", "C99", "C01", "bus", "radio room", "names were asked"):
            assert word not in text, (name, word)
        assert faults_of(name, data, rule) == []


@settings(deadline=None, max_examples=6)
@given(CONVOYS)
def test_joining_all_public_files_of_a_day_tells_no_more(convoys: list[tuple[int, int]]) -> None:
    """The attacker has every publication of a day, and cannot narrow a small movement further than it is hidden."""
    day = [public_files(world(convoys, at(hour))) for hour in range(7, 27, 2)]
    found = dict(attack.movements(day, "aleppo"))
    assert found
    for hour, (low, high) in found.items():
        true = sum(people for minutes, people in convoys if hour - timedelta(hours=1) < at(minutes / 60) <= hour)
        assert low <= true <= high
        if 0 < true < 10:
            assert high - low >= 8  # hidden is one to nine, whatever is joined
        elif true:
            assert high - low >= 4
    assert set().union(*(attack.points(files) for files in day)) <= {
        tuple(reversed(rules("public").position(*EXACT["west"])))
    }
    for files in day:
        for name, (low, high) in attack.figures(files).items():
            assert low == high == 0 or high - low >= 4, name


@settings(deadline=None, max_examples=10)
@given(CONVOYS, st.integers(1, 350))
def test_what_became_known_within_the_delay_changes_no_public_file(
    convoys: list[tuple[int, int]], minutes: int
) -> None:
    now = at(20)
    later = (int(20 * 60 - minutes), 333)
    assert public_files(world(convoys, now)) == public_files(world([*convoys, later], now))


def test_the_attacker_is_one_who_finds_what_is_not_hidden() -> None:
    """At the internal level the same attacker has each convoy: it is the level that stops him."""
    release = released(world([(65, 7), (200, 431)], at(20)))
    exact = [p.middle for p in release.series if p.operation == "aleppo"]
    assert 7 in exact
    assert 438 in exact
    files = {kind: next(iter(NEUTRAL[kind](release).values())) for kind in ("hxl", "geojson")}
    assert faults_of("figures.hxl.csv", files["hxl"], rules("public"))
    assert faults_of("map.geojson", files["geojson"], rules("public"))


BAD: list[tuple[str, str, Any]] = [
    ("a.csv", "name of a column", b"place,first_name\r\nwest,x\r\n"),
    ("a.csv", "phone", b"place,phone\r\nwest,1\r\n"),
    ("a.csv", "small count", b"place,people\r\nwest,3\r\n"),
    ("a.csv", "exact count", b"place,people\r\nwest,437\r\n"),
    ("a.csv", "minute", b"at,people\r\n2016-12-15T14:37+02:00,440\r\n"),
    ("a.csv", "movement", b"convoy,people\r\nC01,440\r\n"),
    ("a.json", "position", json.dumps({"type": "Point", "coordinates": [37.126064, 36.170703]}).encode()),
    ("a.json", "line", json.dumps({"type": "LineString", "coordinates": [[37, 36], [38, 36]]}).encode()),
    ("a.xml", "attribute", b'<a people="7"/>'),
    ("a.ics", "stamp", b"DTSTART:20161215T143700Z\r\n"),
]


@pytest.mark.parametrize(("name", "what", "data"), BAD, ids=[what for _, what, _ in BAD])
def test_the_guard_refuses(name: str, what: str, data: bytes) -> None:
    assert faults_of(name, data, rules("public")), what


def test_the_guard_lets_nobody_through_at_any_level() -> None:
    for level in LEVELS:
        assert faults_of("a.csv", b"surname\r\nx\r\n", rules(level))


def test_nothing_is_written_where_the_guard_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(NEUTRAL, "hxl", lambda _: {"figures.hxl.csv": b"people\r\n3\r\n"})
    with pytest.raises(CorridorError, match="nothing was written"):
        publish(sample.forecast(), tmp_path, formats=["hxl"], level="public")
    assert list(tmp_path.iterdir()) == []


def test_every_level_is_a_column_and_grows_no_wider() -> None:
    """What is more public tells no more: later, coarser, fewer."""
    for row in table():
        assert set(row) == {"rule", *LEVELS, "meaning"}
        assert row["meaning"]
    for nearer, wider in (("internal", "partners"), ("partners", "public"), ("internal", "parties")):
        a, b = rules(nearer), rules(wider)
        assert (a.delay_hours, a.grid_km, a.smallest, a.step) <= (b.delay_hours, b.grid_km, b.smallest, b.step)
        assert set(b.formats) <= set(a.formats)
    public = rules("public")
    assert (public.delay_hours, public.grid_km, public.smallest) == (6, 1, 10)
    assert set(rules("internal").formats) == set(FORMATS)


def test_a_format_that_tells_too_much_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="tells more than level public"):
        publish(sample.forecast(), tmp_path, formats=["csv"], level="public")
    with pytest.raises(UsageError, match="says to whom and why"):
        publish(sample.forecast(), tmp_path, formats=["hxl"], level="partners")
    with pytest.raises(UsageError, match="no level"):
        publish(sample.forecast(), tmp_path, formats=["hxl"], level="friends")


def test_the_preview_says_what_a_reader_could_infer() -> None:
    forecast = world([(65, 7), (200, 431)], at(20))
    public = preview(released(forecast, "public"))
    assert not any(each.grave for each in public)
    assert any("6 hours old" in each.says for each in public)
    parties = preview(released(forecast, "parties", to="both", why="x"))
    assert [each.topic for each in parties if each.grave].count("what comes") == 1
    assert any("aleppo/C99" in each.says for each in parties)


def test_the_preview_says_the_same_in_every_language() -> None:
    for level in LEVELS:
        release = released(world([(65, 7), (200, 431)], at(20)), level, to="both", why="x")
        told = {lang: preview(release, lang=lang) for lang in LANGUAGES}
        assert len({tuple(each.grave for each in lines) for lines in told.values()}) == 1
        for one, two in combinations(told.values(), 2):
            assert all(a.says != b.says and a.topic != b.topic for a, b in zip(one, two, strict=True))


@pytest.mark.parametrize(("bom", "expected"), [(None, (True, False)), (True, (True, True)), (False, (False, False))])
def test_the_mark_of_tables_is_a_choice(tmp_path: Path, *, bom: bool | None, expected: tuple[bool, bool]) -> None:
    publish(sample.forecast(), tmp_path, formats=["csv", "hxl"], bom=bom)
    made = tuple((tmp_path / name).read_bytes() for name in ("movement-table.csv", "figures.hxl.csv"))
    assert tuple(data.startswith(b"\xef\xbb\xbf") for data in made) == expected
    assert all(data.count(b"\xef\xbb\xbf") <= 1 for data in made)


def test_an_export_stands_in_the_log_with_who_to_whom_and_why(tmp_path: Path) -> None:
    place = str(tmp_path / "a.corridor")
    with Log.new(place, title="Aleppo", exercise=True) as log:
        before = log.store.head()
        paths = publish(
            sample.forecast(),
            tmp_path / "out",
            formats=["sitrep", "hxl"],
            level="partners",
            to="Health Cluster",
            why="beds",
            by="coordinator",
            log=log,
        )
        row = next(row for row in log.readable() if row.name == EXPORT)
        said = json.loads(row.body)
        assert (said["level"], said["to"], said["why"], said["by"]) == (
            "partners",
            "Health Cluster",
            "beds",
            "coordinator",
        )
        assert set(said["files"]) == {"sitrep.html", "sitrep.pdf", "figures.hxl.csv"}
        assert log.verify().sound
    page = (tmp_path / "out" / "sitrep.html").read_text()
    assert before.hash in page
    assert "EXERCISE" in page
    assert "destroy by" in page
    assert "Health Cluster" in page
    assert json.loads((tmp_path / "out" / "release.json").read_bytes()) == said
    assert len(paths) == 4


@settings(deadline=None, max_examples=30)
@given(st.floats(0, 10**6), st.sampled_from(LEVELS))
def test_coarse_counts_are_coarse_once(people: float, level: str) -> None:
    rule = rules(level)
    assert rule.count(rule.count(people)) == rule.count(people)
    assert abs(rule.count(people) - people) <= max(people * 0.06, rule.step / 2, 0.5)


def test_a_level_is_a_pure_stage() -> None:
    forecast = sample.forecast()
    kept = msgspec.json.encode(forecast)
    assert msgspec.json.encode(released(forecast, "public")) == msgspec.json.encode(released(forecast, "public"))
    assert msgspec.json.encode(forecast) == kept
    assert released(forecast).forecast is forecast
