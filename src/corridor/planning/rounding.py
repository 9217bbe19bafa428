"""How estimates become whole numbers: up for what is needed, down for what is offered."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from corridor.situation.estimate import Estimate

MIDDLE = 0.5
EPSILON = 1e-9  # A quantile read off a float must not lift 30.000000001 minutes to 31.


def up(estimate: Estimate, q: float = MIDDLE) -> int:
    """Round a duration or a headcount up: nobody is left out, no drive is shortened."""
    return math.ceil(estimate.quantile(q) - EPSILON)


def down(estimate: Estimate) -> int:
    """Round a limit down: no place is promised that may not be there."""
    return math.floor(estimate.quantile(MIDDLE) + EPSILON)


def nearest(estimate: Estimate) -> int:
    """Round a count half up."""
    return math.floor(estimate.quantile(MIDDLE) + 0.5 + EPSILON)


def whole_minute(moment: datetime) -> datetime:
    """Return the first whole minute at or after a moment."""
    down_to = moment.replace(second=0, microsecond=0)
    return down_to if down_to == moment else down_to + timedelta(minutes=1)
