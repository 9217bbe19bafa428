"""kill -9 of a writing process at a random moment: what it was told is kept is kept, and the log opens at once."""

from __future__ import annotations

import contextlib
import os
import random
import select
import signal
import tempfile
import time
from pathlib import Path

from corridor.log.sqlite import open_sqlite
from corridor.log.verify import Chain
from tests.log.making import RECEIVED, entry, opened


def _write(path: Path, tell: int, start: int) -> None:
    """Append for ever, and tell each number once it is acknowledged."""
    store = open_sqlite(path)
    number = start
    while True:
        size = 1 if number % 3 else 7
        part = [entry(n, body={"n": n, "text": "y" * (n % 500)}) for n in range(number, number + size)]
        answers = store.append(part, received=RECEIVED)
        assert all(answer.status in ("accepted", "duplicate") for answer in answers)
        number += size
        os.write(tell, b"".join(b"%d\n" % n for n in range(number - size, number)))


def check(count: int, seed: int = 0) -> dict[str, float]:
    """Kill a writer some times; every entry that it was told is kept must be there, and start takes 2 s at most."""
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="corridor-kill-") as folder:
        path = Path(folder) / "a.corridor"
        store = open_sqlite(path, create=True)
        store.append([opened()], received=RECEIVED)
        store.close()
        chain = Chain()
        told: set[int] = set()
        slowest, number = 0.0, 1
        for _ in range(count):
            hear, tell = os.pipe()
            child = os.fork()
            if child == 0:
                os.close(hear)
                with contextlib.suppress(BaseException):
                    _write(path, tell, number)
                os._exit(1)
            os.close(tell)
            if rng.random() < 0.8:
                select.select([hear], [], [], 5)  # most die while they write, some while they open the log
            time.sleep(rng.uniform(0.0, 0.03))
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            assert os.WIFSIGNALED(status), "the writer stopped by itself"
            with os.fdopen(hear, "rb") as pipe:
                now = {int(line) for line in pipe.read().split(b"\n")[:-1]}
            begun = time.perf_counter()
            store = open_sqlite(path)
            slowest = max(slowest, time.perf_counter() - begun)
            for row in store.rows(after=chain.count):
                why = chain.follow(row)
                assert not why, f"entry {row.seq}: {why}"
            store.close()
            lost = {n for n in now if entry(n).id not in chain.links.ids}
            assert not lost, f"{len(lost)} acknowledged entries lost"
            told |= now
            # The next writer sends the last ones again, as a phone does that has heard no answer.
            number = max(now, default=number) + 1
        assert all(entry(n).id in chain.links.ids for n in told)
        assert slowest <= 2.0, f"start took {slowest:.2f} s"
        return {
            "kills": count,
            "acknowledged": len(told),
            "lost": 0,
            "kept": chain.count,
            "slowest start s": round(slowest, 3),
        }
