"""The numbered steps by which a store's tables come to their present form."""

from __future__ import annotations

from importlib import resources


def steps(engine: str) -> list[tuple[int, str]]:
    """Return the steps of an engine as (number, SQL), in order."""
    folder = resources.files("corridor.log.migrations").joinpath(engine)
    names = sorted(item.name for item in folder.iterdir() if item.name.endswith(".sql"))
    return [(int(name[:4]), folder.joinpath(name).read_text(encoding="utf-8")) for name in names]
