"""Rules that nobody stated cost next to nothing: the builder calls hardly more than one that knows none of them."""

from __future__ import annotations

import cProfile
import pstats

from benchmarks.unused_rules import FreeBuilder, world

from corridor.planning.construct import Builder
from corridor.planning.drafts import Draft, Style


def calls(builder: Builder) -> tuple[int, list[Draft]]:
    """Return how many calls one build makes, the same on every machine, and the timetable."""
    profile = cProfile.Profile()
    profile.runcall(builder.run)
    return pstats.Stats(profile).prim_calls, builder.drafts  # type: ignore[attr-defined]


def test_the_builder_makes_the_same_timetable_as_one_without_rules_in_hardly_more_calls() -> None:
    instance, style = world(20_000), Style((20,), farthest_first=True)
    mine, timetable = calls(Builder(instance, style, {}))
    free, same = calls(FreeBuilder(instance, style))
    assert timetable == same
    assert mine <= 1.05 * free
