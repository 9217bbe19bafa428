"""Free text under keys of its own, so that it can be erased for good while the chain still holds.

Entries keep the sealed text; its key stands in a small file beside the log, and goes when the text is to go
("crypto-shredding"). AES-SIV (RFC 5297) gives one text under one key the same seal each time, so that a repeated
delivery is still a duplicate.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import os
import re
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from corridor.errors import CorridorError, UsageError
from corridor.log.entry import Entry, Row, canonical

# The fields in which people write what they want; their owner is the nearest object that has an id.
FREE = ("note", "quote", "reason", "why", "despite")
# What belongs to a decision or an act: whoever sees that may see why. The others are for those who need to know.
REASONS = ("reason", "why", "despite")
SEALED = "sealed:"
ERASED, LOCKED = "[erased]", "[sealed: its key is not here]"
_KEY_BYTES = 64  # AES-256 in SIV mode takes two keys
_HEAD_BYTES = 1024  # reach into the random part of a file's first line, whatever the id before it
is_sealed = re.compile(rf"{SEALED}[A-Za-z0-9+/]{{22,}}={{0,2}}").fullmatch
_FIELDS = tuple(f'"{name}":"' for name in FREE)
_free_field = re.compile("|".join(f'"{name}":"[^"]' for name in FREE)).search
Change = Callable[[str, str, str], str]
Kept = TypeVar("Kept", Entry, Row)


class Line(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The key of one owner, or, once it is erased, the sealed texts that a repeated delivery must meet again."""

    id: str
    key: str = ""
    erased: dict[str, str] = {}


_decoder = msgspec.json.Decoder(Line)


def _has_free(body: str) -> bool:
    """Return whether a body has free text; most have no such field at all, and that is found out sooner."""
    note, quote, reason, why, despite = _FIELDS
    named = note in body or quote in body or reason in body or why in body or despite in body
    return named and _free_field(body) is not None


class TextKeys:
    """The keys of the free texts of one log, in a file with mode 0600 that several programs may use at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lines: dict[str, Line] = {}
        self._read = (b"", 0)  # the start of the file as it was read, and how far

    def sealed(self, entries: Sequence[Entry]) -> list[Entry]:
        """Return entries with their free texts sealed, each under the key of its owner, made where there is none.

        The keys are on the disk before this returns. Raises `CorridorError` where the file cannot be kept.
        """
        if not any(_has_free(entry.body) for entry in entries):
            return list(entries)
        with self._alone() as held:
            made: list[Line] = []

            def seal(owner: str, name: str, text: str) -> str:
                if is_sealed(text):
                    return text
                line = self._lines.get(owner)
                if line is None:
                    line = Line(owner, base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode())
                    self._lines[owner] = line
                    made.append(line)
                if not line.key:
                    return line.erased.get(name, ERASED)
                found = AESSIV(base64.b64decode(line.key)).encrypt(text.encode(), [name.encode(), owner.encode()])
                return SEALED + base64.b64encode(found).decode()

            done = [_changed(entry, seal) for entry in entries]
            if made:
                self._add(held, made)
        return done

    def opened(self, rows: Iterable[Row], names: Collection[str] = FREE) -> Iterator[Row]:
        """Yield rows with the free texts of some names in clear, or with a word that says why one is not."""
        self._refresh()

        def change(owner: str, name: str, text: str) -> str:
            return self._open(owner, name, text) if name in names else text

        for row in rows:
            yield _changed(row, change) if SEALED in row.body else row

    def clear(self, owner: str, **texts: str) -> dict[str, str]:
        """Return the texts of one owner by name in clear, or with a word that says why one is not."""
        self._refresh()
        return {name: self._open(owner, name, text) for name, text in texts.items()}

    def erasures(self) -> int:
        """Return how many owners' keys were erased so far: while it stays, what was opened before is still right."""
        self._refresh()
        return sum(not line.key for line in self._lines.values())

    def held(self, owners: Collection[str]) -> list[str]:
        """Return those of some owners whose texts can be opened here yet, in order."""
        self._refresh()
        return [owner for owner in owners if (line := self._lines.get(owner)) is not None and line.key]

    def _open(self, owner: str, name: str, text: str) -> str:
        if not is_sealed(text):
            return text
        line = self._lines.get(owner)
        if line is None or not line.key:
            return LOCKED if line is None else ERASED
        try:
            raw = base64.b64decode(text.removeprefix(SEALED))
            return AESSIV(base64.b64decode(line.key)).decrypt(raw, [name.encode(), owner.encode()]).decode()
        except (InvalidTag, ValueError):
            return text  # somebody wrote what looks like a seal

    def erase(self, texts: dict[str, dict[str, str]]) -> int:
        """Erase the keys of some owners, for good; `texts` holds their sealed texts by field. Returns how many went.

        What a disk keeps of overwritten blocks is beyond a program.
        """
        with self._alone() as held:
            gone = [owner for owner in texts if (line := self._lines.get(owner)) is None or line.key]
            for owner in gone:
                self._lines[owner] = Line(owner, erased=texts[owner])
            self._take_away(held, gone)
        return len(gone)

    def close(self) -> None:
        """Let go of what is held open."""

    # a file: a line an owner; the old one is overwritten before it goes

    def _add(self, file: Any, made: Sequence[Line]) -> None:  # noqa: ANN401
        # A cut of the current may have left half a line.
        torn = file.seek(0, os.SEEK_END) > 0 and file.seek(-1, os.SEEK_END) >= 0 and file.read(1) != b"\n"
        file.write(b"\n" * torn + b"".join(msgspec.json.encode(line) + b"\n" for line in made))
        file.flush()
        os.fdatasync(file.fileno())
        self._read = (self._read[0], file.tell())

    def _take_away(self, file: Any, gone: Sequence[str]) -> None:  # noqa: ANN401, ARG002 - it is written whole
        # Its first line tells this file from every other that had the name before: an inode's number comes again.
        lines = {"": Line("", secrets.token_hex(16))} | {one: line for one, line in self._lines.items() if one}
        part = self.path.with_name(f".{self.path.name}.part")
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as new:
                new.write(b"".join(msgspec.json.encode(line) + b"\n" for line in lines.values()))
                new.flush()
                os.fsync(new.fileno())
            part.replace(self.path)
        except OSError:
            part.unlink(missing_ok=True)
            raise
        # From here on the next program may hold the new file and write a part of its own.
        folder = os.open(self.path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        file.write(bytes(size))
        file.flush()
        os.fsync(file.fileno())

    @contextlib.contextmanager
    def _alone(self) -> Iterator[Any]:
        """Open the keys for this program alone, and read what others have added."""
        try:
            while True:
                handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
                with os.fdopen(handle, "r+b") as file:
                    fcntl.flock(file, fcntl.LOCK_EX)
                    if os.fstat(handle).st_ino == self._inode():  # nobody has put another file in its place
                        self._take(file)
                        yield file
                        return
        except OSError as error:
            self._read = (b"", 0)  # what this program believes may not be on the disk
            hint = "the texts' keys must be kept before the entries are; make room or give the right to write"
            raise CorridorError(f"cannot be kept: {error.strerror}", place=str(self.path), hint=hint) from error

    def _inode(self) -> int:
        try:
            return self.path.stat().st_ino
        except FileNotFoundError:
            return 0

    def _refresh(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            while True:
                with self.path.open("rb") as file:
                    fault: UsageError | None = None
                    try:
                        self._take(file)
                    except UsageError as error:
                        fault = error
                    if os.fstat(file.fileno()).st_ino == self._inode():
                        break
                # Another program has put a new file in its place, and was overwriting this one as it was read.
            if fault is not None:
                raise fault
            return
        self._lines.clear()

    def _take(self, file: Any) -> None:  # noqa: ANN401
        size = os.fstat(file.fileno()).st_size
        file.seek(0)
        head = file.read(_HEAD_BYTES)
        if self._read == (head, size):
            return
        start = self._read[1] if self._read[0] == head and self._read[1] < size else 0
        # What was read before need not be read again, where it ended with a whole line: the file only grows.
        whole = start > 0 and file.seek(start - 1) >= 0 and file.read(1) == b"\n"
        if not whole:
            self._lines.clear()
            file.seek(0)
        for number, raw in enumerate(file.read().splitlines(), 1):
            try:
                line = _decoder.decode(raw)
            except msgspec.DecodeError:
                if not raw.endswith(b"}"):
                    continue  # a cut of the current leaves half a line; its entry was never acknowledged
                raise UsageError(
                    f"line {number} is no key", place=str(self.path), hint="restore it from your copy"
                ) from None
            self._lines[line.id] = line
        self._read = (head, size)


def owners(rows: Iterable[Row]) -> list[str]:
    """Return who owns a sealed text in some rows: the ids of reports, decisions and acts."""
    found: set[str] = set()

    def note(owner: str, name: str, text: str) -> str:  # noqa: ARG001 - a change that changes nothing
        if is_sealed(text):
            found.add(owner)
        return text

    for row in rows:
        if SEALED in row.body:
            _changed(row, note)
    return sorted(found)


def sealed_texts(rows: Iterable[Row], owners: set[str]) -> dict[str, dict[str, str]]:
    """Return the sealed texts of some owners by field, wherever they stand in the rows."""
    found: dict[str, dict[str, str]] = {}

    def note(owner: str, name: str, text: str) -> str:
        if owner in owners and is_sealed(text):
            found.setdefault(owner, {}).setdefault(name, text)
        return text

    for row in rows:
        if SEALED in row.body:
            _changed(row, note)
    return found


def _changed(entry: Kept, change: Change) -> Kept:
    """Return an entry or a row with each free text of its body as `change` gives it."""
    try:
        value = msgspec.json.decode(entry.body)
        if canonical(value) != entry.body:
            return entry  # which the store refuses
        body = canonical(_walk(value, entry.id, change))
    except (msgspec.DecodeError, RecursionError):
        return entry
    return entry if body == entry.body else msgspec.structs.replace(entry, body=body)


def _walk(value: Any, owner: str, change: Change) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, list):
        return [_walk(one, owner, change) for one in value]
    if not isinstance(value, dict):
        return value
    mine = value.get("id")
    owner = mine if isinstance(mine, str) and mine else owner
    return {name: _field(name, one, owner, change) for name, one in value.items()}


def _field(name: str, value: Any, owner: str, change: Change) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, str):
        if name in FREE and value:
            return change(owner, name, value)
        if name == "body" and SEALED in value:  # the entry that a conflict keeps aside stands in it as text
            with contextlib.suppress(msgspec.DecodeError):
                return canonical(_walk(msgspec.json.decode(value), owner, change))
        return value
    return _walk(value, owner, change)
