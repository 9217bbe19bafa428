"""Files: read whole or with a clear reason why not, written so that nobody ever reads half of one."""

from __future__ import annotations

import contextlib
import difflib
import json
import os
import tempfile
from pathlib import Path

from corridor.errors import InputError, UsageError

# A file of more than this many bytes is refused rather than filling the memory of a field laptop.
LARGEST_FILE = 512 * 1024 * 1024


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file under a temporary name in the same folder, then rename it, so that it is whole or absent.

    Makes the folder where it is missing. A pipe or a device is written to, never replaced. Raises `UsageError` where
    the file cannot be made or written.
    """
    temporary: str | None = None
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            with path.open("wb") as special:
                special.write(data)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes a file for its owner only; a published one is as open as the folder's other files.
        umask = os.umask(0)
        os.umask(umask)
        Path(temporary).chmod(0o666 & ~umask)
        Path(temporary).replace(path)
    except OSError as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                Path(temporary).unlink(missing_ok=True)
        hint = "name a folder that exists or can be made, with room and the right to write"
        raise UsageError(f"cannot be written: {error.strerror or error}", place=str(path), hint=hint) from None


def read_bytes(path: str | Path) -> bytes:
    """Return the bytes of a file, or raise `InputError` that says why it cannot be read."""
    file = Path(path)
    try:
        if file.is_dir():
            raise InputError("is a folder, not a file", place=str(path), hint="name the file inside it")
        if file.stat().st_size > LARGEST_FILE:
            raise InputError("is larger than 512 MB", place=str(path), hint="split it")
        return file.read_bytes()
    except FileNotFoundError:
        raise InputError("no such file", place=str(path), hint=_neighbour(file)) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", place=str(path), hint="check its permissions") from None


def not_so(kind: str, data: bytes | str, error: Exception, *, place: str, hint: str) -> InputError:
    """Return why a file is not of its kind ("a plan"): first of all that it is cut or no JSON, where that is so."""
    try:
        json.loads(data)
    except RecursionError:
        pass
    except UnicodeDecodeError:
        return InputError(f"is not {kind}: no text in UTF-8", place=place, hint=hint)
    except json.JSONDecodeError as fault:
        end = len(fault.doc.rstrip())
        what = "the file ends too early" if fault.pos >= end or "Unterminated" in fault.msg else fault.msg
        return InputError(
            f"is not {kind}: no JSON: {what} (line {fault.lineno}, column {fault.colno})", place=place, hint=hint
        )
    return InputError(f"is not {kind}: {error}", place=place, hint=hint)


def _neighbour(file: Path) -> str:
    try:
        names = [entry.name for entry in file.parent.iterdir()]
    except OSError:
        return f"the folder {file.parent} does not exist"
    return nearest(file.name, names) if names else f"the folder {file.parent} is empty"


def nearest(word: str, words: list[str]) -> str:
    """Return a hint that names the nearest valid word, or lists the first few."""
    close = difflib.get_close_matches(word, words, n=1, cutoff=0.5)
    return f"did you mean {close[0]}?" if close else "one of: " + ", ".join(words[:8]) + (" ..." if words[8:] else "")
