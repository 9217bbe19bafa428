"""What requests carry. No field here can hold a person: counts, posts, roles and pseudonyms only."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta

from corridor.server.rights import Role

Word = Annotated[str, Meta(min_length=1, max_length=200)]
Words = Annotated[str, Meta(max_length=2000)]
Moment = Annotated[datetime, Meta(tz=True)]
Seq = Annotated[int, Meta(ge=0, lt=1 << 53)]
Secret = Annotated[str, Meta(min_length=1, max_length=200)]
Lang = Literal["en", "fr", "ar"]
# The formats of `corridor publish`; a test holds them against its own list.
Form = Literal[
    "html", "csv", "geojson", "json", "hxl", "gpkg", "gtfs", "ics", "sitrep", "sheets", "notification", "picture",
    "cap", "rt", "tep", "sqlite", "form",
]  # fmt: skip

MOST_ENTRIES = 1000


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of what comes in: a field that is not known is refused, never dropped in silence."""


# Queries


class Nothing(Strict, frozen=True, kw_only=True):
    """A query without fields."""


class At(Strict, frozen=True, kw_only=True):
    """The state "as known at" a moment; with `logged` also only from what this log had received by then."""

    at: Moment | None = None
    logged: Moment | None = None


class Before(Strict, frozen=True, kw_only=True):
    """When a hazard arrives."""

    before: Moment


class Page(Strict, frozen=True, kw_only=True):
    """A page of the log: the entries after a number, of one kind or one name where given."""

    after: Seq = 0
    limit: Annotated[int, Meta(ge=1, le=1000)] = 100
    kind: Literal["", "report", "decision", "act"] = ""
    name: Annotated[str, Meta(max_length=200)] = ""


class Following(Strict, frozen=True, kw_only=True):
    """Where the live stream begins; the header Last-Event-ID goes before it."""

    after: Seq | None = None


class Items(Strict, frozen=True, kw_only=True):
    """A page of features: those in a box of degrees, at a moment or in an interval (OGC API Features)."""

    bbox: Annotated[
        str, Meta(max_length=120, pattern=r"^$|^-?\d+(\.\d+)?(,-?\d+(\.\d+)?){3}((,-?\d+(\.\d+)?){2})?$")
    ] = ""
    datetime: Annotated[str, Meta(max_length=80)] = ""
    limit: Annotated[int, Meta(ge=1, le=1000)] = 100
    offset: Annotated[int, Meta(ge=0, lt=1 << 31)] = 0


class Fix(Strict, frozen=True, kw_only=True):
    """A position in the protocol of Traccar Client and OsmAnd (traccar.org/osmand)."""

    id: Word
    lat: Annotated[float, Meta(ge=-90, le=90)]
    lon: Annotated[float, Meta(ge=-180, le=180)]
    timestamp: Annotated[str, Meta(max_length=40)] = ""
    accuracy: Annotated[float, Meta(ge=0, le=1e6)] = 100.0
    altitude: float = 0.0
    speed: float = 0.0
    bearing: float = 0.0
    batt: float = 0.0


# Sync


class Entered(Strict, frozen=True, kw_only=True, gc=False):
    """One entry as a device made it: its id (UUID 7 or 8), its count from 1 up, when it wrote it down, the report.

    `body` is a report; a body that is none is answered `rejected` with the reason, and the others of the batch go on.
    """

    id: Annotated[str, Meta(min_length=1, max_length=64)]
    device_seq: Annotated[int, Meta(ge=0, lt=1 << 53)]
    recorded: Moment
    body: msgspec.Raw
    urgent: bool = False


class Batch(Strict, frozen=True, kw_only=True):
    """Entries of one device in any order; `clock` is what the device's clock shows as it sends."""

    entries: Annotated[tuple[Entered, ...], Meta(max_length=MOST_ENTRIES)]
    clock: Moment | None = None


class Told(Strict, frozen=True, kw_only=True):
    """Reports from a console, each once by its id."""

    reports: Annotated[tuple[msgspec.Raw, ...], Meta(min_length=1, max_length=MOST_ENTRIES)]


class Codes(Strict, frozen=True, kw_only=True):
    """Lines of entries as a phone exports them, a post reads them out or a sheet holds them, with their heads."""

    text: Annotated[str, Meta(min_length=1, max_length=500_000)]


class Prose(Strict, frozen=True, kw_only=True):
    """A text to be read for candidates, with what is known of where it stands and when it was published."""

    text: Annotated[str, Meta(min_length=1, max_length=200_000)]
    place: Annotated[str, Meta(max_length=200)] = "text"
    reference: Annotated[str, Meta(max_length=500)] = ""
    published: Moment | None = None


# Decisions


class Accept(Strict, frozen=True, kw_only=True):
    """Candidates to be accepted, by id."""

    reports: Annotated[tuple[Word, ...], Meta(min_length=1, max_length=MOST_ENTRIES)]


class Withdraw(Strict, frozen=True, kw_only=True):
    """A report that counts no more, and why."""

    report: Word
    reason: Annotated[str, Meta(min_length=1, max_length=2000)]


class Correct(Strict, frozen=True, kw_only=True):
    """A report's right value; the rest of it stays."""

    report: Word
    value: int | float | Annotated[str, Meta(max_length=200)]
    reason: Annotated[str, Meta(min_length=1, max_length=2000)]


class Adopt(Strict, frozen=True, kw_only=True):
    """The plan to adopt: the last one proposed, by its hash; `despite` says why though it breaks a rule."""

    plan_sha256: Annotated[str, Meta(min_length=64, max_length=64)]
    despite: Words = ""


class Give(Strict, frozen=True, kw_only=True):
    """An order to a convoy of the adopted plan."""

    convoy: Word
    what: Literal["depart", "hold", "return", "resume"] = "depart"
    place: Annotated[str, Meta(max_length=200)] = ""
    at: Moment | None = None
    langs: Annotated[tuple[Lang, ...], Meta(min_length=1, max_length=3)] = ("en", "fr", "ar")
    despite: Words = ""


class ReadBack(Strict, frozen=True, kw_only=True):
    """The code that a crew read back of an order to its convoy."""

    convoy: Word
    code: Annotated[str, Meta(min_length=1, max_length=20)]


class Signature(Strict, frozen=True, kw_only=True):
    """An answer to one item of the go/no-go list."""

    item: Word
    answer: Literal["go", "no-go"]
    reason: Words = ""


class HandOver(Strict, frozen=True, kw_only=True):
    """The role that takes over."""

    to: Role


class Opening(Strict, frozen=True, kw_only=True):
    """A movement whose corridor is to be opened, and why; a second person must confirm it."""

    movement: Word
    reason: Annotated[str, Meta(min_length=1, max_length=2000)]


class Reason(Strict, frozen=True, kw_only=True):
    """Why."""

    reason: Annotated[str, Meta(min_length=1, max_length=2000)]


class Extend(Strict, frozen=True, kw_only=True):
    """Until when free texts are to be kept, and why; a second person must confirm it."""

    until: Moment
    reason: Annotated[str, Meta(min_length=1, max_length=2000)]


class Inject(Strict, frozen=True, kw_only=True):
    """An invented report for an exercise."""

    report: msgspec.Raw
    why: Annotated[str, Meta(min_length=1, max_length=2000)]


class Export(Strict, frozen=True, kw_only=True):
    """To whom an export goes, and why."""

    to: Word
    reason: Annotated[str, Meta(min_length=1, max_length=2000)]


# Work


class PlanWork(Strict, frozen=True, kw_only=True):
    """What to plan: the options of `corridor plan`."""

    time_limit: Annotated[float, Meta(gt=0, le=120)] = 10.0
    seed: Annotated[int, Meta(ge=0, le=(1 << 63) - 1)] = 0
    people_quantile: Annotated[float, Meta(gt=0, lt=1)] = 0.5
    reserve_quantile: Annotated[float, Meta(gt=0, lt=1)] = 0.9
    mode: Literal["convoy", "shuttle", "both"] = "convoy"
    objective: Literal["clearance_time", "most_people"] | None = None
    fairness: Literal["none", "longest_wait", "equal_share"] | None = None


class ForecastWork(Strict, frozen=True, kw_only=True):
    """What to forecast: the adopted plan, or the proposed one where `proposed`; the options of `corridor forecast`."""

    runs: Annotated[int, Meta(ge=1, le=20_000)] = 2000
    seed: Annotated[int, Meta(ge=0, le=(1 << 63) - 1)] = 0
    closes_at: Annotated[tuple[Moment, ...], Meta(max_length=10)] = ()
    policy: Literal["timetable", "shuttle"] = "timetable"
    proposed: bool = False


class PublishWork(Strict, frozen=True, kw_only=True):
    """What goes out of the adopted plan: the options of `corridor publish`; no formats are all that the level allows.

    A release to parties or partners says to whom and why.
    """

    level: Literal["internal", "parties", "partners", "public"] = "internal"
    lang: Literal["en", "fr", "ar", "all"] = "en"
    formats: Annotated[tuple[Form, ...], Meta(max_length=len(get_args(Form)))] = ()
    to: Annotated[str, Meta(max_length=200)] = ""
    why: Words = ""
    bom: bool | None = None
    runs: Annotated[int, Meta(ge=10, le=20_000)] = 2000
    seed: Annotated[int, Meta(ge=0, le=(1 << 63) - 1)] = 0


class Became(Strict, frozen=True, kw_only=True):
    """What became of a quantity: a value, or for `end_hours` the moment of the end; and who says so."""

    operation: Word
    quantity: Literal["end_hours", "people_out"]
    value: Annotated[float, Meta(ge=0, le=1e9)] | None = None
    moment: Moment | None = None
    source: Word


class ScoreWork(Strict, frozen=True, kw_only=True):
    """What is known of the outcome, to score the forecasts in the log by."""

    outcomes: Annotated[tuple[Became, ...], Meta(min_length=1, max_length=100)]


class LeversWork(Strict, frozen=True, kw_only=True):
    """What to try: the options of `corridor levers`."""

    runs: Annotated[int, Meta(ge=10, le=20_000)] = 2000
    seed: Annotated[int, Meta(ge=0, le=(1 << 63) - 1)] = 0
    deadline: Moment | None = None
    pairs: bool = False


class WhatIf(Strict, frozen=True, kw_only=True):
    """Reports that are assumed, not recorded, and how often to run both situations."""

    reports: Annotated[tuple[msgspec.Raw, ...], Meta(min_length=1, max_length=100)]
    runs: Annotated[int, Meta(ge=10, le=20_000)] = 2000
    seed: Annotated[int, Meta(ge=0, le=(1 << 63) - 1)] = 0
    deadline: Moment | None = None


class Tried(Strict, frozen=True, kw_only=True):
    """What to change in the present situation, in steps of the levers: buses more or fewer, hours later, and so on."""

    buses: Annotated[int, Meta(ge=-200, le=200)] = 0
    ambulances: Annotated[int, Meta(ge=-200, le=200)] = 0
    hours: Annotated[float, Meta(ge=-24, le=24)] = 0
    lanes: Annotated[int, Meta(ge=0, le=10)] = 0
    pickup_bays: Annotated[int, Meta(ge=-20, le=20)] = 0
    reception_bays: Annotated[int, Meta(ge=-20, le=20)] = 0
    runs: Annotated[int, Meta(ge=50, le=2000)] = 200


class Paced(Strict, frozen=True, kw_only=True):
    """How many seconds of an old operation go by in one of ours; 0 stands still."""

    pace: Annotated[float, Meta(ge=0, le=600)]


# People


class SignIn(Strict, frozen=True, kw_only=True):
    """A pseudonym with its passphrase and, for coordinator and admin, the six digits of the second factor."""

    account: Word
    passphrase: Annotated[str, Meta(min_length=1, max_length=200)]
    digits: Annotated[str, Meta(max_length=6)] = ""


class Link(Strict, frozen=True, kw_only=True):
    """The code of a one-time sign-in link."""

    link: Secret


class Passphrase(Strict, frozen=True, kw_only=True):
    """A new passphrase of at least 15 letters, and the present one where there is one."""

    passphrase: Annotated[str, Meta(min_length=15, max_length=200)]
    present: Annotated[str, Meta(max_length=200)] = ""


class NewFactor(Strict, frozen=True, kw_only=True):
    """A second factor to make; whoever has a passphrase shows it again."""

    present: Annotated[str, Meta(max_length=200)] = ""


class Digits(Strict, frozen=True, kw_only=True):
    """Six digits of the second factor, to show that it was taken over."""

    digits: Annotated[str, Meta(min_length=6, max_length=6, pattern="^[0-9]{6}$")]


class NewAccount(Strict, frozen=True, kw_only=True):
    """An account to make: a role, the compartment of a party, the need-to-know flag for free text."""

    role: Literal["dispatcher", "coordinator", "auditor", "admin"]
    party: Annotated[tuple[Word, ...], Meta(max_length=20)] = ()
    reads_text: bool = False


class ChangeRole(Strict, frozen=True, kw_only=True):
    """Another role for an account; it gets a new pseudonym, and its sessions end."""

    role: Literal["dispatcher", "coordinator", "auditor", "admin"]
    reason: Annotated[str, Meta(min_length=1, max_length=2000)]


class NewDevice(Strict, frozen=True, kw_only=True):
    """A device to enrol at a post; a vehicle's tracker also names its vehicle."""

    post: Word
    vehicle: Annotated[str, Meta(max_length=200)] = ""


class Claim(Strict, frozen=True, kw_only=True):
    """An enrolment code as the device read it."""

    code: Secret
