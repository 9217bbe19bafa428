"""Checks: for each one a situation that it must flag and one that it must leave alone."""

from __future__ import annotations

import msgspec
import pytest

from corridor.reports.report import Report
from corridor.situation.assess import assess
from corridor.situation.check import GRAVEST, check, gravest
from corridor.situation.check.agreement import MUST_SAY
from corridor.situation.check.registry import CHECKS
from tests.told import at, inside, out, share, told, world

SOUND = [
    *world(),
    inside("n", 400),
    share(),
    told("room", "reception_capacity", "camp", 900),
    *(told(f"c-{kind}", "clause", f"op/{kind}", kind) for kind in MUST_SAY),
    told("opens", "term", "op/window.opens", "2016-12-15T08:00+02:00"),
    told("closes", "term", "op/window.closes", "2016-12-18T18:00+02:00"),
]


def without(*names: str) -> list[Report]:
    return [report for report in SOUND if report.id not in names]


def halt(name: str) -> Report:
    return told(name, "halt", "op", "shots", 1, place="gate")


def deal(**terms: object) -> list[Report]:
    said = [told(f"d-{key}", "term", f"op/reciprocity.{key}", value) for key, value in terms.items()]
    return [told("d", "clause", "op/reciprocity", "reciprocity"), *said]


left = told("left", "departure", "op/m1", None, 1, place="gate")
counted = out("o", "m1", 100, 1)
by_ambulance = [
    told("ambulances", "vehicles", "ambulance", 2, place="gate"),
    told("stretchers", "places", "ambulance.stretcher", 1),
]
arrived = told("a", "people_arrived", "camp", 300, 2)

# For each check: reports that it must flag, what it names, and reports that it must not flag.
CASES: dict[str, tuple[list[Report], str, list[Report]]] = {
    "no way": (without("leg-out"), "gate>camp", SOUND),
    "out of reach": (
        [*SOUND, told("moon", "site", "moon", "reception"), told("to2", "term", "op/destination.to", "camp;moon", 1)],
        "moon",
        SOUND,
    ),
    "no number": (without("n"), "op", SOUND),
    "sources disagree": (
        [*SOUND, inside("b", 700, "ICRC")],
        "op",
        [*SOUND, inside("b", 500, "ICRC")],
    ),
    "nobody knows": ([*SOUND, inside("u", None, "ICRC", hedge="unknown")], "op", [*SOUND, inside("b", 410, "ICRC")]),
    "parts above total": (
        [*SOUND, inside("c", 300, group="civilians"), inside("f", 200, group="fighters")],
        "town",
        [*SOUND, inside("c", 300, group="civilians"), inside("f", 100, group="fighters")],
    ),
    "one source, two values": (
        [*SOUND, inside("n2", 600)],
        "people_inside of town",
        [*SOUND, inside("n2", 600, "ICRC"), inside("n3", 402)],
    ),
    "more arrived than left": ([*SOUND, counted, arrived], "camp", [*SOUND, out("o", "m1", 300, 1), arrived]),
    "out above inside": (
        [*SOUND, inside("low", 50, "ICRC"), counted],
        "op",
        [*SOUND, inside("low", 150, "ICRC"), counted],
    ),
    "no room": ([*without("room"), told("r", "reception_capacity", "camp", 399)], "camp", SOUND),
    "no vehicle": ([*SOUND, inside("s", 5, group="stretcher")], "op/stretcher", SOUND),
    "stale count": (
        [*SOUND, counted, told("now", "weather", "gate", "snow", 14)],
        "op",
        [*SOUND, counted, told("now", "weather", "gate", "snow", 13)],
    ),
    "count without a period": (
        [*SOUND, out("o", "", 5, 1, scope="")],
        "o",
        [*SOUND, out("o", "", 5, 1, scope="daily", since=0)],
    ),
    "missing movement": ([*SOUND, left], "op/m1", [*SOUND, left, counted]),
    "left open": (without("opens"), "op/window", SOUND),
    "rival terms": (
        [*SOUND, told("opens2", "term", "op/window.opens", "2016-12-15T09:00+02:00", source="SANA")],
        "op/window.opens",
        [*SOUND, told("opens2", "term", "op/window.opens", "2016-12-15T08:00+02:00", source="SANA")],
    ),
    "declared over": (
        [*SOUND, told("over", "agreement", "op", "ended", 1)],
        "op",
        [*SOUND, told("on", "agreement", "op", "in_force", 1)],
    ),
    "halted": (
        [*SOUND, halt("h")],
        "op",
        [*SOUND, halt("h"), told("r", "resumption", "op", "goes on", 2, place="gate")],
    ),
    "slowest type": (
        [*SOUND, *by_ambulance, told("quick", "leg_time", "gate>camp.ambulance", 20)],
        "op",
        [*SOUND, *by_ambulance, told("quick", "leg_time", "gate>camp.ambulance", 25)],
    ),
    "no source": (without("share"), "op: share leaving", SOUND),
}


def found(reports: list[Report], rule: str) -> list[str]:
    return [finding.about for finding in check(assess(reports)) if finding.rule == rule]


def test_every_check_has_its_case() -> None:
    assert set(CASES) == set(CHECKS)


@pytest.mark.parametrize("rule", CASES)
def test_a_check_flags_what_it_must_and_nothing_else(rule: str) -> None:
    wrong, about, right = CASES[rule]
    assert about in found(wrong, rule)
    assert found(right, rule) == []


@pytest.mark.parametrize("rule", CASES)
def test_a_finding_says_what_and_what_to_do_and_cites_known_reports(rule: str) -> None:
    situation = assess(CASES[rule][0])
    for finding in check(situation):
        assert finding.what.endswith(".")
        assert finding.remedy.endswith(".")
        assert all(situation.report(name) is not None for name in finding.reports)
        assert finding.severity in ("error", "warning", "open")


def test_a_sound_situation_has_no_finding() -> None:
    assert check(assess(SOUND)) == []


@pytest.mark.parametrize("kind", MUST_SAY)
def test_each_clause_that_an_agreement_must_have(kind: str) -> None:
    silent = [r for r in SOUND if r.subject != f"op/{kind}"]
    if kind in ("who", "destination", "corridor"):
        # Without these there is no operation or no way; what is left open of the others is still found.
        assert found(silent, "left open") == [] or f"op/{kind}" in found(silent, "left open")
    else:
        assert found(silent, "left open") == [f"op/{kind}"]


def test_a_ratio_that_nobody_stated_is_left_open() -> None:
    assert found([*SOUND, *deal(**{"with": "op2"})], "left open") == ["op/reciprocity"]
    assert found([*SOUND, *deal(**{"with": "op2", "ratio": 1})], "left open") == []


def test_nobody_says_what_the_reception_can_take() -> None:
    (finding,) = [f for f in check(assess(without("room"))) if f.rule == "no room"]
    assert finding.severity == "open"


def test_errors_come_first_and_the_gravest_are_one_of_a_rule() -> None:
    reports = [*without("leg-out", "opens", "c-goods", "c-search", "room"), halt("h"), inside("b", 4_000, "ICRC")]
    findings = check(assess(reports, as_of=at(9)))
    severities = [finding.severity for finding in findings]
    assert severities == sorted(severities, key=["error", "warning", "open"].index)
    first = gravest(findings)
    assert [finding.rule for finding in first] == ["no way", "halted", "sources disagree"]
    # Of all that is left open the hours come first.
    four = gravest(findings, 4)
    assert (four[3].rule, four[3].about) == ("left open", "op/window")
    assert set(GRAVEST) <= set(CHECKS)


def test_findings_do_not_hang_on_the_order_of_reports() -> None:
    reports = CASES["rival terms"][0]
    assert msgspec.json.encode(check(assess(reports[::-1]))) == msgspec.json.encode(check(assess(reports)))
