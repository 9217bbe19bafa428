"""The verbs of the roads as a person meets them."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from corridor import cli
from corridor.reports.tables import read_reports
from tests.reports.osm_worlds import STEP, ladder, where
from tests.reports.test_roads import sites_file


class Answer(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Answer]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Run:
    def call(*words: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["corridor", *(str(word) for word in words)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
        capsysbinary.readouterr()
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        captured = capsysbinary.readouterr()
        assert b"Traceback" not in captured.err
        code = stopped.value.code
        return Answer(code if isinstance(code, int) else 0, captured.out.decode(), captured.err.decode())

    return call


def point(x: float, y: float) -> str:
    return "{},{}".format(*where(x, y))


def test_from_a_map_to_a_plan(run: Run, tmp_path: Path) -> None:
    town, sites = ladder(tmp_path), sites_file(tmp_path)
    legs = tmp_path / "legs.jsonl"
    done = run("roads", "legs", sites, town, "-o", legs, "--lines", tmp_path / "ways.geojson")
    assert (done.code, "2 legs of 2" in done.err) == (0, True)
    assert {report.fact for report in read_reports(legs)} == {"leg_time", "leg_distance"}
    assert len(msgspec.json.decode((tmp_path / "ways.geojson").read_bytes())["features"]) == 2
    both = tmp_path / "all.jsonl"
    both.write_text(run("read", sites, legs).out)
    situation = tmp_path / "situation.json"
    assert run("assess", both, "-o", situation).code == 0
    assert run("plan", situation, "--time-limit", "1", "-o", tmp_path / "plan.json").code == 0
    # What was folded is taken in again: legs from a situation, at a later moment.
    again = run("roads", "legs", situation, town, "--at", "2026-11-22T09:00+02:00")
    assert again.code == 0
    assert "2026-11-22T09:00:00+02:00" in again.out


def test_drives_of_one_type_are_reported_for_that_type(run: Run, tmp_path: Path) -> None:
    town, sites = ladder(tmp_path), sites_file(tmp_path)
    done = run("roads", "legs", sites, town, "--profile", "ambulance", "--only", "bus", "-o", tmp_path / "own.jsonl")
    assert done.code == 0
    assert {report.about for report in read_reports(tmp_path / "own.jsonl")} == {"school>hall.bus", "hall>school.bus"}
    wrong = run("roads", "legs", sites, town, "--only", "ambulanse")
    assert (wrong.code, "no report has vehicles of type 'ambulanse'" in wrong.err) == (2, True)


def test_closures_on_the_command_line_and_the_answer_no(run: Run, tmp_path: Path) -> None:
    town, sites = ladder(tmp_path), sites_file(tmp_path)
    shape = {
        "type": "Polygon",
        "coordinates": [[[9.985, 39.99], [9.995 + STEP, 39.99], [9.995 + STEP, 40.02], [9.985, 40.02], [9.985, 39.99]]],
    }
    said = {"id": "flood", "kind": "flood", "source": "River office", "until": "2026-11-22T08:00+02:00"}
    closures = tmp_path / "closed.geojson"
    closures.write_bytes(
        msgspec.json.encode(
            {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": said, "geometry": shape}]}
        )
    )
    shut = run("roads", "legs", sites, town, "--closures", closures)
    assert shut.code == 1
    assert "closures cut every way: flood: closed by flood until" in shut.err
    assert '"modality":"denied"' in shut.out
    later = run("roads", "legs", sites, town, "--closures", closures, "--at", "2026-11-22T08:00+02:00")
    assert later.code == 0
    answer = run("roads", "why", town, point(0, 0.3), "--closures", closures, "--at", "2026-11-22T07:00+02:00")
    assert "Now flood: closed by flood" in answer.out


def test_ways_bridges_reach_and_layers(run: Run, tmp_path: Path) -> None:
    town, sites = (
        ladder(tmp_path, rung1={"highway": "primary"}, rung5={"highway": "primary", "bridge": "yes"}),
        sites_file(tmp_path),
    )
    way = run(
        "roads", "way", town, "school", "hall", "--sites", sites, "--alternates", "2", "-o", tmp_path / "way.geojson"
    )
    assert way.code == 0
    assert "over South Road" in way.out
    assert "bridge: primary, way 35" in way.out
    assert run("roads", "bridges", town).out.startswith("bridge: primary, way 35")
    assert run("roads", "bridges", town, sites).code == 0
    found = msgspec.json.decode(run("roads", "reach", town, point(0, 0), "--minutes", "1,3").out)
    assert [feature["properties"]["minutes"] for feature in found["features"]] == [1, 1, 3, 3]
    assert "OpenStreetMap" in msgspec.json.decode(run("roads", "layers", town).out)["attribution"]
    people = tmp_path / "people.csv"
    people.write_text("lat,lon,people\n" + "\n".join(f"{where(x, 0)[0]},{where(x, 0)[1]},10" for x in range(5)))
    placed = run("roads", "pickups", town, people, "-k", "2", "--limit", "20")
    assert placed.code == 0
    assert "of 50 people within 20 minutes" in placed.err
    known = run("roads", "pickups", town, people, "--sites", sites, "--limit", "20")
    assert "1 pickups, 20 of 50 people within 20 minutes; as " in known.err
    people.write_text("lat,lon,people\n-40,10,50\n")
    elsewhere = run("roads", "pickups", town, people)
    assert (elsewhere.code, "nobody lives where the roads" in elsewhere.err) == (2, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("way", "MAP", "1,2"), "two points"),
        (("way", "MAP", "here", "1,2"), "no site with a position"),
        (("way", "MAP", "a,b", "1,2"), "no position"),
        (("way", "MAP", "--", "-40.0,10.0", "40.0,10.0"), "in the sea"),
        (("way", "MAP", "-40.0,10.0", "40.0,10.0"), "in the sea"),
        (("why", "MAP", "-40.0,10.0"), "no road within"),
        (("reach", "MAP", "-40.0,10.0"), "in the sea"),
        (("way", "MAP", "40.0,10.0", "--profil"), "no site with a position"),
        (("reach", "MAP", "40.0,10.0", "--minutes", "soon"), "no minutes"),
        (("reach", "MAP", "40.0,10.0", "--minutes", "0"), "above 0"),
        (("why", "MAP", "40.0,10.0", "--trip", "40.0,10.0"), "two ends"),
        (("legs", "SITES", "SITES"), "is no OpenStreetMap extract"),
        (("bridges", "absent.osm.pbf"), "no such file"),
    ],
)
def test_wrong_use_is_one_message(run: Run, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    names = {"MAP": str(ladder(tmp_path)), "SITES": str(sites_file(tmp_path))}
    done = run("roads", *(names.get(word, word) for word in words))
    assert done.code in (2, 3)
    assert said in done.err
    assert "hint:" in done.err


@pytest.mark.parametrize("verb", ["legs", "way", "why", "reach", "bridges", "layers", "receptions", "pickups"])
def test_the_help_of_each_fits_a_screen(run: Run, verb: str) -> None:
    assert len(run("roads", verb, "--help").out.rstrip().splitlines()) <= 24
