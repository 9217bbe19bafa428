"""The agreement: what it leaves open, where its terms differ, and whether it stands still."""

from __future__ import annotations

from collections.abc import Iterator

from corridor.finding import Finding
from corridor.reports.report import Report
from corridor.situation.agreement import Agreement
from corridor.situation.check.registry import named
from corridor.situation.site import left_to_move
from corridor.situation.situation import Situation
from corridor.wording import about, span

# What must be settled before a convoy leaves: agreements in principle broke for lack of exactly this (Mariupol 2022).
MUST_SAY = {
    "window": ("hours", "ask each party for opening and closing times, with the zone"),
    "corridor": ("road", "name the points of the road in order, and who controls each"),
    "who": ("who may leave", "name the groups that may leave, and that it is voluntary"),
    "goods": ("what may be carried in and out", "agree on luggage, and on aid that comes in"),
    "search": ("how people and vehicles are searched", "agree where, by whom, how long, and who watches"),
    "guarantee": ("who guarantees safe passage", "ask each party for a guarantee, its contact and its expiry"),
    "destination": ("where people are taken", "name the receptions, and that people may choose"),
    "monitoring": ("who watches", "agree on neutral observers at each point, the search included"),
}


@named("left open")
def _left_open(situation: Situation) -> Iterator[Finding]:
    """The agreement leaves something open that a convoy needs settled before it goes."""
    for agreement in situation.agreements:
        for kind, (what, remedy) in MUST_SAY.items():
            # A one-lane stretch is read from a map too, and says nothing of which road is agreed.
            stated = [c for c in agreement.clauses if c.kind == kind and set(c.parameters) != {"one_lane"}]
            if not stated:
                yield _open(agreement, kind, f"The agreement does not say {what}.", remedy)
        if agreement.of_kind("window") and not agreement.windows():
            yield _open(agreement, "window", "A window clause gives no hours.", MUST_SAY["window"][1])
        for clause in agreement.of_kind("reciprocity"):
            if "ratio" not in clause.parameters:
                other = clause.parameters.get("with", "another operation")
                what = f"Movements are tied to {other} and no ratio is stated."
                yield _open(agreement, "reciprocity", what, "agree how many here for how many there, in which order")


def _open(agreement: Agreement, kind: str, what: str, remedy: str) -> Finding:
    return Finding(
        rule="left open",
        about=f"{agreement.operation}/{kind}",
        what=what,
        remedy=remedy[0].upper() + remedy[1:] + ".",
        severity="open",
        reports=agreement.reports,
    )


@named("rival terms")
def _rival_terms(situation: Situation) -> Iterator[Finding]:
    """Sources give different values for one term of the agreement."""
    said: dict[str, list[Report]] = {}
    for report in situation.reports:
        if report.fact == "term" and report.value is not None and report.modality != "denied":
            said.setdefault(report.about, []).append(report)
    for term, claims in sorted(said.items()):
        newest: dict[str, Report] = {}
        for report in sorted(claims, key=lambda r: (r.observed, r.received, r.id)):
            newest[report.origin] = report
        values = {str(report.value) for report in newest.values()}
        if len(values) > 1:
            words = "; ".join(f"{report.source}: {report.value}" for report in newest.values())
            yield Finding(
                rule="rival terms",
                about=term,
                what=f"The sources do not agree on this term ({words}).",
                remedy="Ask the parties for the text; the plan uses the one stated last.",
                severity="warning",
                reports=tuple(report.id for report in newest.values()),
            )


@named("halted")
def _halted(situation: Situation) -> Iterator[Finding]:
    """The movement is halted at this moment; a plan made now holds only if it resumes."""
    for halt in situation.halts:
        if halt.until is None:
            reasons = "; ".join(f"{reason.source}: {reason.text}" for reason in halt.reasons)
            yield Finding(
                rule="halted",
                about=halt.operation,
                what=f"The movement stands since {halt.since:%d %b %H:%M} ({reasons}).",
                remedy="Treat times as counted from the resumption; see to those who wait aboard and at the pickups.",
                severity="warning",
                reports=tuple(reason.report for reason in halt.reasons),
            )


@named("declared over")
def _declared_over(situation: Situation) -> Iterator[Finding]:
    """The movement is declared over while people are still believed to wait."""
    for agreement in situation.agreements:
        groups = [group for group in situation.groups if group.operation == agreement.operation]
        if agreement.state != "ended" or not groups:
            continue
        low, middle, high = left_to_move(groups)
        if middle >= 1:
            yield Finding(
                rule="declared over",
                about=agreement.operation,
                what=f"The movement is declared over; about {about(middle)} ({span(low, high)}) may still wait.",
                remedy="Ask those inside and the observers before the vehicles go home; declared ends have been wrong.",
                severity="warning",
                reports=agreement.reports[-1:],
            )
