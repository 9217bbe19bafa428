"""Instances are read, and every bad one is refused in one clear message."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from corridor.errors import CorridorError, Infeasible, InputError
from corridor.planning.tours.problem import FAR, make_problem
from corridor.planning.tours.reading import read_problem, read_text

GOOD = {
    "format": "corridor-instance/1",
    "buses": [1, 2],
    "loads": [4, 1],
    "capacity": [3, 3],
    "minutes": {
        "depot_pickup": [[5, 6], [7, 8]],
        "pickup_reception": [[10, 11], [12, 13]],
        "reception_pickup": [[9, 9], [8, None]],
    },
}
TOML = """
format = "corridor-instance/1"
buses = [1, 2]
loads = [4, 1]
capacity = [3, 3]
[minutes]
depot_pickup = [[5, 6], [7, 8]]
pickup_reception = [[10, 11], [12, 13]]
reception_pickup = [[9, 9], [8, 8]]
"""
# two depots with 1 and 2 buses of 20 places; two pickups, two receptions; distances
PUBLIC = """
3 20
2 1 2
2 90 70 20
2 120 61 59
1 5 6
2 7 8
1 10 11.5
2 12 13
"""


def bad(path, value):
    """Return the good instance as JSON with one value replaced; a value of ... removes it."""
    copy = json.loads(json.dumps(GOOD))
    *way, last = path
    inner = copy
    for key in way:
        inner = inner[key]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return json.dumps(copy)


def test_json_and_toml_and_public(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps(GOOD))
    problem = read_problem(path)
    assert problem.trips == 5
    assert problem.reception_pickup[1, 1] == FAR
    path = tmp_path / "a.toml"
    path.write_text(TOML)
    assert (read_problem(path).pickup_reception == problem.pickup_reception).all()
    path = tmp_path / "BEP.txt"
    path.write_text(PUBLIC)
    problem = read_problem(path)
    assert problem.buses.tolist() == [1, 2]
    assert problem.loads.tolist() == [4, 1]
    assert problem.capacity.tolist() == [3, 2]
    assert problem.pickup_reception.tolist() == [[10, 12], [12, 13]]
    assert problem.reception_pickup.tolist() == [[10, 12], [12, 13]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (bad(["buses"], ...), "buses: is missing"),
        (bad(["buses"], 3), "buses: is not a list"),
        (bad(["buses"], [1, -2]), "buses[1]: -2 is below 0"),
        (bad(["buses"], [1, 2.5]), "buses[1]: 2.5 is no whole number"),
        (bad(["buses"], [1, True]), "buses[1]: True is no whole number"),
        (bad(["buses"], [1, "2"]), "buses[1]: '2' is no whole number"),
        (bad(["loads"], [4, 2**40]), "loads[1]: is above"),
        (bad(["loads"], [4, 2**30]), "in all; the planner takes up to"),
        (bad(["minutes", "depot_pickup", 0, 1], -6), "minutes.depot_pickup[0][1]: -6 is below 0"),
        (bad(["minutes", "depot_pickup", 0, 1], 10**8), "minutes.depot_pickup[0][1]: is above"),
        (bad(["minutes", "depot_pickup", 0, 1], 10**30), "minutes.depot_pickup[0][1]: is above"),
        (bad(["minutes", "depot_pickup", 0, 1], 6.5), "minutes.depot_pickup[0][1]: 6.5 is no whole number"),
        (bad(["minutes", "depot_pickup", 0, 1], float("nan")), "NaN is not a number"),
        (bad(["minutes", "depot_pickup", 0, 1], float("inf")), "Infinity is not a number"),
        (bad(["minutes", "depot_pickup", 0], [5]), "has 1 numbers, expected 2"),
        (bad(["minutes", "depot_pickup"], [[5, 6]]), "has 1 rows, expected 2"),
        (bad(["minutes", "depot_pickup"], ...), "minutes.depot_pickup: is missing"),
        (bad(["minutes", "depot_pickup"], "x"), "is not a list of rows"),
        (bad(["minutes", "other"], []), "minutes.other: is not a name"),
        (bad(["minutes"], ...), "minutes: is missing"),
        (bad(["format"], "x/1"), 'expected "corridor-instance/1"'),
        (bad(["busses"], [1]), "busses: is not a name"),
        ("[]", "no table of names"),
        ("{", "is not JSON"),
        ("", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_bad_json_is_refused(text, words):
    with pytest.raises(InputError) as caught:
        read_text(text, "json")
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("path", "value"),
    [(["loads"], [4, -1]), (["buses"], ...), (["capacity"], "x"), (["minutes", "depot_pickup", 0, 1], -6)],
)
def test_one_mistake_is_one_fault(path, value):
    with pytest.raises(InputError) as caught:
        read_text(bad(path, value), "json")
    assert len(caught.value.faults) == 1, caught.value.faults


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        (bad(["buses"], [0, 0]), "buses"),
        (bad(["buses"], []).replace("[[5, 6], [7, 8]]", "[]"), "buses"),
        (bad(["capacity"], [0, 0]), "capacity"),
        (bad(["capacity"], [2, 2]), "capacity"),
        (bad(["minutes", "pickup_reception", 1], [None, None]), "pickup 1"),
        (bad(["loads"], [2, 3]).replace("6]", "null]").replace("8]", "null]").replace("9, 9", "9, null"), "pickup 1"),
    ],
)
def test_what_cannot_be_is_explained(text, clause):
    with pytest.raises(Infeasible) as caught:
        read_text(text, "json")
    assert clause in caught.value.clauses
    assert caught.value.hint


@pytest.mark.parametrize(
    "text", ["", "3", "3 20 2 1", PUBLIC.replace("11.5", "x"), PUBLIC.replace("11.5", "-1"), "nan 1"]
)
def test_bad_public_text_is_refused(text):
    with pytest.raises(InputError):
        read_text(text, "public")


@pytest.mark.parametrize("text", ["3 20\n1 3\n9999999 1\n", "3 20\n99999999 1\n"])
def test_ten_million_rows_are_refused(text):
    with pytest.raises(CorridorError):
        read_text(text, "public")


@pytest.mark.parametrize("row", ["[1]", "[[-1.5", "[]"])
def test_ten_million_rows_of_our_own_format_are_refused_unread(row):
    text = '{"format": "corridor-instance/1", "minutes": {"depot_pickup": [' + ",".join([row] * 10_000_000)
    with pytest.raises(InputError, match="rows, more than the planner takes"):
        read_text(text, "json")


def test_ten_million_loads_are_refused():
    text = bad(["loads"], ["?"]).replace('"?"', ",".join(["1"] * 10_000_000))
    with pytest.raises(InputError, match="holds 10,000,000 numbers"):
        read_text(text, "json")


def test_a_long_toml_is_refused_unread():
    with pytest.raises(InputError, match="letters, more than the planner takes"):
        read_text("#" * 9_000_000, "toml")


def test_a_file_that_is_wrong_throughout_gets_a_short_answer():
    with pytest.raises(InputError) as caught:
        read_text(bad(["loads"], [-1] * 300_000), "json")
    assert "loads[0]: -1 is below 0" in str(caught.value)
    assert len(caught.value.faults) <= 30


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        read_problem(tmp_path / "none.json")
    with pytest.raises(InputError):
        read_problem(tmp_path)
    path = tmp_path / "bytes.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="UTF-8"):
        read_problem(path)
    path = tmp_path / "bad.toml"
    path.write_text("buses = nan = 3")
    with pytest.raises(InputError, match="TOML"):
        read_problem(path)


def test_too_large_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    with pytest.raises(InputError, match="MB"):
        read_problem(path)


def test_arrays_are_checked_too():
    with pytest.raises(InputError, match="whole numbers"):
        make_problem([1], [1], [1], [[1.5]], [[1]], [[1]])
    with pytest.raises(InputError, match="shape"):
        make_problem([1], [1], [1], [[1, 2]], [[1]], [[1]])
    with pytest.raises(InputError, match="below 0"):
        make_problem([1], [1], [1], [[-1]], [[1]], [[1]])
    with pytest.raises(InputError):
        make_problem([1], [1], [1], [[np.nan]], [[1]], [[1]])


def test_the_package_loads_no_solver():
    code = "import sys, corridor.planning, corridor.planning.tours.reading, corridor.planning.tours.check_tours\n"
    code += "print([m for m in ('numba', 'ortools', 'scipy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
