"""A small operation from its first report to its handover: adopted, ordered, flagged, late, overdue, corrected."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from corridor.errors import Infeasible, InputError, UsageError
from corridor.log.entry import new_id, stamp
from corridor.log.log import Log
from corridor.operation.agreements import guarantees, precision, versions, violations
from corridor.operation.checklist import checklist, go, items
from corridor.operation.choices import against_choices, choices
from corridor.operation.coverage import unwatched, watches
from corridor.operation.exercise import MARK, due, inject, marked, shifted
from corridor.operation.holding import holds, limbo
from corridor.operation.known import entry_of
from corridor.operation.matrix import matrix
from corridor.operation.operation import Operation
from corridor.operation.orders import LANGS, order, sent
from corridor.operation.positions import positions, read_position
from corridor.operation.reciprocity import ledger
from corridor.operation.status import handover, status
from corridor.planning.plan import Plan
from corridor.planning.solve import plan as make_plan
from corridor.reports.report import Candidate
from corridor.situation.assess import assess
from tests.operation.acting import DAWN, at, basis, linked, say, term


@pytest.fixture(scope="module")
def made() -> Plan:
    return make_plan(assess(basis(300), as_of=DAWN), time_limit=1, reserve_quantile=0.5)


@pytest.fixture
def operation(tmp_path: Path) -> Iterator[Operation]:
    now = [DAWN]

    def clock() -> datetime:
        now[0] += timedelta(seconds=1)
        return now[0]

    with Log.new(str(tmp_path / "a.corridor"), title="Small", clock=clock) as log:
        running = Operation(log)
        running.report(basis(300), actor="duty officer", device="console")
        yield running


def test_recording_again_changes_nothing_and_leaves_no_gap(operation: Operation) -> None:
    again = operation.report([*basis(300), say("weather", "east", "east", -4)], actor="x", device="console")
    assert [a.status for a in again].count("accepted") == 1
    assert operation.known().gaps == {}
    with pytest.raises(InputError, match="nothing was recorded"):
        operation.report([say("no such fact", "a", "b")], actor="x", device="console")


def test_an_edited_report_under_its_old_id_waits_for_a_person(operation: Operation) -> None:
    first = say("people_out", "aleppo/C01", "pickup", 100, scope="batch")
    operation.report([first], actor="marshal", device="phone-1")
    operation.report([msgspec.structs.replace(first, value=90)], actor="marshal", device="phone-2")
    known = operation.known()
    assert [rival.id for rival in known.rivals] == [first.id]
    assert next(r for r in known.reports if r.id == first.id).value == 100
    assert "two contents" in status(operation, at(1))


def test_correct_and_withdraw_keep_both(operation: Operation) -> None:
    wrong = say("people_out", "aleppo/C01", "pickup", 812, scope="batch", hours=0.1)
    operation.report([wrong], actor="marshal", device="phone-1")
    right = msgspec.structs.replace(wrong, id="right", value=212, corrects=wrong.id)
    operation.correct(wrong.id, right, by="duty officer", reason="a slip of the finger")
    now = operation.situation(at(1))
    assert round(now.headcounts[0].out.quantile(0.5)) == 212
    operation.withdraw("right", by="duty officer", reason="of another convoy")
    operation.withdraw(wrong.id, by="duty officer", reason="of another convoy")
    assert operation.known().withdrawn == tuple(sorted(("right", wrong.id)))
    assert operation.situation(at(1)).headcounts[0].out.quantile(0.5) == 0
    assert operation.log.verify().sound
    with pytest.raises(UsageError, match="no report"):
        operation.withdraw("nothing", by="x", reason="y")


def test_candidates_count_only_once_accepted(operation: Operation) -> None:
    base = msgspec.structs.asdict(say("people_waiting", "pickup", "pickup", 150, id="c1"))
    operation.report([Candidate(**base, candidate=True, doc="a.txt", start=0, end=9)], actor="reader", device="console")
    known = operation.known()
    assert [c.id for c in known.candidates] == ["c1"]
    assert "c1" not in {r.id for r in known.reports}
    with pytest.raises(UsageError, match="no candidate"):
        operation.accept(["c2"], by="duty officer")
    operation.accept(["c1"], by="duty officer")
    assert "c1" in {r.id for r in operation.known().reports}


def test_the_same_report_by_two_entries_counts_once_whichever_came_first(operation: Operation) -> None:
    first = say("people_out", "aleppo/C01", "pickup", 100, scope="batch")
    one = entry_of(first, actor="marshal", device="phone-1", recorded=DAWN + timedelta(minutes=5))
    earlier, later = (
        msgspec.structs.replace(one, id=new_id(), recorded=stamp(DAWN + timedelta(minutes=minutes)))
        for minutes in (2, 9)
    )
    assert [a.status for a in operation.log.append([one, later, earlier])] == ["accepted"] * 3
    known = operation.known()
    assert [r.id for r in known.reports].count(first.id) == 1
    assert not known.rivals


def test_another_content_under_one_id_is_kept_once_however_often_it_comes(operation: Operation) -> None:
    first = say("people_out", "aleppo/C01", "pickup", 100, scope="batch")
    other = msgspec.structs.replace(first, value=90)
    made = [
        entry_of(report, actor="marshal", device="phone-1", recorded=DAWN + timedelta(minutes=minutes))
        for report, minutes in ((first, 1), (other, 2), (other, 9))
    ]
    operation.log.append([msgspec.structs.replace(one, id=new_id()) for one in made])
    known = operation.known()
    assert [(rival.id, '"value":90' in rival.aside) for rival in known.rivals] == [(first.id, True)]
    assert next(r for r in known.reports if r.id == first.id).value == 100


def test_a_candidate_that_no_report_can_hold_is_named_and_can_be_withdrawn(operation: Operation) -> None:
    """No verb accepts one; a log written by another program may hold such a decision."""
    base = msgspec.structs.asdict(say("people_waiting", "pickup", "pickup", -150, id="c9"))
    operation.report([Candidate(**base, candidate=True, doc="a.txt", start=0, end=9)], actor="reader", device="console")
    with pytest.raises(InputError, match="cannot be accepted"):
        operation.accept(["c9"], by="duty officer")
    operation.log.write("decision", "accept", {"reports": ["c9"]}, actor="duty officer", device="console")
    with pytest.raises(InputError, match="c9 in the log is none") as caught:
        operation.known()
    assert "--withdraw" in caught.value.hint
    operation.log.write("decision", "withdraw", {"report": "c9"}, actor="duty officer", device="console")
    assert "c9" not in {r.id for r in operation.known().reports}


def test_a_plan_is_adopted_measured_and_overdue(operation: Operation, made: Plan) -> None:
    first = made.convoys[0]
    assert operation.plan() is None
    operation.adopt(made, by="coordinator")
    adopted = operation.plan()
    assert adopted is not None
    assert adopted.to_json() == made.to_json()
    gone = first.depart + timedelta(minutes=3)
    hours = (gone - DAWN) / timedelta(hours=1)
    operation.report(
        [
            say("departure", first.id, "pickup", 4, hours=hours),
            say("people_out", first.id, "pickup", first.people - 12, hours=hours, scope="batch"),
            say("departure", "aleppo/wild", "pickup", 2, hours=hours + 0.1),
        ],
        actor="marshal",
        device="phone-1",
    )
    rules = {f.rule: f for f in operation.alarms(gone + timedelta(minutes=10))}
    assert {"short", "unplanned"} <= set(rules)
    assert "12 short" in rules["short"].what
    assert "overdue" not in rules
    late = {f.rule: f for f in operation.alarms(gone + timedelta(minutes=70))}
    assert f"It should have reached gate by {gone + timedelta(minutes=30):%H:%M}" in late["overdue"].what
    passed = say("people_passed", first.id, "gate", first.people - 12, hours=hours + 0.55)
    operation.report([passed], actor="marshal", device="phone-2")
    assert "overdue" not in {f.rule for f in operation.alarms(gone + timedelta(minutes=70))}
    again = operation.replan(gone + timedelta(minutes=40), time_limit=1)
    assert again.people <= made.people - (first.people - 12) + 2  # each group is rounded up


def test_a_departure_that_breaks_a_clause_is_flagged_before_it_is_ordered(operation: Operation, made: Plan) -> None:
    operation.adopt(made, by="coordinator")
    first = made.convoys[0]
    closed = [
        term("aleppo/window.opens", "2016-12-15T08:00+00:00", hours=0.1),
        say("halt", "aleppo", "gate", "The gate is shut.", hours=0.2, by="ICRC"),
    ]
    elsewhere = msgspec.structs.replace(first, reception="south")
    operation.report(closed, actor="duty officer", device="console")
    flagged = {finding.rule for finding in operation.flags(elsewhere, at(0.5))}
    assert {"destination clause", "halted"} <= flagged
    with pytest.raises(Infeasible, match="halted"):
        operation.order(first, by="duty officer", at=at(0.5))
    assert sent(operation.known()) == []
    operation.order(first, by="coordinator", at=at(0.5), despite="both sides opened it by telephone", langs=["en"])
    known = operation.known()
    assert len(sent(known)) == 1
    assert known.of("flagged")[0].body["despite"].startswith("both sides")


def test_orders_are_short_in_three_languages_and_read_back(operation: Operation, made: Plan) -> None:
    operation.adopt(made, by="coordinator")
    first = made.convoys[0]
    found = operation.order(first, by="duty officer", at=at(0.1))
    assert [one.lang for one in found] == list(LANGS)
    assert len({one.code for one in found}) == 1
    assert "LEAVE PICKUP" in found[0].text
    assert "PARTIR PICKUP" in found[1].text
    assert "انطلاق" in found[2].text
    assert found[0].parts == 1
    assert all(str(first.people) in one.text for one in found)
    (english, *_) = sent(operation.known())
    assert english.state == "sent"
    operation.read_back(english.id, "ZZZZ", by="lead")
    assert sent(operation.known())[0].state == "read back wrong"
    operation.read_back(english.id, english.code.lower(), by="lead")
    assert sent(operation.known())[0].state == "read back"
    for what in ("hold", "return", "resume"):
        assert order(made.situation, first, what=what, place="gate").text.startswith(first.id.partition("/")[2])
    assert order(made.situation, first, exercise=True).text.startswith("EXERCISE ")
    with pytest.raises(UsageError, match="no language"):
        order(made.situation, first, lang="xx")  # type: ignore[arg-type]


def test_who_owes_whom_and_what_may_move_next() -> None:
    moved = [
        say("people_handed_over", "aleppo/C1", "west", 300, hours=2),
        say("people_handed_over", "villages/V1", "south", 100, hours=2),
    ]
    (balance,) = ledger(assess([*basis(), *linked(), *moved], as_of=at(3)))
    assert (balance.owed_by, balance.owed) == ("villages", 200)
    assert balance.next_move == "villages moves next: 200 people; aleppo waits for them"
    tolerant = term("aleppo/reciprocity.tolerance", 200)
    (balance,) = ledger(assess([*basis(), *linked(), *moved, tolerant], as_of=at(3)))
    assert balance.owed_by == ""
    (balance,) = ledger(assess([*basis(), *linked(ratio=0.25), *moved], as_of=at(3)))
    assert (balance.owed_by, balance.owed) == ("aleppo", 100)
    (balance,) = ledger(assess([*basis(), *linked(None), *moved], as_of=at(3)))
    assert balance.next_move.startswith("no ratio is stated")
    steps = [term("aleppo/reciprocity.first_step", 300), term("villages/reciprocity.first_step", 150)]
    (balance,) = ledger(assess([*basis(), *linked(None), *moved, *steps], as_of=at(3)))
    assert balance.next_move == "first step: villages still has 50 to move"


def test_the_hold_clock_runs_until_people_go_on() -> None:
    held = say("people_held", "gate", "gate", 800, hours=1, by="ICRC")
    (hold,) = holds([held], at(4))
    assert (hold.hours, hold.person_hours) == (3, (2400, 2400))
    assert "800 people held since" in limbo([held], at(4))[0].what
    rival = say("people_held", "gate", "gate", 1000, hours=1, by="SARC")
    assert holds([held, rival], at(2))[0].person_hours == (800, 1000)
    fewer = say("people_held", "gate", "gate", 300, hours=2, by="ICRC")
    assert [h.person_hours for h in holds([held, fewer], at(4))] == [(800, 800), (600, 600)]
    free = say("people_held", "gate", "gate", 0, hours=3, by="ICRC")
    assert [h.until for h in holds([held, free], at(9))] == [at(3)]
    assert limbo([held, free], at(9)) == []
    unknown = say("people_held", "gate", "gate", None, hours=1, hedge="unknown")
    assert holds([unknown], at(2))[0].person_hours is None


def test_the_agreement_ledger_and_what_it_leaves_open() -> None:
    told = [
        say("guarantee", "Russia", "east", "given", by="Russia", hours=0),
        say("guarantee", "Russia", "east", "withdrawn", by="ICRC", hours=2),
        say("incident", "aleppo", "gate", "Shots at the convoy.", by="one side", modality="accusation", hours=1),
        say("incident", "aleppo", "gate", "Nobody shot.", by="other side", modality="denied", hours=1.1),
    ]
    now = assess([*basis(), *told], as_of=at(3))
    assert [(v.state, v.source) for v in versions(now.reports, "aleppo")] == [("in_force", "the agreement")]
    (one,) = guarantees(now.reports)
    assert (one.party, one.state, one.confirmed_by, one.until) == ("Russia", "withdrawn", ("ICRC",), "")
    assert [(v.claimed_by, v.how) for v in violations(now.reports)] == [
        ("one side", "accuses"),
        ("other side", "denies"),
    ]
    says = precision(now, "aleppo")
    assert says["road"] == "via pickup;gate;west"
    assert [point for point, text in says.items() if not text] == [
        "hours",
        "who",
        "goods",
        "search",
        "ratio",
        "guarantor",
        "end",
    ]


def test_who_says_who_denies_and_what_cannot_be_verified() -> None:
    told = [
        say("halt", "aleppo", "gate", "Shut.", by="ICRC", hours=1),
        say("halt", "aleppo", "gate", "Shut.", by="SARC", hours=1.2),
        say("casualties", "aleppo", "gate", 3, by="one side", hours=1, group="killed"),
        say("casualties", "aleppo", "gate", None, by="other side", hours=2, modality="denied", group="killed"),
        say("people_held", "aleppo", "gate", None, by="UN", hours=1, modality="unknown", hedge="unknown"),
        say("aid_delivered", "east", "east", "bread", by="UN", hours=5, modality="planned"),
        say("incident", "aleppo", "gate", "Mines.", by="one side", hours=1, modality="accusation"),
    ]
    states = {event.fact: event.state for event in matrix(told)}
    assert states == {
        "halt": "confirmed",
        "casualties": "contested",
        "people_held": "cannot be verified",
        "aid_delivered": "not yet",
        "incident": "accusation only",
    }
    carried = msgspec.structs.replace(told[1], derived_from="ICRC")
    assert matrix([told[0], carried])[0].state == "said by one"


def test_who_watched_and_what_nobody_watched() -> None:
    there = say("observers", "gate", "gate", 4, by="UN", since=at(1), hours=3)
    announced = say("observers", "west", "west", 2, by="UN", modality="planned", hours=9)
    nobody = say("observers", "pickup", "pickup", 0, by="UN")
    events = [say("halt", "aleppo", "gate", "Shut.", hours=2), say("departure", "aleppo/C1", "pickup", 4, hours=2)]
    assert [(w.place, w.planned) for w in watches([there, announced, nobody])] == [("gate", False), ("west", True)]
    assert [one.place for one in unwatched([there, announced, nobody, *events])] == ["pickup"]


def test_what_people_chose_is_not_overruled_in_silence(made: Plan) -> None:
    told = [
        say("intention", "east.stay", "east", 120, by="the council"),
        say("intention", "east.undecided", "east", 40, by="the council"),
        say("destination_chosen", "east.south", "south", 200, by="the council"),
        say("information_given", "east", "east", "Arabic, by megaphone", by="SARC"),
    ]
    (one,) = choices(told)
    assert one.intentions == {"stay": 120, "undecided": 40}
    assert one.informed == "Arabic, by megaphone"
    (finding,) = against_choices(made, told)
    assert "people chose south" in finding.what


def test_go_needs_every_signature_and_a_reason_against_the_reports(operation: Operation) -> None:
    now = operation.situation()
    assert not go(checklist(operation.known(), now))
    for item in items():
        operation.sign(item, "go", by="coordinator")
    lines = checklist(operation.known(), now)
    assert {line.signed for line in lines} == {"go"}
    assert not go(lines)  # the agreement leaves points open, and nobody said why it goes all the same
    for line in lines:
        if line.against:
            operation.sign(line.item.item, "go", by="coordinator", reason="settled by telephone")
    assert go(checklist(operation.known(), now))
    operation.sign("radio", "no-go", by="radio room")
    assert not go(checklist(operation.known(), now))
    with pytest.raises(UsageError, match="no item"):
        operation.sign("nothing", "go", by="x")


def test_positions_come_late_and_out_of_order() -> None:
    ours = {"device-7": "aleppo/bus-07"}
    queries = (
        "id=device-7&lat=36.17&lon=37.06&timestamp=1481787000&accuracy=12",
        "?deviceid=device-7&location=36.16,37.05&timestamp=1481786000000",
        "id=device-7&lat=36.2&lon=37.0&timestamp=2016-12-15T07:00:00Z",
    )
    told = [read_position(q, received=at(6), vehicles=ours) for q in queries]
    newest = positions(told)["aleppo/bus-07"]
    assert newest == positions(reversed(told))["aleppo/bus-07"]
    assert (newest.latitude, newest.precision_m) == (36.17, 12)
    ahead = read_position("id=device-7&lat=1&lon=2&timestamp=4000000000", received=at(6), vehicles=ours)
    assert ahead.observed == at(6)
    for bad in (
        "",
        "id=stranger&lat=1&lon=2",
        "id=device-7&lat=x&lon=2",
        "id=device-7&lat=91&lon=2",
        "id=device-7&lat=nan&lon=2",
        "id=device-7",
    ):
        with pytest.raises(InputError):
            read_position(bad, received=at(6), vehicles=ours)


def test_an_exercise_says_so_and_nothing_invented_enters_a_real_log(operation: Operation, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no exercise"):
        inject(operation.log, say("halt", "aleppo", "gate", "Shut."), by="umpire", why="test")
    replayed = shifted(basis(300), at(100), pace=2)
    assert min(r.received for r in replayed) == at(100)
    assert all(r.id.startswith("exercise-") for r in replayed)
    with Log.new(str(tmp_path / "e.corridor"), title="Drill", exercise=True) as log:
        drill = Operation(log)
        drill.report(list(due(replayed, at(99), at(200))), actor="umpire", device="console")
        inject(log, say("halt", "aleppo", "gate", "Shut.", hours=101), by="umpire", why="to see who calls whom")
        for text in (status(drill, at(102)), handover(drill, at(102))):
            assert text.startswith(MARK)
            assert text.endswith(MARK)
        assert drill.known().of("inject")
    assert marked("x", exercise=False) == "x"


def test_a_report_that_is_none_is_named_and_can_be_withdrawn(operation: Operation) -> None:
    """No verb of ours writes such an entry; another program may, and then the log must still open."""
    log = operation.log
    from tests.log.making import entry

    log.append([entry(1, body={"id": "strange", "fact": 5})])
    with pytest.raises(InputError, match="report strange in the log is none") as caught:
        operation.known()
    assert "--withdraw" in caught.value.hint
    log.write("decision", "withdraw", {"report": "strange", "reason": "no report"}, actor="x", device="console")
    assert "strange" in operation.known().withdrawn


def test_two_contents_of_an_act_and_a_claim_that_comes_again_later(operation: Operation) -> None:
    from tests.log.making import entry

    log = operation.log
    act = entry(1, kind="act", name="note", body={"a": 1})
    log.append([act, entry(1, kind="act", name="note", body={"a": 2})])
    assert not operation.known().rivals  # what is kept aside of an act says nothing of a report
    report = msgspec.to_builtins(say("halt", "aleppo", "gate", "Shut."))
    for number in (5, 3, 4):  # three phones bring one report; the earliest record of it stands
        log.append([entry(number, device=f"p{number}", body=report)])
    assert len([one for one in operation.known().reports if one.id == report["id"]]) == 1
