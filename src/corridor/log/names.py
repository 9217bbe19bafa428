"""What a log is called: a .corridor file, or the address of a PostgreSQL database."""

from __future__ import annotations

SUFFIX = ".corridor"
POSTGRES = ("postgresql://", "postgres://")


def is_log(place: str) -> bool:
    """Return whether a name means a log."""
    return place.endswith(SUFFIX) or place.startswith(POSTGRES)
