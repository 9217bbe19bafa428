"""What a SQLite database must be before a log trusts it: its settings, its health, its tables, its disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from corridor.errors import InputError
from corridor.log.migrations import steps
from corridor.log.store import LogError

APPLICATION_ID = 0x436F7272  # "Corr", so that `file` and this module know a log from another database
FULL = 2
# A lock that is not reliable over the network loses commits: sqlite.org/howtocorrupt.html, section 2.1.
NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre", "ncpfs"})


def prepare(db: Any, place: str) -> None:  # noqa: ANN401
    """Set a database up and read back what was set: a promise of durability is checked, not hoped for.

    Raises `LogError` where it is damaged or cannot be kept safe, `InputError` where it is no log.
    """
    for pragma in ("busy_timeout=10000", "trusted_schema=OFF", "cell_size_check=ON", "fullfsync=ON"):
        list(db.execute(f"PRAGMA {pragma}"))
    mode = _one(db, "PRAGMA journal_mode=WAL")
    list(db.execute("PRAGMA synchronous=FULL"))
    if mode != "wal" or _one(db, "PRAGMA synchronous") != FULL:
        raise LogError(f"cannot be kept safe here (journal {mode})", place=place, hint="put the log on a local disk")
    # What a killed writer left half done may be read now and yet not be on the disk. Once it is copied into the
    # database and synced, a repeated delivery can be answered "duplicate" with a clear conscience.
    list(db.execute("PRAGMA wal_checkpoint(TRUNCATE)"))
    faults = [text for (text,) in db.execute("PRAGMA quick_check(5)") if text != "ok"]
    if faults:
        hint = "restore the last backup with: corridor log restore"
        raise LogError(f"is damaged: {faults[0]}", place=place, hint=hint)
    _migrate(db, place)


def _migrate(db: Any, place: str) -> None:  # noqa: ANN401
    known = steps("sqlite")
    version = _one(db, "PRAGMA user_version")
    if version > known[-1][0]:
        raise LogError(f"was written by a later Corridor (tables {version})", place=place, hint="install that version")
    tables = _one(db, "SELECT count(*) FROM sqlite_master")
    if _one(db, "PRAGMA application_id") != APPLICATION_ID and tables:
        raise InputError("is a database, but no log", place=place, hint="make one with: corridor new LOG")
    for number, text in known:
        if number > version:
            db.execute("BEGIN IMMEDIATE")
            # Another program may have taken the step while this one waited for the lock.
            if _one(db, "PRAGMA user_version") < number:
                for statement in text.split(";\n"):
                    if statement.strip():
                        db.execute(statement)
                db.execute(f"PRAGMA application_id={APPLICATION_ID}")
                db.execute(f"PRAGMA user_version={number}")
            db.execute("COMMIT")


def file_system(path: Path) -> str:
    """Return the kind of file system that holds a path, or an empty text where the system does not say."""
    try:
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    place = path.absolute().resolve()
    best, kind = -1, ""
    for line in mounts:
        fields = line.split(" ")
        point = Path(fields[1].replace("\\040", " "))
        if place.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), fields[2]
    return kind


def _one(db: Any, query: str) -> Any:  # noqa: ANN401
    return next(iter(db.execute(query)))[0]
