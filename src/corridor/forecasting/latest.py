"""The latest start: by when a movement begins so that it is over before a hazard arrives."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import msgspec

from corridor.forecasting.forecast import Forecast

QUANTILES = (0.5, 0.8, 0.9)


class LatestStart(msgspec.Struct, frozen=True, kw_only=True):
    """By when to start to be over in time in a share of the runs; `hours` is the clearance time of that share.

    `late` says that the hour lies before the plan's own start; both are None where the forecast does not end.
    """

    quantile: float
    hours: float | None
    start: datetime | None
    late: bool


def latest_starts(forecast: Forecast, arrives: datetime) -> list[LatestStart]:
    """Return the latest starts before a hazard arrives, for half, eight and nine of ten runs.

    The clearance time is taken to be that of the plan whenever it starts; a night, a closing road or traffic between
    now and then change it, so that a plan from the later hour has to be forecast again.
    """
    found = []
    for quantile in QUANTILES:
        hours = forecast.quantile(quantile)
        if not math.isfinite(hours):
            found.append(LatestStart(quantile=quantile, hours=None, start=None, late=True))
            continue
        start = arrives - timedelta(hours=hours)
        found.append(LatestStart(quantile=quantile, hours=hours, start=start, late=start < forecast.start))
    return found
