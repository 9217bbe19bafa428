"""A forecast by hand that resembles eastern Aleppo at the end of 15 December 2016; all its addresses are examples."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from corridor.finding import Finding
from corridor.forecasting.forecast import Assumption, Bands, Forecast, IfItCloses
from corridor.planning.plan import Bound, Convoy, Plan, Trip
from corridor.reports.report import Report
from corridor.reports.tables import read_reports
from corridor.situation.agreement import Agreement, Clause, Halt, Reason
from corridor.situation.estimate import Balance, Component, Estimate, certain
from corridor.situation.fleet import Fleet, Vehicles
from corridor.situation.road import Corridor, Leg
from corridor.situation.site import Group, Site, SiteKind
from corridor.situation.situation import Headcount, Operation, Situation

ZONE = timezone(timedelta(hours=2))
AT = datetime(2016, 12, 15, 23, 59, tzinfo=ZONE)


def moment(text: str) -> datetime:
    """`15T13:30` of December 2016 on the operation's clock."""
    return datetime.fromisoformat(f"2016-12-{text}+02:00")


REPORTS = tuple(read_reports(Path(__file__).with_name("reports.jsonl")))

POINTS: tuple[tuple[str, SiteKind, str, str, float | None, float | None, float | None], ...] = (
    ("east-aleppo", "area", "Eastern Aleppo (remaining quarters)", "Alep-Est (quartiers restants)", None, None, None),
    ("amiriyah", "pickup", "Al-Amiriyah", "Al-Amiriyah", 36.1707, 37.12606, 300),
    ("sukkari", "pickup", "Sukkari", "Al-Soukkari", 36.17498, 37.14245, 500),
    ("ramousah", "checkpoint", "Ramousah crossing", "Ramoussa", 36.15988, 37.11704, 600),
    ("rashidin4", "handover", "Rashidin 4", "Al-Rachidine", 36.16944, 37.05667, 700),
    ("khanasal", "reception", "Khan al-Asal", "Khan al-Assal", 36.16722, 37.03917, 300),
    ("atarib", "reception", "Al-Atarib", "Atareb", 36.13907, 36.82504, 300),
    ("idlib", "reception", "Idlib city", "Idleb", 35.93062, 36.63393, 300),
    ("foua-kefraya", "area", "Foua and Kefraya", "Foua et Kefraya", None, None, None),
    ("foua", "pickup", "Foua", "Foua", 35.98167, 36.70167, 300),
    ("kefraya", "place", "Kefraya", "Kefraya", 35.98972, 36.6775, 300),
    ("jibrin", "reception", "Jibrin shelter", "Jibrine", 36.18286, 37.25496, 500),
)


def sites() -> tuple[Site, ...]:
    return tuple(
        Site(
            id=name,
            kind=kind,
            names={"en": en, "fr": fr},
            latitude=latitude,
            longitude=longitude,
            precision_m=precision,
            reports=("site-points",),
            boards_at="foua" if name == "kefraya" else "",
        )
        for name, kind, en, fr, latitude, longitude, precision in POINTS
    )


def part(source: str, weight: float, low: float, mode: float, high: float, *reports: str, **more: Any) -> Component:
    return Component(
        weight=weight,
        shape=more.pop("shape", "triangular"),
        low=low,
        mode=mode,
        high=high,
        reports=reports,
        source=source,
        reason=more.pop("reason", "one independent origin; not graded"),
    )


def headcount() -> Headcount:
    start = Estimate(
        quantity="people inside at the start",
        unit="people",
        components=(
            part(
                "UN special envoy for Syria",
                1,
                37500,
                45500,
                54000,
                "un-civilians",
                "un-fighters",
                reason="disjoint parts of one source, summed",
            ),
            part("Turkey (office of the deputy prime minister)", 1, 82000, 92000, 102000, "turkey-civilians"),
            part(
                "activists in east Aleppo",
                0.7,
                60000,
                70000,
                80500,
                "activists-70000",
                reason="not graded; a party to events",
            ),
            part(
                "Hezbollah",
                0.7,
                12750,
                15000,
                17250,
                "hezbollah-14",
                reason="people who wish to leave; a party to events",
            ),
            part(
                "ICRC",
                1,
                2500,
                2500,
                150000,
                "icrc-unknown",
                shape="loguniform",
                reason="an explicit unknown: wide open",
            ),
        ),
        at_least=2284,
        rule="Equal weight for each independent origin, times the factor of its grade; cut from below by those out.",
    )
    out = Estimate(
        quantity="people out",
        unit="people",
        components=(
            part("Anadolu", 1, 2284, 2284, 2284, "convoy-1-1086", "convoy-2-1198", "out-2284", shape="point"),
            part("ICRC", 1, 2550, 3000, 3450, "out-3000"),
            part("Syrian military source", 1, 951, 951, 2149, "convoy-1-951", shape="uniform"),
        ),
        rule="Rival counts of one movement are pooled, movements are summed, bounded by the cumulative counts.",
    )
    share = Estimate(
        quantity="share leaving",
        unit="share",
        components=(part("planning default", 1, 0.6, 0.8, 1.0, "site-points"),),
    )
    unused = (
        part("UN special envoy for Syria", 0, 1500, 1500, 1500, "fighters-13", reason="replaced by a later claim"),
    )
    return Headcount(operation="aleppo", area="east-aleppo", start=start, share=share, out=out, unused=unused)


def situation(reports: tuple[Report, ...] = REPORTS) -> Situation:
    head = headcount()
    few = certain("people", "people", 700, reports=("un-civilians",))
    one, none = certain("share", "share", 1.0), certain("out", "people", 0.0)
    twenty = certain("minutes", "minutes", 20)
    groups = (
        Group(
            id="aleppo-wounded",
            operation="aleppo",
            site="amiriyah",
            people=Balance(start=few, share=one, out=none),
            companions=1,
            priority=1,
        ),
        Group(
            id="aleppo-civilians",
            operation="aleppo",
            site="amiriyah",
            people=Balance(start=head.start, share=certain("share", "share", 0.4), out=head.out),
        ),
        Group(
            id="aleppo-families",
            operation="aleppo",
            site="sukkari",
            people=Balance(start=head.start, share=certain("share", "share", 0.25), out=none),
        ),
        Group(id="villages-wounded", operation="villages", site="foua", people=Balance(start=few, share=one, out=none)),
    )
    way = ("amiriyah", "ramousah", "rashidin4", "khanasal")
    back = ("foua", "idlib", "khanasal", "ramousah", "jibrin")
    legs = [("sukkari", "amiriyah"), ("khanasal", "atarib"), ("khanasal", "idlib"), *itertools.pairwise(way)]
    return Situation(
        at=AT,
        sites=sites(),
        groups=groups,
        fleet=Fleet(
            vehicles=(
                Vehicles(
                    type="bus",
                    operation="aleppo",
                    depot="ramousah",
                    count=certain("vehicles", "vehicles", 20),
                    places={"seat": certain("places", "places", 50)},
                    boarding=twenty,
                    unloading=twenty,
                ),
            )
        ),
        legs=tuple(
            Leg(start=a, end=b, minutes=certain("minutes", "minutes", 25), basis="straight line x 1.3") for a, b in legs
        ),
        corridors=(
            Corridor(
                operation="aleppo",
                sites=way,
                convoy_size=certain("size", "vehicles", 33),
                headway=certain("headway", "minutes", 60),
                lead="ICRC and Syrian Arab Red Crescent",
                reports=("lead-15",),
            ),
            Corridor(
                operation="villages",
                sites=back,
                convoy_size=certain("size", "vehicles", 10),
                headway=certain("headway", "minutes", 60),
            ),
        ),
        agreements=(
            Agreement(
                operation="aleppo",
                state="in_force",
                reports=("agreement-15",),
                clauses=(
                    Clause(
                        id="aleppo/vehicles",
                        kind="vehicles",
                        parameters={"bus": 20, "ambulance": 10},
                        parties=("Russia",),
                        reports=("buses-plan", "ambulances-plan"),
                    ),
                    Clause(
                        id="aleppo/corridor", kind="corridor", parameters={"through": "Ramousah"}, reports=("lead-15",)
                    ),
                    Clause(id="aleppo/window", kind="window", reports=("agreement-15",)),
                    Clause(
                        id="aleppo/reciprocity",
                        kind="reciprocity",
                        parameters={"with": "villages"},
                        reports=("villages-agreement",),
                    ),
                ),
            ),
        ),
        operations=(
            Operation(
                id="aleppo",
                area="east-aleppo",
                pickups=("amiriyah", "sukkari"),
                receptions=("khanasal",),
                linked_to=("villages",),
            ),
            Operation(
                id="villages", area="foua-kefraya", pickups=("foua",), receptions=("jibrin",), linked_to=("aleppo",)
            ),
        ),
        headcounts=(head,),
        halts=(
            Halt(
                operation="aleppo",
                since=moment("15T09:10"),
                until=moment("15T13:00"),
                reasons=(Reason("Civil Defence", "Shots", "halt-15"),),
            ),
        ),
        reports=reports,
    )


def convoys(count: int = 44) -> tuple[Convoy, ...]:
    found = []
    for n in range(count):
        depart = AT + timedelta(minutes=61 + 62 * n)
        arrive = depart + timedelta(minutes=58)
        pickup = "sukkari" if n % 3 == 2 else "amiriyah"
        trips = [
            Trip(
                vehicle=f"aleppo/{kind}-{k + 1:02d}",
                board_start=depart - timedelta(minutes=40),
                board_end=depart - timedelta(minutes=5),
                unload_start=arrive,
                unload_end=arrive + timedelta(minutes=25),
                load={"aleppo-civilians": 50}
                if kind == "bus"
                else {"aleppo-wounded": 2, "aleppo-wounded+companions": 2},
            )
            for kind, many in (("ambulance", 10 if n < 12 else 0), ("bus", 18))
            for k in range(many)
        ]
        found.append(
            Convoy(
                id=f"aleppo/C{n + 1:02d}",
                operation="aleppo",
                pickup=pickup,
                reception="khanasal",
                depart=depart,
                arrive=arrive,
                lead="ICRC and SARC",
                trips=tuple(trips),
                reserve=n >= count - 9,
            )
        )
    return tuple(found)


def forecast(reports: tuple[Report, ...] = REPORTS) -> Forecast:
    here = situation(reports)
    plan = Plan(
        situation=here,
        situation_sha256=here.sha256,
        convoys=convoys(),
        bounds=(
            Bound(name="bus hours", operation="aleppo", minutes=1980, why="the seats needed, at one load an hour"),
        ),
        status="feasible",
        clearance_minutes=2254,
        bound_minutes=1980,
        gap=0.138,
    )
    hours = tuple(float(h) for h in range(121))
    levels = {"p10": 250.0, "p25": 400.0, "p50": 580.0, "p75": 720.0, "p90": 850.0}
    tops = {"p10": 15000.0, "p25": 24000.0, "p50": 33000.0, "p75": 45000.0, "p90": 62000.0}
    curves = {k: tuple(min(max(h - 2, 0) * pace, tops[k]) for h in hours) for k, pace in levels.items()}
    times = tuple(sorted(20 + 130 * (i / 999) ** 2.2 for i in range(960)))
    closes = tuple(
        IfItCloses(
            operation="aleppo",
            at=AT + timedelta(hours=h),
            out=(200.0 * h, 560.0 * h, 830.0 * h),
            on_the_road=(0.0, 900.0, 1000.0),
            waiting=(12000.0, max(33000 - 560.0 * h, 0), 60000.0),
        )
        for h in (6, 12, 24, 48)
    )
    return Forecast(
        plan=plan,
        runs=1000,
        seed=0,
        horizon_hours=240,
        clearance_hours=times,
        unfinished=40,
        people=(12000.0, 34000.0, 76000.0),
        bands=(Bands(operation="aleppo", quantity="out", hours=hours, **curves),),
        closes=closes,
        assumptions=(
            Assumption(name="halts", text="begin about once in 30 hours and last 6 to 60 hours", source="cases"),
        ),
    )


FINDINGS = (
    Finding(
        rule="open clause",
        about="aleppo/window",
        what="No hours are stated.",
        remedy="Ask the parties for the hours.",
        severity="open",
        reports=("agreement-15",),
    ),
    Finding(
        rule="open clause",
        about="aleppo/reciprocity",
        what="No ratio is stated.",
        remedy="Ask for the ratio and the order.",
        severity="open",
        reports=("villages-agreement",),
    ),
    Finding(
        rule="rival totals",
        about="aleppo",
        what="1,150 and 3,000 are both given for the same evening.",
        remedy="Ask each source for its cut-off.",
        severity="warning",
        reports=("out-1150", "out-3000"),
    ),
)
