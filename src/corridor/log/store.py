"""What every store of the log must do, and the part of it that no engine changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from corridor.errors import CorridorError, UsageError
from corridor.log.chain import CONFLICT, ORIGIN, link
from corridor.log.entry import Answer, Entry, Row, canonical, derived_id, fault

COLUMNS = Row.__struct_fields__


class LogError(CorridorError):
    """The log could not do what was asked; nothing that it has acknowledged is lost."""


class Head(NamedTuple):
    """The end of the chain: how many rows there are, and the hash of the last."""

    seq: int = 0
    hash: str = ORIGIN


class Store(Protocol):
    """An append-only store of rows. An answer means that the entry is on the disk."""

    place: str

    def append(self, entries: Sequence[Entry], *, received: str) -> list[Answer]:
        """Keep entries and say by id what became of each; returns only once they are durable."""

    def insert(self, rows: Iterable[Row]) -> int:
        """Put the rows of another store into this empty one, as they are; returns how many."""

    def rows(self, after: int = 0) -> Iterator[Row]:
        """Yield the rows in order, those after a seq only."""

    def span(self, after: int, until: int) -> list[Row]:
        """Return the rows after a seq up to another one, in order: a page read from anywhere, at the cost of a page."""

    def head(self) -> Head:
        """Return the end of the chain."""

    def close(self) -> None:
        """Let the store go."""


def conflict_of(entry: Entry) -> Entry:
    """Return the act that keeps aside an entry whose id stands in the log with other content.

    Its id follows from what it holds, so that a repeated delivery adds nothing.
    """
    body = canonical({"entry": entry})
    return Entry(
        id=derived_id(CONFLICT, entry.id, *entry.content),
        kind="act",
        name=CONFLICT,
        actor=entry.actor,
        device=entry.device,
        device_seq=0,
        happened=entry.happened,
        recorded=entry.recorded,
        body=body,
    )


Find = Callable[[Sequence[str]], dict[str, "Held"]]


class Held(NamedTuple):
    """What a store holds under an id: where, and what makes it the same."""

    seq: int
    content: tuple[str, str, str, str]


class Batch:
    """Sorts entries into new rows, duplicates and conflicts against what a store holds; the engine then writes them.

    `find` returns what the store holds under some ids; `head` is the end of the chain once the rows are written.
    """

    def __init__(self, entries: Sequence[Entry], received: str, head: Head, find: Find) -> None:
        self.head = head
        self._find = find
        self._received = received
        self.rows: list[Row] = []
        self._held = find([entry.id for entry in entries])
        self.answers = [self._answer(entry) for entry in entries]

    @classmethod
    def of_new(cls, entries: Sequence[Entry], received: str, head: Head) -> Batch:
        """Return the batch of entries whose ids differ and which a store is believed not to hold: no one is looked up.

        The store finds out as it writes where it is wrong, as an id stands in it once.
        """
        made = cls((), received, head, _nothing_held)
        seq, last = head
        for entry in entries:
            seq += 1
            row = link(entry, seq=seq, prev=last, received=received)
            last = row.hash
            made.rows.append(row)
        made.head = Head(seq, last)
        made.answers = [Answer(row.id, "accepted", row.seq) for row in made.rows]
        return made

    def _answer(self, entry: Entry) -> Answer:
        held = self._held.get(entry.id)
        if held is None:
            return Answer(entry.id, "accepted", self._chain(entry))
        if held.content == entry.content:
            return Answer(entry.id, "duplicate", held.seq)
        aside = conflict_of(entry)
        kept = self._held.get(aside.id) or self._find([aside.id]).get(aside.id)
        seq = kept.seq if kept else self._chain(aside)
        why = "its id stands in the log with other content; both are kept for a person to decide"
        return Answer(entry.id, "conflict", seq, why)

    def _chain(self, entry: Entry) -> int:
        row = link(entry, seq=self.head.seq + 1, prev=self.head.hash, received=self._received)
        self.head = Head(row.seq, row.hash)
        self._held[entry.id] = Held(row.seq, (row.kind, row.name, row.happened, row.body_sha256))
        self.rows.append(row)
        return row.seq


def _nothing_held(ids: Sequence[str]) -> dict[str, Held]:  # noqa: ARG001
    return {}


def must_be_empty(head: Head, place: str) -> None:
    """Raise `UsageError` where rows of another store would be mixed with a store's own."""
    if head.seq:
        raise UsageError("holds entries already", place=place, hint="import into a new log")


def split(entries: Sequence[Entry]) -> tuple[list[Entry], dict[int, Answer]]:
    """Return the sound entries, and the answers to the others by their place in the batch."""
    faults = [fault(entry) for entry in entries]
    if not any(faults):
        return list(entries), {}
    pairs = list(enumerate(zip(entries, faults, strict=True)))
    wrong = {number: Answer(entry.id, "rejected", why=why) for number, (entry, why) in pairs if why}
    return [entry for entry, why in zip(entries, faults, strict=True) if not why], wrong


def merged(answers: Sequence[Answer], wrong: dict[int, Answer]) -> list[Answer]:
    """Return the answers in the order of the entries."""
    if not wrong:
        return list(answers)
    rest = iter(answers)
    return [wrong[number] if number in wrong else next(rest) for number in range(len(answers) + len(wrong))]
