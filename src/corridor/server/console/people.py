"""People and sources: who says what as intervals, the mixture they make, who denies, and what contradicts itself."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import msgspec

from corridor.finding import Finding
from corridor.operation.matrix import Event, matrix
from corridor.publishing import names, phrases
from corridor.publishing.claims import claim_rows, interval_chart
from corridor.publishing.drawing import NARROW, Scale, both, round_up, time_ticks, words_at
from corridor.publishing.footnotes import Footnotes, worded
from corridor.publishing.markup import Child, Markup, el
from corridor.publishing.markup import number as number_
from corridor.reports.report import Report
from corridor.reports.vocabulary import groups
from corridor.server.console.figures import Figure, fact_label, last_known, of_movement, three_shown, valid
from corridor.server.console.tables import Row, Table, finding_table
from corridor.server.console.view import Body, View, page
from corridor.server.eyes import without_text
from corridor.situation.check import check
from corridor.situation.situation import Headcount, Operation, Situation

STANCES = ("says", "denies", "accuses", "expects", "cannot be verified")
MOST_SOURCES = 16


class _Unnumbered(Footnotes):
    """Notes of a page that has no list of them: each figure opens its reports."""

    def numbers(self, ids: object) -> list[int]:
        """Return no numbers."""
        del ids
        return []


@page("people", scripts=("people.js",))
def people(view: View) -> Body:
    """Return the page of people and sources."""
    w, now = view.w, view.situation
    found = check(now)
    movements = [one for one in now.operations if view.query.movement in ("", one.id)]
    claims, events, sources, findings = (
        claims_table(view),
        events_table(view),
        sources_table(view),
        finding_table("findings", found),
    )
    parts: list[Child] = [el("div", [_movement(view, one) for one in movements], id="claims", data_live=True)]
    parts.append(
        el(
            "section",
            el("h2", w("people.claims")),
            view.table(claims, caption=w("people.claims.caption"), first=True),
        )
    )
    parts.append(_contradictions(view, found, findings))
    parts.append(el("section", el("h2", w("people.events")), view.table(events, caption=w("people.events.caption"))))
    parts.append(el("section", el("h2", w("people.sources")), view.table(sources, caption=w("people.sources.caption"))))
    return Body(parts=tuple(parts), tables=(claims, events, sources, findings))


def _movement(view: View, operation: Operation) -> Markup:
    """Return the figures of a movement and its claims drawn."""
    w, now = view.w, view.situation
    count = now.headcount(operation.id)
    title = el("h2", names.operation(now, operation.id, w))
    if count is None:
        return el("section", title, el("p", w("nobody_knows"), class_="none"))
    start = count.start
    three = (start.quantile(0.1), start.quantile(0.5), start.quantile(0.9))
    inside = Figure(
        f"inside:{operation.id}", "fig.inside", three, reports=start.reports, known=last_known(now, start.reports)
    )
    figures = [_figure(view, one) for one in (inside, *of_movement(view, operation.id))]
    stripped = msgspec.structs.replace(now, reports=tuple(without_text(r) for r in now.reports))
    return el(
        "section",
        title,
        el("dl", figures, class_="figures"),
        el("h3", w("people.mixture")),
        el("figure", _intervals(view, count, stripped, operation.id), el("figcaption", w("people.mixture.caption"))),
        el("h3", w("people.overtime")),
        el(
            "figure",
            both(lambda width: _over_time(view, operation, width)),
            el("figcaption", w("people.overtime.caption")),
        ),
        class_="charts",
    )


def _figure(view: View, one: Figure) -> Markup:
    middle, span = three_shown(one.three, view.w)
    value = view.figure(one.name, [el("b", middle), el("span", span, class_="span") if span else None])
    return el("div", el("dt", view.w(one.title)), el("dd", value), class_="fig")


def _intervals(view: View, count: Headcount, stripped: Situation, name: str) -> Markup:
    w = view.w
    rows = claim_rows(count, stripped, w)
    notes = _Unnumbered(stripped, w)
    return both(lambda width: interval_chart("inside", rows, count.start, name=name, w=w, notes=notes, width=width))


def _of_people(now: Situation, operation: Operation) -> list[Report]:
    """Return the claims of how many people were inside, in order of time."""
    found = [
        r for r in valid(now) if r.fact == "people_inside" and r.place == operation.area and r.modality != "denied"
    ]
    return sorted(found, key=lambda r: (r.observed, r.id))


def _over_time(view: View, operation: Operation, width: int) -> Markup:
    """Return each source's claims of people inside over time: a bar from low to high, a dot for the number said."""
    w, now = view.w, view.situation
    told = [r for r in _of_people(now, operation) if r.group == "all" and _ends(r)]
    if not told:
        return el("p", w("nobody_knows"), class_="none")
    sources = [name for name, _ in Counter(r.source for r in told).most_common(MOST_SOURCES)]
    narrow = width <= NARROW
    left, lane = (10.0 if narrow else 246.0), (40 if narrow else 26)
    first, last = min(r.observed for r in told), max(*(r.observed for r in told), view.at)
    x = Scale(0, max((last - first).total_seconds() / 3600, 1), left + 24, width - 40)
    most = round_up(max(max(_ends(r)) for r in told))
    foot = 8 + lane * len(sources)
    parts: list[Child] = [_axis(first, last, x, foot, narrow=narrow, view=view)]
    for number, source in enumerate(sorted(sources)):
        y = 8 + lane * number + (lane - 12 if narrow else lane / 2)
        label = source if len(source) < 34 else source[:33] + "…"
        at = (left, y - 12, "start") if narrow else (left - 4, y + 4, "end")
        parts.append(words_at(at[0], at[1], label, "small", at[2]))
        parts.append(el("line", x1=x.start, y1=y, x2=x.end, y2=y, class_="grid"))
        parts += [_claim(view, r, x, y, first, most) for r in told if r.source == source]
    box = f"0 0 {width} {number_(foot + 30)}"
    # Its claims are links: a group, and no picture.
    return el("svg", *parts, viewBox=box, role="group", aria_label=w("people.overtime"))


def _claim(view: View, report: Report, x: Scale, y: float, first: datetime, most: float) -> Markup:
    """Return one claim: a dot whose size says how many, with the number beside it; it opens the report."""
    w = view.w
    low, high = min(_ends(report)), max(_ends(report))
    at = x((report.observed - first).total_seconds() / 3600)
    inner, outer = 2 + 9 * (low / most) ** 0.5, 2 + 9 * (high / most) ** 0.5
    said = f"{report.source}: {worded(report, w)}, {w.moment(report.observed)}"
    shapes: list[Child] = [el("circle", cx=at, cy=y, r=max(outer, 3), class_="claim maybe")]
    shapes.append(el("circle", cx=at, cy=y, r=max(inner, 2), class_="claim dot"))
    link = view.link("/figure", reports=report.id)
    return el(
        "a",
        el("title", said),
        el("circle", cx=at, cy=y, r=12, class_="reach"),
        shapes,
        href=link,
        data_panel=True,
        aria_label=said,
    )


def _axis(first: datetime, last: datetime, x: Scale, foot: float, *, narrow: bool, view: View) -> Markup:
    w = view.w
    parts: list[Child] = [el("line", x1=x.start, y1=foot, x2=x.end, y2=foot, class_="axis")]
    for tick in time_ticks(w.local(first), w.local(last), 3 if narrow else 7):
        at = x((tick - first).total_seconds() / 3600)
        said = w.short_day(tick) if w.local(tick).hour == 0 else w.clock(tick)
        parts.append(words_at(at, foot + 18, said, "tick", "middle"))
    return el("g", parts)


def _ends(report: Report) -> list[float]:
    return [n for n in (report.low, report.number, report.high) if n is not None]


def claims_table(view: View) -> Table:
    """Return every claim of people inside and out, exactly as said, with its weight where it has one."""
    w, now = view.w, view.situation
    rows = []
    for operation in now.operations:
        count = now.headcount(operation.id)
        weights = {name: part.weight for part in (count.start.components if count else ()) for name in part.reports}
        total = sum(part.weight for part in count.start.components) if count else 0.0
        for report in _of_people(now, operation):
            group = groups().get(report.group)
            share = weights.get(report.id, 0.0) / total if total else 0.0
            rows.append(
                Row(
                    {
                        "source": report.source,
                        "movement": operation.id,
                        "said_value": report.value,
                        "low": report.low,
                        "high": report.high,
                        "group": report.group,
                        "observed": report.observed,
                        "weight": round(share, 4),
                        "id": report.id,
                    },
                    {
                        "source": view.reports((report.id,), el("bdi", report.source)),
                        "movement": names.operation(now, operation.id, w),
                        "said_value": el("bdi", worded(report, w)),
                        "group": group.label(w.lang) if group else report.group,
                        "weight": el("bdi", w.percent(share)) if share else "–",
                    },
                    place=report.place,
                )
            )
    columns = ("source", "movement", "said_value", "group", "observed", "weight")
    return Table("claims", columns, tuple(rows), hidden=("low", "high", "id"))


def events_table(view: View) -> Table:
    """Return each event with who says it, who denies it, who cannot verify it."""
    found = sorted(matrix(valid(view.situation)), key=lambda one: one.at, reverse=True)
    return Table(
        "events",
        ("event", "place", "at", "state", "says", "denies", "unverified"),
        tuple(_event(view, one) for one in found),
        hidden=("about", "accuses", "expects", "reports"),
    )


def _event(view: View, one: Event) -> Row:
    w, now = view.w, view.situation
    by = {stance: [name for name, held in one.stances if held == stance] for stance in STANCES}
    accusing = [*by["accuses"], *by["expects"]]
    label = [fact_label(one.fact, w), w("colon"), el("bdi", names.subject(now, one.about, w))]
    said: list[Child] = [el("bdi", w("comma").join(by["says"])) if by["says"] else "–"]
    if accusing:
        said += [
            " ",
            el(
                "span",
                w("event.accuses" if by["accuses"] else "event.expects", who=w("comma").join(accusing)),
                class_="fine",
            ),
        ]
    return Row(
        {
            "event": one.fact,
            "about": one.about,
            "place": one.place,
            "at": one.at,
            "state": one.state,
            "says": by["says"],
            "denies": by["denies"],
            "unverified": by["cannot be verified"],
            "accuses": by["accuses"],
            "expects": by["expects"],
            "reports": list(one.reports),
        },
        {
            "event": view.reports(one.reports, label),
            "place": names.place(now, one.place, w),
            "state": el("span", w(f"event.{one.state}"), class_=f"state ev-{one.state.replace(' ', '-')}"),
            "says": said,
        },
        place=one.place,
    )


def sources_table(view: View) -> Table:
    """Return each source: how often it spoke, its grade, its last word."""
    w = view.w
    by: dict[str, list[Report]] = {}
    for report in valid(view.situation):
        by.setdefault(report.source, []).append(report)
    rows = []
    for source, told in sorted(by.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        last = max(told, key=lambda r: (r.received, r.id))
        denials = sum(1 for r in told if r.modality == "denied")
        ids = tuple(r.id for r in sorted(told, key=lambda r: r.received, reverse=True))
        origins = sorted({r.origin for r in told} - {source})
        rows.append(
            Row(
                {
                    "source": source,
                    "grade": last.grade,
                    "count": len(told),
                    "denials": denials,
                    "origins": origins,
                    "received": last.received,
                },
                {
                    "source": view.reports(ids, el("bdi", source)),
                    "grade": el("bdi", last.grade) if last.grade != "not graded" else w("grade.none"),
                },
            )
        )
    return Table("sources", ("source", "grade", "count", "denials", "origins", "received"), tuple(rows))


def _contradictions(view: View, found: list[Finding], table: Table) -> Markup:
    w, now = view.w, view.situation
    items = []
    for one in found:
        head = el(
            "p",
            el("b", w(f"severity.{one.severity}"), class_="severity"),
            " ",
            el("bdi", phrases.about(one.about, now, w)),
        )
        items.append(
            el(
                "li",
                head,
                el("p", view.reports(one.reports, phrases.sentence(one.what, now, w))),
                el("p", phrases.sentence(one.remedy, now, w), class_="remedy"),
                class_=f"alarm {one.severity}",
            )
        )
    none = el("p", w("people.nocontra"), class_="none") if not found else None
    return el(
        "section",
        el("h2", w("people.contra")),
        el("ul", items, class_="alarms"),
        none,
        view.exports(table, first=False),
        id="contradictions",
        data_live=True,
    )
