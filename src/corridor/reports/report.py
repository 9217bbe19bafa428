"""A report: one stated fact, its source and its two clocks."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Literal

import msgspec

Hedge = Literal["exact", "approx", "min", "max", "range", "order", "unknown"]
Modality = Literal["done", "planned", "estimate", "accusation", "denied", "unknown"]
Scope = Literal["", "batch", "daily", "cumulative", "total"]

NOT_GRADED = "not graded"
# The source of figures that nobody stated: they stand in a table of reports so that all can see and replace them.
ASSUMPTION = "Corridor planning default"
# The received_rule of what was computed from a map: nobody said it of the operation.
FROM_MAP = "computed from a map on disk"
# The role that stands where claims were taken from texts by rule and no person has read them.
UNREVIEWED = "nobody (unreviewed)"


class Report(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """One stated fact: who says it, about what, when it was true and when it could be known.

    `source` is an organisation or an office, never a private person; `grade` is the Admiralty code (A-F, 1-6).
    `about` is the subject that the fact asks for, `place` the site where it holds, `group` the people as worded.
    `value` is a number, a time, a word or an id as facts.csv says; `low` and `high` bound it where the source gave a
    range or one bound only; `hedge` tells which. `scope` says what a count covers, from `since` to `observed`.
    `observed` is when it was true, `said` when the source said it, `received` when it could be known, by
    `received_rule`. Times carry their offset. `note` is our wording, `quote` the source's own words where kept.
    """

    id: str
    source: str
    fact: str
    about: str
    place: str
    observed: datetime
    received: datetime
    publisher: str = ""
    grade: str = NOT_GRADED
    group: str = "all"
    value: int | float | str | None = None
    low: float | None = None
    high: float | None = None
    hedge: Hedge = "exact"
    modality: Modality = "done"
    scope: Scope = ""
    since: datetime | None = None
    said: datetime | None = None
    received_rule: str = ""
    reference: str = ""
    quote: str = ""
    note: str = ""
    derived_from: str = ""
    corrects: str = ""

    @property
    def origin(self) -> str:
        """The independent origin of the claim: what it was derived from, else its source.

        Ten papers that carry one agency are one origin (ICRC Handbook on data protection leaves weighing to the
        analyst; design rule: equal weight per independent origin).
        """
        return self.derived_from or self.source

    @property
    def is_assumption(self) -> bool:
        """Whether the figure is Corridor's own assumption and not what somebody said."""
        return self.source == ASSUMPTION

    @property
    def is_unreviewed(self) -> bool:
        """Whether the report was read from prose and accepted without a person having read it."""
        return self.received_rule.endswith(UNREVIEWED)

    @property
    def number(self) -> float | None:
        """The value as a number, or None where it is a word or unknown."""
        return float(self.value) if isinstance(self.value, int | float) else None

    @property
    def subject(self) -> str:
        """The subject without the part after its dot: `bus` of `bus.seat`, `aleppo/who` of `aleppo/who.from`."""
        return self.about.partition(".")[0]

    @property
    def part(self) -> str:
        """The part after the dot of the subject: `seat` of `bus.seat`, empty where there is none."""
        return self.about.partition(".")[2]


class Candidate(Report, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A report read from prose and not yet accepted, with the span it came from.

    `doc[start:end]` is the quote, in code points of the decoded text; `spans` holds further places that repeat it.
    `group_worded` is what the text calls the people, `group` the word of groups.csv for them.
    `confidence` is a share from 0 to 1 and `reason` says in words why the reader proposes it.
    """

    candidate: Literal[True]
    doc: str
    start: int
    end: int
    kind: str = ""
    unit: str = ""
    group_worded: str = ""
    spans: tuple[tuple[int, int], ...] = ()
    confidence: float = 0.5
    reason: str = ""


def content_id(fields: dict[str, str]) -> str:
    """Return the id of a row that brings none: a hash of its content, so that a second import changes nothing."""
    text = "\x1f".join(f"{key}={fields[key]}" for key in sorted(fields) if key != "id" and fields[key])
    return "r-" + hashlib.sha256(text.encode()).hexdigest()[:12]
