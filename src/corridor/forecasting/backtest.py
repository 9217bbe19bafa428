"""Forecasts of an operation that is over, each from what had been received by then, and of other ones day by day."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
from numpy.typing import NDArray

from corridor.errors import Infeasible
from corridor.forecasting.cases import Case, HaltPrior, cases, fit, usable
from corridor.forecasting.disruption import Disruption, disruption_of, known_at
from corridor.forecasting.score import Kept, Score, score
from corridor.forecasting.simulate import Simulator
from corridor.forecasting.trial import FIRST_PLAN_SECONDS, HORIZON_HOURS
from corridor.planning.solve import plan
from corridor.reports.report import Report
from corridor.situation.assess import assess

Array = NDArray[np.float64]

# A kept forecast holds this many equally likely values: enough to score, few enough to read.
KEPT_VALUES = 99
# How much one moving day differs from the next: the logarithm of people a day; design rule, not fitted.
DAY_SPREAD = 0.6


class DayAhead(msgspec.Struct, frozen=True, kw_only=True):
    """The people of the next day of another operation, forecast from its earlier days; its score."""

    case: str
    day: str
    score: Score


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """Halts of one operation against what the others say about it: the 80 % interval of their number."""

    case: str
    low: int
    middle: int
    high: int
    halts: int
    length_middle: float
    lengths: tuple[float, ...]


def evening(
    reports: Sequence[Report], operation: str, moment: datetime, began: datetime, *, runs: int = 4_000, seed: int = 0
) -> list[Kept]:
    """Return the forecasts of an operation as of a moment: people out in all, and hours until the last one is safe.

    Nothing received later is looked at. The naive figures are a constant rate since `began` for the end, and everyone
    believed inside for the people. Empty where no plan could be made.
    """
    situation = assess(reports, as_of=moment)
    count = situation.headcount(operation)
    chosen = next((o for o in situation.operations if o.id == operation), None)
    if count is None or chosen is None:
        return []
    try:
        made = plan(situation, time_limit=FIRST_PLAN_SECONDS)
    except Infeasible:
        return []
    drawn = disruption_of(situation, operation)
    simulator = Simulator(made, chosen, drawn, runs=runs, seed=seed, horizon=HORIZON_HOURS)
    ends = simulator.run().clearance / 60
    out = count.out.quantile(0.5)
    people = out + simulator.people
    hours = max((moment - began).total_seconds() / 3600, 1.0)
    waiting = float(np.median(simulator.people))
    naive_end = waiting / (out / hours) if out > 0 else HORIZON_HOURS
    inside = count.start.quantile(0.5)
    return [
        Kept(operation=operation, quantity="people_out", made=moment, values=kept_values(people), naive=inside),
        Kept(
            operation=operation,
            quantity="end_hours",
            made=moment,
            values=kept_values(ends),
            naive=min(naive_end, HORIZON_HOURS),
        ),
    ]


def kept_values(values: Array) -> tuple[float | None, ...]:
    """Return equally likely values of a sample: its quantiles at (k - 1/2) / n; None for later than the horizon."""
    levels = (np.arange(KEPT_VALUES) + 0.5) / KEPT_VALUES
    chosen = np.quantile(values, levels, method="inverted_cdf").tolist()
    return tuple(round(value, 2) if math.isfinite(value) else None for value in chosen)


def day_ahead(*, runs: int = 4_000, seed: int = 0) -> list[DayAhead]:
    """Return the forecast of each next day of the operations with three daily counts or more, scored.

    Each leaves itself and everything later out of its prior. A day brings the mean of the moving days so far, times
    the part of the day without a halt, times a log-normal factor; a day without people counts as halted at its end.
    """
    found = []
    for case in cases():
        if not case.negotiated or len(case.daily) < 3 or case.moving_hours is None:
            continue
        known = known_at(case.known_since)
        earlier = [c for c in usable(case.known_since, leave_out=(case.case,)) if c.begins < case.begins]
        prior = fit(earlier, weight=known["earlier_weight"].value, spread=known["length_spread"].value)
        for index in range(1, len(case.daily)):
            day, actual = case.daily[index]
            values, naive = _next_day(case, index, prior, runs, seed)
            made = datetime.fromisoformat(day).replace(tzinfo=UTC)
            kept = Kept(operation=case.case, quantity="people_next_day", made=made, values=values, naive=naive)
            found.append(DayAhead(case=case.case, day=day, score=score(kept, actual, horizon=math.inf)))
    return found


def _next_day(case: Case, index: int, prior: HaltPrior, runs: int, seed: int) -> tuple[tuple[float | None, ...], float]:
    so_far = [people for _, people in case.daily[:index]]
    moving = [people for people in so_far if people > 0]
    still = 0
    while still < len(so_far) and so_far[-1 - still] == 0:
        still += 1
    belief = Disruption(
        halts=prior.halts + (len(so_far) - len(moving) > 0),
        # With no earlier operation known the rate is that of one halt in three days: Jeffreys alone has no mean.
        hours=(prior.hours or 36.0) + 24 * len(moving),
        median_hours=math.exp(prior.log_mean),
        spread=prior.log_spread,
        counted=prior.counted,
        halted=still > 0,
        halted_hours=24.0 * still,
    )
    rng = np.random.default_rng([seed, index, len(case.case)])
    begin, end = belief.halt_times(rng, runs)
    day = timedelta(days=1).total_seconds() / 60
    stopped = np.clip(np.minimum(end, day) - np.minimum(begin, day), 0, None)
    part = 1 - np.nan_to_num(stopped).sum(axis=1) / day
    noise = np.exp(DAY_SPREAD * rng.standard_normal(runs))
    rate = float(np.mean(moving)) if moving else 0.0
    return kept_values(rate * part * noise), float(np.mean(so_far))


def left_out(*, runs: int = 20_000, seed: int = 0) -> list[LeftOut]:
    """Return, for each negotiated operation, how many halts the others would have expected in its hours of movement."""
    everything = usable(datetime.max.replace(tzinfo=UTC))
    known = known_at(datetime.max.replace(tzinfo=UTC))
    found: list[LeftOut] = []
    for case in everything:
        others = [other for other in everything if other.case != case.case]
        prior = fit(others, weight=known["earlier_weight"].value, spread=known["length_spread"].value)
        rng = np.random.default_rng([seed, len(found)])
        rate = rng.gamma(prior.halts + 0.5, 1 / prior.hours, runs)
        counts = np.quantile(rng.poisson(rate * (case.moving_hours or 0.0)), (0.1, 0.5, 0.9), method="inverted_cdf")
        low, middle, high = (int(number) for number in counts)
        found.append(
            LeftOut(
                case=case.case,
                low=low,
                middle=middle,
                high=high,
                halts=len(case.halt_hours),
                length_middle=math.exp(prior.log_mean),
                lengths=case.halt_hours,
            )
        )
    return found
