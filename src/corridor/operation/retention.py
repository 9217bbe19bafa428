"""The retention clock: until when the free texts of an operation are kept, and their erasure once that day has come.

The days are counted by the log's own clock, never by what a report says of its time, so that an old operation that is
read in today is not erased today. Whoever keeps data says how long, and keeps to it (ICRC Handbook on Data Protection
in Humanitarian Action, "data retention"; IASC Operational Guidance on Data Responsibility, 2023).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from corridor.errors import UsageError
from corridor.log.entry import Answer, Row, derived_id, moment_of, stamp
from corridor.log.log import Log
from corridor.log.texts import owners

# Free text is erased so many days after the operation was closed, or where nobody closed it after its last entry.
TERM = timedelta(days=30)
IDLE = timedelta(days=90)
# Two persons can extend it, each time so far ahead at most.
LONGEST = timedelta(days=90)
CLOSED, REOPENED = "operation closed", "operation reopened"
PROPOSED, EXTENDED = "retention extension proposed", "retention extended"
CLERK = "retention clock"


class Retention(msgspec.Struct, frozen=True, kw_only=True):
    """Until when free texts are kept, by which rule, and whether that day has come; `texts` is how many are kept yet.

    `closed` is when the operation was closed, None while it is open; `last` when the log last took in a report or a
    decision of the operation.
    """

    due: datetime
    rule: Literal["closed", "idle", "extended"]
    over: bool
    closed: datetime | None
    last: datetime
    texts: int


class Extension(msgspec.Struct, frozen=True):
    """A proposal to keep texts longer: until when, and who made it."""

    until: str
    by: str


class Clock:
    """What the clock is set by: a fold of the log's rows, kept up row by row."""

    def __init__(self) -> None:
        self.closed = ""
        self.last = ""
        self.until = ""
        self.proposals: dict[str, Extension] = {}

    def take(self, row: Row) -> None:
        """Take the next row."""
        if row.kind == "act":
            self.last = self.last or row.received
        elif row.kind == "report":
            self.last = row.received
        elif row.name == PROPOSED:
            self.proposals[row.id] = Extension(_until(row), row.actor)
        elif row.name == EXTENDED:
            self._extended(row)
        else:
            self.last = row.received
            if row.name == CLOSED:
                self.closed = self.closed or row.received
            elif row.name == REOPENED:
                self.closed = ""

    def _extended(self, row: Row) -> None:
        # What the doors have let through is checked again here: one person alone extends nothing, and not for ever.
        found = self.proposals.pop(str(msgspec.json.decode(row.body).get("proposal", "")), None)
        if found is not None and found.by != row.actor and found.until <= stamp(moment_of(row.received) + LONGEST):
            self.until = max(self.until, found.until)

    def due(self) -> tuple[datetime, Literal["closed", "idle", "extended"]]:
        """Return when texts are to be erased, and by which rule."""
        base = moment_of(self.closed) + TERM if self.closed else moment_of(self.last) + IDLE
        if self.until > stamp(base):
            return moment_of(self.until), "extended"
        return base, "closed" if self.closed else "idle"

    def state(self, now: datetime, texts: int) -> Retention:
        """Return where the clock stands at a moment."""
        due, rule = self.due()
        closed = moment_of(self.closed) if self.closed else None
        return Retention(due=due, rule=rule, over=now >= due, closed=closed, last=moment_of(self.last), texts=texts)


def clock(rows: Iterable[Row]) -> Clock:
    """Return the clock as a log sets it."""
    found = Clock()
    for row in rows:
        found.take(row)
    return found


def retention(log: Log) -> Retention:
    """Return until when the free texts of a log are kept, and how many are."""
    return clock(log.rows()).state(log.clock(), len(_kept(log)))


def erase_due(log: Log, *, by: str = CLERK) -> int:
    """Erase every free text of a log whose day has come; the act stands in the log. Returns how many went, else 0."""
    if not clock(log.rows()).state(log.clock(), 0).over:
        return 0
    kept = _kept(log)
    # A reason in words would be one more text to be erased: that it is the clock's own act is reason enough.
    return log.erase(kept, reason="", by=by) if kept else 0


def propose(log: Log, until: datetime, *, by: str, reason: str) -> Answer:
    """Propose to keep texts until a moment; nothing changes before another person confirms it."""
    must_be_sound(until, log.clock())
    return log.write("decision", PROPOSED, {"until": stamp(until), "reason": reason}, actor=by, device="console")


def confirm(log: Log, proposal: str, *, by: str, reason: str) -> Answer:
    """Confirm an extension that somebody else proposed."""
    found = clock(log.rows()).proposals.get(proposal)
    if found is None or found.by == by:
        hint = "one person proposes, another confirms"
        raise UsageError("a second person must confirm", place=log.store.place, hint=hint)
    return log.write("decision", EXTENDED, {"proposal": proposal, "reason": reason}, actor=by, device="console")


def must_be_sound(until: datetime, now: datetime) -> None:
    """Raise `UsageError` for an end of retention that is past or too far away."""
    if not now < until <= now + LONGEST:
        raise UsageError("is no end of retention", place="until", hint=f"a moment within {LONGEST.days} days from now")


def extension_id(proposal: str) -> str:
    """Return the id of the entry that extends on a proposal: a proposal is confirmed once."""
    return derived_id(EXTENDED, proposal)


def _until(row: Row) -> str:
    return str(msgspec.json.decode(row.body).get("until", ""))


def _kept(log: Log) -> list[str]:
    """Return the owners of free texts whose key is here yet."""
    named = owners(log.rows())
    return log.texts.held(named) if log.texts is not None else []
