"""What `check` and `verify` hand back: one fault each, with a remedy."""

from __future__ import annotations

from typing import Literal

import msgspec

Severity = Literal["error", "warning", "open"]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One fault found by `check` or `verify`.

    `rule` is the name of the check that found it, `about` what it concerns (a site, a clause, a convoy, a trip),
    `what` says it in words, `remedy` what a person can do, `reports` the ids of the reports behind it.
    An `error` makes the thing unusable, a `warning` must be read, an `open` point is something the agreement
    or the sources leave unsaid.
    """

    rule: str
    about: str
    what: str
    remedy: str
    severity: Severity = "error"
    reports: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the finding as one line for a terminal."""
        return f"{self.severity}: {self.rule}: {self.about}: {self.what} Remedy: {self.remedy}"
