"""Whether a log is what its writers wrote: every hash, every signature, and the head that an outsider holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any

import msgspec
from msgspec.structs import astuple

from corridor.log.chain import CHECKPOINT, CONFLICT, ORIGIN, Checkpoint, hashed
from corridor.log.entry import Row

OPENED = "opened"
# A damaged table can hold anything in any column.
SEQ, KIND, NAME = (Row.__struct_fields__.index(name) for name in ("seq", "kind", "name"))
TYPES = tuple(int if name in ("seq", "device_seq") else str for name in Row.__struct_fields__)


class Opened(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The body of the first entry: what this log is, and the public half of the key that signs it."""

    format: str
    key: str
    title: str
    exercise: bool = False


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What `verify` found: `bad` is the first seq that cannot be right (0: none), `why` says it in words.

    `signed` is how many entries the last good checkpoint covers; `gaps` names the counts of each device that never
    came; `conflicts` is how many entries are kept aside for a person.
    """

    count: int
    head: str
    signed: int
    checkpoints: int
    bad: int
    why: str
    gaps: dict[str, tuple[int, ...]]
    conflicts: int

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return self.bad == 0


class Links:
    """Follows rows one by one, each by itself and behind the one before; what acts mean is for `Chain`.

    `seq` and `head` are where the rows before them ended.
    """

    def __init__(self, seq: int = 0, head: str = ORIGIN) -> None:
        self.start = self.count = seq
        self.head = head
        self.ids: set[str] = set()
        self.devices: dict[str, set[int]] = {}
        # The hashes of all rows in one piece: as so many texts they take longer to keep than to make.
        self.hashes = bytearray()

    def follow(self, values: tuple[Any, ...]) -> str:
        """Take the values of one row as the store holds them; returns what is wrong with it, or an empty text."""
        if tuple(map(type, values)) != TYPES:
            return "it holds a field of another type"
        (seq, name, kind, what, actor, device, device_seq, happened, recorded, received, body, body_hash, prev, own) = (
            values
        )
        if seq != self.count + 1:
            return f"its number is {seq} where {self.count + 1} follows"
        if prev != self.head:
            return "it does not follow the entry before it"
        try:
            if sha256(body.encode()).hexdigest() != body_hash:
                return "its content is not what was hashed"
            fields = (name, kind, what, actor, device, device_seq, happened, recorded, received, body_hash)
            found = sha256(hashed(prev, seq, *fields))
        except UnicodeEncodeError:
            return "it holds what is no text"
        if found.hexdigest() != own:
            return "its hash is not that of its fields"
        if name in self.ids:
            return "its id stands in the log already"
        self.count, self.head = seq, own
        self.hashes += found.digest()
        self.ids.add(name)
        if device_seq:
            seen = self.devices.get(device)
            if seen is None:
                self.devices[device] = {device_seq}
            else:
                seen.add(device_seq)
        return ""


class Chain:
    """Follows the rows of a log one by one; stops at the first that cannot be right."""

    def __init__(self) -> None:
        self.links = Links()
        self.opened: Opened | None = None
        self.signed = 0
        self.checkpoints = 0
        self.conflicts = 0

    @property
    def count(self) -> int:
        """How many rows were followed."""
        return self.links.count

    @property
    def head(self) -> str:
        """The hash of the last of them."""
        return self.links.head

    def follow(self, row: Row) -> str:
        """Take one row; returns what is wrong with it, or an empty text."""
        return self.take(astuple(row))

    def take(self, values: tuple[Any, ...]) -> str:
        """Take one row by its values, in the order of its fields."""
        if values[SEQ] == 1 and (values[KIND], values[NAME]) != ("act", OPENED):
            return "the first entry does not open a log"
        return self.links.follow(values) or (self.act(Row(*values)) if values[KIND] == "act" else "")

    def act(self, row: Row) -> str:
        """Take what an act of the log itself says; returns what is wrong with it, or an empty text."""
        if row.name == OPENED:
            try:
                self.opened = msgspec.json.decode(row.body, type=Opened)
            except (msgspec.DecodeError, ValueError):
                return "the first entry names no key"
            return "" if row.seq == 1 else "a log is opened once"
        if row.name == CONFLICT:
            self.conflicts += 1
            kept: dict[str, Any] = msgspec.json.decode(row.body).get("entry", {})
            self.links.devices.setdefault(str(kept.get("device")), set()).add(int(kept.get("device_seq", 0)))
        if row.name == CHECKPOINT:
            try:
                found = msgspec.json.decode(row.body, type=Checkpoint)
            except (msgspec.DecodeError, ValueError):
                return "it is no checkpoint"
            why = self.against(found)
            if not why:
                self.signed, self.checkpoints = max(self.signed, found.count), self.checkpoints + 1
            return why
        return ""

    def against(self, checkpoint: Checkpoint) -> str:
        """Return how a checkpoint disagrees with the rows so far, or an empty text."""
        if not checkpoint.holds():
            return "the checkpoint's signature does not hold"
        if self.opened is None or checkpoint.key != self.opened.key:
            return "the checkpoint is signed by another key than the log's"
        if not 0 <= checkpoint.count <= self.count:
            return f"the checkpoint covers {checkpoint.count} entries, the log has {self.count}"
        end = checkpoint.count * 32
        if (self.links.hashes[end - 32 : end].hex() if end else ORIGIN) != checkpoint.head:
            return f"entry {checkpoint.count} is not the one that was signed"
        return ""

    @property
    def gaps(self) -> dict[str, tuple[int, ...]]:
        """The counts of each device that never came, up to its highest."""
        found = {}
        for device, seen in sorted(self.links.devices.items()):
            numbers = seen - {0}
            missing = sorted(set(range(1, max(numbers, default=0))) - numbers)
            if missing:
                found[device] = tuple(missing)
        return found


def verify(rows: Iterable[Row], *, against: Checkpoint | None = None) -> Verdict:
    """Verify a log from its first row; `against` is the last checkpoint that someone outside holds."""
    chain = Chain()
    bad, why = followed(map(astuple, rows), chain)
    return verdict(chain, bad, why, against)


def followed(rows: Iterable[tuple[Any, ...]], chain: Chain) -> tuple[int, str]:
    """Follow rows by their values to the end or to the first that is wrong; returns its seq and why, or (0, "")."""
    for values in rows:
        why = chain.take(values)
        if why:
            return chain.count + 1 if values[SEQ] != chain.count else chain.count, why
    return 0, ""


def verdict(chain: Chain, bad: int, why: str, against: Checkpoint | None) -> Verdict:
    """Return what following a chain has found, compared with the checkpoint that someone outside holds."""
    if not why and chain.count == 0:
        bad, why = 1, "the log is empty"
    if not why and against is not None:
        why = chain.against(against)
        if why:
            bad = min(against.count, chain.count + 1) or 1
    return Verdict(
        count=chain.count,
        head=chain.head,
        signed=chain.signed,
        checkpoints=chain.checkpoints,
        bad=bad,
        why=why,
        gaps=chain.gaps,
        conflicts=chain.conflicts,
    )


def checked(rows: Iterable[Row], chain: Chain) -> Iterator[Row]:
    """Yield rows as long as they are right; raises `ValueError` with the reason at the first that is not."""
    for row in rows:
        why = chain.follow(row)
        if why:
            raise ValueError(f"entry {chain.count + 1}: {why}")
        yield row
