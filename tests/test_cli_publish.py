"""The verb that publishes, as a person types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from corridor.planning.solve import plan as make_plan
from corridor.reports.tables import write_reports
from corridor.situation.assess import assess
from tests.operation.acting import DAWN, at, basis, say
from tests.publishing import aleppo
from tests.test_cli_log import run

__all__ = ["run"]


@pytest.fixture
def forecast(tmp_path: Path) -> str:
    (tmp_path / "forecast.json").write_bytes(aleppo.forecast().to_json())
    return "forecast.json"


def test_a_preview_says_what_could_be_inferred_and_writes_nothing(run, tmp_path: Path, forecast: str) -> None:
    said = run("publish", forecast, "out", "--level", "public", "--preview")
    assert "at least 6 hours old" in said
    assert "!" not in said
    told = json.loads(run("publish", forecast, "out", "--level", "parties", "--preview", "--json"))
    assert any(each.get("grave") for each in told)
    assert not (tmp_path / "out").exists()


def test_a_level_says_to_whom_and_makes_what_it_may(run, tmp_path: Path, forecast: str) -> None:
    assert "--to OFFICE --why REASON" in run("publish", forecast, "out", "--level", "partners", code=2)
    assert "tells more than" in run("publish", forecast, "out", "--level", "public", "--formats", "gtfs", code=2)
    assert not (tmp_path / "out").exists()
    said = run("publish", forecast, "out", "--level", "public", "--formats", "hxl,cap", "--lang", "all")
    assert set(said.split()) == {
        f"out/{name}" for name in ("figures.hxl.csv", "alert-aleppo.cap.xml", "alert-villages.cap.xml", "release.json")
    }


def test_the_page_lies_on_layers_that_are_given_and_no_other_file(run, tmp_path: Path, forecast: str) -> None:
    line = {"type": "LineString", "coordinates": [[36.5, 35.9], [37.3, 36.2]]}
    road = {"type": "Feature", "properties": {"layer": "road", "kind": "motorway"}, "geometry": line}
    (tmp_path / "l.geojson").write_text(json.dumps({"attribution": "whose", "features": [road]}))
    run("publish", forecast, "out", "--formats", "html", "--map", "l.geojson")
    assert "<bdi>whose</bdi>" in (tmp_path / "out" / "index.html").read_text()
    assert "holds no layers" in run("publish", forecast, "none", "--map", forecast, code=3)
    assert "no such file" in run("publish", forecast, "none", "--map", "nothing.geojson", code=3)
    assert "no page is made" in run("publish", forecast, "none", "--level", "public", "--map", "l.geojson", code=2)
    assert not (tmp_path / "none").exists()


def test_a_log_publishes_its_adopted_plan_and_keeps_the_record(run, tmp_path: Path) -> None:
    told = [*basis(300), say("people_out", "aleppo/C01", "gate", 120, hours=2, scope="batch", publisher="x")]
    (tmp_path / "r.jsonl").write_text(write_reports(told), encoding="utf-8")
    made = make_plan(assess(basis(300), as_of=DAWN), time_limit=1, reserve_quantile=0.5)
    (tmp_path / "plan.json").write_bytes(made.to_json())
    run("new", "a.corridor", "--title", "Small", "--exercise")
    run("record", "a.corridor", "r.jsonl")
    assert "no plan was adopted" in run("publish", "a.corridor", "out", code=2)
    run("adopt", "a.corridor", "plan.json", "--by", "coordinator", "--at", at(1).isoformat())
    words = ("--level", "partners", "--to", "WHO", "--why", "beds", "--formats", "sitrep", "--by", "coordinator")
    run("publish", "a.corridor", "out", *words)
    page = (tmp_path / "out" / "sitrep.html").read_text()
    assert "EXERCISE" in page
    assert "120" in page
    record = json.loads((tmp_path / "out" / "release.json").read_bytes())
    assert (record["level"], record["to"], record["why"]) == ("partners", "WHO", "beds")
    assert "is another log" in run("publish", "a.corridor", "out", "--log", "b.corridor", code=2)
    run("log", "verify", "a.corridor")
