"""The chain of counts: nobody is lost between two points without an alarm, and nobody counts twice."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.operation.chain import conservation, tallies
from corridor.reports.report import Report
from tests.operation.acting import say

C7 = "aleppo/C07"


def left(people: int, **more) -> Report:
    return say("people_out", more.pop("about", C7), "pickup", people, hours=1, scope="batch", **more)


def arrived(people: int, **more) -> Report:
    return say("people_arrived", more.pop("about", C7), "west", people, hours=2.5, by=more.pop("by", "IHH"), **more)


def test_a_convoy_that_arrives_fourteen_short_raises_its_alarm() -> None:
    (alarm,) = conservation([left(312), arrived(298)])
    assert alarm.severity == "error"
    assert alarm.what == "312 left, 298 arrived, 14 unaccounted between pickup and west."
    assert alarm.about == C7
    assert len(alarm.reports) == 2


def test_the_alarm_names_the_checkpoint() -> None:
    passed = say("people_passed", C7, "gate", 298, hours=1.5)
    (alarm,) = conservation([left(312), passed, arrived(298)])
    assert alarm.what == "312 left, 298 passed, 14 unaccounted at gate."


def test_people_reported_held_or_turned_back_are_accounted_for() -> None:
    held = say("people_held", C7, "gate", 10, hours=1.6, by="ICRC")
    back = say("people_turned_back", C7, "gate", 4, hours=1.7, by="ICRC")
    (alarm,) = conservation([left(312), arrived(298), held])
    assert "10 held, 4 unaccounted" in alarm.what
    assert conservation([left(312), arrived(298), held, back]) == []


def test_more_arriving_than_left_is_never_clamped() -> None:
    (alarm,) = conservation([left(298), arrived(312)])
    assert (alarm.rule, alarm.severity) == ("people added", "warning")
    assert "14 more than before" in alarm.what


def test_vehicles_add_up_to_the_convoy_and_the_convoy_counts_alone() -> None:
    buses = [left(n, about=f"{C7}.bus-{n}", id=f"b{n}") for n in (50, 48, 52)]
    (tally,) = tallies(buses)[C7]
    assert (tally.low, tally.high, tally.vehicles) == (150, 150, ("bus-48", "bus-50", "bus-52"))
    (tally,) = tallies([*buses, left(149)])[C7]
    assert (tally.low, tally.vehicles) == (149, ())


def test_two_counters_are_a_range_and_said_so() -> None:
    found = conservation([left(312), left(300, by="SARC"), arrived(305)])
    assert [f.rule for f in found] == ["counters disagree"]
    assert "300 to 312" in found[0].what


def test_groups_add_up_within_one_counter() -> None:
    groups = [
        left(200, group="civilians"),
        left(12, group="fighters"),
        left(8, group="stretcher"),
        left(20, group="wounded"),
    ]
    (tally,) = tallies(groups)[C7]
    assert tally.low == 232  # the eight on stretchers are among the twenty wounded
    (tally,) = tallies([*groups, left(240)])[C7]
    assert tally.low == 240


def test_other_counts_stay_out_of_the_chain() -> None:
    others = [
        say("people_out", "aleppo", "pickup", 5000, scope="cumulative"),
        say("people_out", C7, "pickup", 300, modality="planned", scope="batch"),
        say("people_arrived", "west", "west", 4000),
    ]
    assert tallies(others) == {}


def test_every_point_of_the_chain_is_compared() -> None:
    chain = [
        say("people_boarded", C7, "pickup", 312, hours=0.5),
        left(312),
        say("people_passed", C7, "gate", 312, hours=1.5),
        arrived(312),
        say("people_handed_over", C7, "west", 310, hours=3),
    ]
    (alarm,) = conservation(chain)
    assert alarm.what == "312 arrived, 310 handed over, 2 unaccounted at west."
    assert [t.point for t in tallies(chain)[C7]] == ["boarded", "departed", "passed", "arrived", "handed over"]


counts = st.lists(
    st.tuples(
        st.sampled_from(["people_boarded", "people_out", "people_passed", "people_arrived", "people_handed_over"]),
        st.integers(0, 2),
        st.integers(0, 60),
        st.sampled_from(["marshal", "SARC", "IHH"]),
        st.integers(0, 9),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(counts, st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(told: list[tuple[str, int, int, str, int]], rng: random.Random) -> None:
    reports = [
        say(fact, f"{C7}.bus-{bus}", "gate", people, by=by, hours=hour, id=f"{fact}{bus}{by}{hour}{people}")
        for fact, bus, people, by, hour in told
    ]
    once = list({r.id: r for r in reports}.values())
    shuffled = list(once)
    rng.shuffle(shuffled)
    assert tallies(shuffled) == tallies(once)
    assert conservation(shuffled) == conservation(once)
