"""The agreement ledger: its versions and terms, who guarantees what until when, who accuses whom, and what is open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from corridor.finding import Finding
from corridor.reports.report import Report
from corridor.situation.agreement import Clause
from corridor.situation.situation import Situation

# What must be exact before a convoy leaves (field notes PR18), the clause that says it, the terms that make it exact.
EXACT: dict[str, tuple[str, tuple[str, ...]]] = {
    "road": ("corridor", ("via",)),
    "hours": ("window", ("opens", "from", "begins")),
    "who": ("who", ("groups",)),
    "goods": ("goods", ("allowed", "in", "out")),
    "search": ("search", ("where", "by")),
    "ratio": ("reciprocity", ("ratio",)),
    "guarantor": ("guarantee", ("parties", "by", "brokers")),
    "end": ("window", ("closes", "until", "ends")),
}


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One state of the agreement as one source gives it."""

    at: datetime
    state: str
    source: str
    report: str


class Guarantee(msgspec.Struct, frozen=True, kw_only=True):
    """What one party is said to guarantee: given, renewed or withdrawn, by whom it is told, and until when it holds."""

    party: str
    state: str
    since: datetime
    until: str
    confirmed_by: tuple[str, ...]
    reports: tuple[str, ...]


class Violation(msgspec.Struct, frozen=True, kw_only=True):
    """A breach that one source claims; nobody's claim is merged with another's."""

    at: datetime
    place: str
    claimed_by: str
    text: str
    how: str
    report: str


def versions(reports: Sequence[Report], operation: str) -> list[Version]:
    """Return every state that any source gave the agreement, in order of observation."""
    mine = [r for r in reports if r.fact == "agreement" and r.subject == operation and r.modality != "denied"]
    return [
        Version(at=r.observed, state=str(r.value), source=r.source, report=r.id)
        for r in sorted(mine, key=lambda r: (r.observed, r.received, r.id))
    ]


def guarantees(reports: Sequence[Report]) -> list[Guarantee]:
    """Return the state of each party's guarantee; `until` is empty where the agreement gives it no end."""
    by_party: dict[str, list[Report]] = {}
    for report in reports:
        if report.fact == "guarantee" and report.modality == "done":
            by_party.setdefault(report.subject, []).append(report)
    found = []
    for party, claims in sorted(by_party.items()):
        last = max(claims, key=lambda r: (r.observed, r.received, r.id))
        same = [r for r in claims if r.value == last.value]
        ends = [str(r.value) for r in reports if r.fact == "term" and r.about.endswith(f"/guarantee.{party}_until")]
        found.append(
            Guarantee(
                party=party,
                state=str(last.value),
                since=min(r.observed for r in same),
                until=ends[-1] if ends else "",
                confirmed_by=tuple(sorted({r.source for r in same})),
                reports=tuple(sorted(r.id for r in same)),
            )
        )
    return found


def violations(reports: Sequence[Report]) -> list[Violation]:
    """Return the breaches that sources claim, each with who claims it; a denial stands beside as a claim of its own."""
    kinds = {"accusation": "accuses", "denied": "denies", "done": "reports", "estimate": "reports"}
    found = [
        Violation(
            at=r.observed,
            place=r.place,
            claimed_by=r.source,
            text=str(r.value or r.note),
            how=kinds[r.modality],
            report=r.id,
        )
        for r in reports
        if r.fact in ("incident", "halt") and r.modality in kinds
    ]
    return sorted(found, key=lambda one: (one.at, one.claimed_by, one.report))


def precision(situation: Situation, operation: str) -> dict[str, str]:
    """Return what the agreement says of each point that must be exact; an empty text is left open."""
    agreement = situation.agreement(operation)
    found = {}
    for point, (kind, terms) in EXACT.items():
        clauses = agreement.of_kind(kind) if agreement else ()  # type: ignore[arg-type]
        found[point] = next((text for clause in clauses if (text := _says(point, clause, terms))), "")
    return found


def _says(point: str, clause: Clause, terms: tuple[str, ...]) -> str:
    if point == "hours" and clause.begins is not None:
        return f"from {clause.begins:%d %b %H:%M}"
    if point == "end" and clause.ends is not None:
        return f"until {clause.ends:%d %b %H:%M}"
    said = [f"{name} {clause.parameters[name]}" for name in terms if name in clause.parameters]
    return "; ".join(said)


def imprecise(situation: Situation) -> list[Finding]:
    """Return, for each operation, what its agreement leaves open: agreements in principle broke for lack of it."""
    found = []
    for operation in situation.operations:
        missing = [point for point, text in precision(situation, operation.id).items() if not text]
        if missing:
            agreement = situation.agreement(operation.id)
            found.append(
                Finding(
                    rule="agreement left open",
                    about=operation.id,
                    what=f"The agreement does not say: {', '.join(missing)}.",
                    remedy="Ask both parties for these before the first convoy, and record each with its source.",
                    severity="open",
                    reports=agreement.reports if agreement else (),
                )
            )
    return found
