"""Scores against their definitions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
import pytest
from typer.testing import CliRunner

from corridor.cli import app
from corridor.errors import InputError
from corridor.forecasting.score import Kept, Outcome, as_table, crps, keep, read_kept, read_outcomes, score, scored

MADE = datetime(2016, 12, 15, 20, tzinfo=UTC)


def kept(values, **fields):
    return Kept(operation="aleppo", quantity="people_out", made=MADE, values=tuple(values), **fields)


def test_crps_is_the_integral_of_the_squared_difference_of_the_distributions():
    values, actual = [1.0, 2.0, 4.0, 8.0], 3.0
    x = np.linspace(-5, 15, 200_001)
    step = np.searchsorted(np.array(values), x, side="right") / 4
    integral = float((((step - (x >= actual)) ** 2).sum()) * (x[1] - x[0]))
    assert crps(values, actual) == pytest.approx(integral, abs=1e-3)
    assert crps([5.0], 3.0) == pytest.approx(2.0)


def test_coverage_and_bias():
    found = score(kept(range(1, 101)), 30.0)
    assert (found.low, found.middle, found.high) == (10, 50, 90)
    assert found.in_80
    assert found.in_50
    assert found.bias == pytest.approx(20)
    assert not score(kept(range(1, 101)), 95.0).in_80


def test_forecasts_are_kept_once_and_scored_when_the_outcome_is_known(tmp_path):
    paths = keep(tmp_path, [kept(range(1, 101), naive=40.0)])
    before = paths[0].read_bytes()
    keep(tmp_path, [kept([1.0])])
    assert paths[0].read_bytes() == before
    outcome = Outcome(operation="aleppo", quantity="people_out", value=30.0, source="test")
    found = scored(read_kept(tmp_path), [outcome])
    assert "1 of 1 in the 50 % interval" in as_table(found)
    assert scored(read_kept(tmp_path), []) == []
    assert "nothing to score" in as_table([])
    (tmp_path / "outcomes.json").write_text("[{}]")
    with pytest.raises(InputError, match="outcomes"):
        read_outcomes(tmp_path / "outcomes.json")
    (tmp_path / "wrong.json").write_text("{")
    with pytest.raises(InputError, match="kept forecast"):
        read_kept(tmp_path)


def test_bad_folders_are_told_with_a_hint(tmp_path):
    for folder, said in ((tmp_path / "none", "no folder"), (tmp_path, "holds no kept forecast")):
        with pytest.raises(InputError, match=said) as caught:
            read_kept(folder)
        assert "corridor score" in str(caught.value.hint)
    (tmp_path / "cut.json").write_text('{"operation": "aleppo", "qua')
    with pytest.raises(InputError, match="no kept forecast"):
        read_kept(tmp_path)


def test_outcomes_of_another_operation_are_told_and_exit_as_a_fault(tmp_path):
    keep(tmp_path, [kept(range(1, 101))])
    outcomes = tmp_path / "outcomes.json"
    other = Outcome(operation="homs", quantity="people_out", value=30.0, source="test")
    outcomes.write_bytes(msgspec.json.encode([other]))
    found = CliRunner().invoke(app, ["score", str(tmp_path)])
    assert isinstance(found.exception, InputError)
    assert "forecasts of aleppo people_out, outcomes of homs people_out" in str(found.exception)
    outcomes.write_bytes(msgspec.json.encode([other, msgspec.structs.replace(other, operation="aleppo")]))
    keep(tmp_path, [msgspec.structs.replace(kept([1.0]), operation="foua")])
    found = CliRunner().invoke(app, ["score", str(tmp_path)])
    assert found.exit_code == 0
    assert "no outcome names them: foua people_out" in found.output
    late = msgspec.structs.replace(other, operation="aleppo", value=None, moment=MADE - timedelta(hours=1))
    outcomes.write_bytes(msgspec.json.encode([late]))
    (tmp_path / "foua-people_out-20161215T2000.json").unlink()
    assert "made after the outcome" in str(CliRunner().invoke(app, ["score", str(tmp_path)]).exception)
