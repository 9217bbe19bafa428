"""A forecast in words for a terminal, and as a chart for a notebook."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from corridor.wording import about, hours, moment, percent, span, table

if TYPE_CHECKING:
    from corridor.forecasting.forecast import Bands, Forecast

WIDTH, HEIGHT = 640, 260


def summary(forecast: Forecast) -> str:
    """Return the forecast as a page of text: when it may be over, and where people are if it closes earlier."""
    rows = [(f"P{round(100 * q)}", hours(forecast.quantile(q)), moment(forecast.moment(q))) for q in (0.1, 0.5, 0.9)]
    low, middle, high = forecast.people
    lines = [
        f"Forecast from {moment(forecast.start)}, {forecast.runs:,} runs (seed {forecast.seed})",
        f"  people to move {about(middle)} ({span(low, high)} in 8 cases of 10)",
        "  the last person is safe after",
        table(rows, indent="    "),
    ]
    if forecast.unfinished:
        lines.append(f"  {percent(forecast.unfinished / forecast.runs)} of the runs did not finish within the horizon")
    if forecast.closes:
        head = ("if it closes", "", "out", "on the road", "waiting")
        rows_ = [
            (moment(c.at), c.operation, _three(c.out), _three(c.on_the_road), _three(c.waiting))
            for c in forecast.closes
        ]
        lines += [table([head, *rows_])]
    if forecast.causes:
        ranked = sorted(forecast.causes, key=lambda cause: -cause.share)
        shares = ", ".join(f"{cause.cause} {percent(max(cause.share, 0.0))}" for cause in ranked)
        lines.append(f"  what the end hangs on (variance that goes if it were known): {shares}")
    for wait in forecast.waiting:
        held = wait.held_person_hours
        lines.append(
            f"  {wait.operation}: {about(wait.person_hours[1])} person-hours of waiting, {about(held[1])} of them "
            f"aboard during halts ({span(held[0], held[2])})"
        )
    for need in forecast.needs:
        lines.append(
            f"  {need.operation}: {need.item} for those waiting, {need.hours:.0f} hours: {about(need.middle)} "
            f"{need.unit}, up to {about(need.high)}"
        )
    return "\n".join(lines)


def _three(values: tuple[float, float, float]) -> str:
    return f"{about(values[1])} ({span(values[0], values[2])})"


def to_html(forecast: Forecast) -> str:
    """Return the forecast as a chart of people out over time (P10 to P90 and the middle) for a notebook."""
    text = f"<pre>{escape(summary(forecast))}</pre>"
    return text + "".join(_chart(bands) for bands in forecast.bands if bands.quantity == "out")


def _chart(bands: Bands) -> str:
    end, top = bands.hours[-1] or 1.0, max(*bands.p90, 1.0)

    def points(values: tuple[float, ...]) -> list[str]:
        return [
            f"{40 + x / end * (WIDTH - 60):.1f},{HEIGHT - 30 - y / top * (HEIGHT - 50):.1f}"
            for x, y in zip(bands.hours, values, strict=True)
        ]

    area = " ".join([*points(bands.p10), *reversed(points(bands.p90))])
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" role="img" '
        f'aria-label="People out of {escape(bands.operation)} over time">'
        f'<polygon points="{area}" fill="#9bb8d3"/>'
        f'<polyline points="{" ".join(points(bands.p50))}" fill="none" stroke="#1d4e79" stroke-width="2"/>'
        f'<text x="40" y="14">people out, {escape(bands.operation)}: up to {about(top)}</text>'
        f'<text x="40" y="{HEIGHT - 8}">hours after the start: 0 to {end:.0f}</text></svg>'
    )
