"""The backtest: no forecast looks ahead, and the page says what the kept forecasts score."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from corridor.forecasting.backtest import day_ahead, evening, left_out
from corridor.forecasting.cases import cases, usable
from corridor.forecasting.disruption import disruption_of
from corridor.forecasting.score import read_kept, read_outcomes, scored
from corridor.reports.tables import read_reports
from corridor.situation.assess import assess
from docs import backtest as page

REPORTS = read_reports(str(page.REPORTS))


@pytest.mark.parametrize("moment", page.EVENINGS)
def test_no_situation_changes_with_reports_received_later(moment):
    then = [report for report in REPORTS if report.received <= moment]
    assert len(then) < len(REPORTS)
    assert assess(then, as_of=moment).to_json() == assess(REPORTS, as_of=moment).to_json()


@pytest.mark.parametrize("moment", page.EVENINGS)
def test_no_forecast_changes_with_reports_received_later(moment):
    then = [report for report in REPORTS if report.received <= moment]
    false = msgspec.structs.replace(then[-1], id="later", received=moment + timedelta(minutes=1))
    seen = [evening(reports, "aleppo", moment, page.FIRST, runs=50) for reports in (then, REPORTS, [*then, false])]
    assert seen[0] == seen[1] == seen[2]
    assert len(seen[0]) == 2


def test_nothing_enters_its_own_prior_or_comes_before_its_day():
    for moment in page.EVENINGS:
        known = {case.case for case in usable(moment)}
        assert "aleppo16" not in known
        assert all(case.known_since <= moment for case in cases() if case.case in known)
    later = assess(REPORTS, as_of=page.EVENINGS[-1] + timedelta(days=9))
    assert all("aleppo16" not in text for _, _, text in disruption_of(later, "aleppo").sources)


def test_the_page_shows_what_the_kept_forecasts_score():
    scores = scored(read_kept(page.KEPT), read_outcomes(page.KEPT / "outcomes.json"))
    assert len(scores) == 16
    for name, text in page.pages(scores).items():
        assert (Path(page.ROOT) / "docs" / name).read_text("utf-8") == text, "run: make backtest"


@pytest.mark.hard
def test_the_kept_forecasts_are_what_the_code_makes():
    assert sorted(page.kept_forecasts(), key=lambda k: (k.quantity, k.made)) == sorted(
        read_kept(page.KEPT), key=lambda k: (k.quantity, k.made)
    )


def test_other_operations_are_scored_without_themselves():
    assert {day.case for day in day_ahead(runs=50)} == {"homs14a", "aleppo16", "four17"}
    latest = max(case.known_since for case in cases())
    assert {item.case for item in left_out(runs=500)} == {case.case for case in usable(latest)}
