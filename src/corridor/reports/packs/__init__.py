"""Hazard packs: a commented starting folder for a hazard; words, defaults and hazards change, the engine does not."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path

from corridor.errors import UsageError
from corridor.files import nearest, write_atomically

PACKS = ("hurricane", "wildfire", "flood", "industrial", "hospital")
_MOMENT = re.compile(r"\{at(?:\+(\d+)h)?\}")


def make_pack(pack: str, folder: str | Path, at: datetime) -> list[Path]:
    """Write the starting folder of a pack, its hours counted from a moment; returns the files.

    Raises `UsageError` for an unknown pack and for a folder that is there already: nothing is overwritten.
    """
    if pack not in PACKS:
        raise UsageError(f"unknown pack {pack!r}", place="--pack", hint=nearest(pack, list(PACKS)))
    target = Path(folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError("is there already", place=str(folder), hint="name a new folder")
    written = []
    for file in sorted(resources.files("corridor.reports.packs").joinpath(pack).iterdir(), key=lambda item: item.name):
        text = file.read_text(encoding="utf-8").replace("{name}", target.name)
        text = _MOMENT.sub(lambda found: (at + timedelta(hours=int(found[1] or 0))).isoformat(), text)
        write_atomically(target / file.name, text.encode())
        written.append(target / file.name)
    return written
