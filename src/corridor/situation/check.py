"""Contradictions and open points of a situation: one small function each, each with a remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from corridor.finding import Finding
from corridor.reports.report import Report
from corridor.situation.agreement import Agreement
from corridor.situation.pool import spread, standard_pooling
from corridor.situation.situation import Situation, assumed
from corridor.wording import about

Check = Callable[[Situation], Iterator[Finding]]
CHECKS: dict[str, Check] = {}

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
STALE = timedelta(hours=12)


def check(situation: Situation) -> list[Finding]:
    """Return every contradiction and open point, errors first."""
    found = [finding for name in CHECKS for finding in CHECKS[name](situation)]
    order = {"error": 0, "warning": 1, "open": 2}
    return sorted(found, key=lambda finding: (order[finding.severity], list(CHECKS).index(finding.rule), finding.about))


# Which rules a coordinator must read first when only a few fit on the screen.
GRAVEST = ("halted", "sources disagree", "left open", "nobody knows", "no room", "no number", "missing movement")


def gravest(findings: list[Finding], number: int = 3) -> list[Finding]:
    """Return the findings that matter most: errors first, then one of each of the gravest rules."""
    errors = [finding for finding in findings if finding.severity == "error"]
    first_of: dict[str, Finding] = {}
    for finding in findings:
        first_of.setdefault(finding.rule, finding)
        # What an agreement says of hours outranks its other gaps: without hours no convoy is safe from the clock.
        if (
            finding.rule == "left open"
            and finding.about.endswith("/window")
            and "/window" not in first_of["left open"].about
        ):
            first_of["left open"] = finding
    rest = [first_of[rule] for rule in (*GRAVEST, *first_of) if rule in first_of]
    return list({id(finding): finding for finding in (*errors, *rest)}.values())[:number]


def _named(name: str) -> Callable[[Check], Check]:
    def register(function: Check) -> Check:
        CHECKS[name] = function
        return function

    return register


@_named("no way")
def _no_way(situation: Situation) -> Iterator[Finding]:
    """A route has a gap: two neighbouring sites of the corridor have no leg between them."""
    for corridor in situation.corridors:
        for start, end in zip(corridor.sites, corridor.sites[1:], strict=False):
            if situation.leg(start, end) is None:
                yield Finding(
                    rule="no way",
                    about=f"{start}>{end}",
                    what=f"The corridor of {corridor.operation} goes from {start} to {end}; no leg gives the time.",
                    remedy="Record the drive time with its source (fact leg_time).",
                    reports=corridor.reports,
                )


@_named("out of reach")
def _out_of_reach(situation: Situation) -> Iterator[Finding]:
    """A pickup or reception that no leg touches cannot be reached by anybody."""
    touched = {site for leg in situation.legs for site in (leg.start, leg.end)}
    for operation in situation.operations:
        for name in (*operation.pickups, *operation.receptions):
            if name not in touched:
                yield Finding(
                    rule="out of reach",
                    about=name,
                    what=f"{name} is named in the operation {operation.id} and no leg leads there or away.",
                    remedy="Record the legs to and from it, or take it out of the plan.",
                    reports=operation.reports,
                )


@_named("no number")
def _no_number(situation: Situation) -> Iterator[Finding]:
    """An operation without any number of people cannot be planned."""
    for operation in situation.operations:
        if situation.headcount(operation.id) is None:
            yield Finding(
                rule="no number",
                about=operation.id,
                what=f"No source gives a number of people to move from {operation.area}.",
                remedy="Ask for a headcount by group, or record an explicit unknown beside a rival claim.",
                severity="warning",
                reports=operation.reports,
            )


@_named("sources disagree")
def _sources_disagree(situation: Situation) -> Iterator[Finding]:
    """Two sources differ by a factor of 1.5 or more on who is inside."""
    for count in situation.headcounts:
        said = [part for part in count.start.components if part.shape != "loguniform"]
        if len(said) < 2:
            continue
        least, most = min(said, key=lambda part: part.mode), max(said, key=lambda part: part.mode)
        if least.mode > 0 and most.mode >= 1.5 * least.mode:
            yield Finding(
                rule="sources disagree",
                about=count.operation,
                what=(
                    f"{most.source} implies about {about(most.mode)} people inside at the start, {least.source} about "
                    f"{about(least.mode)}: {most.mode / least.mode:.1f} times as many."
                ),
                remedy="Plan seats for the high figure and promises for the low one; ask both what they counted.",
                severity="warning",
                reports=(*least.reports, *most.reports),
            )


@_named("nobody knows")
def _nobody_knows(situation: Situation) -> Iterator[Finding]:
    """A source says in so many words that the number is unknown."""
    for count in situation.headcounts:
        for part in count.start.components:
            if part.reason.startswith("says that nobody knows"):
                yield Finding(
                    rule="nobody knows",
                    about=count.operation,
                    what=f"{part.source} says that nobody knows how many people remain.",
                    remedy="Show a range, never one number; send counters to the pickup before the first convoy.",
                    severity="warning",
                    reports=part.reports,
                )


@_named("parts above total")
def _parts_above_total(situation: Situation) -> Iterator[Finding]:
    """A total is below the sum of its parts as the same source states them in the same place."""
    pooling = standard_pooling()
    for claims in _statements(situation, "people_inside").values():
        by_group = {r.group: span for r in claims if (span := spread(r, pooling)) is not None}
        total = by_group.get("all")
        parts = [by_group[g][1] for g in ("civilians", "fighters", "fighters_and_families") if g in by_group]
        if total is not None and parts and sum(parts) > total[3]:
            yield Finding(
                rule="parts above total",
                about=claims[0].place,
                what=f"{claims[0].source} gives {total[3]:,.0f} in all and parts of {sum(parts):,.0f} or more.",
                remedy="Ask the source which figure holds; correct the report that is wrong.",
                reports=tuple(r.id for r in claims),
            )


@_named("one source, two values")
def _two_values(situation: Situation) -> Iterator[Finding]:
    """One source gives two different values for the same thing at the same moment."""
    seen: dict[tuple[str, str, str, str, str, str, str], list[Report]] = {}
    for report in situation.reports:
        if report.number is not None and report.fact not in ("term", "casualties"):
            moment = report.observed.isoformat()
            key = (report.source, report.fact, report.about, report.place, report.group, str(report.scope), moment)
            seen.setdefault(key, []).append(report)
    for key, claims in sorted(seen.items()):
        values = sorted({report.number or 0.0 for report in claims})
        if len(values) > 1 and values[-1] > values[0] * 1.02:
            yield Finding(
                rule="one source, two values",
                about=f"{key[1]} of {key[2]}",
                what=f"{key[0]} gives {' and '.join(f'{value:,.0f}' for value in values)} for the same moment.",
                remedy="Keep both until the source says which holds; then correct the other by its id.",
                severity="warning",
                reports=tuple(r.id for r in claims),
            )


@_named("more arrived than left")
def _more_arrived(situation: Situation) -> Iterator[Finding]:
    """More people are counted at the receptions of an operation than are counted out."""
    pooling = standard_pooling()
    for count in situation.headcounts:
        operation = next(o for o in situation.operations if o.id == count.operation)
        sites = {*operation.receptions}
        arrived = [
            (r, span[1])
            for r in situation.reports
            if r.fact == "people_arrived" and r.group == "all" and r.place in sites
            if (span := spread(r, pooling)) is not None
        ]
        top = count.out.quantile(0.9)
        for report, number in arrived:
            if number > top * 1.02:
                yield Finding(
                    rule="more arrived than left",
                    about=report.place,
                    what=f"{report.source} counts {number:,.0f} arrived; at most about {top:,.0f} are counted out.",
                    remedy="Look for a movement that nobody counted on leaving, or a count of another day.",
                    reports=(report.id,),
                )


@_named("out above inside")
def _out_above_inside(situation: Situation) -> Iterator[Finding]:
    """A claim of who is inside is contradicted by who has been counted out."""
    for count in situation.headcounts:
        out = count.out.quantile(0.5)
        for part in count.start.components:
            if part.high < out:
                yield Finding(
                    rule="out above inside",
                    about=count.operation,
                    what=f"{part.source} implies at most {part.high:,.0f} inside at first; {out:,.0f} are out already.",
                    remedy="The claim no longer weighs in the estimate; ask the source for a new one.",
                    severity="warning",
                    reports=part.reports,
                )


@_named("no room")
def _no_room(situation: Situation) -> Iterator[Finding]:
    """The receptions cannot hold the people, or nobody says how many they can hold."""
    for count in situation.headcounts:
        operation = next(o for o in situation.operations if o.id == count.operation)
        sites = [situation.site(name) for name in operation.receptions if any(s.id == name for s in situation.sites)]
        unstated = [site.id for site in sites if site.capacity is None]
        people = sum(g.people.quantile(0.5) for g in situation.groups if g.operation == operation.id)
        room = sum(site.capacity.quantile(0.5) for site in sites if site.capacity is not None)
        if unstated:
            yield Finding(
                rule="no room",
                about=", ".join(unstated),
                what=f"No source says how many people {', '.join(unstated)} can take; about {people:,.0f} are to come.",
                remedy="Ask the receptions before the first departure; people refuse to go where nobody is ready.",
                severity="open",
            )
        elif room < people:
            yield Finding(
                rule="no room",
                about=", ".join(site.id for site in sites),
                what=f"The receptions can take {room:,.0f} and about {people:,.0f} are to come.",
                remedy="Find more room, or agree a further reception.",
            )


@_named("no vehicle")
def _no_vehicle(situation: Situation) -> Iterator[Finding]:
    """A group needs a kind of place that no vehicle has."""
    for group in situation.groups:
        mine = [v for v in situation.fleet.vehicles if v.operation == group.operation]
        if not any(group.place in v.places and v.places[group.place].quantile(0.5) > 0 for v in mine):
            yield Finding(
                rule="no vehicle",
                about=group.id,
                what=f"People of {group.id} need a {group.place} place and no vehicle has one.",
                remedy="Ask for vehicles of the right kind.",
                reports=group.reports,
            )


@_named("stale count")
def _stale(situation: Situation) -> Iterator[Finding]:
    """The newest count of people out is older than twelve hours."""
    for count in situation.headcounts:
        moments = [r.observed for name in count.out.reports if (r := situation.report(name)) is not None]
        if moments and situation.at - max(moments) > STALE:
            hours = (situation.at - max(moments)).total_seconds() / 3600
            yield Finding(
                rule="stale count",
                about=count.operation,
                what=f"The newest count of people out is {hours:.0f} hours old.",
                remedy="Ask the counters at the crossing and at the reception; say so beside the figure until then.",
                severity="warning",
                reports=count.out.reports,
            )


@_named("count without a period")
def _no_period(situation: Situation) -> Iterator[Finding]:
    """A count of people out that does not say what period it covers cannot be added to anything."""
    for report in situation.reports:
        if report.fact == "people_out" and report.number is not None:
            if not report.scope:
                yield _period(report, "does not say whether it covers one convoy, a day or everything")
            elif report.scope == "daily" and report.since is None:
                yield _period(report, "is for a day and does not say since when")


def _period(report: Report, what: str) -> Finding:
    return Finding(
        rule="count without a period",
        about=report.id,
        what=f"The count of {report.number:,.0f} by {report.source} {what}.",
        remedy="Ask for the period; until then the count is not used.",
        severity="warning",
        reports=(report.id,),
    )


@_named("missing movement")
def _missing_movement(situation: Situation) -> Iterator[Finding]:
    """A convoy is known to have left and nobody counted its people."""
    counted = {r.subject for r in situation.reports if r.fact == "people_out" and r.number is not None}
    for operation in situation.operations:
        left = {
            r.subject: r
            for r in situation.reports
            if r.fact == "departure" and r.modality == "done" and r.subject.startswith(f"{operation.id}/")
        }
        missing = sorted(name for name in left if name not in counted)
        if missing:
            yield Finding(
                rule="missing movement",
                about=", ".join(missing),
                what=f"{len(missing)} movement(s) of {operation.id} left without a count of people.",
                remedy="Sums of counted convoys are too low; use a cumulative figure, and count at the bus door.",
                severity="warning",
                reports=tuple(left[name].id for name in missing),
            )


@_named("left open")
def _left_open(situation: Situation) -> Iterator[Finding]:
    """The agreement leaves something open that a convoy needs settled before it goes."""
    for agreement in situation.agreements:
        for kind, (what, remedy) in MUST_SAY.items():
            if not agreement.of_kind(kind):  # type: ignore[arg-type]
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


@_named("rival terms")
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


@_named("halted")
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


@_named("no source")
def _no_source(situation: Situation) -> Iterator[Finding]:
    """A figure the plan rests on was stated by nobody: it is an assumption."""
    for count in situation.headcounts:
        if assumed(situation, count.share):
            yield Finding(
                rule="no source",
                about=f"{count.operation}: share leaving",
                what=f"No source says which share leaves by this corridor; {count.share.quantile(0.5):.0%} is assumed.",
                remedy="Ask people whether they wish to leave, stay or are undecided, and record it as share_leaving.",
                severity="open",
            )


def _statements(situation: Situation, fact: str) -> dict[tuple[str, str, str], list[Report]]:
    found: dict[tuple[str, str, str], list[Report]] = {}
    for report in situation.reports:
        if report.fact == fact:
            found.setdefault((report.source, report.place, report.reference or report.publisher), []).append(report)
    return found
