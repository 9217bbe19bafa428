"""The Aleppo example: its table as a whole, and the two founding stories statement by statement."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest

from corridor.reports.report import Report
from corridor.reports.tables import read_reports
from corridor.reports.vocabulary import facts

FILE = Path(__file__).parents[2] / "examples" / "aleppo-2016" / "reports.csv"
DEMO = datetime.fromisoformat("2016-12-15T23:59+02:00")
REPORTS = read_reports(FILE)
BY_ID = {report.id: report for report in REPORTS}
KNOWN = {report.id: report for report in REPORTS if report.received <= DEMO}
# People whom the sources name; the example names offices.
PERSONS = ("mistura", "kaynak", "gasser", "egeland", "erdogan", "cavusoglu", "assad", "hollande", "kerry", "tusk")


def held(name: str, **expected: object) -> Report:
    """Return a report that is known at the demo's moment and says what is expected."""
    report = KNOWN[name]
    found = {key: getattr(report, key) for key in expected}
    assert found == expected
    return report


def days(day: int, hour: int = 0) -> datetime:
    return datetime.fromisoformat(f"2016-12-{day:02d}T{hour:02d}:00+02:00")


def about(subject: str) -> list[Report]:
    return [report for report in KNOWN.values() if report.subject == subject]


# The table as a whole.


def test_reads_without_faults_and_is_large_enough() -> None:
    assert len(REPORTS) >= 150
    assert len({report.fact for report in REPORTS}) >= 30
    assert {report.fact for report in REPORTS} <= set(facts())


def test_every_report_has_source_publisher_rule_and_reference() -> None:
    for report in REPORTS:
        assert report.source, report.id
        assert report.publisher, report.id
        assert report.received_rule, report.id
        if report.publisher != "Corridor example":
            assert report.reference.startswith(("http://", "https://", "founding story A")), report.id


def test_every_assumption_says_so() -> None:
    assumed = [report for report in REPORTS if report.received_rule == "assumption"]
    assert assumed
    for report in assumed:
        assert report.source == "Corridor planning default", report.id
        assert report.modality in ("estimate", "unknown"), report.id
        assert report.note.startswith("Assumption") or report.modality == "unknown", report.id


def test_nothing_is_received_before_it_is_observed_unless_planned() -> None:
    for report in REPORTS:
        assert report.received >= report.observed or report.modality == "planned", report.id


def test_no_person_is_named() -> None:
    for report in REPORTS:
        text = " ".join((report.source, report.publisher, report.note, report.quote, str(report.value))).lower()
        assert not [name for name in PERSONS if name in text], report.id


def test_no_note_cites_a_report_received_later() -> None:
    for report in REPORTS:
        for name in re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)+", report.note):
            if name in BY_ID:
                assert BY_ID[name].received <= report.received, (report.id, name)


def test_corrections_name_an_earlier_report_of_the_same_quantity() -> None:
    for report in REPORTS:
        if report.corrects:
            corrected = BY_ID[report.corrects]
            assert (corrected.fact, corrected.subject) == (report.fact, report.subject), report.id
            assert corrected.received <= report.received, report.id


def test_places_and_legs_name_known_sites() -> None:
    sites = {report.subject for report in REPORTS if report.fact == "site"}
    for report in REPORTS:
        assert report.place in sites, (report.id, report.place)
        if report.fact in ("leg_time", "leg_distance"):
            assert set(report.about.split(">")) <= sites, report.id
        if report.part == "via":
            assert set(str(report.value).split(";")) <= sites, report.id


def test_positions_come_with_their_precision() -> None:
    positions = [report for report in REPORTS if report.fact == "position"]
    assert len(positions) >= 14
    assert all(float(str(report.value).split(";")[2]) >= 200 for report in positions)


def test_every_leg_has_a_distance_and_a_time_in_both_directions_and_claims_no_survey() -> None:
    distances = {report.about: report for report in REPORTS if report.fact == "leg_distance" and report.low is not None}
    times = {report.about for report in REPORTS if report.fact == "leg_time"}
    assert set(distances) == times
    assert times == {">".join(reversed(leg.split(">"))) for leg in times}
    assert all("not a surveyed road" in report.note for report in distances.values())


def test_the_corridor_takes_about_an_hour_loaded_once_the_first_convoy_was_seen() -> None:
    legs = ("amiriyah-ramousah", "ramousah-rashidin4", "rashidin4-khanasal")
    assert sum(held(f"time-{leg}-seen").number or 0 for leg in legs) == 60


def test_rival_estimates_stand_side_by_side_at_the_demos_moment() -> None:
    held("hezbollah-leaving-14", value=15000, group="wanting_to_leave")
    held("activists-70000-15", value=70000, group="all")
    held("un-civilians-15", value=40000, hedge="approx", group="civilians")
    held("un-fighters-families-15", low=1500, high=5000, group="fighters_and_families")
    held("turkey-civilians-15", low=80000, high=100000, group="civilians")
    held("icrc-unknown-15", value=None, hedge="unknown")
    later = {"un-100000-15", "uossm-50000-18", "sohr-7000-19", "un-civilians-17", "trc-council-70000"}
    assert not later & set(KNOWN)


def test_counts_told_later_are_not_known_earlier() -> None:
    assert BY_ID["out-icrc-10000"].observed < DEMO.replace(day=17)
    assert BY_ID["out-icrc-10000"].received > DEMO.replace(day=22)
    assert not [report for report in KNOWN.values() if report.fact == "people_out" and report.observed > DEMO]


def test_trips_summed_over_days_never_stand_as_a_fleet() -> None:
    fleet = [report for report in REPORTS if report.fact == "vehicles" and report.subject in ("bus", "ambulance")]
    assert {report.number for report in fleet}.isdisjoint({308, 61, 297, 240, 184, 127, 113, 15})
    assert all(not report.scope for report in fleet)


def test_the_deal_of_18_december_arrives_on_the_18th_as_rival_terms() -> None:
    deal = {"term-18-4000": 4000, "term-18-2500": 2500, "term-18-1200-aleppo": 1200, "term-18-1200-villages": 1200}
    for name, value in deal.items():
        assert BY_ID[name].value == value
        assert BY_ID[name].received >= days(18)


def test_five_rival_reasons_for_the_halt_of_16_december() -> None:
    halts = [report for report in REPORTS if report.fact == "halt" and report.observed.day == 16]
    assert len({report.source for report in halts if report.received < days(17)}) == 5
    assert len({report.observed for report in halts}) == 1


def test_no_count_falls_inside_a_stop_of_the_movement() -> None:
    stops = ((days(14, 12), days(15, 9)), (BY_ID["halt-16-who"].observed, days(18, 23)), (days(20, 18), days(21, 17)))
    for report in REPORTS:
        if report.fact == "people_out" and report.subject.startswith("aleppo") and report.modality == "done":
            assert not [1 for begin, end in stops if begin < report.observed < end], report.id


def test_as_of_any_moment_sees_only_what_was_received() -> None:
    assert len(KNOWN) < len([report for report in REPORTS if report.received <= days(19, 20)]) < len(REPORTS)


# Story A1, statement by statement.


def test_a1_new_agreement_after_a_failed_one() -> None:
    new = held("agreement-15", value="announced", source="Syrian army")
    assert held("agreement-failed-14", value="failed").observed < new.observed


def test_a1_russia_supervises() -> None:
    held("guarantee-russia", about="Russia", value="given")
    held("clause-guarantee", value="guarantee")
    held("term-guarantee-parties", value="Russia")


def test_a1_twenty_buses_and_ten_ambulances_announced() -> None:
    held("term-vehicles-bus-a1", value=20, modality="planned", about="aleppo/vehicles.bus")
    held("term-vehicles-ambulance-a1", value=10, modality="planned", about="aleppo/vehicles.ambulance")
    held("russia-buses-15", value=20, modality="planned", place="ramousah")
    held("russia-ambulances-15", value=10, modality="planned", place="ramousah")


def test_a1_announced_once_though_told_twice() -> None:
    told = [report for report in about("aleppo/vehicles") if report.part == "bus"]
    assert len(told) == 2
    assert len({report.origin for report in told}) == 1


def test_a1_special_corridor_towards_idlib() -> None:
    held("clause-corridor", value="corridor")
    held("term-destination-toward", value="idlib")


def test_a1_first_buses_and_ambulances_left_in_the_early_afternoon() -> None:
    assert held("departure-1-buses-icrc", value=20).observed == datetime.fromisoformat("2016-12-15T13:30+02:00")
    held("departure-1-ambulances-icrc", value=13)


def test_a1_about_fifteen_vehicles_is_a_departure_and_no_fleet() -> None:
    held("departure-1-a1", value=15, hedge="approx", fact="departure")
    assert not [report for report in REPORTS if report.fact == "vehicles" and report.value == 15]


def test_a1_way_over_the_line() -> None:
    held("term-corridor-via-a1", value="amiriyah;ramousah;rashidin4;khanasal")


def test_a1_first_people_arrived() -> None:
    assert held("arrival-1-a1", place="khanasal").observed > held("departure-1-a1").observed


def test_a1_shots_at_a_convoy_as_its_source_gives_them() -> None:
    assert "the source says" in str(held("incident-15-a1", source="Civil Defence").value)


def test_a1_some_incidents_with_nobody_named() -> None:
    held("incident-15-some", fact="incident", source="AFP")


def test_a1_some_200_people_planned_by_an_unnamed_speaker() -> None:
    report = held("planned-200-15", value=200, hedge="approx", modality="planned", scope="batch")
    assert report.source == "a source reached by telephone by AFP"


def test_a1_people_are_boarding() -> None:
    held("boarding-15", fact="people_waiting", place="amiriyah", hedge="unknown")


def test_a1_red_cross_and_red_crescent_help() -> None:
    held("support-icrc-sarc", fact="observers", hedge="unknown")


def test_a1_who_leaves() -> None:
    held("clause-who", value="who")
    held("term-who-from", value="east-aleppo")
    held("term-who-groups-a1", value="wounded;civilians;fighters;families_of_fighters")


def test_a1_people_of_two_besieged_villages_leave_too() -> None:
    held("villages-clause-who", value="who")
    held("villages-term-from", value="foua-kefraya")
    held("villages-term-groups-a1-civilians", value="wounded;civilians")


def test_a1_the_wounded_of_the_villages_are_the_counterpart() -> None:
    held("clause-reciprocity", value="reciprocity")
    held("term-reciprocity-with", value="villages")
    held("villages-term-with", value="aleppo")
    held("villages-term-groups-a1", value="wounded")


def test_a1_no_hours_and_no_ratio_are_stated() -> None:
    clauses = [report for report in KNOWN.values() if report.fact == "clause"]
    assert clauses
    assert "window" not in {report.value for report in clauses}
    assert not [r for r in KNOWN.values() if r.fact == "term" and r.part in ("ratio", "opens", "closes")]


def test_a1_hundreds_waited_in_vain_on_wednesday() -> None:
    held("waiting-14", low=100, high=999, hedge="order", observed=days(14, 12))


def test_a1_in_the_cold() -> None:
    held("cold-14", fact="weather", value="cold")


def test_a1_the_exit_of_wednesday_failed() -> None:
    held("halt-14-a1", fact="halt", about="aleppo")
    held("halt-14-afp", fact="halt", about="aleppo")


def test_a1_fighting_resumed_after_some_calm() -> None:
    held("incident-14-fighting", fact="incident", observed=days(14, 12))


def test_a1_russia_and_turkey_accuse_opposite_sides() -> None:
    held("accusation-14-russia", modality="accusation", source="Russia (government)")
    held("accusation-14-turkey", modality="accusation", source="Turkey (government)")


def test_a1_atrocities_denounced() -> None:
    held("accusation-15-un", modality="accusation", fact="incident", source="UN")


def test_a1_more_than_463_killed_in_the_east() -> None:
    held("killed-east-a1", low=463, hedge="min", source="SOHR", group="killed", place="east-aleppo")


def test_a1_130_killed_in_the_west() -> None:
    held("killed-west-a1", value=130, source="SOHR", group="killed", place="west-aleppo")


def test_a1_who_controls_the_way() -> None:
    held("control-ramousah", value="government")
    held("control-khanasal", value="opposition groups")
    held("control-rashidin4", value="opposition groups")


def test_a1_idlib_is_held_by_opposition_groups() -> None:
    held("control-idlib", value="opposition groups")


# Story A2, statement by statement.


def test_a2_thousands_left_on_thursday() -> None:
    held("out-thousands-a2", low=1000, high=9999, hedge="order", scope="cumulative")


def test_a2_hundreds_killed_in_the_offensive() -> None:
    held("killed-offensive-a2", low=100, high=999, hedge="order", fact="casualties")


def test_a2_weapons_silent_at_dawn() -> None:
    held("agreement-in-force-15", value="in_force", observed=datetime.fromisoformat("2016-12-15T06:30+02:00"))


def test_a2_three_convoys() -> None:
    assert "Three convoys" in held("departure-three-a2", value=None).note
    left = {r.subject for r in KNOWN.values() if r.fact == "departure" and r.subject.startswith("aleppo/convoy-")}
    assert left == {"aleppo/convoy-1", "aleppo/convoy-2", "aleppo/convoy-3"}


def test_a2_mostly_civilians() -> None:
    held("out-mostly-civilians-a2", group="civilians", hedge="unknown")


def test_a2_few_fighters_aboard() -> None:
    held("out-few-fighters-a2", group="fighters", hedge="unknown", source="SOHR")


def test_a2_same_way_for_all() -> None:
    held("term-corridor-via-a2", value="amiriyah;ramousah;rashidin4;khanasal")


def test_a2_amiriyah_is_held_in_part() -> None:
    held("control-amiriyah", value="opposition groups (partly)")


def test_a2_people_sat_on_the_floor() -> None:
    held("overload-15", fact="incident")
    held("icrc-seats-15", about="bus.seat", value=50)


def test_a2_red_cross_and_red_crescent_open_each_convoy() -> None:
    held("term-corridor-lead", value="ICRC;SARC")


def test_a2_nobody_knows_how_many_remain() -> None:
    held("icrc-unknown-15", source="ICRC", hedge="unknown", value=None, low=None, high=None)


def test_a2_may_take_days() -> None:
    assert "may take days" in held("icrc-unknown-15").note


def test_a2_about_40000_civilians() -> None:
    held("un-civilians-15", source="UN special envoy for Syria", value=40000, hedge="approx", group="civilians")


def test_a2_fighters_and_families_kept_joined() -> None:
    held("un-fighters-families-15", low=1500, high=5000, hedge="range", group="fighters_and_families")


def test_a2_turkey_80000_to_100000() -> None:
    held("turkey-civilians-15", low=80000, high=100000, hedge="range", group="civilians")


@pytest.mark.parametrize("name", ["un-civilians-15", "turkey-civilians-15"])
def test_a2_one_origin_though_told_in_two_stories(name: str) -> None:
    assert held(name).origin == held(f"{name}-europe1").origin


def test_a2_turkey_promises_reception() -> None:
    held("reception-turkey-15", modality="planned", hedge="unknown")


def test_a2_wounded_and_sick_of_the_villages() -> None:
    held("villages-term-groups-a2", value="wounded")
    held("villages-clause-destination", value="destination")


def test_a2_the_villages_are_besieged() -> None:
    held("control-foua", value="government")
    assert "Besieged" in held("control-kefraya", value="government").note


def test_a2_security_council_meets_at_19_in_aleppo() -> None:
    report = held("observers-16-planned", modality="planned")
    assert report.observed == datetime.fromisoformat("2016-12-16T12:00-05:00")


def test_a2_international_observers_are_asked_for() -> None:
    held("observers-16-planned", hedge="unknown")
    held("clause-monitoring", value="monitoring")


def test_a2_aid_to_inhabitants_is_on_the_table() -> None:
    held("aid-16-planned", fact="aid_delivered", modality="planned")


def test_a2_we_will_return() -> None:
    held("return-15", about="east-aleppo.return", hedge="unknown", value=None)


def test_a2_people_may_go_on_to_idlib() -> None:
    held("onward-idlib-15", fact="onward_movement", place="idlib")


def test_a2_warning_about_idlib() -> None:
    held("risk-idlib-15", source="UN special envoy for Syria", modality="estimate", place="idlib")
