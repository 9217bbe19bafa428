"""What is believed at the moment of the page: its title, its one sentence, the map, and who says what."""

from __future__ import annotations

from collections.abc import Sequence

from corridor.forecasting.forecast import Forecast
from corridor.publishing import claims, names, phrases
from corridor.publishing.drawing import both, figure
from corridor.publishing.footnotes import Footnotes, worded
from corridor.publishing.ground import Ground, credited
from corridor.publishing.map import located, panels, waiting
from corridor.publishing.markup import Child, Markup, el, join, table
from corridor.publishing.words import Words
from corridor.reports.report import Report
from corridor.situation.estimate import Estimate
from corridor.situation.site import left_to_move
from corridor.situation.situation import Headcount, Situation


def title(situation: Situation, w: Words) -> str:
    """Return the page's title: what is evacuated, and when."""
    place = names.place(situation, situation.operations[0].area, w) if situation.operations else ""
    return w("title", place=place) if place else w("title.plain")


def opening(forecast: Forecast, w: Words, notes: Footnotes) -> Markup:
    """Return the title and the one sentence that says how things stand."""
    situation = forecast.plan.situation
    moment = w("as_of", moment=w.moment(situation.at, year=True), offset=w.offset(situation.at))
    sentence: list[Child] = []
    for operation in situation.operations[:1]:
        agreement = situation.agreement(operation.id)
        state = agreement.state if agreement else "none"
        sentence += [w(f"sentence.{state}"), notes.cite(agreement.reports) if agreement else None, " "]
        headcount = situation.headcount(operation.id)
        if headcount:
            sentence += _people(situation, headcount, w, notes)
    return Markup(
        el("p", moment, class_="moment") + el("h1", title(situation, w)) + el("p", sentence, class_="standfirst")
    )


def _people(situation: Situation, headcount: Headcount, w: Words, notes: Footnotes) -> list[Child]:
    out = headcount.out
    low, _, high = left_to_move([group for group in situation.groups if group.operation == headcount.operation])
    return [
        _so_far(out, w),
        notes.method(f"out-{headcount.operation}", [_ruled("method.out", out, w, notes), notes.cite(out.reports)]),
        w("sentence.left", low=w.about(low), high=w.about(high)),
        notes.method(
            f"left-{headcount.operation}",
            [_ruled("method.left", headcount.start, w, notes), notes.cite(headcount.start.reports)],
        ),
        ".",
    ]


def _ruled(key: str, estimate: Estimate, w: Words, notes: Footnotes) -> Child:
    """Return a note on an estimate with the rule by which it was combined."""
    return phrases.filled(key, w, rule=phrases.sentence(estimate.rule, notes.situation, w))


def _so_far(out: Estimate, w: Words) -> str:
    low, high = w.about(out.quantile(0.1)), w.about(out.quantile(0.9))
    if high == "0":
        return w("sentence.none_out")
    return w("sentence.about_out", n=low) if low == high else w("sentence.out", low=low, high=high)


def picture(situation: Situation, w: Words, notes: Footnotes, under: Ground | None = None) -> Markup:
    """Return the map with its key, over the ground if there is one, and the places as a table."""
    unplaced = [site for site in situation.sites if site.latitude is None or site.longitude is None]
    unknown = [names.place(situation, site.id, w) for site in unplaced if site.kind != "area"]
    caption: list[Child] = [w("map.caption")]
    if unknown:
        caption += [" ", w("map.unplaced", names=", ".join(unknown))]
    caption += [" ", w("map.sized"), notes.method("waiting", w("method.waiting"))]
    keys = [el("span", el("i", class_=f"key {tone}"), w(f"key.{tone}")) for tone in _keys(situation)]
    drawing = Markup(both(lambda width: panels(situation, w, width, under)) + el("p", keys, class_="keys"))
    if under is not None:
        caption += [" ", phrases.filled("map.under", w, credit=credited(under))]
    data = _places(situation, w, notes)
    return figure("map", drawing, caption, data=data, data_label=w("map.table"))


def _keys(situation: Situation) -> list[str]:
    kinds = {site.kind for site in located(situation)}
    found: list[str] = [kind for kind in ("pickup", "checkpoint") if kind in kinds]
    found += ["reception"] if kinds & {"reception", "hospital", "handover"} else []
    return [
        *found,
        "road",
        *(["drive"] if situation.legs else []),
        *(["linked"] if len(situation.operations) > 1 else []),
        "precision",
    ]


def _places(situation: Situation, w: Words, notes: Footnotes) -> Markup:
    people = waiting(situation)
    rows: list[list[Child]] = []
    for site in situation.sites:
        where = "–"
        if site.latitude is not None and site.longitude is not None:
            where = f"{site.latitude:.4f}, {site.longitude:.4f}"
        within = w("metres", n=w.count(site.precision_m)) if site.precision_m else "–"
        count = w.about(people[site.id]) if site.id in people else "–"
        kind = w.known(f"kind.{site.kind}", site.kind)
        # A name is no figure: only the reports of the position and of the use of a place are cited.
        told = [name for name in site.reports if (said := situation.report(name)) and said.fact != "name"]
        rows.append([[site.name(w.lang), notes.cite(told)], kind, where, within, count])
    head = [w("place"), w("kind"), w("position"), w("precision"), w("waiting_estimate")]
    return table(head, rows, caption=w("map.table"))


def who_says_what(situation: Situation, w: Words, notes: Footnotes) -> Markup:
    """Return the rival claims of who was inside and who came out, source by source."""
    parts: list[Child] = [el("h2", w("claims.title")), el("p", w("claims.intro"), class_="intro")]
    for operation in situation.operations:
        headcount = situation.headcount(operation.id)
        if headcount is None:
            continue
        place = names.place(situation, operation.area, w)
        parts += [_inside(situation, headcount, place, w, notes), _out(situation, headcount, place, w, notes)]
    return Markup("".join(part if isinstance(part, Markup) else "" for part in parts))


def _inside(situation: Situation, headcount: Headcount, place: str, w: Words, notes: Footnotes) -> Markup:
    rows = claims.claim_rows(headcount, situation, w)
    if not rows:
        return Markup("")
    name = f"inside-{headcount.operation}"
    drawing = both(
        lambda width: claims.interval_chart("inside", rows, headcount.start, name=name, w=w, notes=notes, width=width)
    )
    caption: list[Child] = [w("claims.inside_caption")]
    mixed = [_ruled("method.inside", headcount.start, w, notes), notes.cite(headcount.start.reports)]
    caption.append(notes.method(f"inside-{headcount.operation}", mixed))
    share = headcount.share
    said = w("claims.share", low=w.percent(share.quantile(0.1)), high=w.percent(share.quantile(0.9)))
    caption += [" ", said, notes.cite(share.reports)]
    data = claims.claims_table(headcount, w, notes)
    shown = figure(name, drawing, caption, data=data, data_label=w("claims.table"))
    return Markup(el("h3", w("claims.inside", place=place)) + shown)


def _out(situation: Situation, headcount: Headcount, place: str, w: Words, notes: Footnotes) -> Markup:
    behind = [situation.report(name) for name in headcount.out.reports]
    reports: Sequence[Report] = sorted(
        (report for report in behind if report is not None), key=lambda report: (report.observed, report.id)
    )
    rows = claims.out_rows(reports, w)
    if not rows:
        return Markup("")
    name = f"out-{headcount.operation}"
    drawing = both(
        lambda width: claims.interval_chart("out", rows, headcount.out, name=name, w=w, notes=notes, width=width)
    )
    pooled = [_ruled("method.out", headcount.out, w, notes), notes.cite(headcount.out.reports)]
    caption = [w("claims.out_caption"), notes.method(f"out-{headcount.operation}", pooled)]
    data = claims.out_table(reports, w, notes)
    shown = figure(name, drawing, caption, data=data, data_label=w("out.table"))
    return Markup(el("h3", w("claims.out", place=place)) + shown)


def fleet(situation: Situation, w: Words, notes: Footnotes) -> Markup | None:
    """Return the vehicles as each source announced or saw them."""
    found = [r for r in situation.reports if r.fact == "vehicles" and r.received <= situation.at]
    if not found:
        return None
    kinds = list(dict.fromkeys(report.subject for report in found))
    rows: list[list[Child]] = []
    for kind in kinds:
        cells = []
        for planned in (True, False):
            told = [r for r in found if r.subject == kind and (r.modality == "planned") == planned]
            said = [el("span", el("b", worded(r, w)), " ", r.source, notes.cite([r.id]), class_="chip") for r in told]
            cells.append(join(said, " ") if said else "–")
        rows.append([w.known(f"vehicles.{kind}", names.plain(kind)), *cells])
    return table([w("vehicles"), w("announced_head"), w("seen_head")], rows, caption=w("fleet.caption"))
