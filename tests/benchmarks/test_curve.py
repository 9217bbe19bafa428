"""The chart is sound SVG, its steps only fall where a plan or a bound moved, and every peer has its own shape."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from benchmarks import curve
from tests.benchmarks.results import ours, peer, results

ROWS = [
    ours("city", 1, 3, 1010, 1000),
    ours("city", 1, 10, 1001, 1000),
    ours("city", 2, 10, 1002, 1000),
    ours("med2000", 1, 3, 500, 500),
    peer("greedy, cheapest", "city", 30, 1120),
    peer("PyVRP", "med2000", 60, 510),
    peer("CP-SAT", "med2000", 60, None, note="no plan in the limit"),
]


def test_one_line_for_each_instance_at_its_longest_limit() -> None:
    chart = curve.draw(ROWS)
    ET.fromstring(chart)
    assert chart.count(' run" points') == 3
    assert chart.count(' peer" points') == 2
    assert chart.count('<polyline class="city run"') == 2
    assert f'{curve.across(10.0)},{curve.down(0.001)}"/>' in chart


def test_a_gap_of_nothing_lies_on_the_lowest_line_and_time_goes_right() -> None:
    assert curve.down(0.0) == curve.down(curve.GAPS[0]) > curve.down(0.01) > curve.down(0.5) == curve.down(9.0)
    assert curve.across(0.0) == curve.across(0.03) < curve.across(1.0) < curve.across(60.0)


def test_a_run_stays_level_between_its_moments() -> None:
    points = [tuple(map(float, point.split(","))) for point in curve.steps(ROWS[0]).split()]
    assert all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(points))
    assert points == sorted(points)


def test_every_peer_has_a_shape_of_its_own_and_who_has_no_plan_is_told() -> None:
    shapes = {curve.mark(number, 0.0, 0.0, "city") for number in range(len(curve.MARKS))}
    assert len(shapes) == len(curve.MARKS)
    points = curve.peers(ROWS)
    assert [(p.who, p.size, round(p.gap, 3)) for p in points] == [
        ("greedy, cheapest", "city", 0.12),
        ("PyVRP", "med2000", 0.02),
    ]
    chart = curve.draw(ROWS)
    assert "PyVRP (no city)" in chart
    assert "CP-SAT (no plan)" in chart


def test_it_reads_on_a_dark_ground_too() -> None:
    assert "prefers-color-scheme:dark" in curve.draw(ROWS)


def test_the_command_writes_the_chart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "x.json"
    source.write_text(json.dumps(results(*ROWS)))
    monkeypatch.setattr(curve, "ROOT", tmp_path)
    monkeypatch.setattr(curve, "CHART", tmp_path / "chart.svg")
    curve.main([str(source)])
    assert (tmp_path / "chart.svg").read_text() == curve.draw(ROWS)
    monkeypatch.setattr(curve, "RESULTS", tmp_path / "none")
    with pytest.raises(SystemExit, match="make bench-quick"):
        curve.main([])


def test_the_chart_in_the_docs_is_drawn_from_the_results_that_are_kept() -> None:
    kept = [curve.RESULTS / name for name in ("full.json", "quick.json")]
    source = next(path for path in kept if path.exists())
    assert curve.CHART.read_text() == curve.draw(json.loads(source.read_text())["rows"]), (
        f"run: python -m benchmarks.curve {source.name}"
    )
