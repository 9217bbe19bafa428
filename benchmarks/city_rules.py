"""A city of a million people with windows, bays and convoys: the plan's time, memory, gap and findings."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from datetime import datetime, timedelta, timezone

from corridor.planning.solve import plan
from corridor.planning.verify import verify
from corridor.situation.agreement import Agreement, Clause
from corridor.situation.estimate import Balance, Estimate, certain
from corridor.situation.fleet import Fleet, Vehicles
from corridor.situation.road import Corridor, Leg
from corridor.situation.site import Group, Site
from corridor.situation.situation import Operation, Situation

START = datetime(2017, 5, 1, 6, 0, tzinfo=timezone(timedelta(hours=2)))
OPERATION = "city"


def number(value: float) -> Estimate:
    """Return a count that is known."""
    return certain("number", "1", value)


def city(people: int = 1_000_000, *, pickups: int = 12, receptions: int = 4, buses: int = 1_200) -> Situation:
    """Return pickups on a ring, receptions outside it, two depots; convoys of 40, ten hours a day, 40 bays a pickup."""
    where = [f"pickup-{n:02d}" for n in range(pickups)]
    camps = [f"camp-{n}" for n in range(receptions)]
    legs = []
    for p, pickup in enumerate(where):
        for c, camp in enumerate(camps):
            apart = abs(p / pickups - c / receptions)
            minutes = certain("leg_time", "minutes", 40.0 + round(80 * min(apart, 1 - apart)))
            legs += [Leg(start=pickup, end=camp, minutes=minutes), Leg(start=camp, end=pickup, minutes=minutes)]
        legs += [Leg(start=f"depot-{d}", end=pickup, minutes=number(15.0 + (p + 5 * d) % 20)) for d in range(2)]
    kinds = {"bus": (buses, {"seat": 50}, 20, 12), "coach": (buses // 4, {"seat": 70}, 25, 15)}
    fleet = [
        Vehicles(
            type=kind,
            operation=OPERATION,
            depot=f"depot-{d}",
            count=number(count),
            places={place: number(size) for place, size in places.items()},
            boarding=number(board),
            unloading=number(unload),
        )
        for d, (kind, (count, places, board, unload)) in enumerate(kinds.items())
    ]
    fleet.append(
        Vehicles(
            type="ambulance",
            operation=OPERATION,
            depot="depot-0",
            count=number(60),
            places={"stretcher": number(2), "seat": number(1)},
            boarding=number(15),
            unloading=number(12),
        )
    )
    days = [START + timedelta(days=day) for day in range(30)]
    clauses = [
        Clause(id=f"day-{n:02d}", kind="window", begins=day + timedelta(hours=1), ends=day + timedelta(hours=11))
        for n, day in enumerate(days)
    ]
    share = people // pickups
    groups: list[Group] = []
    for n, pickup in enumerate(where):
        seated = share - 60 if n else people - share * (pickups - 1) - 60
        groups += [
            _group(f"stretcher-{n:02d}", pickup, 30, stretcher=True),
            _group(f"families-{n:02d}", pickup, seated),
        ]
    return Situation(
        at=START,
        sites=(
            *(Site(id=name, kind="pickup", bays=number(40)) for name in where),
            *(Site(id=name, kind="reception", bays=number(120), capacity=number(people * 0.3)) for name in camps),
            *(Site(id=f"depot-{d}", kind="depot") for d in range(2)),
        ),
        groups=tuple(groups),
        fleet=Fleet(vehicles=tuple(fleet)),
        legs=tuple(legs),
        corridors=(
            Corridor(operation=OPERATION, sites=(), convoy_size=number(40), headway=number(5), lead="civil defence"),
        ),
        agreements=(Agreement(operation=OPERATION, state="in_force", clauses=tuple(clauses)),),
        operations=(Operation(id=OPERATION, area="city", pickups=tuple(where), receptions=tuple(camps)),),
    )


def _group(name: str, pickup: str, people: int, *, stretcher: bool = False) -> Group:
    known = Balance(start=number(people), share=number(1.0), out=number(0.0))
    return Group(
        id=name,
        operation=OPERATION,
        site=pickup,
        people=known,
        place="stretcher" if stretcher else "seat",
        companions=1 if stretcher else 0,
        priority=0 if stretcher else 3,
    )


def main(people: int = 1_000_000) -> None:
    """Plan the city within ten seconds, verify the plan and print what it took as one JSON object."""
    situation = city(people)
    clock, work = time.perf_counter(), time.process_time()
    made = plan(situation, time_limit=10.0)
    seconds, spent = time.perf_counter() - clock, time.process_time() - work
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    clock = time.perf_counter()
    findings = verify(made)
    row = {
        "people": made.people,
        "convoys": len(made.planned),
        "trips": sum(len(convoy.trips) for convoy in made.planned),
        "clearance_minutes": made.clearance_minutes,
        "bound_minutes": made.bound_minutes,
        "bound": max(made.bounds, key=lambda bound: bound.minutes).name,
        "gap": round(made.gap, 4),
        "plan_seconds": round(seconds, 2),
        "plan_cpu_seconds": round(spent, 2),
        "verify_seconds": round(time.perf_counter() - clock, 2),
        "peak_mib": round(peak),
        "findings": len(findings),
        "load": round(os.getloadavg()[0], 1),
    }
    sys.stdout.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:2]))
