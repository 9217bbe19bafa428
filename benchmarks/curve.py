"""Draw gap over time of city and med2000: `python -m benchmarks.curve [RESULTS.json]` into docs/images/anytime.svg."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.table import bounds

Row = dict[str, Any]
ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"
CHART = ROOT / "docs" / "images" / "anytime.svg"
WIDE, HIGH, LEFT, BOTTOM, TOP, RIGHT = 900, 460, 70, 60, 56, 240
SECONDS = (0.03, 60.0)
GAPS = (0.0005, 0.5)
SIZES = {"city": "20,000 trips", "med2000": "2,000 trips"}
MARKS = ("greedy, cheapest", "greedy, farthest", "PyVRP", "OR-Tools routing", "VROOM", "CP-SAT")
STYLE = (
    "<style>text{font:13px sans-serif;fill:#222}.small{font-size:12px}.grid{stroke:#ddd}.ground{fill:#fff}"
    ".mark{stroke-width:1.6}.key{stroke:#555;fill:#555}.run{fill:none;stroke-width:2}"
    ".peer{fill:none;stroke-width:1.2;stroke-dasharray:3 4}"
    ".city{stroke:#1b5e9e}.med2000{stroke:#b4451f}.city.mark{fill:#1b5e9e}.med2000.mark{fill:#b4451f}"
    "@media(prefers-color-scheme:dark){text{fill:#eee}.grid{stroke:#444}.ground{fill:#181a1b}"
    ".key{stroke:#bbb;fill:#bbb}.city{stroke:#7cb8f0}.med2000{stroke:#f0a070}.city.mark{fill:#7cb8f0}"
    ".med2000.mark{fill:#f0a070}}</style>"
)


class Point(NamedTuple):
    """A peer's answer: when it came, how far it is from the bound, and the line of its plans until then."""

    size: str
    who: str
    seconds: float
    gap: float
    line: str


def across(seconds: float) -> float:
    """Return where a moment lies, on a scale of powers of ten."""
    return round(LEFT + _share(seconds, SECONDS) * (WIDE - LEFT - RIGHT), 1)


def down(gap: float) -> float:
    """Return how low a gap lies, on a scale of powers of ten."""
    return round(HIGH - BOTTOM - _share(gap, GAPS) * (HIGH - BOTTOM - TOP), 1)


def _share(value: float, ends: tuple[float, float]) -> float:
    low, high = (math.log10(end) for end in ends)
    return (math.log10(min(max(value, ends[0]), ends[1])) - low) / (high - low)


def longest(rows: list[Row], who: str, size: str) -> list[Row]:
    """Return the rows of one solver and size with a plan, those of the longest limit of each instance."""
    best: dict[str, Row] = {}
    for row in rows:
        fits = row["who"] == who and row["size"] == size and "clearance" in row
        if fits and row["limit"] >= best.get(row["instance"], row)["limit"]:
            best[row["instance"]] = row
    return list(best.values())


def steps(row: Row, bound: int = 0) -> str:
    """Return one run as a line: the gap falls at the moments of its progress and stays between them.

    A peer proves no bound of its own, so it is held against the one given.
    """
    points: list[tuple[float, float]] = []
    last = None
    for moment in row["curve"]:
        gap = moment[1] / (bound or moment[2]) - 1
        if last is not None:
            points.append((across(moment[0]), down(last)))
        last = gap
        points.append((across(moment[0]), down(gap)))
    if last is not None:
        points.append((across(row["seconds"]), down(last)))
    return " ".join(f"{x},{y}" for x, y in points)


def peers(rows: list[Row]) -> list[Point]:
    """Return the answer of every peer on the first seed of each size."""
    best = bounds(rows)
    found = []
    for size in SIZES:
        for who in MARKS:
            for row in longest(rows, who, size):
                bound = best[row["instance"]]
                gap = row["clearance"] / bound - 1
                found.append(Point(size, who, row["seconds"], gap, steps(row, bound)))
    return found


def mark(number: int, x: float, y: float, kind: str) -> str:
    """Return one of six marks that differ in shape, so that colour is not needed to tell them apart."""
    r = 5.5
    shapes = [
        f'<path class="{kind} mark" d="M{x - r} {y + r}h{2 * r}l-{r} -{2 * r}z"/>',
        f'<path class="{kind} mark" d="M{x - r} {y - r}h{2 * r}l-{r} {2 * r}z"/>',
        f'<circle class="{kind} mark" cx="{x}" cy="{y}" r="{r}"/>',
        f'<rect class="{kind} mark" x="{x - r}" y="{y - r}" width="{2 * r}" height="{2 * r}"/>',
        f'<path class="{kind} mark" d="M{x} {y - r - 2}l{r + 2} {r + 2}l-{r + 2} {r + 2}l-{r + 2} -{r + 2}z"/>',
        f'<path class="{kind} mark" d="M{x - r} {y - r}l{2 * r} {2 * r}M{x - r} {y + r}l{2 * r} -{2 * r}"/>',
    ]
    return shapes[number]


def axes() -> list[str]:
    """Return the frame, its lines and its words."""
    title = "Gap between the best plan so far and the best proven bound so far"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" role="img" aria-label="{title}">',
        STYLE,
        f'<rect class="ground" width="{WIDE}" height="{HIGH}"/><text x="12" y="24">{title}</text>',
    ]
    for gap in (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.04, 0.1, 0.2, 0.5):
        y = down(gap)
        least = {GAPS[0]: "≤ ", GAPS[1]: "≥ "}.get(gap, "")
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDE - RIGHT}" y1="{y}" y2="{y}"/>')
        parts.append(f'<text class="small" x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{least}{100 * gap:g} %</text>')
    for seconds in (0.03, 0.1, 0.3, 1, 3, 10, 30, 60):
        x = across(seconds)
        parts.append(f'<line class="grid" x1="{x}" x2="{x}" y1="{TOP}" y2="{HIGH - BOTTOM}"/>')
        parts.append(f'<text class="small" x="{x}" y="{HIGH - BOTTOM + 18}" text-anchor="middle">{seconds:g}</text>')
    words = "seconds since the call, building the model included"
    return [*parts, f'<text class="small" x="{LEFT}" y="{HIGH - 16}">{words}</text>']


def legend(points: list[Point]) -> list[str]:
    """Return what the lines and the marks mean; marks of peers without a plan are named as such."""
    x, parts = WIDE - RIGHT + 20, []
    for place, (size, trips) in enumerate(SIZES.items()):
        y = TOP + 12 + 22 * place
        parts.append(f'<line class="{size} run" x1="{x}" x2="{x + 22}" y1="{y - 4}" y2="{y - 4}"/>')
        parts.append(f'<text class="small" x="{x + 30}" y="{y}">Corridor, {size}: {trips}</text>')
    y = TOP + 78
    parts.append(f'<text class="small" x="{x}" y="{y}">Peers: plans so far (dashed) and answer,</text>')
    parts.append(f'<text class="small" x="{x}" y="{y + 16}">in the colour of the size:</text>')
    for number, who in enumerate(MARKS):
        y = TOP + 118 + 22 * number
        none = [size for size in SIZES if not any(p.who == who and p.size == size for p in points)]
        words = f"{who} (no plan)" if len(none) == len(SIZES) else who
        words += f" (no {none[0]})" if len(none) == 1 else ""
        parts += [mark(number, x + 11, y - 4, "key"), f'<text class="small" x="{x + 30}" y="{y}">{words}</text>']
    return parts


def draw(rows: list[Row]) -> str:
    """Return the chart of the rows as SVG, readable on a light and on a dark ground."""
    parts = axes()
    for size in SIZES:
        for row in longest(rows, "Corridor", size):
            parts.append(f'<polyline class="{size} run" points="{steps(row)}"/>')
    points = peers(rows)
    parts += [f'<polyline class="{p.size} peer" points="{p.line}"/>' for p in points]
    parts += [mark(MARKS.index(p.who), across(p.seconds), down(p.gap), p.size) for p in points]
    return "\n".join([*parts, *legend(points), "</svg>"]) + "\n"


def main(arguments: list[str]) -> None:
    """Draw the results named, or the full ones, or the quick ones where there are no others."""
    sources = [Path(arguments[0])] if arguments else [RESULTS / "full.json", RESULTS / "quick.json"]
    source = next((path for path in sources if path.exists()), None)
    if source is None:
        raise SystemExit(f"no results: {', '.join(path.name for path in sources)}; run: make bench-quick")
    CHART.write_text(draw(json.loads(source.read_text())["rows"]))
    print(f"written: {CHART.relative_to(ROOT)}")


if __name__ == "__main__":
    main(sys.argv[1:])
