"""Replanning 100,000 people after a convoy turned back: seconds, changed orders, findings; one JSON object.

python -m benchmarks.replan [people]
"""

from __future__ import annotations

import json
import os
import sys
import time

from corridor.planning.solve import plan
from corridor.planning.verify import verify
from tests.planning.test_again import city, later, quiet_moment


def main(people: int = 100_000) -> None:
    """Plan, let the last convoy on the road turn back, plan again along the orders and print what it took."""
    made = plan(city(people, max(people // 500, 10), bays=40), time_limit=5)
    minute = quiet_moment(made, 300)
    gone = [convoy for convoy in made.planned if (convoy.depart - made.start).total_seconds() < 60 * minute]
    back = max(gone, key=lambda convoy: convoy.depart)
    now = later(made, minute, turned_back=back.id)
    clock, work = time.perf_counter(), time.process_time()
    again = plan(now, previous=made)
    seconds, spent = time.perf_counter() - clock, time.process_time() - work
    row = {
        "people still to move": again.people,
        "orders that stood": len([convoy for convoy in made.planned if convoy.depart >= again.start]),
        "orders now": len(again.planned),
        "changed or new": len(again.changes),
        "without a reason": sum(not change.why for change in again.changes),
        "seconds": round(seconds, 2),
        "cpu_seconds": round(spent, 2),
        "findings": len(verify(again)),
        "load": round(os.getloadavg()[0], 1),
    }
    sys.stdout.write(json.dumps(row) + "\n")
    for change in again.changes:
        sys.stdout.write(f"{change.convoy}: {change.what}; {change.why}\n")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:2]))
