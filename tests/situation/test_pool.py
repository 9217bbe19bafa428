"""The table of widths and weights that a coordinator may edit: what it must refuse."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridor.errors import InputError
from corridor.situation.pool import pooling_text, read_pooling, standard_pooling

HEAD = "key,value,low,high,source,meaning\n"


def test_a_table_of_ones_own_replaces_only_the_rows_it_names(tmp_path: Path) -> None:
    file = tmp_path / "pooling.csv"
    file.write_text(HEAD + "grade_A,2,,,the coordinator,more trust\n")
    table = read_pooling(file)
    assert table["grade_A"] == 2
    assert table["grade_B"] == standard_pooling()["grade_B"]


def test_the_shipped_table_is_read_back_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "pooling.csv"
    file.write_text(pooling_text())
    assert read_pooling(file) == standard_pooling()


@pytest.mark.parametrize(
    ("row", "cause"),
    [
        ("grade_none,0,,,x,y", "a grade's weight is above 0"),
        ("grade_A,-1,,,x,y", "not below 0"),
        ("approx_width,nan,,,x,y", "finite"),
        ("share_leaving,0.8,0.9,1,x,y", "outside its own range"),
        ("grade_A,much,,,x,y", "float"),
    ],
)
def test_a_row_that_no_estimate_can_use_is_named_with_its_line(tmp_path: Path, row: str, cause: str) -> None:
    file = tmp_path / "pooling.csv"
    file.write_text(HEAD + row + "\n")
    with pytest.raises(InputError, match=cause) as caught:
        read_pooling(file)
    assert caught.value.place.endswith(":2")
