"""Damaged files of every kind: each is read or refused with a place and a hint; nothing crashes, hangs or grows."""

from __future__ import annotations

import io
import random
import resource
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from corridor.errors import CorridorError, InputError
from corridor.log.log import Log, restore
from corridor.log.sqlite import open_sqlite
from corridor.log.transfer import read_export
from corridor.log.verify import verify
from corridor.operation.known import entry_of, fold
from corridor.planning.plan import Plan
from corridor.planning.solve import plan
from corridor.reports.tables import read_reports, write_reports
from corridor.situation.situation import Situation
from tests import worlds
from tests.log.making import START

EXAMPLE = Path(__file__).parents[2] / "examples" / "aleppo-2016" / "reports.csv"
LONGEST_SECONDS = 5.0
MOST_MEMORY_KB = 1024 * 1024
# What spreadsheets, editors and bad lines do to a file, and what an enemy would try.
SPICE = (
    b"\x00",
    b"\xff\xfe",
    b'"',
    b"'",
    b"{",
    b"[" * 2000,
    b"1e999",
    b"-0",
    b"\r\n",
    b",,,,",
    b"\xe2\x80\xae",
    b"NaN",
    b"9" * 400,
    b"null",
    b"true",
    b"2016-13-45T99:99",
    b"+99:99",
    b"&lt;",
    b"=1+1",
    b"\\u0000",
    b"\\ud800",
)


def spoil(rng: random.Random, data: bytes) -> bytes:
    """Return some bytes with one to four things done to them."""
    made = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4))):
        at = rng.randrange(max(len(made), 1))
        match rng.randrange(6):
            case 0 if made:
                made[at] ^= 1 << rng.randrange(8)
            case 1:
                made[at:at] = rng.choice(SPICE)
            case 2:
                del made[at : at + rng.randrange(1, 200)]
            case 3:
                del made[at:]
            case 4:
                made[at:at] = made[at : at + rng.randrange(1, 300)]
            case _:
                made[at : at + 4] = rng.randbytes(4)
    return bytes(made)


@cache
def samples() -> dict[str, tuple[str, bytes]]:
    """Return a sound file of each kind: how its name ends, and its bytes."""
    lines = EXAMPLE.read_bytes().splitlines(keepends=True)
    table = b"".join(lines[:1] + lines[200:260])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "a.csv").write_bytes(table)
        reports = read_reports(folder / "a.csv")
        small = worlds.one_bus()
        with Log.new(str(folder / "a.corridor"), title="rig") as log:
            log.append(
                [entry_of(r, actor="a", device="d", device_seq=n, recorded=START) for n, r in enumerate(reports, 1)]
            )
            log.export(folder / "a.out")
        return {
            "table": (".csv", table),
            "json lines": (".jsonl", write_reports(reports).encode()),
            "workbook": (".xlsx", _workbook(table)),
            "situation": (".json", small.to_json()),
            "plan": (".json", plan(small, time_limit=1).to_json()),
            "log export": (".jsonl", (folder / "a.out").read_bytes()),
            "log": (".corridor", (folder / "a.corridor").read_bytes()),
        }


def _workbook(table: bytes) -> bytes:
    import csv

    import openpyxl

    book = openpyxl.Workbook()
    for row in list(csv.reader(io.StringIO(table.decode())))[:12]:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _log_file(path: Path) -> None:
    store = open_sqlite(path)
    try:
        rows = list(store.rows())
        verdict = verify(rows)
        if verdict.sound:
            fold(rows)
    finally:
        store.close()


def _export(path: Path) -> None:
    with path.open("rb") as file:
        verify(read_export(file, str(path)))
    restore(path, str(path.with_suffix(".corridor")))


READERS: dict[str, Callable[[Path], object]] = {
    "table": read_reports,
    "json lines": read_reports,
    "workbook": read_reports,
    "situation": lambda path: Situation.from_json(path.read_bytes()),
    "plan": lambda path: Plan.from_json(path.read_bytes()),
    "log export": _export,
    "log": _log_file,
}


def _peak_kb() -> int:
    """Return the most memory this program held; what `getrusage` says holds also that of the process it came from."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text(encoding="ascii").split("VmHWM:")[1].split()[0])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def check(count: int, seed: int = 0) -> dict[str, object]:
    """Spoil each kind of file so many times; returns how many of each were refused."""
    refused: dict[str, object] = {}
    slowest = 0.0
    for kind, (suffix, data) in samples().items():
        number = 0
        for trial in range(count):
            rng = random.Random(f"{seed}/{kind}/{trial}")
            with tempfile.TemporaryDirectory(prefix="corridor-read-") as folder:
                path = Path(folder) / f"spoilt{suffix}"
                path.write_bytes(spoil(rng, data))
                begun = time.perf_counter()
                try:
                    READERS[kind](path)
                except InputError as error:
                    assert error.place or error.faults, (kind, trial)
                    number += 1
                except CorridorError as error:
                    assert error.hint, (kind, trial, str(error))
                    number += 1
                except Exception as error:
                    raise AssertionError(f"{kind}, seed {seed}/{kind}/{trial}: {error!r}") from error
                slowest = max(slowest, time.perf_counter() - begun)
        refused[kind] = number
    assert slowest <= LONGEST_SECONDS, f"a file took {slowest:.1f} s"
    memory = _peak_kb()
    assert memory < MOST_MEMORY_KB, f"{memory // 1024} MB were used"
    return {"of each": count, "refused": refused, "slowest s": round(slowest, 2), "peak MB": memory // 1024}
