"""Durable writes as ratios to a raw append and fdatasync on the same disk in the same minute.

Absolute figures are those of the machine and of its load; the ratio, taken in interleaved slices, is ours.
    python -m benchmarks.log_bench [--slices 12] [--rows 200000]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from corridor.log.chain import ORIGIN, link
from corridor.log.entry import Entry, canonical, new_id, stamp
from corridor.log.log import Log
from corridor.log.sqlite import open_sqlite
from corridor.log.store import Store
from corridor.log.transfer import write_line
from corridor.log.writer import Writer
from corridor.operation.known import entry_of, fold
from corridor.reports.report import Report

SLICE_SECONDS = 0.5
CALLERS = 128
AT = datetime(2016, 12, 15, tzinfo=UTC)
NOW = stamp(AT)
BODY = canonical({"count": 50, "note": "x" * 180})


def fresh(device: str = "bench") -> Entry:
    return Entry(
        id=new_id(),
        kind="report",
        name="report",
        actor="marshal",
        device=device,
        device_seq=0,
        happened=NOW,
        recorded=NOW,
        body=BODY,
    )


def raw_slice(file: int) -> float:
    """Return raw appends of as many bytes as a row exports to, each with fdatasync, per second."""
    block, count, begun = write_line(link(fresh(), seq=1, prev=ORIGIN, received=NOW)), 0, time.perf_counter()
    while time.perf_counter() - begun < SLICE_SECONDS:
        os.write(file, block)
        os.fdatasync(file)
        count += 1
    return count / (time.perf_counter() - begun)


def store_slice(store: Store) -> float:
    """Return single commits per second, each answered once durable."""
    count, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < SLICE_SECONDS:
        store.append([fresh()], received=NOW)
        count += 1
    return count / (time.perf_counter() - begun)


def thread_slice(store: Store, waits: list[float]) -> float:
    """Return entries per second from many threads, each of which waits for its answer before it sends the next."""
    writer = Writer(store)
    counts = [0] * CALLERS
    until = time.perf_counter() + SLICE_SECONDS * 2

    def call(who: int) -> None:
        while (begun := time.perf_counter()) < until:
            writer.append([fresh(f"p{who}")])
            waits.append(time.perf_counter() - begun)
            counts[who] += 1

    threads = [threading.Thread(target=call, args=(who,)) for who in range(CALLERS)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = time.perf_counter() - begun
    writer.close()
    return sum(counts) / spent


def request_slice(store: Store, waits: list[float]) -> float:
    """Return the same from as many requests of one server, which are coroutines of one thread."""
    writer = Writer(store)
    counts = [0] * CALLERS

    async def call(who: int, until: float) -> None:
        while (begun := time.perf_counter()) < until:
            await writer.appended([fresh(f"p{who}")])
            waits.append(time.perf_counter() - begun)
            counts[who] += 1

    async def calls() -> None:
        until = time.perf_counter() + SLICE_SECONDS * 2
        await asyncio.gather(*(call(who, until) for who in range(CALLERS)))

    begun = time.perf_counter()
    asyncio.run(calls())
    spent = time.perf_counter() - begun
    writer.close()
    return sum(counts) / spent


def interleaved(slices: int, ours: Callable[[], float], raw: Callable[[], float]) -> dict[str, float]:
    """Return the median ratio of slices taken in turn, with the medians themselves."""
    ratios, mine, theirs = [], [], []
    for number in range(slices):
        first, second = (ours, raw) if number % 2 else (raw, ours)
        pair = {first: first(), second: second()}
        mine.append(pair[ours])
        theirs.append(pair[raw])
        ratios.append(pair[ours] / pair[raw])
    return {
        "ratio": round(statistics.median(ratios), 3),
        "ours per s": round(statistics.median(mine)),
        "raw per s": round(statistics.median(theirs)),
    }


def replay(folder: Path, rows: int) -> dict[str, float]:
    """Return the seconds to open, verify and replay a log of so many reports."""
    log = Log.new(str(folder / "large.corridor"), title="bench")
    batch = []
    for number in range(1, rows + 1):
        moment = AT + timedelta(seconds=number)
        report = Report(
            id=f"r-{number}",
            source="marshal",
            fact="people_boarded",
            about=f"aleppo/C{number // 40}.bus-{number % 10}",
            place="amiriyah",
            observed=moment,
            received=moment,
            value=number % 60,
        )
        batch.append(
            entry_of(
                report, actor="marshal", device=f"phone-{number % 20}", device_seq=number // 20 + 1, recorded=moment
            )
        )
        if len(batch) == 5000 or number == rows:
            log.store.append(batch, received=NOW)
            batch.clear()
    log.close()
    begun = time.perf_counter()
    store = open_sqlite(folder / "large.corridor")
    opened = time.perf_counter()
    known = fold(store.rows())
    folded = time.perf_counter()
    store.close()
    again = Log.open(str(folder / "large.corridor"))
    before = time.perf_counter()
    verdict = again.verify()
    verified = time.perf_counter()
    again.close()
    if not verdict.sound or len(known.reports) != rows:
        raise SystemExit(f"the log of the benchmark is not sound: {verdict}")
    return {
        "rows": rows,
        "open s": round(opened - begun, 2),
        "open and replay s": round(folded - begun, 2),
        "verify s": round(verified - before, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slices", type=int, default=12)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--folder", type=Path, default=None)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="corridor-bench-", dir=chosen.folder) as name:
        folder = Path(name)
        file = os.open(folder / "raw", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        store = open_sqlite(folder / "one.corridor", create=True)
        single = interleaved(chosen.slices, lambda: store_slice(store), lambda: raw_slice(file))
        print(json.dumps({"row": "P1", "store": "SQLite", "bar": ">= 0.60", **single}), flush=True)
        for callers, slice_of in (("requests of a server", request_slice), ("threads", thread_slice)):
            _group(callers, slice_of, store, file, max(chosen.slices // 2, 1))
        store.close()
        _postgres(chosen.slices, file)
        print(
            json.dumps({"row": "P7", "bar": "replay <= 5 s, verify <= 2 s", **replay(folder, chosen.rows)}), flush=True
        )
        os.close(file)


def _group(callers: str, slice_of: Callable[[Store, list[float]], float], store: Store, file: int, slices: int) -> None:
    waits: list[float] = []
    found = interleaved(slices, lambda: slice_of(store, waits), lambda: raw_slice(file))
    p99 = round(sorted(waits)[int(len(waits) * 0.99)] * 1000, 1)
    row = {"row": "P2", "callers": f"{CALLERS} {callers}", "bar": ">= 2, p99 <= 50 ms", **found, "p99 ms": p99}
    print(json.dumps(row), flush=True)


def _postgres(slices: int, file: int) -> None:
    from corridor.log.postgres import PostgresStore
    from tests.log.servers import server

    with server() as running:
        if running is None:
            print(json.dumps({"row": "P1", "store": "PostgreSQL", "skipped": "not installed"}))
            return
        store = PostgresStore(running.address("bench"), create=True)
        found = interleaved(slices, lambda: store_slice(store), lambda: raw_slice(file))
        store.close()
    print(json.dumps({"row": "P1", "store": "PostgreSQL", "bar": ">= 0.40", **found}), flush=True)


if __name__ == "__main__":
    main()
