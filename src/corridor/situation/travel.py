"""How the people of a group travel: in which families, from when on they are there, and where they chose to go."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

import msgspec

from corridor.reports.report import Report
from corridor.situation.people import share_of
from corridor.situation.pool import Pooling, pool
from corridor.situation.site import Gathering, Group
from corridor.situation.situation import Operation
from corridor.situation.terms import latest

# Words that a source uses for people of several of our groups.
EVERYONE = ("all", "civilians")
PATIENTS = ("stretcher", "wounded")


def with_travel(
    groups: Sequence[Group], operation: Operation, reports: Sequence[Report], pooling: Pooling
) -> tuple[Group, ...]:
    """Return the groups of an operation with their families, their gathering and their choice of a destination.

    A choice counts only where people were asked (modality done) and the site is a reception of the operation; the
    group is then split into those who chose each reception and the rest, who may be brought to any.
    """
    said = [r for r in reports if r.modality not in ("denied", "accusation")]
    settled = [_settled(group, said, pooling) for group in groups]
    return tuple(part for group in settled for part in _by_choice(group, settled, operation, said))


def _settled(group: Group, reports: Sequence[Report], pooling: Pooling) -> Group:
    size = pool(
        [r for r in reports if r.fact == "family_size" and r.subject == group.kind], pooling, "family", "people"
    )
    steps: dict[datetime, list[Report]] = {}
    for report in reports:
        meant = report.fact == "share_gathered" and report.group in (*EVERYONE, group.kind)
        if meant and report.subject == group.site and report.number is not None:
            steps.setdefault(report.observed, []).append(report)
    gathers = tuple(Gathering(at=at, share=latest(said).number or 0.0) for at, said in sorted(steps.items()))
    if size is None and not gathers:
        return group
    cited = (*(size.reports if size else ()), *(r.id for said in steps.values() for r in said))
    return msgspec.structs.replace(
        group,
        family=max(math.ceil(size.quantile(0.5) - 1e-9), 1) if size else 1,
        gathers=gathers,
        reports=tuple(dict.fromkeys((*group.reports, *cited))),
    )


def _by_choice(
    group: Group, groups: Sequence[Group], operation: Operation, reports: Sequence[Report]
) -> tuple[Group, ...]:
    asked: dict[str, list[Report]] = {}
    for report in reports:
        said = report.fact == "destination_chosen" and report.modality == "done" and bool(report.number)
        ends = report.subject == operation.area and report.part in operation.receptions
        if said and ends and _covers(report.group, group):
            asked.setdefault(report.part, []).append(report)
    if not asked:
        return (group,)
    # What was asked of this very group stands before what was asked of everyone.
    own = {site: [r for r in claims if r.group == group.kind] or claims for site, claims in asked.items()}
    chosen = {site: latest(claims) for site, claims in sorted(own.items())}
    shares = {site: (r.number or 0.0) / max(_people(r.group, group, groups), 1.0) for site, r in chosen.items()}
    scale = max(sum(shares.values()), 1.0)
    parts = [
        msgspec.structs.replace(
            group,
            id=f"{group.id}>{site}",
            people=share_of(group.people, share / scale),
            chosen=site,
            reports=tuple(dict.fromkeys((*group.reports, chosen[site].id))),
        )
        for site, share in shares.items()
    ]
    rest = 1.0 - sum(shares.values()) / scale
    if rest > 1e-9:
        parts.append(msgspec.structs.replace(group, people=share_of(group.people, rest)))
    return tuple(parts)


def _covers(words: str, group: Group) -> bool:
    """Return whether people as worded are those of a group; patients are only meant where they are named."""
    return words == group.kind or (words in EVERYONE and group.kind not in PATIENTS)


def _people(words: str, group: Group, groups: Sequence[Group]) -> float:
    meant = [group] if words == group.kind else [other for other in groups if _covers(words, other)]
    return sum(other.people.quantile(0.5) * (1 + other.companions) for other in meant)
