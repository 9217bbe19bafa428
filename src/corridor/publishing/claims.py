"""Who says what: the claims of each source as intervals, and the distribution they make together."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from corridor.publishing import phrases
from corridor.publishing.drawing import NARROW, Scale, hatch, notes_at, round_up, svg, width_of, words_at
from corridor.publishing.footnotes import Footnotes, worded
from corridor.publishing.markup import Child, Markup, el, number, table
from corridor.publishing.words import Words
from corridor.reports.report import Report
from corridor.reports.vocabulary import groups
from corridor.situation.estimate import Component, Estimate
from corridor.situation.situation import Headcount, Situation

BINS = 90
MOST_ROWS = 26
FAINT = 0.01


@dataclass(frozen=True)
class Row:
    """One claim: what it is called, from where to where it reaches, and how it is drawn."""

    name: str
    detail: str
    low: float
    mode: float
    high: float
    reports: tuple[str, ...]
    unknown: bool = False
    unused: bool = False


def claim_rows(headcount: Headcount, situation: Situation, w: Words) -> list[Row]:
    """Return the claims of people inside at the start: those that carry weight, then those that do not."""
    total = sum(component.weight for component in headcount.start.components) or 1
    rows = []
    for component in headcount.start.components:
        unknown = _is_unknown(component, situation)
        detail = w("weight", share=w.percent(component.weight / total))
        rows.append(_row(component, detail, w, unknown=unknown))
    rows.sort(key=lambda row: (row.unknown, row.mode, row.name))
    # A claim about a handful of the people says nothing on this scale: it stands in the table only.
    least = FAINT * max((row.high for row in rows), default=0)
    return rows + [_row(c, w("weight.none"), w, unused=True) for c in headcount.unused if c.high >= least]


def _row(component: Component, detail: str, w: Words, *, unknown: bool = False, unused: bool = False) -> Row:
    return Row(
        name=component.source or w("unnamed"),
        detail=detail,
        low=component.low,
        mode=component.mode,
        high=component.high,
        reports=component.reports,
        unknown=unknown,
        unused=unused,
    )


def _is_unknown(component: Component, situation: Situation) -> bool:
    found = [situation.report(name) for name in component.reports]
    return any(report is not None and report.hedge == "unknown" for report in found)


def out_rows(reports: Iterable[Report], w: Words) -> list[Row]:
    """Return counts of people out as rows, in order of time."""
    rows = []
    for report in reports:
        ends = [n for n in (report.low, report.number, report.high) if n is not None]
        if not ends:
            continue
        group = groups().get(report.group)
        who = f", {group.label(w.lang)}" if group and report.group != "all" else ""
        scope = w.known(f"scope.{report.scope or 'batch'}", report.scope)
        detail = f"{scope}{who}, {w.short_day(report.observed)} {w.clock(report.observed)}"
        mode = report.number if report.number is not None else sum(ends) / len(ends)
        rows.append(Row(report.source, detail, min(ends), mode, max(ends), (report.id,)))
    return rows[-MOST_ROWS:]


def interval_chart(
    kind: str, rows: Sequence[Row], mixture: Estimate | None, *, name: str, w: Words, notes: Footnotes, width: int
) -> Markup:
    """Return the rows as intervals on one axis of people, with the density of their mixture underneath."""
    narrow = width <= NARROW
    left = 14.0 if narrow else 246.0
    right = width - (14.0 if narrow else 60.0)
    step = 44 if narrow else 34
    top = 8.0
    highest = max((row.high for row in rows), default=1)
    if mixture:
        highest = max(highest, mixture.quantile(0.99))
    x = Scale(0, round_up(highest), left, right)
    foot = top + step * len(rows) + 6
    bottom = foot + (110 if mixture else 0)
    parts: list[Child] = [hatch(f"unknown-{name}-{width}", "hatch-open")]
    for tick in x.ticks(4 if narrow else 7):
        parts.append(el("line", x1=x(tick), y1=top, x2=x(tick), y2=bottom, class_="grid"))
        anchor = "end" if tick == x.high and narrow else "start" if tick == 0 and narrow else "middle"
        parts.append(words_at(x(tick), bottom + 17, w.count(tick), "tick", anchor))
    for index, row in enumerate(rows):
        y = top + step * index
        parts.append(_drawn(row, y, step, x, width=width, pattern=f"unknown-{name}-{width}", w=w, notes=notes))
    if mixture:
        parts.append(_density(mixture, x, foot, bottom, w))
    return svg(width, bottom + 26, w(f"chart.{kind}"), parts)


def _drawn(
    row: Row, y: float, step: float, x: Scale, *, width: int, pattern: str, w: Words, notes: Footnotes
) -> Markup:
    narrow = width <= NARROW
    middle = y + (step - 11 if narrow else step / 2)
    tone = "claim" + (" unused" if row.unused else "")
    longest = 46 if narrow else 30
    label = row.name if len(row.name) <= longest else row.name[: longest - 1] + "…"
    if narrow:
        beside: list[Child] = [el("tspan", label), el("tspan", isolated(row.detail, w), class_="small", dx=8)]
        if width_of(label, 12.5) + width_of(row.detail, 11.5) > width - 24:
            beside = beside[:1]
        head = [words_at(x.start, y + 14, beside, "name")]
    else:
        head = [
            words_at(x.start - 16, middle - 2, label, "name", "end"),
            words_at(x.start - 16, middle + 11, isolated(row.detail, w), "small", "end"),
        ]
    a, b, m = x(row.low), x(row.high), x(row.mode)
    bar: list[Child] = []
    if row.unknown:
        shape = {"x": a, "y": middle - 8, "width": b - a, "height": 16}
        bar.append(el("rect", **shape, rx=8, fill=f"url(#{pattern})", class_="nobody"))
        bar.append(words_at((a + b) / 2, middle + 4, w("nobody_knows"), "nobodytext", "middle"))
    else:
        if b - a > 1:
            bar.append(el("line", x1=a, y1=middle, x2=b, y2=middle, class_=f"{tone} bar"))
        bar.append(el("circle", cx=m, cy=middle, r=5, class_=f"{tone} dot"))
    end = min(max(b, m) + 12, width - 30.0) if not narrow else min(max(b, m) + 10, width - 30.0)
    return el("g", head, bar, notes_at(end, middle + (4 if not row.unknown else -10), notes.numbers(row.reports)))


def isolated(said: str, w: Words) -> str:
    """Return words in the page's own direction within a drawing, which runs from left to right (Unicode, annex 9)."""
    return f"\u2067{said}\u2069" if w.dir == "rtl" else said


def density(mixture: Estimate, low: float, high: float) -> list[float]:
    """Return the share of the mixture in each of BINS equal steps, exactly, from the distribution function."""
    edges = [low + (high - low) * i / BINS for i in range(BINS + 1)]
    below = [mixture.cdf(edge) for edge in edges]
    return [b - a for a, b in itertools.pairwise(below)]


def _density(mixture: Estimate, x: Scale, top: float, bottom: float, w: Words) -> Markup:
    shares = density(mixture, x.low, x.high)
    # A claim as sharp as one step would dwarf all else: the height follows the square root, as the caption says.
    highest = max(shares) ** 0.5 or 1
    step = (x.end - x.start) / BINS
    bars = []
    for index, share in enumerate(shares):
        if share > 1e-6:
            tall = (bottom - top - 34) * share**0.5 / highest
            left = x.start + step * index
            bars.append(
                f"M{number(left + 0.4)} {number(bottom)}v-{number(tall)}h{number(max(step - 0.8, 1))}v{number(tall)}z"
            )
    parts: list[Child] = [el("path", d="".join(bars), class_="density")]
    parts.append(el("line", x1=x.start, y1=bottom, x2=x.end, y2=bottom, class_="axis"))
    low, mid, high = (mixture.quantile(q) for q in (0.1, 0.5, 0.9))
    y = top + 18
    parts.append(el("line", x1=x(low), y1=y, x2=x(high), y2=y, class_="range"))
    parts.append(el("circle", cx=x(mid), cy=y, r=4.5, class_="median"))
    said = w("mixture", span=w.span(low, high), mid=w.about(mid))
    beyond = x(low) + width_of(said, 11.5) > x.end + 10
    parts.append(words_at(x.end if beyond else x(low), y - 8, said, "small strong", "end" if beyond else "start"))
    return el("g", parts)


def claims_table(headcount: Headcount, w: Words, notes: Footnotes) -> Markup:
    """Return the components with their weights and the reasons for them, the unused ones last."""
    total = sum(component.weight for component in headcount.start.components) or 1
    rows: list[list[Child]] = [
        [
            [c.source or w("unnamed"), notes.cite(c.reports)],
            w.span(c.low, c.high),
            w.about(c.mode),
            w.percent(c.weight / total),
            phrases.sentence(c.reason, notes.situation, w),
        ]
        for c in headcount.start.components
    ]
    rows += [
        [
            [c.source or w("unnamed"), notes.cite(c.reports)],
            w.span(c.low, c.high),
            w.about(c.mode),
            "–",
            phrases.sentence(c.reason, notes.situation, w),
        ]
        for c in headcount.unused
    ]
    head = [w("source"), w("range"), w("most_likely"), w("weight.head"), w("reason")]
    return table(head, rows, caption=w("claims.caption"))


def out_table(reports: Iterable[Report], w: Words, notes: Footnotes) -> Markup:
    """Return every count of people out, exactly as said."""
    rows: list[list[Child]] = []
    for report in reports:
        group = groups().get(report.group)
        rows.append(
            [
                [report.source, notes.cite([report.id])],
                worded(report, w),
                group.label(w.lang) if group else report.group,
                w.known(f"scope.{report.scope or 'batch'}", report.scope),
                w.moment(report.observed),
            ]
        )
    head = [w("source"), w("people"), w("who"), w("scope"), w("observed")]
    return table(head, rows, caption=w("out.caption"))
