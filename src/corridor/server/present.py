"""What the server itself must know of the log at every moment, kept up row by row: a fold that never starts anew."""

from __future__ import annotations

from collections import deque

import msgspec

from corridor.log.chain import CONFLICT
from corridor.log.entry import Entry, Row, derived_id
from corridor.operation.known import ADOPT
from corridor.operation.retention import CLOSED, REOPENED, Clock

OPEN_PROPOSED, CORRIDOR_OPENED = "corridor opening proposed", "corridor opened"
SIGNED_IN, DENIED, EXPORTED = "signed in", "denied", "exported"
ACCOUNT_MADE, ACCOUNT_ENDED, ROLE_CHANGED, LINK_MADE = "account made", "account ended", "role changed", "link made"
ENROLLED, CLAIMED, DEVICE_ENDED = "device enrolled", "device claimed", "device ended"
SESSION_ENDED, PASSPHRASE_SET, FACTOR_SET = "session ended", "passphrase set", "second factor set"
TEXT_READ = "text read"
ALARM, PLANNED, FORECAST = "alarm", "plan proposed", "forecast issued"
FORECASTS = 1000


class Opening(msgspec.Struct, frozen=True):
    """A proposal to open a movement's corridor, and who made it."""

    movement: str
    by: str


class _Opening(msgspec.Struct):
    movement: str = ""
    proposal: str = ""


class Counts:
    """The counts of one device: the highest, and those below it that never came."""

    __slots__ = ("highest", "missing")

    def __init__(self) -> None:
        self.highest = 0
        self.missing: set[int] = set()

    def take(self, number: int) -> None:
        """Note that a count came; a jump of more than a million is one gap too many to be told one by one."""
        if number == self.highest + 1:
            self.highest = number
        elif number > self.highest:
            first = max(self.highest + 1, number - 1_000_000)
            self.missing.update(range(first, number))
            self.highest = number
        else:
            self.missing.discard(number)


class Present:
    """The state that gates need: closed or not, which corridors two persons opened, counts of devices, alarms told."""

    def __init__(self) -> None:
        self.seq = 0
        self.head = ""
        self.closed = False
        self.opened: set[str] = set()
        self.proposals: dict[str, Opening] = {}
        self.devices: dict[str, Counts] = {}
        self.told: set[str] = set()
        self.adopted = 0
        # Where the latest forecasts stand, to be scored once the outcome is known.
        self.forecasts: deque[int] = deque(maxlen=FORECASTS)
        self.reports = 0
        self.retention = Clock()

    def take(self, row: Row) -> None:
        """Take the next row."""
        self.seq, self.head = row.seq, row.hash
        self.retention.take(row)
        if row.device_seq:
            counts = self.devices.get(row.device)
            if counts is None:
                counts = self.devices[row.device] = Counts()
            counts.take(row.device_seq)
        if row.kind == "report":
            self.reports += 1
        elif row.kind == "decision":
            self._decision(row)
        elif row.name == ALARM:
            self.told.add(row.id)
        elif row.name == FORECAST:
            self.forecasts.append(row.seq)
        elif row.name == CONFLICT:
            aside = msgspec.convert(msgspec.json.decode(row.body)["entry"], Entry)
            if aside.device_seq:
                self.devices.setdefault(aside.device, Counts()).take(aside.device_seq)

    def _decision(self, row: Row) -> None:
        if row.name == ADOPT:
            self.adopted = row.seq
        elif row.name == CLOSED:
            self.closed = True
            self.opened.clear()
        elif row.name == REOPENED:
            self.closed = False
        elif row.name == OPEN_PROPOSED:
            said = msgspec.json.decode(row.body, type=_Opening)
            self.proposals[row.id] = Opening(said.movement, row.actor)
        elif row.name == CORRIDOR_OPENED:
            said = msgspec.json.decode(row.body, type=_Opening)
            proposed = self.proposals.pop(said.proposal, None)
            # What the gate has let through is checked again here: one person alone opens nothing.
            if proposed is not None and proposed.by != row.actor and proposed.movement == said.movement:
                self.opened.add(said.movement)


def opening_id(proposal: str) -> str:
    """Return the id of the entry that opens a corridor on a proposal: a proposal is confirmed once."""
    return derived_id(CORRIDOR_OPENED, proposal)
