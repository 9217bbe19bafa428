"""What the situation report says: one content, which the web page and the printed page both show."""

from __future__ import annotations

from corridor.publishing import names
from corridor.publishing.believed import title
from corridor.publishing.figures import Figure
from corridor.publishing.footnotes import Footnotes
from corridor.publishing.markup import Child, Markup, el, join
from corridor.publishing.release.stage import Release
from corridor.publishing.sitrep import annexes, drawings
from corridor.publishing.sitrep.telling import change, isolated, method, told
from corridor.publishing.words import Words

HEADLINES = ("out", "left", "inside", "received", "end", "arrivals")


def content(release: Release, w: Words) -> tuple[str, Markup]:
    """Return the title and the body: the page, then the annexes, then the notes that both cite."""
    notes = Footnotes(release.situation, w)
    first = [
        el("p", el("strong", mark(release, w)), class_="mark"),
        el("h1", w("rel.title", place=title(release.situation, w))),
        el("p", _as_of(release, w), class_="moment"),
        el("p", _state(release, w, notes), class_="standfirst"),
        _tiles(release, w, notes),
        drawings.pair(release, w),
        *annexes.agreement(release, w, notes),
        *annexes.halts(release, w, notes),
    ]
    rest: list[Child] = [
        part
        for build in (annexes.incidents, annexes.claims, annexes.receptions, annexes.needs, annexes.ahead)
        for part in build(release, w, notes)
    ]
    last = [
        el("h2", w("rel.figures")),
        annexes.all_figures(release, w, notes),
        el("h2", w("rel.sources")),
        el("p", w("rel.sources.own"), class_="fine") if release.rules.sources == "published" else None,
        notes.methods(),
        notes.listing(),
    ]
    head = title(release.situation, w)
    parts = [el("section", first, class_="first"), el("section", rest, last, class_="annex"), foot(release, w)]
    return w("rel.title", place=head), join(parts)


def mark(release: Release, w: Words) -> str:
    """Return what marks each page: the level, an exercise, to whom and why it goes, until when it may be kept."""
    parts = [w("rel.exercise")] if release.exercise else []
    parts.append(w(f"rel.level.{release.rules.name}"))
    if release.situation.unreviewed:
        parts.append(w("banner.unreviewed", n=w.count(release.situation.unreviewed)))
    if release.to:
        parts.append(w("rel.to", to=isolated(release.to)))
    if release.why:
        parts.append(w("rel.why", why=isolated(release.why)))
    if release.destroy_by is not None:
        parts.append(w("rel.destroy", day=w.day(release.destroy_by, year=True)))
    return " · ".join(parts)


def foot(release: Release, w: Words) -> Markup:
    """Return the last lines: what protects people whatever stands above, and what the report can be held against."""
    parts: list[Child] = [el("p", w("rel.protected"), class_="fine")]
    if release.checkpoint is not None:
        said = w("rel.checkpoint", count=w.count(release.checkpoint.count))
        parts.append(el("p", said, " ", el("code", release.checkpoint.head), class_="fine"))
    elif release.rules.name == "internal":
        parts.append(el("p", w("rel.situation"), " ", el("code", release.plan.situation_sha256), class_="fine"))
    return el("footer", parts, class_="foot")


def _as_of(release: Release, w: Words) -> str:
    at = release.situation.at
    said = w("as_of", moment=w.moment(at, year=True), offset=w.offset(at))
    if release.rules.delay_hours:
        said += ". " + w("rel.delayed", n=w.count(release.rules.delay_hours))
    if release.previous_at is not None:
        said += ". " + w("rel.since", moment=w.moment(release.previous_at))
    return said + "."


def _state(release: Release, w: Words, notes: Footnotes) -> list[Child]:
    said: list[Child] = [] if release.situation.operations else [w("rel.nothing")]
    for operation in release.situation.operations:
        agreement = release.situation.agreement(operation.id)
        state = agreement.state if agreement else "none"
        where = names.operation(release.situation, operation.id, w)
        said += [w("rel.state", where=where, state=w(f"sentence.{state}"))]
        said += [notes.cite(agreement.reports) if agreement else None, " "]
    return said


def _tiles(release: Release, w: Words, notes: Footnotes) -> Markup:
    found = [figure for key in HEADLINES for figure in release.figures if figure.key == key]
    first = release.situation.operations[:1]
    headline = [f for f in found if f.key in ("end", "arrivals") or not first or f.operation == first[0].id][:6]
    return el("dl", [_tile(release, figure, w, notes) for figure in headline], class_="tiles")


def _tile(release: Release, figure: Figure, w: Words, notes: Footnotes) -> Markup:
    value, spread = told(figure, release, w)
    cited = notes.cite(figure.reports) if figure.reports else notes.method("forecast", method(release, w))
    if figure.key == "left":
        explained = [w("rel.method.left"), notes.cite(figure.reports)]
        cited = notes.method(f"left-{figure.operation}", explained)
    small = [spread, change(figure, release, w)]
    beside = el("small", join([part for part in small if part], " · "))
    where = names.place(release.situation, figure.place, w) if figure.place else ""
    label = w(f"rel.figure.{figure.key}") + (f", {where}" if where else "")
    return el("div", el("dt", label), el("dd", value, cited, " ", beside, data_figure=figure.id))
