"""The record of a release: what went to whom, why and at which level, beside the files and in the log."""

from __future__ import annotations

import hashlib

import msgspec

from corridor.errors import UsageError
from corridor.log.entry import Answer
from corridor.log.log import Log
from corridor.publishing.release.stage import Release

EXPORT = "exported"  # the server calls its exports so too
NAMED = ("parties", "partners")
FILE = "release.json"


def asked(level: str, to: str, why: str) -> None:
    """Raise `UsageError` where a release to somebody does not say to whom it goes and why."""
    if level in NAMED and not (to.strip() and why.strip()):
        raise UsageError(f"a release to {level} says to whom and why", place="--level", hint="--to OFFICE --why REASON")


def body(release: Release, files: dict[str, bytes]) -> dict[str, object]:
    """Return what is recorded: level, to whom, why, by which role, until when, and the files with their SHA-256."""
    return {
        "what": "publication",
        "level": release.rules.name,
        "to": release.to,
        "why": release.why,
        "by": release.by,
        "as_of": release.situation.at.isoformat(),
        "destroy_by": release.destroy_by.isoformat() if release.destroy_by else None,
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())},
    }


def manifest(release: Release, files: dict[str, bytes]) -> bytes:
    """Return the record as the file that goes with the others."""
    return msgspec.json.format(msgspec.json.encode(body(release, files)), indent=1)


def record(log: Log, release: Release, files: dict[str, bytes]) -> Answer:
    """Write the export into the log before the files are let go; the log keeps who, to whom, why and the level."""
    return log.write("act", EXPORT, body(release, files), actor=release.by or "coordinator", device="console")
