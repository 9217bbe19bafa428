"""Arrays on disk beside the extract: whole or absent, and never those of another file, profile or version."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from corridor.errors import CorridorError
from corridor.files import write_atomically
from corridor.reports.roads.roadmap import Array

MAGIC = b"corridor roads 1\n"
_DIGEST = 32


def pack(key: str, header: dict[str, Any], arrays: dict[str, Array]) -> bytes:
    """Return a header and arrays as bytes, the same bytes for the same content, behind their own hash."""
    table, body, at = {}, [], 0
    for name, array in arrays.items():
        data = np.ascontiguousarray(array).tobytes()
        table[name] = (str(array.dtype), len(array), at)
        padding = -len(data) % 8
        body += [data, b"\0" * padding]
        at += len(data) + padding
    head = msgspec.json.encode({"key": key, "header": header, "arrays": table})
    head += b" " * (-(len(MAGIC) + _DIGEST + 8 + len(head)) % 8)
    rest = len(head).to_bytes(8, "little") + head + b"".join(body)
    return MAGIC + hashlib.blake2b(rest, digest_size=_DIGEST).digest() + rest


def unpack(data: bytes, key: str) -> tuple[dict[str, Any], dict[str, Array]] | None:
    """Return what `pack` was given; None for other bytes, another key, or bytes that changed since."""
    start = len(MAGIC) + _DIGEST
    if not data.startswith(MAGIC) or len(data) < start + 8:
        return None
    view = memoryview(data)
    if hashlib.blake2b(view[start:], digest_size=_DIGEST).digest() != data[len(MAGIC) : start]:
        return None
    size = int.from_bytes(data[start : start + 8], "little")
    said = msgspec.json.decode(data[start + 8 : start + 8 + size])
    if said["key"] != key:
        return None
    base = start + 8 + size
    arrays = {
        name: np.frombuffer(data, dtype=kind, count=count, offset=base + at)
        for name, (kind, count, at) in said["arrays"].items()
    }
    return said["header"], arrays


def load(path: Path, key: str) -> tuple[dict[str, Any], dict[str, Array]] | None:
    """Return what was kept under a key; None where nothing sound is kept under it."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    return unpack(data, key)


def keep(path: Path, data: bytes) -> bool:
    """Keep bytes, whole or not at all; False where the folder cannot be written, which only costs time later."""
    try:
        write_atomically(path, data)
    except CorridorError:
        return False
    return True
