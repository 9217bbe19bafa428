"""Backups that only the holder of a passphrase can read: scrypt (RFC 7914) and ChaCha20-Poly1305 (RFC 8439) in chunks.

The chunks follow STREAM (Hoang, Reyhanitabar, Rogaway and Vizár 2015), as age does: each is numbered and the last one
marked, so that none can be cut off, repeated or moved.
"""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from corridor.errors import CorridorError, InputError, UsageError

# What a backup begins with says how its key was made, so that the cost can grow and older backups are still read:
# the exponent of N beside r=8, p=1. 17 (128 MiB) is the least of OWASP's Password Storage Cheat Sheet.
_COSTS = {f"corridor-backup/1 scrypt-{cost}-8-1 chacha20-poly1305\n".encode(): cost for cost in (15, 17)}
MAGIC = max(_COSTS, key=lambda magic: _COSTS[magic])
CHUNK = 64 * 1024
SALT = 16
TAG = 16
SHORTEST_PASSPHRASE = 15


def read_passphrase(path: Path) -> bytes:
    """Return the passphrase that a private file holds, without the line's end.

    Raises `UsageError` where there is none or it is short, `CorridorError` where others may read the file.
    """
    try:
        mode = path.stat().st_mode & 0o777
        found = path.read_bytes().rstrip(b"\r\n")
    except OSError as error:
        raise UsageError(
            f"cannot be read: {error.strerror}", place=str(path), hint="name the passphrase file"
        ) from None
    if mode & 0o077:
        raise CorridorError(f"can be read by others (mode {mode:o})", place=str(path), hint=f"chmod 600 {path.name}")
    if len(found) < SHORTEST_PASSPHRASE:
        hint = f"take at least {SHORTEST_PASSPHRASE} letters, six random words for example"
        raise UsageError("holds too short a passphrase", place=str(path), hint=hint)
    return found


def _cipher(passphrase: bytes, salt: bytes, magic: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(Scrypt(salt=salt, length=32, n=1 << _COSTS[magic], r=8, p=1).derive(passphrase))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


class Sealing(io.RawIOBase):
    """A file to write to; what is written stands encrypted in the file below. `close` writes the last chunk."""

    def __init__(self, below: BinaryIO, passphrase: bytes) -> None:
        super().__init__()
        salt = os.urandom(SALT)
        self._below, self._cipher, self._number = below, _cipher(passphrase, salt, MAGIC), 0
        self._rest = bytearray()
        below.write(MAGIC + salt)

    def writable(self) -> bool:
        """Return True: it is written only."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Take some bytes; a chunk goes down as soon as another byte follows it."""
        self._rest += data
        while len(self._rest) > CHUNK:
            self._put(bytes(self._rest[:CHUNK]), last=False)
            del self._rest[:CHUNK]
        return len(data)

    def _put(self, chunk: bytes, *, last: bool) -> None:
        self._below.write(self._cipher.encrypt(_nonce(self._number, last=last), chunk, MAGIC))
        self._number += 1

    def close(self) -> None:
        """Write what is left as the last chunk; the file below stays open."""
        if not self.closed:
            self._put(bytes(self._rest), last=True)
            super().close()


class _Opening(io.RawIOBase):
    def __init__(self, below: BinaryIO, passphrase: bytes, place: str, magic: bytes) -> None:
        super().__init__()
        self._below, self._place, self._number, self._magic = below, place, 0, magic
        self._cipher = _cipher(passphrase, below.read(SALT), magic)
        self._next = below.read(CHUNK + TAG)
        self._clear = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, target: bytearray) -> int:  # type: ignore[override]
        while not self._clear and self._next:
            chunk, self._next = self._next, self._below.read(CHUNK + TAG)
            try:
                clear = self._cipher.decrypt(_nonce(self._number, last=not self._next), chunk, self._magic)
            except InvalidTag:
                what = "is not opened by this passphrase" if self._number == 0 else "was changed or cut"
                raise InputError(what, place=self._place, hint="give the right one, or take another copy") from None
            self._number += 1
            self._clear = memoryview(clear)
        count = min(len(target), len(self._clear))
        target[:count] = self._clear[:count]
        self._clear = self._clear[count:]
        return count


def opened(file: BinaryIO, passphrase: bytes | None, place: str) -> BinaryIO:
    """Return a backup to read from its beginning, decrypted where it is encrypted.

    Raises `UsageError` where a passphrase is needed and none was given.
    """
    file.seek(0)
    magic = file.read(len(MAGIC))
    if magic not in _COSTS:
        file.seek(0)
        return file
    if passphrase is None:
        raise UsageError("is encrypted", place=place, hint="give the file of its passphrase: --passphrase FILE")
    return io.BufferedReader(_Opening(file, passphrase, place, magic), CHUNK)  # type: ignore[type-var]
