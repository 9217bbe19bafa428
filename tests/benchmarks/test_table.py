"""The table tells the median and the worst, whose bound, and why there is no figure."""

from __future__ import annotations

from benchmarks.table import HEAD, table

from docs import performance
from tests.benchmarks.results import ours, peer, results


def lines(text: str) -> dict[tuple[str, str], dict[str, str]]:
    found = {}
    for line in text.splitlines()[4:]:
        cells = dict(zip(HEAD, (cell.strip() for cell in line.strip("|").split("|")), strict=True))
        found[cells["size"], cells["who"]] = cells
    return found


def test_median_and_worst_of_the_seeds() -> None:
    rows = [ours("city", seed, 3, 1000 + 10 * seed, 1000) for seed in (1, 2, 3)]
    line = lines(table(results(*rows)))["city", "Corridor"]
    assert (line["gap %"], line["worst %"], line["clearance min"]) == ("2.00", "3.00", "1,020")
    assert line["memory MB"] == "103"
    assert line["to the bound"] == "flow"


def test_a_peer_is_held_against_the_best_bound_known() -> None:
    rows = [ours("city", 1, 3, 1010, 1000), ours("city", 1, 60, 1009, 1005), peer("PyVRP", "city", 60, 1206)]
    line = lines(table(results(*rows)))["city", "PyVRP"]
    assert line["gap %"] == "20.00"
    assert line["route bound"] == ""


def test_why_there_is_no_plan_stands_in_the_row() -> None:
    row = peer("CP-SAT", "city", 10, None, note="model not built: it needs 500 choices")
    line = lines(table(results(ours("city", 1, 3, 1010, 1000), row)))["city", "CP-SAT"]
    assert line["clearance min"] == "none"
    assert line["gap %"] == ""
    assert "500 choices" in line["note"]


def test_an_overrun_and_a_late_four_per_cent_are_told() -> None:
    late = ours("city", 1, 3, 1100, 1000, seconds=5.0) | {"to 4 %": None}
    line = lines(table(results(late)))["city", "Corridor"]
    assert "over the limit: 5.0 s" in line["note"]
    assert "1 of 1 not within 4 %" in line["note"]


def test_a_peer_that_only_hands_its_start_back_is_told() -> None:
    row = peer("VROOM", "city", 10, 1300) | {"curve": [[0.1, 1300]]}
    line = lines(table(results(ours("city", 1, 3, 1010, 1000), row)))["city", "VROOM"]
    assert "no better than the plan it was given" in line["note"]


def test_the_statement_names_machine_load_and_date() -> None:
    text = table(results(ours("city", 1, 3, 1010, 1000), peer("PyVRP", "city", 3, 1200)))
    said = text.splitlines()[0]
    assert all(word in said for word in ("Abacus 2", "2026-01-02", "abc1234", "highest 2.5", "pyvrp not installed"))
    assert "at commit abc1234: " in said
    other = ours("city", 2, 3, 1010, 1000, commit="def5678")
    assert "at commit abc1234 and def5678: " in table(results(ours("city", 1, 3, 1010, 1000), other))
    assert "Start-up of the planner, not in the seconds: 2.0 s" in said


def test_the_readme_says_elsewhere_and_here() -> None:
    made = results(
        ours("city", 1, 3, 1010, 1000),
        peer("greedy, cheapest", "city", 30, 1120),
        peer("PyVRP", "city", 10, 1040),
        peer("PyVRP", "city", 60, 1030),
        peer("CP-SAT", "city", 60, None, note="no"),
    )
    text = performance.table(made)
    row = next(line for line in text.splitlines() if line.startswith("| **city**"))
    assert "PyVRP 3.00 % in 60 s; greedy 12.0 %; no plan: CP-SAT" in row
    assert "1.00 %, worst 1.00 %, in 3.0 s; 4 % in 0.20 s; flow bound in 0.01 s; 101 MB" in row
    assert "| 0.5 %; 4 % in 0.3 s" in row
    assert "tiny6" not in text, "a size that was not measured has no row"
    assert "2026-01-02" in text
    assert performance.full(made) == table(made)
