"""What may come: the plan, the forecast, and what both assume."""

from __future__ import annotations

from datetime import datetime, timedelta

from corridor.forecasting.forecast import Bands, Forecast
from corridor.publishing import names, outlook, phrases, schedule, tied
from corridor.publishing.believed import fleet
from corridor.publishing.drawing import both, figure
from corridor.publishing.footnotes import Footnotes
from corridor.publishing.markup import Child, Markup, el, join, table
from corridor.publishing.words import Words


def the_plan(forecast: Forecast, w: Words, notes: Footnotes) -> Markup:
    """Return the vehicles, the convoys over time and the movement table."""
    plan = forecast.plan
    parts: list[Child] = [el("h2", w("plan.title")), el("p", w("plan.intro"), class_="intro")]
    if not plan.convoys:
        parts.append(el("p", w("plan.none"), class_="callout"))
    else:
        method = notes.method("plan", _plan_method(forecast, w, notes))
        reserve = len(plan.convoys) - len(plan.planned)
        facts: list[tuple[Child, Child]] = [
            (w("plan.people"), [w.count(plan.people), method]),
            ([w("plan.convoys"), _reserve(reserve, w)], [w.count(len(plan.planned)), method]),
            (w("plan.clearance"), [w.hours(plan.clearance_minutes / 60), method]),
            ([w("plan.bound"), _gap(plan.gap, w)], [w.hours(plan.bound_minutes / 60), method]),
        ]
        parts.append(_tiles(facts))
        drawing = Markup(both(lambda width: schedule.gantt(plan, w, width)) + schedule.gantt_key(plan, w))
        parts.append(figure("gantt", drawing, [w("gantt.caption"), method]))
        ties = tied.reciprocity_table(plan, w, notes)
        parts += [el("h3", w("tied.title")), ties] if ties else []
        parts += [el("h3", w("table.title")), schedule.movement_table(plan, w)]
    for operation, why in sorted(plan.unplanned.items()):
        parts.append(
            el(
                "p",
                phrases.filled(
                    "plan.unplanned",
                    w,
                    operation=names.operation(plan.situation, operation, w),
                    why=phrases.sentence(why, plan.situation, w),
                ),
                class_="callout",
            )
        )
    parts.append(el("h3", w("fleet.title")))
    parts.append(fleet(plan.situation, w, notes))
    return join(parts)


def _reserve(count: int, w: Words) -> Child:
    return [", ", w.plural("plan.reserve", count)] if count else None


def _gap(gap: float, w: Words) -> Child:
    return [w("joint"), w("plan.gap", gap=w.percent(gap))]


def _plan_method(forecast: Forecast, w: Words, notes: Footnotes) -> Child:
    plan = forecast.plan
    behind = dict.fromkeys(name for group in plan.situation.groups for name in (*group.reports, *group.people.reports))
    said = w("method.plan", quantile=w.percent(plan.people_quantile), reserve=w.percent(plan.reserve_quantile))
    why = [[" ", phrases.sentence(f"{bound.name}: {bound.why}", plan.situation, w)] for bound in plan.bounds]
    return [said, *why, " ", w("method.behind"), notes.cite(behind)]


def _tiles(facts: list[tuple[Child, Child]]) -> Markup:
    return el("dl", [el("div", el("dt", label), el("dd", value)) for label, value in facts], class_="tiles")


def the_forecast(forecast: Forecast, w: Words, notes: Footnotes) -> Markup:
    """Return people out over time, the clearance time, and where people are if the corridor closes."""
    parts: list[Child] = [el("h2", w("forecast.title"))]
    runs = w.count(forecast.runs)
    parts.append(el("p", w("forecast.intro", runs=runs), class_="intro"))
    method = notes.method("forecast", w("method.forecast", runs=runs, seed=forecast.seed))
    for operation in forecast.plan.situation.operations:
        bands = outlook.out_bands(forecast, operation.id)
        if bands is None or not max(bands.p90, default=0):
            continue
        drawing = Markup(_bands(forecast, bands, w) + outlook.band_keys(w))
        data = outlook.band_table(forecast, bands, w)
        name = names.place(forecast.plan.situation, operation.area, w)
        parts.append(el("h3", w("bands.title", place=name)))
        caption = [w("bands.text"), method]
        parts.append(figure(f"bands-{operation.id}", drawing, caption, data=data, data_label=w("bands.table")))
        parts += _closes(forecast, operation.id, w, method)
    parts += _clearance(forecast, w, method)
    return join(parts)


def _bands(forecast: Forecast, bands: Bands, w: Words) -> Markup:
    return both(lambda width: outlook.band_chart(forecast, bands, w, width))


def _clearance(forecast: Forecast, w: Words, method: Markup) -> list[Child]:
    rows: list[list[Child]] = []
    for q in (0.1, 0.5, 0.9):
        moment = forecast.moment(q)
        by = w.moment(_whole_hour(moment)) if moment else w("later_than", hours=w.hours(forecast.horizon_hours))
        rows.append([w(f"p{round(q * 100)}"), [by, method], w.hours(forecast.quantile(q))])
    low, mid, high = forecast.people
    people = w("people.sentence", value=w("p50_range", mid=w.about(mid), span=w.span(low, high)))
    head = [w("chance"), w("all_out_by"), w("after")]
    late = w("unfinished", share=w.percent(forecast.unfinished / forecast.runs)) if forecast.unfinished else ""
    caption: list[Child] = [w("dots.text"), " ", late, " ", people]
    chart = both(lambda width: outlook.dot_chart(forecast, w, width))
    return [el("h3", w("clearance.title")), figure("clearance", chart, [*caption, method]), table(head, rows)]


def _whole_hour(moment: datetime) -> datetime:
    """Return the nearest whole hour: minutes would claim what no run knows."""
    return (moment + timedelta(minutes=30)).replace(minute=0, second=0, microsecond=0)


def _closes(forecast: Forecast, operation: str, w: Words, method: Markup) -> list[Child]:
    if not any(row.operation == operation for row in forecast.closes):
        return []
    chart = both(lambda width: outlook.closes_chart(forecast, operation, w, width))
    keys = [el("span", el("i", class_=f"key {tone}"), w(f"closes.{tone}")) for tone in ("out", "moving", "waits")]
    drawing = Markup(chart + el("p", keys, class_="keys"))
    data = outlook.closes_table(forecast, operation, w)
    caption = [w("closes.text"), method]
    shown = figure(f"closes-{operation}", drawing, caption, data=data, data_label=w("closes.table"))
    return [el("h3", w("closes.title")), shown]


def assumptions(forecast: Forecast, w: Words) -> Markup:
    """Return what the forecast drew from, each with where it comes from."""
    situation = forecast.plan.situation
    items = [
        el(
            "li",
            el("b", phrases.title(names.plain(each.name), situation, w)),
            w("colon"),
            phrases.sentence(each.text, situation, w),
            " ",
            el("span", phrases.sentence(each.source, situation, w), class_="by"),
        )
        for each in forecast.assumptions
    ]
    body = el("ul", items, class_="assumptions") if items else el("p", w("assumptions.none"))
    return join([el("h2", w("assumptions.title")), el("p", w("assumptions.intro"), class_="intro"), body])
