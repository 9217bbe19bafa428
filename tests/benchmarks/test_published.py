"""The command for the published instances, on files of their format in our own words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from benchmarks.published import RANDOM, VALPARAISO, files, main, published, set_of

from corridor.planning.tours.problem import Problem, make_problem
from corridor.planning.tours.reading import read_problem

# One depot with two buses of one place; two pickups with 2 and 1 people; two receptions with 2 and 3 places. By hand:
# one bus makes both loads of pickup 1 (2 + 3 + 3 + 3 = 11), the other that of pickup 2 (4 + 5 = 9); 11 is the best,
# since a bus that takes one load of each pickup needs at least 2 + 3 + 4 + 5 = 14.
TWO = "2 1\n1 2\n2 3 2 1\n2 5 2 3\n\n1 2 4\n\n1 3 6\n2 4 5\n"
# Three pickups and receptions, one load each, three buses: each bus makes one trip, the farthest takes 7 + 2 = 9.
THREE = "3 1\n1 3\n3 3 1 1 1\n3 3 1 1 1\n1 1 2 7\n1 1 9 9\n2 9 1 9\n3 9 9 2\n"
# Two depots, people by twenties: 3 loads and 1 load, places for 4 and 2.
PEOPLE = "3 20\n2 2 1\n2 61 60 1\n2 121 80 41\n1 5 9\n2 8 4\n1 10 12\n2 11 7\n"
# A pickup that is out of reach of nothing, but more loads than places.
FULL = "1 1\n1 1\n1 3 3\n1 2 2\n1 1\n1 1\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {
        "rand/set2/first-i1.txt": TWO,
        "rand/set3/second-i1.txt": THREE,
        "rand/set3/second-i10.txt": THREE,
        "rand/set3/second-i9.txt": THREE,
        "people": PEOPLE,
        "README.md": "not an instance",
        "LICENSE": "not an instance",
        ".hidden/x.txt": "not an instance",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_the_files_are_found_in_the_order_of_their_numbers(folder: Path) -> None:
    names = [path.name for path in files(folder)]
    assert names == ["people", "first-i1.txt", "second-i1.txt", "second-i9.txt", "second-i10.txt"]


def test_each_instance_is_printed_with_its_clearance_worked_out_by_hand(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(folder), "--time-limit", "5"]) == 0
    out = capsys.readouterr().out.splitlines()
    rows = {line.split()[0]: line.split() for line in out if "%" in line and not line.startswith("set")}
    assert rows["rand/set2/first-i1.txt"][4] == "11"
    assert rows["rand/set3/second-i9.txt"][4] == "9"
    assert all(row[-3] == "0.00%" for row in rows.values()), "all are small enough to be proven"
    assert any(line.startswith("set  2: 1 of 1 proven optimal") and "GRASP 1.00, CPLEX 1.00" in line for line in out)
    assert any(line.startswith("set  3: 3 of 3 proven optimal") and "not published" in line for line in out)
    assert "Loyola, Riff, Montero" in out[-1]


def test_people_become_whole_bus_loads(folder: Path) -> None:
    problem = read_problem(folder / "people")
    assert problem.loads.tolist() == [3, 1]
    assert problem.capacity.tolist() == [4, 2]
    assert problem.buses.tolist() == [2, 1]
    assert set_of(problem) == 0, "two depots are not a random set"


def test_a_bad_file_is_one_message_and_the_others_are_still_run(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "full.txt").write_text(FULL)
    (folder / "words.txt").write_text("these are words")
    assert main([str(folder), "--time-limit", "1"]) == 1
    said = capsys.readouterr()
    assert said.err.count("error: ") == 2
    assert "room for 2" in said.err
    assert "'these' stands where the number of buses should be" in said.err
    assert "second-i10.txt" in said.out


def test_an_empty_folder_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 2
    assert "no instance file below" in capsys.readouterr().err


def test_what_was_published_stands_beside_valparaiso_only() -> None:
    shape = np.ones((52, 12), np.int64)
    like: Problem = make_problem([6] * 5, [1] * 52, [5] * 12, np.ones((5, 52), np.int64), shape, shape.T)
    assert published(like, 12_246) == "14,977 (best), 1.223 of ours"
    assert published(make_problem([1], [1], [1], [[1]], [[1]], [[1]]), 2) == ""
    assert set(VALPARAISO) == {10, 30, 50, 70, 75}
    assert set(RANDOM) == {2, 4, 7, 8, 10}
