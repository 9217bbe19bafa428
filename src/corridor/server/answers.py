"""What answers hold. No field here can hold a person: counts, posts, roles and pseudonyms only."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from corridor.finding import Finding
from corridor.operation.agreements import Guarantee, Version, Violation
from corridor.operation.checklist import Line
from corridor.operation.choices import Choices
from corridor.operation.coverage import Unwatched, Watch
from corridor.operation.holding import Hold
from corridor.operation.known import Rival
from corridor.operation.matrix import Event
from corridor.operation.orders import Order, Sent
from corridor.operation.positions import Position
from corridor.operation.progress import Standing
from corridor.operation.reciprocity import Balance
from corridor.reports.report import Candidate, Report
from corridor.server.rights import Role

Anything = dict[str, Any]


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a request was not done: the cause, the place, what to do next, every fault where there are several."""

    status: int
    cause: str
    place: str = ""
    hint: str = ""
    faults: tuple[str, ...] = ()


class Answered(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What became of one entry, by id, once it is on the disk; `warnings` says what a person should look at."""

    id: str
    status: Literal["accepted", "duplicate", "conflict", "rejected"]
    seq: int = 0
    why: str = ""
    warnings: tuple[str, ...] = ()


class Synced(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answers of a batch in its order; `clock_ahead_seconds` is how far the device's clock runs ahead."""

    answers: tuple[Answered, ...]
    clock_ahead_seconds: int = 0


class Have(msgspec.Struct, frozen=True, kw_only=True):
    """What the server has of a device: its highest count and the counts below it that never came."""

    device: str
    highest: int
    missing: tuple[int, ...]


class Started(msgspec.Struct, frozen=True, kw_only=True):
    """Work was taken on; the stream announces its end."""

    work: str
    waiting: int


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of work: what it is, its state, how long it took, and what stopped it."""

    work: str
    state: Literal["waits", "runs", "done", "failed"]
    since: datetime
    seconds: float = 0.0
    why: str = ""


class Works(msgspec.Struct, frozen=True, kw_only=True):
    """The last work of each kind."""

    works: tuple[Work, ...]


class Done(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A decision stands in the log as entry `seq`; `warnings` says what in its words a person should look at."""

    seq: int
    status: str = "accepted"
    id: str = ""
    right: bool = True
    warnings: tuple[str, ...] = ()


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A page of words."""

    at: datetime
    text: str


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What this server serves: the operation, whether it is closed, the moment it is read at, the head of its log."""

    title: str
    exercise: bool
    closed: bool
    at: datetime
    seq: int
    head: str
    opened: tuple[str, ...]


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """Findings, the gravest first."""

    findings: tuple[Finding, ...]


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """Where each convoy stands beside the adopted plan."""

    convoys: tuple[Standing, ...]


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """The agreement of one movement: its versions, what it says of each point, what it leaves open."""

    movement: str
    versions: tuple[Version, ...]
    says: dict[str, str]


class Agreed(msgspec.Struct, frozen=True, kw_only=True):
    """The agreement ledger."""

    terms: tuple[Terms, ...]
    guarantees: tuple[Guarantee, ...]
    violations: tuple[Violation, ...]


class Balances(msgspec.Struct, frozen=True, kw_only=True):
    """The reciprocity ledger."""

    balances: tuple[Balance, ...]


class Holds(msgspec.Struct, frozen=True, kw_only=True):
    """The hold clock."""

    holds: tuple[Hold, ...]


class Events(msgspec.Struct, frozen=True, kw_only=True):
    """Who says, who denies."""

    events: tuple[Event, ...]


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """Who watched what, and what nobody watched."""

    watches: tuple[Watch, ...]
    unwatched: tuple[Unwatched, ...]


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """What people chose, place by place."""

    choices: tuple[Choices, ...]


class Positions(msgspec.Struct, frozen=True, kw_only=True):
    """Where vehicles were last known to be."""

    positions: tuple[Position, ...]


class Checklist(msgspec.Struct, frozen=True, kw_only=True):
    """The go/no-go list."""

    go: bool
    lines: tuple[Line, ...]


class Orders(msgspec.Struct, frozen=True, kw_only=True):
    """Orders sent and whether each was read back."""

    orders: tuple[Sent, ...]


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """The texts of an order as they were sent."""

    orders: tuple[Order, ...]


class Candidates(msgspec.Struct, frozen=True, kw_only=True):
    """Candidates that wait to be accepted."""

    candidates: tuple[Candidate, ...]


class Reports(msgspec.Struct, frozen=True, kw_only=True):
    """The reports that count."""

    reports: tuple[Report, ...]


class Disputed(msgspec.Struct, frozen=True, kw_only=True):
    """What waits for a person: two contents under one id, and counts of devices that never came."""

    rivals: tuple[Rival, ...]
    gaps: dict[str, tuple[int, ...]]


class Assignment(msgspec.Struct, frozen=True, kw_only=True):
    """What one post has to do: the convoys that pass it, with their people and times, and the orders sent to them.

    `kind` is what the post is (pickup, checkpoint, reception ...; empty where nobody said), `operations` the movements
    that it may report a halt of.
    """

    post: str
    convoys: tuple[Passing, ...]
    orders: tuple[Sent, ...]
    kind: str = ""
    operations: tuple[str, ...] = ()
    exercise: bool = False


class Passing(msgspec.Struct, frozen=True, kw_only=True):
    """A convoy as its post needs to know it."""

    convoy: str
    depart: datetime
    arrive: datetime
    vehicles: int
    people: int
    state: str
    pickup: str = ""
    reception: str = ""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the log as it is shown; a body too large for a page is named by its size and its hash."""

    seq: int
    id: str
    kind: str
    name: str
    actor: str
    device: str
    happened: str
    recorded: str
    received: str
    body: msgspec.Raw
    hash: str


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the log; `next` is the number to go on after, `head` the end of the log."""

    rows: tuple[Shown, ...]
    next: int
    head: int


class FreeText(msgspec.Struct, frozen=True, kw_only=True):
    """The free text of a report; `erased` where its key is gone."""

    report: str
    note: str
    quote: str
    erased: bool


class Proposed(msgspec.Struct, frozen=True, kw_only=True):
    """A plan with its hash, by which it is adopted, and what `verify` finds wrong with it."""

    plan_sha256: str
    made: datetime
    findings: tuple[Finding, ...]
    plan: msgspec.Raw


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """A situation beside itself changed: (P10, P50, P90) of hours to the end and of people out in time.

    `idle` names the levers that found nothing to act on.
    """

    at: datetime
    deadline: datetime
    runs: int
    hours: tuple[tuple[float | None, float | None, float | None], ...]
    people: tuple[tuple[float, float, float], ...]
    idle: tuple[str, ...]


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """Who is signed in."""

    account: str
    role: Role
    party: tuple[str, ...]
    reads_text: bool
    post: str
    second_factor: bool


class Factor(msgspec.Struct, frozen=True, kw_only=True):
    """A new second factor: its secret (base32), its address for an authenticator, and that address as a picture."""

    secret: str
    address: str
    picture: str


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """An account as it is listed."""

    account: str
    role: Role
    party: tuple[str, ...]
    reads_text: bool
    active: bool
    second_factor: bool


class Accounts(msgspec.Struct, frozen=True, kw_only=True):
    """Every account of this operation."""

    accounts: tuple[Account, ...]


class Invited(msgspec.Struct, frozen=True, kw_only=True):
    """A one-time sign-in link, shown once."""

    account: str
    link: str
    until: datetime


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A session as it is listed: never its token."""

    session: str
    account: str
    since: datetime
    seen: datetime
    until: datetime
    mine: bool


class Sessions(msgspec.Struct, frozen=True, kw_only=True):
    """The sessions that are open."""

    sessions: tuple[Session, ...]


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """An enrolment code, shown once: used once, within ten minutes, for one post."""

    device: str
    post: str
    code: str
    address: str
    picture: str
    until: datetime


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """What a device keeps: its token, its name, its post."""

    token: str
    device: str
    post: str
    title: str


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A device as it is listed."""

    device: str
    post: str
    vehicle: str
    active: bool
    enrolled: bool


class Devices(msgspec.Struct, frozen=True, kw_only=True):
    """Every device of this operation."""

    devices: tuple[Device, ...]


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the server lives, or can serve."""

    ok: bool
    why: str = ""
