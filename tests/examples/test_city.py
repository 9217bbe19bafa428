"""The city example, end to end, on a small town that the test draws."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import msgspec
import pytest

from corridor.planning.plan import Plan
from corridor.planning.verify import verify
from corridor.reports.roads.closures import read_closures
from tests.reports.osm_worlds import Way, osm

RUN = Path(__file__).parents[2] / "examples" / "city" / "run.py"


@pytest.fixture
def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("city_example", RUN)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def town(folder: Path, *, river: bool = True) -> Path:
    """Eight streets each way, a river along the south, schools and a hospital in the north."""
    nodes = {1 + y * 8 + x: (x * 0.5, y * 0.5) for y in range(8) for x in range(8)}
    ways: list[Way] = [
        (100 + y, [1 + y * 8 + x for x in range(8)], {"highway": "residential", "name": f"Street {y}"})
        for y in range(8)
    ]
    ways += [
        (200 + x, [1 + y * 8 + x for y in range(8)], {"highway": "secondary" if x == 4 else "residential"})
        for x in range(8)
    ]
    nodes |= {
        300: (-0.5, -0.2),
        301: (4, -0.2),
        310: (1, 3.4),
        311: (3, 3.4),
        312: (2, 3.45),
        313: (0.2, 3.4),
        314: (3.4, 3.3),
    }
    if river:
        ways.append((400, [300, 301], {"waterway": "river", "name": "Long River"}))
    school = {"amenity": "school"}
    tags = {
        310: {**school, "name": "First"},
        311: {**school, "name": "Second"},
        313: school,
        314: school,
        312: {"amenity": "hospital", "name": "St Luke"},
    }
    return osm(folder, nodes, ways, node_tags=tags)


def test_a_city_from_the_map_to_the_page(
    example: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert example.main([str(town(tmp_path)), "-o", str(tmp_path / "out"), "--runs", "100", "--seconds", "1"]) == 0
    said = capsys.readouterr().out
    for word in ("Long River floods", "people in", "gap", "Forecast over by", "Page"):
        assert word in said
    made = Plan.from_json((tmp_path / "out" / "plan.json").read_bytes())
    assert verify(made) == []
    assert not made.unplanned
    assert {convoy.reception for convoy in made.planned} >= {"st-luke-n312"}
    assert (tmp_path / "out" / "index.html").stat().st_size > 10_000
    (closure,) = read_closures(tmp_path / "out" / "closures.geojson")
    assert closure.ways
    routes = msgspec.json.decode((tmp_path / "out" / "routes.geojson").read_bytes())
    assert len(routes["features"]) >= 4


def test_a_map_without_a_river_is_refused_in_words(
    example: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert example.main([str(town(tmp_path, river=False)), "-o", str(tmp_path / "out")]) == 3
    assert "no river that could flood" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
