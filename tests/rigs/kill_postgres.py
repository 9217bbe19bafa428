"""kill -9 of a whole PostgreSQL server under four writers: nothing acknowledged is lost, and the writers come back."""

from __future__ import annotations

import random
import threading
import time

from corridor.errors import CorridorError
from corridor.log.postgres import PostgresStore
from corridor.log.verify import verify
from tests.log.making import RECEIVED, entry, opened
from tests.log.servers import server

WRITERS = 4


def check(count: int, seed: int = 0) -> dict[str, float]:
    """Kill the server some times while four writers go on; each reconnects by itself within 5 s of its return."""
    rng = random.Random(seed)
    with server() as running:
        if running is None:
            return {"kills": 0}
        first = PostgresStore(running.address("kills"), create=True)
        first.append([opened()], received=RECEIVED)
        first.close()
        stop = threading.Event()
        acked: list[set[str]] = [set() for _ in range(WRITERS)]
        heard = [time.monotonic()] * WRITERS
        trouble: list[BaseException] = []

        def work(who: int) -> None:
            try:
                store = PostgresStore(running.address("kills"))
                number = 0
                while not stop.is_set():
                    number += 1
                    made = entry(number, device=f"phone-{who}")
                    while True:
                        try:
                            answer = store.append([made], received=RECEIVED)[0]
                        except CorridorError:
                            continue
                        break
                    assert answer.status in ("accepted", "duplicate"), answer
                    acked[who].add(made.id)
                    heard[who] = time.monotonic()
                store.close()
            except Exception as error:
                trouble.append(error)

        threads = [threading.Thread(target=work, args=(who,), daemon=True) for who in range(WRITERS)]
        for thread in threads:
            thread.start()
        slowest = 0.0
        for _ in range(count):
            time.sleep(rng.uniform(0.2, 0.8))
            running.kill()
            running.start()
            running.wait()
            back = time.monotonic()
            while min(heard) < back:
                assert time.monotonic() - back < 20, "a writer does not come back"
                assert not trouble, trouble
                time.sleep(0.02)
            slowest = max(slowest, time.monotonic() - back)
        stop.set()
        for thread in threads:
            thread.join(timeout=30)
        assert not trouble, trouble
        store = PostgresStore(running.address("kills"))
        rows = list(store.rows())
        store.close()
    verdict = verify(rows)
    assert verdict.sound, verdict
    held = {row.id for row in rows}
    lost = set().union(*acked) - held
    assert not lost, f"{len(lost)} acknowledged entries lost"
    assert slowest <= 5.0, f"a writer took {slowest:.1f} s to come back"
    total = sum(len(one) for one in acked)
    return {"kills": count, "acknowledged": total, "lost": 0, "kept": len(rows), "slowest return s": round(slowest, 2)}
