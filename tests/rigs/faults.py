"""The nth call on the disk fails, for every n until none is hit: nothing is acknowledged that is not durable.

As SQLite tests itself (sqlite.org/testing.html, 3.2): read, write, sync and truncate errors, once or for good, and a
full disk. A failed sync leaves its sectors marked clean and not written, as Linux does.
"""

from __future__ import annotations

import random

import apsw

from corridor.errors import CorridorError
from corridor.log.verify import verify
from tests.log.making import RECEIVED, entry
from tests.rigs.disk import Disk, Machine, quietly
from tests.rigs.power import base

KINDS = ("error once", "error for good", "disk full", "sync fails once")


def scenario(machine: Machine) -> set[str]:
    """Append singly and in batches, with new tries after an error; returns what was acknowledged."""
    acked: set[str] = set()
    store = None
    number = 9
    for size in (1, 1, 5, 30, 1, 1, 12, 1):
        part = [entry(n, body={"n": n, "text": "x" * 400}) for n in range(number, number + size)]
        number += size
        for _ in range(3):
            try:
                store = store or machine.store()
                answers = store.append(part, received=RECEIVED)
            except CorridorError as error:
                assert error.hint, error
                continue
            assert {answer.status for answer in answers} <= {"accepted", "duplicate"}
            acked.update(answer.id for answer in answers)
            break
    return acked


def trial(n: int, kind: str, machine: Machine, image: dict[str, bytes]) -> bool:
    """Let the nth call fail, then take the current away; returns whether the nth call was reached."""
    machine.disk = disk = Disk(image)
    hit = [False]
    seen = [0]

    def trouble(disk: Disk, what: str) -> None:
        if kind == "sync fails once" and what != "sync":
            return
        if kind == "disk full" and what not in ("write", "truncate"):
            return
        seen[0] += 1
        if seen[0] == n or (seen[0] > n and kind in ("error for good", "disk full")):
            hit[0] = True
            raise apsw.FullError("disk full") if kind == "disk full" else apsw.IOError("the disk fails")

    disk.trouble = trouble
    acked = scenario(machine)
    disk.trouble = None
    machine.disk = disk.cut(random.Random(n))
    store = machine.store()
    rows = list(store.rows())
    store.close()
    assert verify(rows).sound, (kind, n, verify(rows))
    lost = acked - {row.id for row in rows}
    assert not lost, f"{kind} at call {n}: {len(lost)} acknowledged entries lost"
    return hit[0]


@quietly()
def check(step: int = 1, seed: int = 0) -> dict[str, int]:
    """Try every n (or every `step`-th one) of each kind of fault until the scenario ends without meeting it."""
    machine, image = Machine(), base()
    found = {}
    for kind in KINDS:
        n = 1 + seed % max(step, 1)
        while trial(n, kind, machine, image):
            n += step
        found[kind] = n - 1
    return found
