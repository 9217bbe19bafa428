"""Make the page of the backtest, its charts and the kept forecasts: `make backtest`, or `python -m docs.backtest`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np

from corridor.forecasting.backtest import DayAhead, LeftOut, day_ahead, evening, left_out
from corridor.forecasting.score import Kept, Outcome, Score, keep, read_kept, scored
from corridor.reports.tables import read_reports

ROOT = Path(__file__).parents[1]
REPORTS = ROOT / "examples" / "aleppo-2016" / "reports.csv"
KEPT = ROOT / "examples" / "aleppo-2016" / "forecasts"
FIRST = datetime.fromisoformat("2016-12-15T13:30+02:00")
EVENINGS = tuple(datetime.fromisoformat(f"2016-12-{day}T20:00+02:00") for day in range(15, 23))
OUTCOMES = (
    Outcome(
        operation="aleppo",
        quantity="people_out",
        value=35_000,
        source="ICRC, 22 December 2016: http://www.redcross.org.uk/en/About-us/News/2016/December/"
        "Syria-Aleppo-evacuation-completed (OCHA says more than 36,000; 30,487 were counted where they arrived)",
    ),
    Outcome(
        operation="aleppo",
        quantity="end_hours",
        moment=datetime.fromisoformat("2016-12-22T20:25+02:00"),
        source="Syrian state TV, last four buses on 22 December 2016 at 20:25: "
        "https://sg.news.yahoo.com/syrian-army-says-retaken-aleppo-city-statement-184920978.html",
    ),
)
WIDTH, HEIGHT, LEFT = 760, 330, 70
STYLE = (
    "<style>text{font:13px sans-serif;fill:#222}.range{stroke:#88aacc;stroke-width:14}.middle{fill:#1d4e79}"
    ".was{stroke:#b03020;stroke-width:2;stroke-dasharray:6 4}.grid{stroke:#ccc}.ground{fill:#fff}"
    "@media(prefers-color-scheme:dark){text{fill:#eee}.range{stroke:#44668a}.middle{fill:#bbddff}"
    ".was{stroke:#ff9080}.grid{stroke:#444}.ground{fill:#181a1b}}</style>"
)


def main() -> None:
    keep_all(kept_forecasts())
    scores = scored(read_kept(KEPT), OUTCOMES)
    for name, text in pages(scores).items():
        (ROOT / "docs" / name).write_text(text, encoding="utf-8")


def kept_forecasts(*, runs: int = 4_000) -> list[Kept]:
    reports = read_reports(str(REPORTS))
    return [item for moment in EVENINGS for item in evening(reports, "aleppo", moment, FIRST, runs=runs)]


def keep_all(kept: Sequence[Kept]) -> None:
    for path in KEPT.glob("aleppo-*.json"):
        path.unlink()
    keep(KEPT, kept)
    (KEPT / "outcomes.json").write_bytes(msgspec.json.format(msgspec.json.encode(list(OUTCOMES)), indent=1) + b"\n")


def pages(scores: Sequence[Score]) -> dict[str, str]:
    people = [item for item in scores if item.quantity == "people_out"]
    ends = [item for item in scores if item.quantity == "end_hours"]
    words = (ROOT / "docs" / "backtest.txt").read_text("utf-8")
    text = (
        words.replace("{{people}}", table(people))
        .replace("{{ends}}", table(ends))
        .replace("{{record}}", record(scores))
        .replace("{{days}}", days(day_ahead()))
        .replace("{{halts}}", halts(left_out()))
    )
    return {
        "backtest.md": text,
        "images/backtest-people.svg": chart(people, "People out in all, forecast each evening at 20:00", hours=False),
        "images/backtest-end.svg": chart(ends, "The end, forecast each evening at 20:00", hours=True),
    }


def table(scores: Sequence[Score]) -> str:
    lines = [
        "| evening | P10 | P50 | P90 | was | CRPS | naive | in 50 % | in 80 % |",
        "|---|--:|--:|--:|--:|--:|--:|---|---|",
    ]
    for item in scores:
        numbers = (item.low, item.middle, item.high, item.actual, item.crps, item.naive_crps or 0)
        cells = " | ".join(f"{number:,.0f}" for number in numbers)
        held = " | ".join("yes" if inside else "no" for inside in (item.in_50, item.in_80))
        lines.append(f"| {item.made:%d %B} | {cells} | {held} |")
    return "\n".join(lines)


def record(scores: Sequence[Score]) -> str:
    lines = [
        "| what | forecasts | in 50 % | in 80 % | mean CRPS | naive | mean bias |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for quantity in dict.fromkeys(item.quantity for item in scores):
        mine = [item for item in scores if item.quantity == quantity]
        naive = np.mean([item.naive_crps or 0 for item in mine])
        lines.append(
            f"| {quantity} | {len(mine)} | {sum(i.in_50 for i in mine)} | {sum(i.in_80 for i in mine)} "
            f"| {np.mean([i.crps for i in mine]):,.0f} | {naive:,.0f} | {np.mean([i.bias for i in mine]):+,.0f} |"
        )
    return "\n".join(lines)


def days(found: Sequence[DayAhead]) -> str:
    lines = [
        "| operation | day | P10 | P50 | P90 | was | CRPS | naive | in 80 % |",
        "|---|---|--:|--:|--:|--:|--:|--:|---|",
    ]
    for item in found:
        s = item.score
        numbers = (s.low, s.middle, s.high, s.actual, s.crps, s.naive_crps or 0)
        cells = " | ".join(f"{number:,.0f}" for number in numbers)
        lines.append(f"| {item.case} | {item.day} | {cells} | {'yes' if s.in_80 else 'no'} |")
    hits, crps = sum(i.score.in_80 for i in found), np.mean([i.score.crps for i in found])
    naive = np.mean([i.score.naive_crps or 0 for i in found])
    lines.append(f"\nIn the 80 % interval: {hits} of {len(found)}; mean CRPS {crps:,.0f}, naive {naive:,.0f}.")
    return "\n".join(lines)


def halts(found: Sequence[LeftOut]) -> str:
    lines = [
        "| left out | halts expected (80 %) | halts seen | length expected | lengths seen |",
        "|---|--:|--:|--:|---|",
    ]
    for item in found:
        lengths = ", ".join(f"{hours:g} h" for hours in item.lengths) or "-"
        expected = f"{item.middle} ({item.low} to {item.high})"
        lines.append(f"| {item.case} | {expected} | {item.halts} | {item.length_middle:.0f} h | {lengths} |")
    hits = sum(item.low <= item.halts <= item.high for item in found)
    lines.append(f"\nNumber of halts inside the interval: {hits} of {len(found)}.")
    return "\n".join(lines)


def chart(scores: Sequence[Score], title: str, *, hours: bool) -> str:
    """Each evening's 80 % interval and middle against what happened, in people or as a date; light and dark."""

    def value(item: Score, number: float) -> float:
        return (item.made + timedelta(hours=number) - EVENINGS[0]).total_seconds() / 86_400 if hours else number

    top = 24.0 if hours else 80_000.0
    ticks = range(0, 25, 4) if hours else range(0, 80_001, 20_000)

    def y(number: float) -> float:
        return HEIGHT - 40 - min(number, top) / top * (HEIGHT - 80)

    def name(tick: float) -> str:
        return f"{EVENINGS[0] + timedelta(days=tick):%d %b}" if hours else f"{tick:,.0f}"

    actual = value(scores[0], scores[0].actual)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}">',
        STYLE,
        f'<rect class="ground" width="{WIDTH}" height="{HEIGHT}"/><text x="12" y="22">{title}</text>',
    ]
    parts += [
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - 10}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>'
        f'<text x="{LEFT - 8}" y="{y(tick) + 4:.1f}" text-anchor="end">{name(tick)}</text>'
        for tick in ticks
    ]
    step = (WIDTH - LEFT - 40) / len(scores)
    for index, item in enumerate(scores):
        x = LEFT + 30 + step * index
        low, middle, high = (value(item, number) for number in (item.low, item.middle, item.high))
        parts.append(
            f'<line class="range" x1="{x:.1f}" x2="{x:.1f}" y1="{y(low):.1f}" y2="{y(high):.1f}"/>'
            f'<circle class="middle" cx="{x:.1f}" cy="{y(middle):.1f}" r="5"/>'
            f'<text x="{x:.1f}" y="{HEIGHT - 16}" text-anchor="middle">{item.made:%d %b}</text>'
        )
        if high > top:
            parts.append(f'<text x="{x + 10:.1f}" y="{y(top) + 4:.1f}">beyond</text>')
    parts.append(f'<line class="was" x1="{LEFT}" x2="{WIDTH - 10}" y1="{y(actual):.1f}" y2="{y(actual):.1f}"/>')
    parts.append(f'<text x="{WIDTH - 12}" y="{y(actual) - 6:.1f}" text-anchor="end">what happened</text>')
    return "\n".join([*parts, "</svg>", ""])


if __name__ == "__main__":
    main()
