"""A large log verified by two programs at once: this one takes the first half of the rows, a second one the rest."""

from __future__ import annotations

import gc
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from corridor.log.chain import Checkpoint
from corridor.log.entry import Row
from corridor.log.store import COLUMNS
from corridor.log.verify import KIND, Chain, Links, Verdict, followed, verdict

# Below this many rows a second program takes longer to start than it saves.
WORTH_IT = 60_000
# The second program has to start first.
FIRST_SHARE = 0.56
PAGE = 10_000
ID, HASH = (COLUMNS.index(name) for name in ("id", "hash"))
_RANGE = f"SELECT {', '.join(COLUMNS)} FROM entry WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT {PAGE}"  # noqa: S608


class Part(msgspec.Struct, frozen=True):
    """What following some rows found, on its way from one program to the other."""

    before: str
    count: int
    head: str
    ids: list[str]
    devices: dict[str, list[int]]
    hashes: bytes
    acts: list[Row]
    why: str


def verify_file(path: Path, count: int, *, against: Checkpoint | None = None, middle: int = 0) -> Verdict | None:
    """Verify the first `count` rows of a log in a file with two programs; None where the second one did not work.

    The result is that of `verify`, whatever was done to the file.
    """
    middle = middle or int(count * FIRST_SHARE)
    command = [sys.executable, "-P", "-m", "corridor.log.halves", str(path), str(middle), str(count)]
    # Only this interpreter and our own module are run, on a file that is open already.
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as other:  # noqa: S603
        chain = Chain()
        try:
            bad, why = followed(_rows(path, 0, middle), chain)
        except (sqlite3.Error, UnicodeDecodeError):
            return None  # a damaged file: the store says it better
        out, _ = other.communicate()
    if not why:
        if chain.count != middle:
            return None  # a row is gone from where the halves meet
        try:
            part = msgspec.msgpack.decode(out, type=Part)
        except msgspec.DecodeError:
            return None
        bad, why = join(chain, part)
    return verdict(chain, bad, why, against)


def part_of(path: Path, start: int, end: int) -> Part:
    """Follow the rows of a file after `start` up to `end`, on trust that those before are as they say."""
    before = next(_rows(path, start - 1, start))[HASH]
    links = Links(start, before)
    acts: list[Row] = []
    ids: list[str] = []
    why = ""
    for values in _rows(path, start, end):
        why = links.follow(values)
        if why:
            break
        ids.append(values[ID])
        if values[KIND] == "act":
            acts.append(Row(*values))
    devices = {name: sorted(seen) for name, seen in links.devices.items()}
    return Part(before, links.count, links.head, ids, devices, bytes(links.hashes), acts, why)


def join(chain: Chain, part: Part) -> tuple[int, str]:
    """Put a part behind a chain; returns the seq of the first wrong row and what is wrong, or (0, "")."""
    start = chain.count
    if part.before != chain.head:
        return start + 1, "it does not follow the entry before it"
    links = chain.links
    twice = links.ids.intersection(part.ids)
    last = start + next(number for number, name in enumerate(part.ids) if name in twice) if twice else part.count
    links.hashes += part.hashes
    for name, seen in part.devices.items():
        links.devices.setdefault(name, set()).update(seen)
    for act in part.acts:
        links.count = act.seq
        why = chain.act(act) if act.seq <= last else ""
        if why:
            return act.seq, why
    links.count, links.head = part.count, part.head
    if twice:
        return last + 1, "its id stands in the log already"
    return (part.count + 1, part.why) if part.why else (0, "")


def _rows(path: Path, start: int, end: int) -> Iterator[tuple[Any, ...]]:
    """Yield the values of the rows after `start` up to `end`."""
    database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        while page := list(database.execute(_RANGE, (start, end))):
            yield from page
            start = page[-1][0]
    finally:
        database.close()


def main() -> None:
    """Follow the rows that the command line names and write what was found to the standard output."""
    path, start, end = sys.argv[1:]
    gc.disable()  # this program ends at once, and what it keeps holds no circles
    sys.stdout.buffer.write(msgspec.msgpack.encode(part_of(Path(path), int(start), int(end))))


if __name__ == "__main__":
    main()
