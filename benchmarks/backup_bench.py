"""Seconds to save a large log, to prove it, and to bring it back: row B1 of the promises.

python -m benchmarks.backup_bench [--megabytes 1024]
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from pathlib import Path

from corridor.log.log import Log, restore
from corridor.operation.known import replay
from tests.log.making import entry

BODY = 900


def large(place: Path, megabytes: int) -> int:
    """Make a log of at least so many megabytes; returns how many entries it holds."""
    count = 0
    with Log.new(str(place), title="bench") as log:
        log.texts = None
        while place.stat().st_size + Path(f"{place}-wal").stat().st_size < megabytes << 20:
            part = range(count + 1, count + 20_001)
            log.append([entry(n, kind="act", name="note", body={"n": n, "text": "x" * BODY}) for n in part])
            count = part[-1]
    return count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=1024)
    parser.add_argument("--folder", type=Path, default=None)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="corridor-bench-", dir=chosen.folder) as name:
        folder = Path(name)
        place = folder / "large.corridor"
        count = large(place, chosen.megabytes)
        spent: dict[str, float] = {}
        with Log.open(str(place)) as log:
            for what, act in (
                ("copy, verified, replayed, compared", lambda: log.copy(folder / "copy.corridor", replay)),
                ("backup, restored, replayed, compared", lambda: log.backup(folder / "backup.jsonl", replay)),
                ("restore", lambda: restore(folder / "backup.jsonl", str(folder / "back.corridor"))),
            ):
                wall, used = time.perf_counter(), os.times()
                act()
                then = os.times()
                spent[f"{what}: s"] = round(time.perf_counter() - wall, 1)
                spent[f"{what}: processor s"] = round(sum(then[:4]) - sum(used[:4]), 1)
        size = place.stat().st_size >> 20
        bar = "<= 60 s for 1 GB"
        print(json.dumps({"row": "B1", "bar": bar, "megabytes": size, "entries": count, **spent}))


if __name__ == "__main__":
    main()
