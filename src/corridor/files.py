"""Writing a file so that it is whole or not there at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from corridor.errors import CorridorError


def write_atomically(path: Path, data: bytes) -> None:
    """Write bytes to a temporary name in the same folder, then rename; raises `CorridorError` where it cannot."""
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError as error:
        if temporary:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
        cause = f"cannot be written: {error.strerror}"
        raise CorridorError(
            cause, place=str(path), hint="name a folder that you may write to, with room left"
        ) from None
