"""The parts of the page and the movement table that show hours, holds, nights, ties and who travels with whom."""

from __future__ import annotations

import csv
import io

import pytest

from corridor.planning.plan import Plan
from corridor.planning.verify import verify
from corridor.publishing import schedule, tied
from corridor.publishing.footnotes import Footnotes
from corridor.publishing.timetable import timetable
from corridor.publishing.words import LANGUAGES, words
from tests.planning import by_hand, by_hand_agreed, by_hand_travel
from tests.worlds import START

ZONE = START.tzinfo


def rows(plan: Plan) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(timetable(plan).decode("utf-8-sig"))))


def columns(plan: Plan, *names: str) -> list[tuple[str, ...]]:
    return [tuple(row[name] for name in names) for row in rows(plan)]


def test_a_row_says_in_which_window_it_leaves_and_is_empty_where_no_hours_are_agreed() -> None:
    first, *_ = columns(by_hand_agreed.margin(), "window_opens", "window_closes")
    assert first == ("2016-12-15T06:00+02:00", "2016-12-15T08:00+02:00")
    assert set(columns(by_hand_travel.growing(), "window_opens", "window_closes")) == {("", "")}


def test_a_row_says_how_long_people_sit_aboard_before_and_after() -> None:
    held = ("held_before_minutes", "held_after_minutes")
    assert columns(by_hand_agreed.short_holds(), *held) == [("10", "0"), ("10", "0")]
    assert columns(by_hand_agreed.no_parking(), *held) == [("0", "5"), ("0", "5")]


def test_a_row_says_where_a_convoy_stands_overnight() -> None:
    made = by_hand_travel.night()
    assert columns(made, "night_at", "night_from", "night_until") == [
        ("halfway", "2016-12-15T08:10+02:00", "2016-12-16T06:00+02:00")
    ]
    assert set(columns(by_hand.one_bus(), "night_at", "night_from")) == {("", "")}


def test_a_row_of_a_tied_operation_says_what_the_other_had_handed_over_by_then() -> None:
    made = by_hand_agreed.tied_numbers()
    told = {row["convoy"]: row["tied_others_handed_over"] for row in rows(made)}
    # The village hands over 50 at 70 and 50 at 205; the city's convoys are handed over at 70 and 205.
    assert (told["C01"], told["C02"]) == ("foua: 50", "foua: 100")
    assert {text for convoy, text in told.items() if convoy.startswith("F")} == {""}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_table_on_the_page_names_nights_and_holds(lang: str) -> None:
    w = words(lang, ZONE)
    night = by_hand_travel.night()
    assert verify(night) == []
    begins, ends = w.moment(night.convoys[0].night.arrive), w.moment(night.convoys[0].night.depart)  # type: ignore[union-attr]
    assert w("held.night", place="halfway", begins=begins, ends=ends) in schedule.movement_table(night, w)
    parked = schedule.movement_table(by_hand_agreed.no_parking(), w)
    assert w("held.after", n=w.count(5)) in parked
    assert w("held.before", n=w.count(5)) not in parked


def test_the_drawing_shows_a_night_as_standing_and_hours_holds_and_gates_only_where_there_are_some() -> None:
    w = words("en", ZONE)
    # Boarding, drive, night, drive, unloading: two drives of one convoy.
    drawn = schedule.gantt(by_hand_travel.night(), w, 800)
    assert (drawn.count("convoybar go"), drawn.count("convoybar wait")) == (2, 3)
    marks = {
        "openhours": (by_hand_agreed.margin(), by_hand_travel.growing()),
        '"held"': (by_hand_agreed.no_parking(), by_hand_travel.growing()),
        '"gate"': (by_hand_agreed.first_steps(), by_hand_agreed.tied_numbers()),
    }
    for mark, (there, absent) in marks.items():
        assert mark in schedule.gantt(there, w, 800), mark
        assert mark not in schedule.gantt(absent, w, 800), mark
        key = mark.strip('"')
        assert w(f"{key}_key") in schedule.gantt_key(there, w)
        assert w(f"{key}_key") not in schedule.gantt_key(absent, w)


def test_the_table_says_who_travels_in_which_vehicles() -> None:
    w = words("en", ZONE)
    shown = schedule.movement_table(by_hand.stretchers(), w)
    assert w.known("vehicles.ambulance", "ambulance") in shown
    assert w.known("vehicles.bus", "bus") in shown
    assert shown.count("companions") > 0


def test_what_is_tied_stands_in_a_table_with_what_the_other_side_had_done() -> None:
    w = words("en", ZONE)
    made = by_hand_agreed.first_steps()
    shown = tied.reciprocity_table(made, w, Footnotes(made.situation, w))
    assert shown is not None
    assert w("tied.asks") in shown
    plain = by_hand.one_bus()
    assert tied.reciprocity_table(plain, w, Footnotes(plain.situation, w)) is None
