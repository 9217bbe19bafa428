"""Tampering of every kind, in the file and in the tables: verify must find it against the last outside checkpoint."""

from __future__ import annotations

import io
import random
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec

from corridor.errors import CorridorError
from corridor.log.chain import Checkpoint, link
from corridor.log.entry import Row
from corridor.log.log import Log
from corridor.log.sqlite import SqliteStore
from corridor.log.store import COLUMNS
from corridor.log.transfer import read_export, write_line
from corridor.log.verify import verify
from tests.log.making import entry

Change = Callable[[random.Random, list[bytes]], list[bytes]]


def _flip(rng: random.Random, lines: list[bytes]) -> list[bytes]:
    data = bytearray(b"".join(lines))
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return [bytes(data)]


def _delete(rng: random.Random, lines: list[bytes]) -> list[bytes]:
    at = rng.randrange(len(lines))
    return lines[:at] + lines[at + 1 :]


def _swap(rng: random.Random, lines: list[bytes]) -> list[bytes]:
    a, b = rng.sample(range(len(lines)), 2)
    lines = list(lines)
    lines[a], lines[b] = lines[b], lines[a]
    return lines


def _repeat(rng: random.Random, lines: list[bytes]) -> list[bytes]:
    at = rng.randrange(len(lines))
    return lines[: at + 1] + lines[at:]


def _truncate(rng: random.Random, lines: list[bytes]) -> list[bytes]:
    data = b"".join(lines)
    return [data[: rng.randrange(len(data))]] if rng.random() < 0.5 else lines[: rng.randrange(len(lines))]


def _rows(lines: list[bytes]) -> list[Row]:
    return list(read_export(io.BytesIO(b"".join(lines)), "rig"))


def restamped(rows: list[Row], start: int) -> list[bytes]:
    """Chain the rows anew from a place on, as someone could who may write to the file and has no key."""
    made = rows[:start]
    for row in rows[start:]:
        last = made[-1] if made else None
        made.append(link(row.entry, seq=len(made) + 1, prev=last.hash if last else "0" * 64, received=row.received))
    return [write_line(row) for row in made]


def _restamp(rng: random.Random, lines: list[bytes]) -> list[bytes]:
    rows = _rows(lines)
    at = rng.randrange(len(rows))
    rows[at] = msgspec.structs.replace(rows[at], body=rows[at].body.replace('"count":', '"count":1', 1), actor="other")
    return restamped(rows, at)


def _insert(rng: random.Random, lines: list[bytes]) -> list[bytes]:
    rows = _rows(lines)
    at = rng.randrange(1, len(rows))
    extra = link(entry(9_999, device="intruder"), seq=0, prev="0" * 64, received=rows[at].received)
    return restamped([*rows[:at], extra, *rows[at:]], at)


def _drop_and_restamp(rng: random.Random, lines: list[bytes]) -> list[bytes]:
    rows = _rows(lines)
    at = rng.randrange(1, len(rows))
    return restamped([*rows[:at], *rows[at + 1 :]], at)


def _whole_new_log(rng: random.Random, lines: list[bytes]) -> list[bytes]:
    """Everything written anew under a key of the intruder's own, with good signatures."""
    with tempfile.TemporaryDirectory() as folder, Log.new(f"{folder}/b.corridor", title="rig") as other:
        other.append([row.entry for row in _rows(lines) if row.kind == "report"][: rng.randrange(1, 60)])
        other.sign()
        return [write_line(row) for row in other.rows()]


CHANGES: dict[str, Change] = {
    "flip a bit": _flip,
    "delete": _delete,
    "swap": _swap,
    "repeat": _repeat,
    "truncate": _truncate,
    "change and restamp": _restamp,
    "insert and restamp": _insert,
    "delete and restamp": _drop_and_restamp,
}


def judged(lines: list[bytes], checkpoint: Checkpoint) -> str:
    """Return what is found in a changed export, or an empty text."""
    try:
        verdict = verify(read_export(io.BytesIO(b"".join(lines)), "rig"), against=checkpoint)
    except CorridorError as error:
        return str(error)
    assert verdict.sound or verdict.bad > 0
    return verdict.why


def in_tables(rng: random.Random, path: Path, checkpoint: Checkpoint, original: list[Row]) -> str:
    """Change one cell of the database behind the log's back; returns what is found."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("DROP TRIGGER IF EXISTS entry_no_update")
    column = rng.choice(COLUMNS)
    seq = rng.randrange(1, len(original) + 1)
    value = getattr(original[seq - 1], column)
    if isinstance(value, int):
        changed: object = value + rng.randrange(10_000, 20_000)
    elif column == "kind":
        changed = rng.choice([kind for kind in ("report", "decision", "act") if kind != value])
    else:
        at = rng.randrange(len(value))
        changed = value[:at] + chr(ord(value[at]) ^ 1) + value[at + 1 :]
    db.execute(f"UPDATE entry SET {column} = ? WHERE seq = ?", (changed, seq))
    store = SqliteStore(lambda: sqlite3.connect(path, isolation_level=None), place="rig")
    try:
        why = verify(store.rows(), against=checkpoint).why
    except (CorridorError, msgspec.ValidationError) as error:
        why = str(error)
    store.close()
    db.execute(f"UPDATE entry SET {column} = ? WHERE seq = ?", (value, changed if column == "seq" else seq))
    db.close()
    return why


def check(count: int, seed: int = 0) -> dict[str, int]:
    """Make so many changes of all kinds; each must be found, and the untouched log must be found sound."""
    found: dict[str, int] = {}
    with tempfile.TemporaryDirectory(prefix="corridor-tamper-") as folder:
        path = Path(folder) / "a.corridor"
        log = Log.new(str(path), title="rig")
        log.append([entry(n) for n in range(1, 60)])
        log.sign()
        log.append([entry(n) for n in range(60, 75)])
        checkpoint = log.checkpoint()
        assert checkpoint is not None
        original = list(log.rows())
        log.close()
        lines = [write_line(row) for row in original]
        assert judged(lines, checkpoint) == ""
        names = [*CHANGES, "cell of the table", "a whole new log"]
        for number in range(count):
            rng = random.Random(f"{seed}/{number}")
            name = "a whole new log" if number % 100 == 99 else names[number % (len(names) - 1)]
            if name == "cell of the table":
                why = in_tables(rng, path, checkpoint, original)
            else:
                changed = (CHANGES.get(name) or _whole_new_log)(rng, lines)
                if b"".join(changed) == b"".join(lines):
                    continue
                why = judged(changed, checkpoint)
            assert why, f"{name} ({seed}/{number}) was not found"
            found[name] = found.get(name, 0) + 1
        assert judged(lines, checkpoint) == ""
    return found | {"all found": sum(found.values())}
