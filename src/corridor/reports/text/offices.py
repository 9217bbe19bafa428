"""Named officials and the office each held: a source is an office or an organisation, never a person."""

from __future__ import annotations

from functools import cache

from corridor.reports.text.fold import fold
from corridor.reports.text.language import rows


@cache
def _offices() -> tuple[tuple[str, str], ...]:
    return tuple(
        (fold(name).text, row["office"]) for row in rows("rules", "offices.csv") for name in row["names"].split("|")
    )


def office_of(source: str) -> str:
    """Return the office for a source that names its holder; other sources stay as worded."""
    folded = fold(source).text
    for name, office in _offices():
        if name in folded:
            return office
    return source
