"""Estimates: what is drawn, what is summed and what is printed are one distribution."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.situation.estimate import Balance, Component, Estimate, Shape, certain

SOME = settings(max_examples=60, deadline=None)
SHAPES: tuple[Shape, ...] = ("point", "uniform", "triangular", "loguniform")
LEVELS = (0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99)


def part(shape: Shape, low: float, mode: float, high: float, weight: float = 1.0) -> Component:
    return Component(weight=weight, shape=shape, low=low, mode=mode, high=high)


def of(*parts: Component, at_least: float | None = None) -> Estimate:
    return Estimate(quantity="people", unit="people", components=parts, at_least=at_least)


@st.composite
def components(draw: st.DrawFn) -> Component:
    low = draw(st.integers(1, 5_000))
    high = low + draw(st.integers(1, 5_000))
    mode = draw(st.integers(low, high))
    shape = draw(st.sampled_from(SHAPES))
    return part(shape, low, low if shape == "point" else mode, low if shape == "point" else high, draw(weights))


weights = st.floats(0.1, 3.0)
mixtures = st.lists(components(), min_size=1, max_size=4).map(tuple)
cuts = st.none() | st.integers(0, 12_000)


@SOME
@given(mixtures, cuts)
def test_the_quantile_inverts_the_distribution(parts: tuple[Component, ...], cut: int | None) -> None:
    estimate = of(*parts, at_least=cut)
    for q in LEVELS:
        x = estimate.quantile(q)
        assert estimate.cdf(x) >= q - 1e-9
        assert estimate.cdf(x - 1e-6 * max(x, 1)) <= q + 1e-6
    values = [estimate.quantile(q) for q in LEVELS]
    assert values == sorted(values)
    assert cut is None or values[0] >= cut


@SOME
@given(mixtures, cuts, st.integers(0, 2**32))
def test_what_is_drawn_follows_the_distribution(parts: tuple[Component, ...], cut: int | None, seed: int) -> None:
    estimate = of(*parts, at_least=cut)
    drawn = np.sort(estimate.sample(np.random.default_rng(seed), 2_000))
    assert cut is None or drawn[0] >= cut
    # Kolmogorov's bound at one in ten million; the values between two draws are covered by both ends of each step.
    far = math.sqrt(math.log(2e7) / (2 * len(drawn)))
    for x in {float(value) for value in (*drawn[::40], *(estimate.quantile(q) for q in LEVELS))}:
        share = np.searchsorted(drawn, x * (1 + 1e-9), side="right") / len(drawn)
        assert abs(share - estimate.cdf(x * (1 + 1e-9))) <= far


@SOME
@given(components(), st.floats(0, 1))
def test_a_component_inverts_itself(component: Component, u: float) -> None:
    x = component.ppf(np.array([u]))
    assert component.low - 1e-9 <= x[0] <= component.high + 1e-9
    if component.shape != "point":
        assert component.cdf(x)[0] == pytest.approx(u, abs=1e-6)


@pytest.mark.parametrize(
    ("component", "q", "value"),
    [
        (part("uniform", 100, 150, 200), 0.25, 125.0),
        (part("triangular", 0, 50, 100), 0.5, 50.0),
        (part("triangular", 0, 0, 100), 0.75, 50.0),  # 1 - (1 - x)^2 = 3/4
        (part("triangular", 0, 100, 100), 0.25, 50.0),  # x^2 = 1/4
        (part("triangular", 0, 30, 100), 0.3, 30.0),  # the mode splits the mass as it splits the base
        (part("loguniform", 100, 1000, 10_000), 0.5, 1000.0),  # the geometric mean
        (part("loguniform", 1, 10, 100), 0.25, 10**0.5),
        (part("point", 7, 7, 7), 0.9, 7.0),
    ],
)
def test_closed_forms(component: Component, q: float, value: float) -> None:
    assert of(component).quantile(q) == pytest.approx(value, rel=1e-9)
    assert component.ppf(np.array([q]))[0] == pytest.approx(value, rel=1e-9)


def test_the_cut_keeps_the_shape_above_it() -> None:
    # Uniform on 0 to 100 cut at 60 is uniform on 60 to 100; a second component wholly below weighs nothing.
    cut = of(part("uniform", 0, 50, 100), part("uniform", 0, 20, 50, weight=9.0), at_least=60.0)
    assert cut.quantile(0.5) == pytest.approx(80.0)
    assert cut.cdf(59.9) == 0.0
    assert cut.sample(np.random.default_rng(0), 500).min() >= 60


def test_the_cut_moves_weight_to_who_reaches_above_it() -> None:
    # Half of the first survives, all of the second: weights one third and two thirds.
    cut = of(part("uniform", 0, 50, 100), part("point", 200, 200, 200), at_least=50.0)
    assert cut.cdf(150.0) == pytest.approx(1 / 3)


def test_a_point_at_the_cut_survives() -> None:
    assert of(part("point", 50, 50, 50), part("point", 80, 80, 80), at_least=50.0).cdf(60.0) == pytest.approx(0.5)


def test_when_all_mass_is_below_the_cut_the_cut_is_the_number() -> None:
    cut = of(part("uniform", 0, 5, 10), part("point", 20, 20, 20), at_least=1000.0)
    assert [cut.quantile(q) for q in LEVELS] == [1000.0] * len(LEVELS)
    assert set(cut.sample(np.random.default_rng(1), 50)) == {1000.0}
    assert (cut.cdf(999.0), cut.cdf(1000.0)) == (0.0, 1.0)


def test_a_mixture_keeps_its_modes() -> None:
    rivals = of(part("triangular", 38_000, 40_000, 42_000), part("triangular", 80_000, 90_000, 100_000))
    assert rivals.quantile(0.25) == pytest.approx(40_000)
    assert rivals.quantile(0.75) == pytest.approx(90_000)
    drawn = rivals.sample(np.random.default_rng(2), 4_000)
    assert not ((drawn > 42_000) & (drawn < 80_000)).any()
    assert abs((drawn < 60_000).mean() - 0.5) < 0.04


def test_weights_are_relative() -> None:
    estimate = of(part("point", 10, 10, 10, weight=3.0), part("point", 20, 20, 20, weight=1.0))
    assert estimate.cdf(15.0) == pytest.approx(0.75)
    assert (estimate.quantile(0.75), estimate.quantile(0.76)) == (10.0, 20.0)


def test_reports_are_named_once_in_order() -> None:
    first = Component(weight=1, shape="point", low=1, mode=1, high=1, reports=("b", "a"))
    second = Component(weight=1, shape="point", low=1, mode=1, high=1, reports=("a", "c"))
    assert of(first, second).reports == ("b", "a", "c")


def test_a_certain_balance_is_arithmetic() -> None:
    left = Balance(start=certain("n", "p", 1000), share=certain("s", "1", 0.8), out=certain("o", "p", 300))
    assert left.is_certain
    assert {left.quantile(q) for q in LEVELS} == {500.0}
    assert set(left.sample(np.random.default_rng(0), 10)) == {500.0}


def test_a_balance_is_never_negative_and_its_quantiles_follow_its_draws() -> None:
    left = Balance(
        start=of(part("uniform", 900, 1000, 1100)),
        share=of(part("uniform", 0.5, 0.75, 1.0)),
        out=of(part("uniform", 600, 700, 800)),
    )
    drawn = left.sample(np.random.default_rng(11), 20_000)
    assert drawn.min() == 0.0
    for q in (0.5, 0.7, 0.9):  # a little more than four draws in ten are zero
        assert abs((drawn <= left.quantile(q)).mean() - q) < 0.02
    # Independent draws: the mean of the product less the mean out, where nothing is cut off.
    free = Balance(start=left.start, share=left.share, out=certain("o", "p", 0))
    assert free.sample(np.random.default_rng(3), 20_000).mean() == pytest.approx(750, rel=0.01)


def test_a_balance_reads_the_same_each_time() -> None:
    made = [
        Balance(start=of(part("uniform", 0, 5, 10)), share=certain("s", "1", 1), out=certain("o", "p", 2)).quantile(0.4)
        for _ in range(2)
    ]
    assert made[0] == made[1]


@SOME
@given(components(), st.floats(0, 12_000))
def test_one_value_and_many_give_the_same_share(component: Component, x: float) -> None:
    """Bisection asks for one value at a time; its answers are those of the arrays to the last bit."""
    for value in (x, component.low, component.mode, component.high):
        assert component.below(value) == float(component.cdf(np.array([value]))[0])
