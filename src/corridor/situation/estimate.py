"""An estimate: a distribution and the reports behind it; the only place where a number is drawn."""

from __future__ import annotations

import math
from functools import cached_property
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

Shape = Literal["point", "uniform", "triangular", "loguniform"]
Array = NDArray[np.float64]

# Quantiles of a balance have no closed form: they are read off this many stratified draws with a fixed seed.
BALANCE_DRAWS = 20_000
BALANCE_SEED = 20161215
# From this many terms on numpy adds in pairs, which gives other last bits.
PAIRWISE = 8


class Component(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one independent origin makes of a quantity: a weight, a shape from low over mode to high, and why."""

    weight: float
    shape: Shape
    low: float
    mode: float
    high: float
    reports: tuple[str, ...] = ()
    source: str = ""
    reason: str = ""

    def cdf(self, x: Array) -> Array:
        """Return the share of the component at or below x."""
        low, mode, high = self.low, self.mode, self.high
        if self.shape == "point" or high <= low:
            return (x >= low).astype(np.float64)
        t = np.clip(x, low, high)
        if self.shape == "uniform":
            share = (t - low) / (high - low)
        elif self.shape == "loguniform":
            share = np.log(t / low) / math.log(high / low)
        else:
            rising = (t - low) ** 2 / ((high - low) * max(mode - low, 1e-12))
            falling = 1 - (high - t) ** 2 / ((high - low) * max(high - mode, 1e-12))
            share = np.where(t <= mode, rising, falling) if mode > low else falling
        # Rounding must not leave a grain of weight above the high end: a cut there would draw from it.
        return np.asarray(np.where(x >= high, 1.0, share))

    def below(self, x: float) -> float:
        """Return the share at or below one value, bit for bit that of `cdf`; bisection asks for thousands."""
        low, mode, high = self.low, self.mode, self.high
        if x >= high or self.shape == "point" or high <= low:
            return float(x >= low)
        t = max(x, low)
        if self.shape == "uniform":
            return (t - low) / (high - low)
        if self.shape == "loguniform":
            return float(np.log(t / low)) / math.log(high / low)
        if t <= mode and mode > low:
            return (t - low) * (t - low) / ((high - low) * max(mode - low, 1e-12))
        return 1 - (high - t) * (high - t) / ((high - low) * max(high - mode, 1e-12))

    def ppf(self, u: Array) -> Array:
        """Return the value below which a share u of the component lies; u in [0, 1]."""
        low, mode, high = self.low, self.mode, self.high
        if self.shape == "point" or high <= low:
            return np.full(u.shape, low)
        if self.shape == "uniform":
            return low + u * (high - low)
        if self.shape == "loguniform":
            return np.asarray(low * (high / low) ** u)
        knee = (mode - low) / (high - low)
        rising = low + np.sqrt(u * (high - low) * (mode - low))
        falling = high - np.sqrt((1 - u) * (high - low) * (high - mode))
        return np.where(u < knee, rising, falling)


class Estimate(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, dict=True):
    """A quantity that sources disagree on: a mixture of components, each with its reports.

    `at_least` cuts the mixture from below (people counted out cannot be fewer than were inside);
    `rule` says in words how the components were combined.
    """

    quantity: str
    unit: str
    components: tuple[Component, ...]
    at_least: float | None = None
    rule: str = ""

    @property
    def reports(self) -> tuple[str, ...]:
        """The ids of all reports behind the estimate, each once, in order."""
        return tuple(dict.fromkeys(name for component in self.components for name in component.reports))

    @cached_property
    def _parts(self) -> tuple[Array, Array]:
        """Weights after the cut, and the share of each component below the cut; both (components,)."""
        weights = np.array([component.weight for component in self.components])
        if self.at_least is None:
            return weights / weights.sum(), np.zeros(len(weights))
        just_below = np.array([np.nextafter(self.at_least, -np.inf)])
        below = np.array([float(component.cdf(just_below)[0]) for component in self.components])
        kept = weights * (1 - below)
        return (kept / kept.sum() if kept.sum() > 0 else np.zeros(len(weights))), below

    @cached_property
    def _weighed(self) -> list[tuple[Component, float, float]]:
        """Each component with its weight after the cut and its share below it; empty where the cut leaves nothing."""
        weights, below = self._parts
        return list(zip(self.components, weights.tolist(), below.tolist(), strict=True)) if weights.any() else []

    @cached_property
    def _quantiles(self) -> dict[float, float]:
        return {}

    def sample(self, rng: np.random.Generator, size: int) -> Array:
        """Draw the quantity; returns (size,) in `unit`."""
        weights, below = self._parts
        if not weights.any():
            return np.full(size, float(self.at_least or 0))
        pick = rng.random(size)
        u = rng.random(size)
        edges = np.cumsum(weights)
        chosen = np.minimum(np.searchsorted(edges, pick, side="right"), len(weights) - 1)
        out = np.empty(size)
        for index, component in enumerate(self.components):
            mask = chosen == index
            if mask.any():
                out[mask] = component.ppf(below[index] + u[mask] * (1 - below[index]))
        return out if self.at_least is None else np.maximum(out, self.at_least)

    def cdf(self, x: float) -> float:
        """Return the probability that the quantity is at or below x."""
        if self.at_least is not None and x < self.at_least:
            return 0.0
        parts = self._weighed
        if not parts:
            return 1.0
        shares = [
            weight * min(max((component.below(x) - cut) / (1 - cut), 0.0), 1.0) if cut < 1 else weight
            for component, weight, cut in parts
        ]
        return min(max(float(np.sum(shares)) if len(shares) >= PAIRWISE else sum(shares), 0.0), 1.0)

    def quantile(self, q: float) -> float:
        """Return the smallest value whose probability reaches q (bisection on the exact distribution)."""
        # A planner asks for the same quantile of the same leg thousands of times.
        if q not in self._quantiles:
            self._quantiles[q] = self._bisected(q)
        return self._quantiles[q]

    def _bisected(self, q: float) -> float:
        weights, _ = self._parts
        if not weights.any():
            return float(self.at_least or 0)
        floor = -math.inf if self.at_least is None else self.at_least
        used = [component for component, weight in zip(self.components, weights, strict=True) if weight > 0]
        low = max(min(component.low for component in used), floor)
        high = max(floor, *(part.high if part.shape != "point" else part.low for part in used))
        if self.cdf(low) >= q - 1e-12:
            return float(low)
        for _ in range(200):
            middle = (low + high) / 2
            if middle in (low, high):
                break
            if self.cdf(middle) >= q - 1e-12:
                high = middle
            else:
                low = middle
        return float(high)


def certain(quantity: str, unit: str, value: float, *, reports: tuple[str, ...] = (), reason: str = "") -> Estimate:
    """Return an estimate of one point, for worlds in which a number is simply known."""
    number = float(value)
    part = Component(weight=1.0, shape="point", low=number, mode=number, high=number, reports=reports, reason=reason)
    return Estimate(quantity=quantity, unit=unit, components=(part,), rule="one value")


class Balance(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, dict=True):
    """What is left of a stock: people at the start, times the share that leaves, less the people out.

    Who is inside is not who leaves by this corridor: `share` is an estimate of its own.
    """

    start: Estimate
    share: Estimate
    out: Estimate

    @property
    def reports(self) -> tuple[str, ...]:
        """The ids of all reports behind the balance, each once."""
        return tuple(dict.fromkeys((*self.start.reports, *self.share.reports, *self.out.reports)))

    def sample(self, rng: np.random.Generator, size: int) -> Array:
        """Draw the people left to move; returns (size,) people, never below zero."""
        start = self.start.sample(rng, size)
        share = self.share.sample(rng, size)
        out = self.out.sample(rng, size)
        return np.maximum(start * share - out, 0.0)

    @cached_property
    def _draws(self) -> Array:
        return np.sort(self.sample(np.random.default_rng(BALANCE_SEED), BALANCE_DRAWS))

    @property
    def is_certain(self) -> bool:
        """Whether nothing in the balance is uncertain."""
        parts = (self.start, self.share, self.out)
        return all(len(part.components) == 1 and part.components[0].shape == "point" for part in parts)

    def quantile(self, q: float) -> float:
        """Return the value below which a share q of the people left lies."""
        if self.is_certain:
            return max(self.start.quantile(q) * self.share.quantile(q) - self.out.quantile(q), 0.0)
        return float(np.quantile(self._draws, q, method="inverted_cdf"))
