"""An operation that goes on from what it has read holds the same as one that reads everything anew."""

from __future__ import annotations

import random
from pathlib import Path

from corridor.log.log import Log
from corridor.log.texts import ERASED, LOCKED
from corridor.operation.chain import Chain, conservation, tallies
from corridor.operation.known import entry_of, fold
from corridor.operation.operation import Operation
from corridor.reports.report import Report
from tests.operation.acting import at, basis, say


def told(number: int, rng: random.Random) -> Report:
    fact = rng.choice(("people_boarded", "people_out", "people_passed", "people_handed_over", "people_held"))
    place = {"people_boarded": "pickup", "people_out": "pickup", "people_passed": "gate"}.get(fact, "west")
    convoy = f"aleppo/C{rng.randrange(6)}"
    return say(fact, convoy, place, rng.randrange(40, 60), hours=number / 10, id=f"r-{number}", modality="done")


def test_a_fold_that_goes_on_equals_one_that_begins_anew(tmp_path: Path) -> None:
    rng = random.Random(5)
    place = str(tmp_path / "a.corridor")
    with Log.new(place, title="x") as log, Log.open(place) as other:
        operation = Operation(other)
        log.append([entry_of(one, actor="m", device="p", recorded=at(0)) for one in basis()])
        for number in range(30):
            told_now = [told(number * 10 + n, rng) for n in range(rng.randrange(4))]
            log.append([entry_of(one, actor="m", device="p", device_seq=number, recorded=at(1)) for one in told_now])
            if told_now and rng.random() < 0.3:
                rival = told_now[0].__class__(
                    **{name: getattr(told_now[0], name) for name in told_now[0].__struct_fields__} | {"value": 1}
                )
                log.append([entry_of(rival, actor="m", device="q", recorded=at(0.5), name="report")])
            if told_now and rng.random() < 0.2:
                Operation(log).withdraw(told_now[-1].id, by="duty officer", reason="twice", at=at(number / 10))
            for moment in (None, at(1.0), at(9.0)):
                assert operation.known(moment).digest == fold(other.readable(), until=moment).digest
            if number > 3:
                assert operation.alarms(at(9.0)) == Operation(log).alarms(at(9.0))


def test_what_is_erased_is_not_kept_by_those_who_had_read_it(tmp_path: Path) -> None:
    place = str(tmp_path / "a.corridor")
    with Log.new(place, title="x") as log, Log.open(place) as other:
        operation = Operation(other)
        log.append(
            [
                entry_of(
                    say("incident", "aleppo", "gate", "shots", id="r-1", note="a word"),
                    actor="m",
                    device="p",
                    recorded=at(0),
                )
            ]
        )
        assert [one.note for one in operation.known().reports] == ["a word"]
        log.erase(["r-1"], reason="x", by="coordinator")
        assert [one.note for one in operation.known().reports] == [ERASED]


def test_a_key_that_comes_later_opens_what_was_read_without_it(tmp_path: Path) -> None:
    place = tmp_path / "a.corridor"
    with Log.new(str(place), title="x") as log:
        log.append(
            [
                entry_of(
                    say("incident", "aleppo", "gate", "shots", id="r-1", note="a word"),
                    actor="m",
                    device="p",
                    recorded=at(0),
                )
            ]
        )
    keys = place.with_suffix(".corridor.texts")
    aside = keys.rename(tmp_path / "aside")
    with Log.open(str(place)) as log:
        operation = Operation(log)
        assert [one.note for one in operation.known().reports] == [LOCKED]
        aside.rename(keys)
        log.write("act", "note", {}, actor="m", device="p")
        assert [one.note for one in operation.known().reports] == ["a word"]


def test_counts_kept_up_are_those_counted_anew() -> None:
    rng = random.Random(7)
    chain, reports = Chain(), []
    for number in range(200):
        reports.append(told(number, rng))
        if rng.random() < 0.1:
            reports.pop(rng.randrange(len(reports)))
        chain.follow(reports)
        assert chain.lines == tallies(reports)
        assert chain.findings() == conservation(reports)
    assert chain.findings()
