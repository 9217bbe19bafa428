"""A log as a file that any store can read back: one row a line, the same bytes from every store."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from corridor.errors import InputError, UsageError
from corridor.log.entry import Kind, Row
from corridor.log.store import LogError, Store
from corridor.log.vault import Sealing, opened
from corridor.log.verify import Chain, checked

_encoder = msgspec.json.Encoder(order="sorted")
# A line longer than this is no row: entries are refused long before.
LONGEST_LINE = 80 * 1024 * 1024


Replay = Callable[[Iterable[Row]], str]


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row as the file writes it, in the order of `Row`: the body stands as JSON, not as text in quotes."""

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
    body: msgspec.Raw
    body_sha256: str
    prev: str
    hash: str


_decoder = msgspec.json.Decoder(Line)
# All fields at one go: a backup of a gigabyte does this some millions of times.
_values = attrgetter(*Row.__struct_fields__)
_BODY = Row.__struct_fields__.index("body")


def write_line(row: Row) -> bytes:
    """Return a row as one line of canonical JSON."""
    values = list(_values(row))
    values[_BODY] = msgspec.Raw(row.body)
    return _encoder.encode(Line(*values)) + b"\n"


def read_line(raw: bytes) -> Row:
    """Return the row of one line; raises `ValueError` where the line is not as `write_line` writes it."""
    try:
        line = _decoder.decode(raw)
        body = bytes(line.body).decode()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"not an entry of a log: {error}") from None
    values = list(_values(line))
    values[_BODY] = body
    row = Row(*values)
    if write_line(row) != raw:
        raise ValueError("not written as the log writes it")
    return row


def export(rows: Iterable[Row], file: BinaryIO) -> tuple[int, str]:
    """Write rows to a file; returns how many, and the SHA-256 of what was written."""
    digest, count = hashlib.sha256(), 0
    for row in rows:
        line = write_line(row)
        file.write(line)
        digest.update(line)
        count += 1
    return count, digest.hexdigest()


def write_export(rows: Iterable[Row], path: Path, passphrase: bytes | None = None) -> tuple[int, str]:
    """Write rows to a new file, whole or not at all; returns how many, and the SHA-256 of what they export to.

    With a passphrase the file is encrypted.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                if passphrase is None:
                    written = export(rows, file)
                else:
                    with Sealing(file, passphrase) as sealed:
                        written = export(rows, cast("BinaryIO", sealed))
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        hint = "name a folder that exists, with room and the right to write"
        raise UsageError(f"cannot be written: {error.strerror}", place=str(path), hint=hint) from None
    return written


def read_export(file: BinaryIO, place: str) -> Iterator[Row]:
    """Yield the rows of an exported file; raises `InputError` with the line at the first that is none."""
    number = 0
    while raw := file.readline(LONGEST_LINE):
        number += 1
        try:
            yield read_line(raw)
        except ValueError as error:
            hint = "the file was changed or cut; take another copy"
            raise InputError(str(error), place=f"{place}:{number}", hint=hint) from None


def load(file: BinaryIO, store: Store, place: str) -> Chain:
    """Read an exported file into an empty store, every row verified on the way; all of it or nothing.

    Raises `InputError` that names the first bad entry.
    """
    chain = Chain()
    try:
        store.insert(checked(read_export(file, place), chain))
    except ValueError as error:
        hint = "the file was changed or cut; take another copy"
        raise InputError(str(error), place=place, hint=hint) from None
    if chain.count == 0:
        raise InputError("holds no entries", place=place, hint="give a file made by: corridor log export")
    return chain


def digest_of(rows: Iterable[Row]) -> tuple[int, str]:
    """Return how many rows there are and the SHA-256 of their export, without keeping it."""
    digest, count = hashlib.sha256(), 0
    for row in rows:
        digest.update(write_line(row))
        count += 1
    return count, digest.hexdigest()


def prove(
    path: Path, trial: Store, expected: tuple[int, str], replay: Replay, meant: str, passphrase: bytes | None = None
) -> None:
    """Restore a backup into a trial store, replay it and compare: a backup is not done before that.

    `expected` is what was written (rows, SHA-256), `replay` the fold of the rows and `meant` what it gave before.
    Raises `LogError` where anything differs.
    """
    with path.open("rb") as file:
        load(opened(file, passphrase, str(path)), trial, str(path))
    hint = "keep the older backup, and look at the disk"
    if digest_of(trial.rows()) != expected:
        raise LogError("does not restore to the same entries", place=str(path), hint=hint)
    if replay(trial.rows()) != meant:
        raise LogError("does not replay to the same state", place=str(path), hint=hint)


def first(rows: Iterable[Row], count: int) -> Iterator[Row]:
    """Yield rows up to a seq, so that what is written meanwhile is left for the next copy."""
    for row in rows:
        if row.seq > count:
            return
        yield row
        if row.seq == count:
            return
