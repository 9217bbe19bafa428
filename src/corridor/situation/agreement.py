"""The agreement: its clauses, its windows, and what has stopped it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

ClauseKind = Literal[
    "window",
    "who",
    "destination",
    "vehicles",
    "corridor",
    "order",
    "reciprocity",
    "guarantee",
    "monitoring",
    "goods",
    "search",
    "phase",
]
AgreementState = Literal["none", "announced", "in_force", "suspended", "failed", "ended"]


class Clause(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One rule of the agreement: its kind, its parameters as stated, who agreed it and until when."""

    id: str
    kind: ClauseKind
    parameters: dict[str, int | float | str] = {}
    parties: tuple[str, ...] = ()
    begins: datetime | None = None
    ends: datetime | None = None
    version: int = 1
    reports: tuple[str, ...] = ()


class Agreement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the parties accepted for one operation, and its state as last reported."""

    operation: str
    state: AgreementState = "none"
    clauses: tuple[Clause, ...] = ()
    reports: tuple[str, ...] = ()

    def of_kind(self, kind: ClauseKind) -> tuple[Clause, ...]:
        """Return the clauses of a kind, in the order stated."""
        return tuple(clause for clause in self.clauses if clause.kind == kind)

    def windows(self) -> tuple[tuple[datetime, datetime], ...]:
        """Return the open windows as (opens, closes), in order; empty where the agreement states no hours."""
        spans = [(c.begins, c.ends) for c in self.of_kind("window") if c.begins is not None and c.ends is not None]
        return tuple(sorted(spans))


class Reason(msgspec.Struct, frozen=True):
    """One reason for a halt as one source gives it; rival reasons stand side by side."""

    source: str
    text: str
    report: str


class Halt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A stop of a whole operation: since when, until when (None while it lasts), and who says why."""

    operation: str
    since: datetime
    until: datetime | None = None
    reasons: tuple[Reason, ...] = ()
    ended_by: tuple[str, ...] = ()
