"""Power cuts at any moment, with torn sectors: nothing acknowledged may be lost, and the control must lose."""

from __future__ import annotations

import random

import apsw

from corridor.errors import CorridorError
from corridor.log.store import Store
from corridor.log.verify import verify
from tests.log.making import RECEIVED, entry, opened
from tests.rigs.disk import Disk, Machine, quietly


def base() -> dict[str, bytes]:
    """Return a disk with a log of some entries on it, cleanly closed."""
    machine = Machine()
    store = machine.store()
    store.append([opened(), *(entry(n) for n in range(1, 9))], received=RECEIVED)
    store.close()
    return machine.disk.image()


def _live(store: Store, rng: random.Random, numbers: list[int], acked: set[str]) -> None:
    """Append until the numbers are out or the disk is gone; note what was acknowledged."""
    while numbers:
        size = min(rng.choice((1, 1, 1, 2, 5, 40)), len(numbers))
        part, numbers[:size] = numbers[:size], []
        text = "x" * rng.choice((10, 10, 300, 3000))
        try:
            answers = store.append(
                [entry(n, body={"n": n, "text": text[: (n * 37) % 3000]}) for n in part], received=RECEIVED
            )
        except CorridorError:
            return
        acked.update(answer.id for answer in answers if answer.status in ("accepted", "duplicate"))


def trial(rng: random.Random, machine: Machine, image: dict[str, bytes]) -> tuple[int, int, bool]:
    """Cut the power once or twice in the life of a log; returns (acknowledged, lost, damaged)."""
    machine.disk = disk = Disk(image)
    acked = {entry(n).id for n in range(1, 9)}
    last = 9 + rng.randrange(1, 90)

    def cut_here(after: int) -> None:
        left = [after]
        found: list[Disk] = []

        def trouble(disk: Disk, what: str) -> None:
            left[0] -= 1
            if left[0] < 0:
                disk.trouble = None
                found.append(disk.cut(rng))
                raise apsw.IOError("the current is gone")

        machine.disk.trouble = trouble
        try:
            store = machine.store()
        except CorridorError:
            machine.disk = found[0] if found else machine.disk.cut(rng)
            return
        _live(store, rng, list(range(9, last)), acked)
        if not found:
            found.append(machine.disk.cut(rng))
        machine.abandon(store)
        machine.disk = found[0]

    if rng.random() < 0.3:
        # First only the program dies; what it left is read, sent again and answered, and then the current goes.
        count = [rng.randrange(120)]

        def dies(disk: Disk, what: str) -> None:
            count[0] -= 1
            if count[0] < 0:
                disk.kill()
                raise apsw.IOError("killed")

        disk.trouble = dies
        try:
            store = machine.store()
            _live(store, rng, list(range(9, last)), acked)
            disk.kill()
            machine.abandon(store)
        except CorridorError:
            disk.kill()
    for _ in range(rng.choice((1, 1, 2))):
        cut_here(rng.randrange(160))
    try:
        store = machine.store()
        rows = list(store.rows())
        store.close()
    except CorridorError:
        return len(acked), len(acked), True
    return len(acked), len(acked - {row.id for row in rows}), not verify(rows).sound


def run(count: int, seed: int = 0, *, synchronous: str = "FULL") -> dict[str, int]:
    """Run some trials; returns what was acknowledged, lost and damaged, and in how many trials something was lost."""
    machine = Machine(synchronous=synchronous)
    image = base()
    total = {"trials": count, "acknowledged": 0, "lost": 0, "damaged": 0, "trials with a loss": 0}
    for number in range(count):
        acked, lost, damaged = trial(random.Random(f"{seed}/{number}"), machine, image)
        total["acknowledged"] += acked
        total["lost"] += lost
        total["damaged"] += damaged
        total["trials with a loss"] += lost > 0
    return total


@quietly()
def check(count: int, seed: int = 0) -> dict[str, int]:
    """Run the trials on the store that ships, and a tenth of them on the control that must fail."""
    found = run(count, seed)
    assert found["lost"] == 0, found
    assert found["damaged"] == 0, found
    control = run(max(count // 10, 30), seed, synchronous="NORMAL")
    assert control["trials with a loss"] > 0.1 * control["trials"], f"the rig finds nothing any more: {control}"
    return found | {f"control NORMAL: {name}": value for name, value in control.items()}
