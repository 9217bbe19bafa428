"""An entry of the log: made once by its writer, never changed, known by its id."""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal

import msgspec

from corridor.errors import InputError

Kind = Literal["report", "decision", "act"]
KINDS: tuple[Kind, ...] = ("report", "decision", "act")
# One entry larger than this is refused: a plan of a thousand convoys with its situation takes a tenth of it.
LARGEST_BODY = 32 * 1024 * 1024
LONGEST_WORD = 200

_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
_WORD = rf"[^\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]{{1,{LONGEST_WORD}}}"
_STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"
_is_id, _is_word, _has_form = (re.compile(form, re.ASCII).fullmatch for form in (_ID, _WORD, _STAMP))
# All fields of text at once, for the many entries that are sound; which one is wrong is looked up afterwards.
_sound_fields = re.compile(f"{_ID}\n{_WORD}\n{_WORD}\n{_WORD}\n{_STAMP}\n{_STAMP}", re.ASCII).fullmatch
_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
_encoder = msgspec.json.Encoder(order="sorted")
_STAMPED = len('"2016-12-15T14:30:00.000000Z"')
_decoder = msgspec.json.Decoder()


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """What one writer puts into the log, once.

    `kind` is report, decision or act, and `name` which report, decision or act it is. `actor` is a role or an office,
    never a person. `device_seq` counts the entries of a device from 1 (0: the device keeps no count), so that a gap
    shows. `happened` and `recorded` are moments in UTC as `stamp` writes them; `body` is canonical JSON.
    """

    id: str
    kind: Kind
    name: str
    actor: str
    device: str
    device_seq: int
    happened: str
    recorded: str
    body: str

    @property
    def body_sha256(self) -> str:
        """The SHA-256 of the body's bytes."""
        return hashlib.sha256(self.body.encode()).hexdigest()

    @property
    def content(self) -> tuple[str, str, str, str]:
        """What makes two entries of one id the same: kind, name, when it happened, and the body."""
        return self.kind, self.name, self.happened, self.body_sha256


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """An entry as the log holds it: its place in the chain, when the log received it, and the hashes."""

    seq: int
    id: str
    kind: Kind
    name: str
    actor: str
    device: str
    device_seq: int
    happened: str
    recorded: str
    received: str
    body: str
    body_sha256: str
    prev: str
    hash: str

    @property
    def entry(self) -> Entry:
        """The entry as its writer made it."""
        return Entry(**{name: getattr(self, name) for name in Entry.__struct_fields__})


class Answer(msgspec.Struct, frozen=True, gc=False):
    """What became of one entry, by id: accepted, duplicate, conflict (kept aside for a person) or rejected."""

    id: str
    status: Literal["accepted", "duplicate", "conflict", "rejected"]
    seq: int = 0
    why: str = ""


def canonical(body: object) -> str:
    """Return a body as canonical JSON: keys sorted, no spaces, UTF-8; the same text for the same content."""
    return _encoder.encode(body).decode()


def stamp(moment: datetime) -> str:
    """Return a moment as the log writes it: UTC, six digits after the second, so that text sorts as time does."""
    if moment.tzinfo is None:
        raise InputError("a time without zone", place="log", hint="write the offset: 2016-12-15T14:30+02:00")
    there = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    # The encoder of JSON writes the same in a fifth of the time, but leaves six zeros out.
    text = _encoder.encode(there)
    if len(text) == _STAMPED:
        return text[1:-1].decode()
    return there.isoformat(timespec="microseconds")[:26] + "Z"


def moment_of(text: str) -> datetime:
    """Return the moment that `stamp` wrote."""
    return datetime.fromisoformat(text)


def now() -> datetime:
    """Return the moment of this machine's clock."""
    return datetime.now(UTC)


def new_id(milliseconds: int | None = None, entropy: Callable[[int], bytes] = os.urandom) -> str:
    """Return a UUID of version 7 (RFC 9562): the writer's clock in milliseconds, then 74 random bits."""
    clock = time.time_ns() // 1_000_000 if milliseconds is None else milliseconds
    return _uuid(f"{clock & (1 << 48) - 1:012x}{entropy(10).hex()}", version=7)


def derived_id(*parts: str) -> str:
    """Return a UUID of version 8 (RFC 9562) made from what it stands for, so that the same thing has the same id."""
    return _uuid(hashlib.sha256("\x1f".join(parts).encode()).hexdigest(), version=8)


def _uuid(text: str, *, version: int) -> str:
    """Return the first 32 hexadecimal digits as a UUID; version and variant take the place of six bits."""
    return f"{text[:8]}-{text[8:12]}-{version}{text[13:16]}-{_VARIANT[text[16]]}{text[17:20]}-{text[20:32]}"


def fault(entry: Entry) -> str:
    """Return what makes an entry unfit for the log, or an empty text."""
    fields = f"{entry.id}\n{entry.name}\n{entry.actor}\n{entry.device}\n{entry.happened}\n{entry.recorded}"
    happened, recorded = entry.happened, entry.recorded
    if not _sound_fields(fields) or not (_is_moment(happened) and (recorded == happened or _is_moment(recorded))):
        return _which_field(entry)
    if entry.kind not in KINDS:
        return "the kind is neither report, decision nor act"
    if not 0 <= entry.device_seq < 1 << 53:
        return "the device's counter is negative or too large"
    return _body_fault(entry.body)


def _which_field(entry: Entry) -> str:
    if not _is_id(entry.id):
        return "the id is no UUID of version 7 or 8 in lower case"
    for label, word in (("name", entry.name), ("actor", entry.actor), ("device", entry.device)):
        if not _is_word(word):
            return f"the {label} is empty, longer than {LONGEST_WORD} letters or holds control characters"
    sound = _has_form(entry.happened) and _is_moment(entry.happened)
    return f"{'recorded' if sound else 'happened'} is no moment in UTC"


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _body_fault(body: str) -> str:
    if len(body) > LARGEST_BODY:
        return f"the body is larger than {LARGEST_BODY // 1024 // 1024} MB"
    try:
        value = _decoder.decode(body)
        same = _encoder.encode(value) == body.encode()
    except (msgspec.DecodeError, ValueError, RecursionError):
        return "the body is not JSON"
    if not isinstance(value, dict):
        return "the body is not a JSON object"
    return "" if same else "the body is not canonical JSON"
