"""The chain: each row's hash holds the one before it, and signed checkpoints pin the head for outsiders."""

from __future__ import annotations

import base64
import contextlib
import os
from hashlib import sha256
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from corridor.errors import CorridorError, InputError, UsageError
from corridor.log.entry import Entry, Row, canonical

DOMAIN = "corridor-log/1"
ORIGIN = "0" * 64
CHECKPOINT = "checkpoint"
CONFLICT = "conflict"


def row_hash(seq: int, prev: str, entry: Entry | Row, received: str, body_sha256: str) -> str:
    """Return the SHA-256 of domain, previous hash and the row's fields, one a line; no field can hold a line end.

    The body stands by its own hash. See Haber and Stornetta 1991 for linked stamping.
    """
    fields = (entry.id, entry.kind, entry.name, entry.actor, entry.device, entry.device_seq)
    return sha256(hashed(prev, seq, *fields, entry.happened, entry.recorded, received, body_sha256)).hexdigest()


def hashed(
    prev: str,
    seq: int,
    name_id: str,
    kind: str,
    name: str,
    actor: str,
    device: str,
    device_seq: int,
    happened: str,
    recorded: str,
    received: str,
    body_sha256: str,
) -> bytes:
    """Return the bytes that a row's hash is of."""
    return (
        f"{DOMAIN}\n{prev}\n{seq}\n{name_id}\n{kind}\n{name}\n{actor}\n{device}\n"
        f"{device_seq}\n{happened}\n{recorded}\n{received}\n{body_sha256}"
    ).encode()


def link(entry: Entry, *, seq: int, prev: str, received: str) -> Row:
    """Return an entry as the next row of a chain."""
    body_sha256 = entry.body_sha256
    return Row(  # by place, in the order of the fields: with names it takes twice as long
        seq,
        entry.id,
        entry.kind,
        entry.name,
        entry.actor,
        entry.device,
        entry.device_seq,
        entry.happened,
        entry.recorded,
        received,
        entry.body,
        body_sha256,
        prev,
        row_hash(seq, prev, entry, received, body_sha256),
    )


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The signed head of a log: how many entries, the hash of the last, when, and by which key.

    Whoever holds one, on paper or in a published file, can tell later whether the log was cut short or written anew.
    """

    count: int
    head: str
    at: str
    key: str
    signature: str = ""

    def signed_bytes(self) -> bytes:
        """Return what the signature covers."""
        return f"{DOMAIN}/checkpoint\n{self.count}\n{self.head}\n{self.at}\n{self.key}".encode()

    def holds(self) -> bool:
        """Return whether the signature is by the key that the checkpoint names."""
        try:
            key = Ed25519PublicKey.from_public_bytes(base64.b64decode(self.key, validate=True))
            key.verify(base64.b64decode(self.signature, validate=True), self.signed_bytes())
        except (InvalidSignature, ValueError):
            return False
        return True

    def __str__(self) -> str:
        """Return the checkpoint as one line that can be printed and kept."""
        return canonical(self)


def read_checkpoint(text: str | bytes, *, place: str = "checkpoint") -> Checkpoint:
    """Read a checkpoint as it was printed; raises `InputError` where it is none."""
    try:
        return msgspec.json.decode(text, type=Checkpoint)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
        hint = "give the line that `corridor log verify` printed"
        raise InputError(f"is not a checkpoint: {error}", place=place, hint=hint) from None


class Key:
    """The key with which one log signs its checkpoints (Ed25519, RFC 8032)."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        raw = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.public = base64.b64encode(raw).decode()

    @staticmethod
    def make() -> Key:
        """Return a new key from the system's randomness."""
        return Key(Ed25519PrivateKey.generate())

    def sign(self, count: int, head: str, at: str) -> Checkpoint:
        """Return the signed checkpoint of a log."""
        bare = Checkpoint(count=count, head=head, at=at, key=self.public)
        signature = base64.b64encode(self._private.sign(bare.signed_bytes())).decode()
        return msgspec.structs.replace(bare, signature=signature)

    def write(self, path: Path) -> None:
        """Write the key so that only its owner can read it; an existing file is never overwritten."""
        raw = self._private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(base64.b64encode(raw) + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except FileExistsError:
            raise UsageError("a key stands there already", place=str(path), hint="give the log a new name") from None
        except OSError as error:
            hint = "name a folder that exists, with the right to write"
            raise UsageError(f"cannot be written: {error.strerror}", place=str(path), hint=hint) from None

    @staticmethod
    def read(path: Path) -> Key | None:
        """Return the key of a file, None where there is no such file.

        Raises `CorridorError` where others may read it or where it is no key.
        """
        with contextlib.suppress(FileNotFoundError):
            mode = path.stat().st_mode & 0o777
            if mode & 0o077:
                raise CorridorError(
                    f"can be read by others (mode {mode:o})", place=str(path), hint=f"chmod 600 {path.name}"
                )
            try:
                return Key(Ed25519PrivateKey.from_private_bytes(base64.b64decode(path.read_bytes().strip())))
            except ValueError:
                raise CorridorError("is no signing key", place=str(path), hint="restore it from your copy") from None
        return None
