"""Every page of the console: importing this enters all their handlers."""

from corridor.server.console import (
    agreement,
    assets,
    drill,
    figure,
    journal,
    now,
    people,
    planning,
    reader,
    reception,
    sheets,
    start,
    waiting,
)

__all__ = [
    "agreement",
    "assets",
    "drill",
    "figure",
    "journal",
    "now",
    "people",
    "planning",
    "reader",
    "reception",
    "sheets",
    "start",
    "waiting",
]
