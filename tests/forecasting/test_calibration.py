"""Calibration: on operations drawn from the model's own priors an 80 % interval holds the truth in 80 of 100."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from corridor.forecasting.disruption import Disruption
from corridor.forecasting.simulate import Simulator
from corridor.planning.solve import plan
from corridor.situation.estimate import Component, Estimate
from corridor.situation.site import Group
from tests import worlds

PRIOR = Disruption(
    halts=2, hours=60, median_hours=4, spread=0.8, counted=2, drive_spread=0.2, boarding_spread=0.3, empty_share=0.05
)


def _uncertain():
    """Aleppo in small with an uncertain number of families."""
    base = worlds.aleppo_small()
    part = Component(weight=1.0, shape="triangular", low=1000, mode=3000, high=9000)
    people = worlds.waiting(Estimate(quantity="people", unit="people", components=(part,)))
    families = Group(id="families", operation=worlds.EAST, site="amiriyah", people=people)
    return msgspec.structs.replace(base, groups=(*base.groups[:2], families))


def coverage_of(believed: Disruption, operations: int, runs: int) -> float:
    """Return how often the 80 % interval of `runs` runs holds one more run drawn from `PRIOR`, over many operations."""
    situation = _uncertain()
    made = plan(situation, time_limit=1e-9)
    held = 0
    truth = Simulator(made, situation.operations[0], PRIOR, runs=operations, seed=987_654, horizon=2000)
    truths = truth.run().clearance
    for number in range(operations):
        found = Simulator(made, situation.operations[0], believed, runs=runs, seed=number, horizon=2000)
        low, high = np.quantile(found.run().clearance, (0.1, 0.9), method="inverted_cdf")
        held += low <= truths[number] <= high
    return held / operations


def test_a_wrong_prior_is_caught():
    """Halts believed a tenth as long and half as often: far fewer than 77 of 100 truths are held."""
    wrong = msgspec.structs.replace(PRIOR, median_hours=0.4, halts=1, spread=0.4, counted=0)
    assert coverage_of(wrong, 100, 200) < 0.72


@pytest.mark.hard
def test_the_eighty_percent_interval_holds_77_to_83_of_100():
    assert 0.77 <= coverage_of(PRIOR, 500, 400) <= 0.83
