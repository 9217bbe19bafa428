"""Snow, fire and snipers: spells that slow or close one segment of the road, drawn for each run."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from corridor.forecasting.disruption import Disruption

Array = NDArray[np.float64]

REASONS = ("snow", "fire", "snipers")
PARTS = ("per_day", "hours", "slows", "closes")
# Spells are drawn up to this many of a reason in a run: at one a day they reach as far as any forecast does.
MOST_SPELLS = 60


def spell_times(drawn: Disruption, weight: Array, rng: np.random.Generator, runs: int, horizon: float) -> Array:
    """Return (runs, spells, 4): begin and end in minutes, how many times as long a drive takes (inf: closed), segment.

    Each reason comes as a Poisson process on the whole road; its spells last log-normal hours and fall on a segment
    with a chance in proportion to its minutes (`weight`). In order of beginning; inf where there is none.
    """
    found = []
    for reason in REASONS:
        per_day, hours, slows, closes = (float(getattr(drawn, f"{reason}_{part}")) for part in PARTS)
        if per_day <= 0 or not weight.sum() > 0:
            continue
        gaps, normal = rng.exponential(1440 / per_day, (runs, MOST_SPELLS)), rng.standard_normal((runs, MOST_SPELLS))
        begin = np.cumsum(gaps, axis=1)
        end = begin + 60 * np.exp(math.log(hours) + drawn.spell_spread * normal)
        times = np.where(rng.random((runs, MOST_SPELLS)) < closes, np.inf, slows)
        segment = rng.choice(len(weight), (runs, MOST_SPELLS), p=weight / weight.sum()).astype(np.float64)
        found.append(np.stack((begin, end, times, segment), axis=2))
    if not found:
        return np.zeros((runs, 0, 4))
    spells = np.concatenate(found, axis=1)
    order = np.argsort(spells[:, :, 0], axis=1, kind="stable")
    spells = np.take_along_axis(spells, order[:, :, None], axis=1)
    used = int((spells[:, :, 0] <= horizon).any(axis=0).sum())
    return np.ascontiguousarray(spells[:, :used])
