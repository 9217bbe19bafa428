"""Every page of the console: importing this enters all their handlers."""

from corridor.server.console import (
    accounts,
    agreement,
    assets,
    drill,
    figure,
    journal,
    now,
    orders,
    people,
    planning,
    reader,
    reception,
    sheets,
    start,
    waiting,
)

__all__ = [
    "accounts",
    "agreement",
    "assets",
    "drill",
    "figure",
    "journal",
    "now",
    "orders",
    "people",
    "planning",
    "reader",
    "reception",
    "sheets",
    "start",
    "waiting",
]
