"""Accepting: a person turns candidates into reports, and the report says in which role it was done."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from corridor.errors import Fault, InputError
from corridor.reports.report import Candidate, Report
from corridor.reports.text.offices import office_of
from corridor.reports.text.when import UNDATED
from corridor.reports.vocabulary import facts, faults, groups


def accept(candidates: Iterable[Candidate], *, by_role: str) -> list[Report]:
    """Return the accepted candidates as reports; a named official becomes the office, `by_role` who accepted.

    Candidates that no fact of the vocabulary can hold (statements, accusations, background) are passed over.
    Raises InputError with every candidate that cannot be accepted as it is, for instance one without a date.
    """
    if not by_role.strip():
        raise InputError("nobody accepts", hint="name the role of the person who accepts, for instance 'duty officer'")
    accepted: list[Report] = []
    wrong: list[Fault] = []
    for candidate in candidates:
        if not candidate.fact:
            continue
        if candidate.observed == UNDATED:
            wrong.append(
                Fault(
                    f"{candidate.doc}:{candidate.start}",
                    "the text bears no date",
                    "read it again with its day of publication",
                )
            )
            continue
        part = _part_of_one(candidate)
        if part is not None:
            hint = (
                f"leave it out (--reject {candidate.id}), or write a whole one (--set {candidate.id}.value={part:.0f})"
            )
            wrong.append(Fault(f"{candidate.doc}:{candidate.start}", f"{part:g} is no whole number of {_WHOLE}", hint))
            continue
        report = _report(candidate, by_role.strip())
        wrong += [
            Fault(f"{candidate.doc}:{candidate.start}: {column}", what, hint) for column, what, hint in faults(report)
        ]
        accepted.append(report)
    if wrong:
        raise InputError("candidates that cannot be accepted as they are", faults=wrong)
    return accepted


_WHOLE = "persons, vehicles or places"


def _part_of_one(candidate: Candidate) -> float | None:
    """Return the decimal number of a candidate whose fact counts whole persons, vehicles or places; None elsewhere."""
    if facts()[candidate.fact].type != "count":
        return None
    numbers = (candidate.value, candidate.low, candidate.high)
    return next((n for n in numbers if isinstance(n, float) and not n.is_integer()), None)


def _report(candidate: Candidate, role: str) -> Report:
    fact = facts()[candidate.fact]
    value = candidate.value
    if fact.type in ("word", "text", "any") and value is None:
        value = _word(candidate)
    known = candidate.group if candidate.group in groups() else "all"
    return Report(
        id=candidate.id.replace("r-", "t-", 1),
        source=office_of(candidate.source),
        publisher=candidate.doc,
        fact=candidate.fact,
        about=candidate.about or candidate.place or "operation",
        place=candidate.place,
        group=_group(candidate, known),
        value=_whole(value),
        low=candidate.low,
        high=candidate.high,
        hedge=candidate.hedge,
        modality=candidate.modality,
        scope=candidate.scope,
        observed=candidate.observed,
        said=candidate.said,
        received=candidate.received if candidate.modality == "planned" else max(candidate.received, candidate.observed),
        received_rule=f"{candidate.received_rule}; accepted by {role}",
        reference=f"{candidate.doc}:{candidate.start}-{candidate.end}",
        quote=candidate.quote,
        derived_from=candidate.derived_from,
        corrects=candidate.corrects.replace("r-", "t-", 1),
        note=f"read as {candidate.kind} because of {candidate.reason}"
        if candidate.reason
        else f"read as {candidate.kind}",
    )


def _whole(value: float | str | None) -> int | float | str | None:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _word(candidate: Candidate) -> str:
    """Return the word that a status fact asks for; what happened stays in the source's own words."""
    if candidate.fact == "agreement":
        return "announced"
    if candidate.fact == "clause":
        return "corridor" if candidate.kind == "route" else "who"
    return candidate.quote


def _group(candidate: Candidate, known: str) -> str:
    if candidate.kind != "casualty" or known in ("killed", "injured"):
        return known
    hurt = known in ("wounded", "stretcher") or "INJ" in candidate.unit
    return "injured" if hurt else "killed"


def to_office(candidate: Candidate) -> Candidate:
    """Return a candidate whose source is the office where the table of offices knows the person."""
    return msgspec.structs.replace(candidate, source=office_of(candidate.source))
