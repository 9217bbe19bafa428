"""The movement table and the map data."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import msgspec
import pytest

from corridor.files import write_atomically
from corridor.publishing.geojson import geojson
from corridor.publishing.labels import Box, Placer
from corridor.publishing.timetable import COLUMNS, guard, timetable
from tests.publishing import sample


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_the_movement_table_has_a_row_for_each_convoy() -> None:
    plan = sample.forecast().plan
    found = rows(timetable(plan))
    assert tuple(found[0]) == COLUMNS
    assert len(found) == len(plan.convoys)
    assert sum(int(row["people"]) for row in found) == sum(convoy.people for convoy in plan.convoys)
    assert found[0]["vehicles"] == "10 ambulance; 18 bus"
    assert "aleppo-wounded+companions: 20" in found[0]["people_by_group"]
    assert found[0]["depart"].endswith("+02:00")
    assert {row["reserve"] for row in found} == {"yes", "no"}


@pytest.mark.parametrize("cell", ["=1+1", "+A1", "-2", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_taken_for_a_formula(cell: str) -> None:
    assert guard(cell) == "'" + cell
    plan = sample.forecast().plan
    first = msgspec.structs.replace(plan.convoys[0], lead=cell)
    found = rows(timetable(msgspec.structs.replace(plan, convoys=(first,))))
    assert found[0]["lead"].startswith("'")


def test_an_ordinary_cell_stays_as_it_is() -> None:
    assert guard("C01") == "C01"
    assert guard("") == ""


def test_geojson_is_valid_and_says_longitude_first() -> None:
    situation = sample.situation()
    collection = json.loads(geojson(situation))
    assert collection["type"] == "FeatureCollection"
    assert "crs" not in collection
    assert len(collection["features"]) == len(situation.sites) + len(situation.corridors) + len(situation.legs)
    for feature in collection["features"]:
        assert set(feature) == {"type", "id", "geometry", "properties"}
        geometry = feature["geometry"]
        if geometry is None:
            continue
        points = [geometry["coordinates"]] if geometry["type"] == "Point" else geometry["coordinates"]
        assert geometry["type"] in ("Point", "LineString")
        assert len(points) > (geometry["type"] == "LineString")
        for longitude, latitude in points:
            assert 36.5 < longitude < 37.5
            assert 35.5 < latitude < 36.5
    names = {feature["id"]: feature for feature in collection["features"]}
    assert names["amiriyah"]["properties"]["precision_m"] == 300
    assert names["amiriyah"]["properties"]["sources"][0]["source"] == "Columbia CSR"
    assert names["east-aleppo"]["geometry"] is None
    assert "not surveyed" in names["corridor/aleppo"]["properties"]["precision"]


def test_a_file_is_whole_or_absent(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file.txt"
    write_atomically(path, b"first")
    write_atomically(path, b"second")
    assert path.read_bytes() == b"second"
    assert [each.name for each in path.parent.iterdir()] == ["file.txt"]


def test_labels_do_not_lie_on_each_other() -> None:
    placer = Placer(Box(0, 0, 400, 300))
    marks = [(200.0 + 12 * i, 150.0) for i in range(6)]
    placer.block(*(Box(x - 5, y - 5, x + 5, y + 5) for x, y in marks))
    boxes = [placer.place(mark, 5, 70, 14)[0] for mark in marks]
    for i, box in enumerate(boxes):
        assert box.outside(Box(0, 0, 400, 300)) == 0
        assert all(box.overlap(other) == 0 for other in boxes[i + 1 :])
