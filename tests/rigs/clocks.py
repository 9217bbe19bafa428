"""Clocks that jump a day and back while a log is written: the chain, the order and the counts do not care."""

from __future__ import annotations

import random
import tempfile
from datetime import datetime, timedelta

from corridor.log.log import Log
from corridor.operation.known import fold
from tests.log.making import START, entry


def check(count: int, seed: int = 0) -> dict[str, int]:
    """Write so many logs under clocks that jump; each must verify, hold everything once and sign what it holds."""
    for number in range(count):
        rng = random.Random(f"{seed}/{number}")
        now = [START]

        def clock(now: list[datetime] = now, rng: random.Random = rng) -> datetime:
            now[0] += timedelta(seconds=rng.uniform(0, 5))
            if rng.random() < 0.2:
                now[0] += timedelta(days=rng.choice((-1, 1)))
            return now[0]

        with tempfile.TemporaryDirectory(prefix="corridor-clock-") as folder:
            with Log.new(f"{folder}/a.corridor", title="rig", clock=clock) as log:
                for n in range(1, 12):
                    log.append([entry(n, kind="act", name="note")])
                    if rng.random() < 0.3:
                        log.sign()
                outside = log.checkpoint()
                verdict = log.verify(outside)
                assert verdict.sound, verdict
                assert len(fold(log.rows()).acts) == 11
            with Log.open(f"{folder}/a.corridor", clock=clock) as log:
                assert log.append([entry(3, kind="act", name="note")])[0].status == "duplicate"
                assert log.verify(outside).sound
    return {"logs": count}
