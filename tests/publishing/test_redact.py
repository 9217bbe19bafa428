"""The public view: whatever is told, planned or agreed, it says nothing of what is to come, and no small count."""

from __future__ import annotations

import re
from datetime import timedelta

import hypothesis.strategies as st
import msgspec
from hypothesis import given, settings

from corridor.publishing.redact import DELAY, Level, coarse, moment_shown, public_view, snapped, suppressed
from corridor.situation.assess import assess
from tests.operation.acting import at, basis, clause, linked, say, term

COUNTS = st.integers(0, 10**7)


@given(COUNTS, st.integers(1, 500))
def test_small_counts_are_hidden(number: int, smallest: int) -> None:
    shown = coarse(number, Level(smallest=smallest))
    if number < smallest:
        assert shown == f"<{smallest}"
    else:
        told = int(re.sub(r"\D", "", shown))
        assert told >= smallest
        assert abs(told - number) <= max(number * 0.06, smallest)


@given(st.floats(-89, 89), st.floats(-179, 179), st.floats(0.5, 20))
def test_places_are_coarse(latitude: float, longitude: float, grid: float) -> None:
    """Every point of a cell is shown at its middle, and the cell is no smaller than the grid."""
    level = Level(grid_km=grid)
    middle = snapped(latitude, longitude, level)
    again = snapped(*middle, level)
    assert abs(again[0] - middle[0]) < 1e-4
    assert abs(middle[0] - latitude) <= grid / 111.32 / 2 + 1e-4
    near = snapped(latitude + 1e-9, longitude, level)
    assert near == middle or abs(near[0] - middle[0]) > 0.9 * grid / 111.32


@given(st.lists(st.integers(0, 200), min_size=2, max_size=12))
def test_a_hidden_count_cannot_be_had_from_the_total(counts: list[int]) -> None:
    shown = suppressed(counts)
    hidden = [count for count, word in zip(counts, shown, strict=True) if word == "hidden"]
    assert all(word == "hidden" for count, word in zip(counts, shown, strict=True) if 0 < count < 10)
    if any(0 < count < 10 for count in counts) and sum(count > 0 for count in counts) > 1:
        assert len(hidden) > 1


LATER = [
    say("people_inside", "east", "east", 9999, hours=30),
    say("departure", "aleppo/C09", "pickup", 4, hours=30),
    say("people_out", "aleppo/C09", "gate", 400, hours=30),
    say("halt", "aleppo", "gate", "shots", hours=31),
    say("onward_movement", "west", "west", 77, hours=32),
]
# Known early enough, and still of no public concern: what is planned, agreed, or says how to go.
PLANNED = [
    say("departure", "aleppo/C08", "pickup", 6, hours=1, modality="planned"),
    clause("aleppo/window2", "window"),
    term("aleppo/window.opens", "2016-12-15T06:00+02:00"),
    say("vehicles", "bus", "pickup", 9, hours=2, by="IHH"),
    say("control", "gate", "gate", "one side", hours=2),
]


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.sampled_from(LATER), unique_by=lambda r: r.id),
    st.lists(st.sampled_from(PLANNED), unique_by=lambda r: r.id),
)
def test_nothing_of_what_is_to_come_changes_the_view(later: list, planned: list) -> None:  # type: ignore[type-arg]
    now = at(24)
    shown = moment_shown(now)
    assert now - shown >= DELAY
    assert (shown.minute, shown.second) == (0, 0)
    told = [*basis(), *linked()]
    before = public_view(assess(told, as_of=shown), title="Test")
    after = public_view(assess([*told, *later, *planned], as_of=shown), title="Test")
    assert after == before
    text = msgspec.json.encode(after).decode()
    for word in ("bus", "C0", "window", "gate", "one side", "ICRC", "opens"):
        assert word not in text


def test_the_view_says_what_is_past() -> None:
    told = [
        *basis(),
        say("people_out", "aleppo/C01", "gate", 437, hours=1, scope="batch"),
        say("halt", "aleppo", "gate", "x", hours=2),
    ]
    shown = moment_shown(at(24))
    view = public_view(assess(told, as_of=shown), title="Test", level=Level(delay=timedelta(hours=6)))
    (count,) = view.counts
    assert count.out == "about 440"
    assert count.halted
    assert view.delay_hours == 6
