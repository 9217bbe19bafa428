"""The levels of release, read from one table: what is delayed, made coarse, left out, and which files are made."""

from __future__ import annotations

import csv
import math
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from typing import Literal, get_args

import msgspec

from corridor.errors import UsageError
from corridor.publishing.redact import Level as Grid
from corridor.publishing.redact import snapped

Name = Literal["internal", "parties", "partners", "public"]
LEVELS: tuple[Name, ...] = get_args(Name)
TABLE = "levels.csv"


class Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One level: the column of levels.csv; each row's meaning stands there."""

    delay_hours: float
    grid_km: float
    smallest: int
    step: int
    clock_minutes: int
    movements: Literal["full", "none"]
    route: Literal["full", "none"]
    places: Literal["full", "receptions"]
    outlook: Literal["full", "end", "none"]
    claims: Literal["full", "published", "none"]
    sources: Literal["full", "published"]
    words: Literal["full", "none"]
    vehicles: Literal["full", "none"]
    needs: Literal["full", "none"]
    agreement: Literal["full", "state"]
    destroy_days: int
    formats: tuple[str, ...]
    name: Name = "internal"

    def moment(self, at: datetime) -> datetime:
        """Return a moment cut down to the level's clock."""
        past = at.replace(second=0, microsecond=0)
        midnight = past.replace(hour=0, minute=0)
        minutes = int((past - midnight).total_seconds() // 60)
        return midnight + timedelta(minutes=minutes - minutes % self.clock_minutes)

    def shown(self, now: datetime) -> datetime:
        """Return the moment whose state may be told now: the delay back, then cut to the clock."""
        return self.moment(now - timedelta(hours=self.delay_hours)) if self.delay_hours else now

    def hides(self, people: float) -> bool:
        """Whether a count is too small to be shown; zero is shown, for nobody is in it."""
        return 0 < round(people) < self.smallest

    def count(self, people: float) -> int:
        """Return a count as coarse as the level wants: two digits, never nearer than its step."""
        if not self.step:
            return round(people)
        step = max(10 ** (math.floor(math.log10(people)) - 1), self.step) if people >= 1 else self.step
        return int(round(people / step) * step)

    def position(self, latitude: float, longitude: float) -> tuple[float, float]:
        """Return where a place is shown: the middle of its cell, or where it was reported."""
        if not self.grid_km:
            return latitude, longitude
        return snapped(latitude, longitude, Grid(grid_km=self.grid_km))

    def allows(self, kind: str) -> bool:
        """Whether a format may be made at this level."""
        return kind in self.formats


@cache
def table() -> list[dict[str, str]]:
    """Return levels.csv as it stands: a row a rule, a column a level, and what the rule means."""
    text = resources.files("corridor.publishing.release").joinpath(TABLE).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def rules(name: str) -> Rules:
    """Return the rules of a level. Raises `UsageError` where there is no such level."""
    for level in LEVELS:
        if level == name:
            cells: dict[str, object] = {row["rule"]: row[level] for row in table()}
            cells["formats"] = str(cells["formats"]).split()
            return msgspec.convert({**cells, "name": level}, Rules, strict=False)
    raise UsageError(f"no level {name!r}", place="--level", hint="one of: " + ", ".join(LEVELS))
