"""Eastern Aleppo as its reports tell it on the evening of 18 December 2016, with a plan and a forecast by hand."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path

import msgspec

from corridor.forecasting.forecast import Forecast
from corridor.reports.tables import read_reports
from corridor.situation.assess import assess
from tests.publishing import sample

REPORTS = Path(__file__).parents[2] / "examples" / "aleppo-2016" / "reports.csv"


@cache
def forecast(at: str = "2016-12-18T20:00+02:00") -> Forecast:
    """The forecast by hand on the situation of a moment."""
    situation = assess(read_reports(REPORTS), as_of=datetime.fromisoformat(at))
    made = sample.forecast()
    plan = msgspec.structs.replace(made.plan, situation=situation, situation_sha256=situation.sha256)
    return msgspec.structs.replace(made, plan=plan)


def before() -> Forecast:
    """That of the evening before."""
    return forecast("2016-12-17T20:00+02:00")
