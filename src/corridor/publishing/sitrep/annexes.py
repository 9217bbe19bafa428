"""The annexes of the situation report, each a heading and what stands under it; nothing where a level tells nothing."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from corridor.publishing import names
from corridor.publishing.claims import claims_table, out_table
from corridor.publishing.footnotes import Footnotes, worded
from corridor.publishing.markup import Child, Markup, el, join, table
from corridor.publishing.release.stage import Release
from corridor.publishing.sitrep.telling import change, isolated, label, method, one, told
from corridor.publishing.tongue import told as spoken
from corridor.publishing.words import Words
from corridor.reports.report import Report
from corridor.reports.vocabulary import groups
from corridor.situation.agreement import Halt
from corridor.situation.estimate import Estimate

RECENT_HALTS = 3
INCIDENTS = 20


def agreement(release: Release, w: Words, notes: Footnotes) -> Iterator[Child]:
    """Yield the windows as the parties stated them, or that none is stated."""
    if release.rules.agreement != "full":
        return
    situation = release.situation
    for each in situation.agreements:
        windows = each.windows()
        behind = [name for clause in each.of_kind("window") for name in clause.reports]
        where = names.operation(situation, each.operation, w)
        if windows:
            spans = w("joint").join(w("span", low=w.moment(a), high=w.moment(b)) for a, b in windows)
            yield el("p", w("rel.windows", where=where, spans=spans), notes.cite(behind))
        elif each.state != "none":
            yield el("p", w("rel.windows.none", where=where), notes.cite(each.reports))


def halts(release: Release, w: Words, notes: Footnotes) -> Iterator[Child]:
    """Yield the last halts with what each source gives as the reason, in its words and no other."""
    last = sorted(release.situation.halts, key=lambda halt: halt.since)[-RECENT_HALTS:]
    if not last:
        return
    yield el("h2", w("rel.halts"))
    yield el("ul", [el("li", _halt(halt, release, w, notes)) for halt in reversed(last)])


def _halt(halt: Halt, release: Release, w: Words, notes: Footnotes) -> list[Child]:
    where = names.operation(release.situation, halt.operation, w)
    since = w.moment(halt.since)
    span = w("rel.halt.until", since=since, until=w.moment(halt.until)) if halt.until else w("rel.halt", since=since)
    parts: list[Child] = [el("strong", where), w("colon"), span, ". "]
    for reason in halt.reasons:
        cited = notes.cite([reason.report])
        if reason.text:
            parts += [w("rel.says", source=isolated(reason.source)), spoken(reason.text, w), cited, " "]
        else:
            parts += [w("rel.gives", source=isolated(reason.source)), cited, " "]
    return parts


def incidents(release: Release, w: Words, notes: Footnotes) -> Iterator[Child]:
    """Yield what endangered the movement as each source gives it: claims and denials stand side by side."""
    if release.rules.words != "full":
        return
    facts = ("incident", "casualties", "people_held", "people_turned_back")
    found = [r for r in release.situation.reports if r.fact in facts and r.received <= release.situation.at]
    if not found:
        return
    found.sort(key=lambda report: (report.observed, report.id), reverse=True)
    rows: list[list[Child]] = [
        [
            [w.moment(report.observed)],
            [report.source, notes.cite([report.id])],
            _said(report, w),
            w(f"rel.modality.{report.modality}"),
        ]
        for report in found[:INCIDENTS]
    ]
    yield el("h2", w("rel.incidents"))
    yield el("p", w("rel.incidents.intro"), class_="intro")
    yield table([w("observed"), w("source"), w("rel.account"), w("rel.standing")], rows)


def _said(report: Report, w: Words) -> Child:
    value = worded(report, w)
    group = groups().get(report.group)
    who = f", {group.label(w.lang)}" if group and report.group != "all" else ""
    if report.fact in ("casualties", "people_held", "people_turned_back"):
        return [w(f"rel.fact.{report.fact}"), who, w("colon"), value]
    return spoken(report.quote or value or report.note, w)


def claims(release: Release, w: Words, notes: Footnotes) -> Iterator[Child]:
    """Yield who says what of those inside and of those out; a claim too small for the level is left out."""
    if release.rules.claims == "none" or not release.situation.headcounts:
        return
    yield el("h2", w("claims.title"))
    least = release.rules.smallest
    for count in release.situation.headcounts:
        place = names.place(release.situation, count.area, w)
        shown = msgspec.structs.replace(count, start=_large(count.start, least))
        if shown.start.components:
            yield el("h3", w("claims.inside", place=place))
            yield claims_table(shown, w, notes)
        behind = [r for name in count.out.reports if (r := release.situation.report(name)) is not None]
        told_of = [r for r in behind if (r.number or r.high or r.low or 0) >= least]
        if told_of:
            yield el("h3", w("claims.out", place=place))
            yield out_table(sorted(told_of, key=lambda r: (r.observed, r.id)), w, notes)


def _large(estimate: Estimate, least: int) -> Estimate:
    kept = tuple(part for part in estimate.components if part.high >= least)
    return msgspec.structs.replace(estimate, components=kept)


def receptions(release: Release, w: Words, notes: Footnotes) -> Iterator[Child]:
    """Yield for each reception who was received, what room there is, who may come within a day."""
    rows: list[list[Child]] = []
    for site in release.situation.sites:
        mine = {f.key: f for f in release.figures if f.place == site.id and f.key in ("received", "room", "arrivals")}
        if mine:
            cells: list[Child] = [site.name(w.lang)]
            for key in ("received", "room", "arrivals"):
                if key in mine:
                    value, spread = told(mine[key], release, w)
                    how = notes.method("forecast", method(release, w))
                    cited = how if key == "arrivals" else notes.cite(mine[key].reports)
                    cells.append([value, f" ({spread})" if spread else "", cited])
                else:
                    cells.append(w("rel.unknown"))
            rows.append(cells)
    if rows:
        yield el("h2", w("rel.receptions"))
        head = [w("place"), *(w(f"rel.figure.{key}") for key in ("received", "room", "arrivals"))]
        yield table(head, rows)
    yield el("p", w("rel.return"), class_="fine")


def needs(release: Release, w: Words, notes: Footnotes) -> Iterator[Child]:
    """Yield what those who wait need within the next day, by published rates."""
    found = [figure for figure in release.figures if figure.key.startswith("need.")]
    if not found:
        return
    sources = {f"need.{need.item}": need.source for need in release.forecast.needs}
    rows: list[list[Child]] = []
    for figure in found:
        how = notes.method(figure.key, [w("rel.method.need"), " ", sources.get(figure.key, "")])
        unit = w(f"rel.unit.{figure.unit}")
        rows.append(
            [
                label(figure, release, w),
                one(figure.middle, release.rules, w),
                one(figure.high, release.rules, w),
                [unit, how],
            ]
        )
    yield el("h2", w("rel.needs"))
    yield table([w("rel.item"), w("rel.middle"), w("rel.high"), w("rel.unit")], rows)


def ahead(release: Release, w: Words, notes: Footnotes) -> Iterator[Child]:
    """Yield when it may be over, and how the report before had it."""
    found = [figure for figure in release.figures if figure.key == "end"]
    if not found:
        return
    how = notes.method("forecast", method(release, w))
    yield el("h2", w("forecast.title"))
    value, spread = told(found[0], release, w)
    share = release.forecast.unfinished / release.forecast.runs if release.forecast.runs else 0.0
    late = " " + w("unfinished", share=w.percent(share)) if share else ""
    yield el("p", w("rel.ahead", middle=value, span=spread), how, late)
    yield from _scored(release, w, notes)


def _scored(release: Release, w: Words, notes: Footnotes) -> Iterator[Child]:
    """Yield the score of the last report's forecast so far: who was to leave by now, and who is believed out."""
    rows: list[list[Child]] = []
    for foreseen in release.foreseen:
        now, before = (
            next((f for f in found if f.key == "out" and f.operation == foreseen.operation), None)
            for found in (release.figures, release.previous)
        )
        if now is None or before is None or now.middle is None or before.middle is None:
            continue
        left = max(now.middle - before.middle, 0)
        inside = (foreseen.low or 0) <= left <= (foreseen.high or 0)
        rows.append(
            [
                names.operation(release.situation, foreseen.operation, w),
                w.span(foreseen.low or 0, foreseen.high or 0),
                [w.about(left), notes.cite(now.reports)],
                w("rel.score.inside") if inside else w("rel.score.outside"),
            ]
        )
    if rows:
        yield el("h3", w("rel.score"))
        yield table([w("place"), w("rel.score.foreseen"), w("rel.score.now"), w("rel.score.verdict")], rows)


def all_figures(release: Release, w: Words, notes: Footnotes) -> Markup:
    """Return every figure of the report with its range and its change: what the machine-readable files hold too."""
    rows: list[list[Child]] = []
    for figure in release.figures:
        value, spread = told(figure, release, w)
        where = names.operation(release.situation, figure.operation, w) if figure.operation else ""
        cited = notes.cite(figure.reports) if figure.reports else notes.method("forecast", method(release, w))
        shown = el("span", value, data_figure=figure.id)
        rows.append(
            [where, label(figure, release, w), [shown, cited], spread or "–", change(figure, release, w) or "–"]
        )
    head = [w("rel.movement"), w("rel.figure"), w("rel.middle"), w("rel.spread"), w("rel.change")]
    return join([table(head, rows, caption=w("rel.figures.caption"))])
