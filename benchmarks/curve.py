"""Draw gap over time of city and med2000: `python -m benchmarks.curve` into results/anytime.svg."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
WIDE, HIGH, LEFT, BOTTOM, TOP, RIGHT = 760, 420, 70, 60, 40, 190
SECONDS = (0.1, 60.0)
GAPS = (0.0005, 1.0)
COLOURS = {"city": "#1b6ca8", "med2000": "#c0392b"}
MARKS = {"greedy": "▲", "PyVRP": "●", "OR-Tools routing": "■", "CP-SAT": "◆", "VROOM": "★"}


def across(seconds: float) -> float:
    low, high = (math.log10(x) for x in SECONDS)
    share = (math.log10(min(max(seconds, SECONDS[0]), SECONDS[1])) - low) / (high - low)
    return round(LEFT + share * (WIDE - LEFT - RIGHT), 1)


def down(gap: float) -> float:
    low, high = (math.log10(x) for x in GAPS)
    share = (math.log10(min(max(gap, GAPS[0]), GAPS[1])) - low) / (high - low)
    return round(HIGH - BOTTOM - share * (HIGH - BOTTOM - TOP), 1)


def steps(row) -> str:
    """Return the path of one run: the gap falls at the moments of its progress and stays between them."""
    best, points = None, []
    for seconds, clearance, bound in row["curve"]:
        gap = clearance / bound - 1
        if best is not None:
            points.append((across(seconds), down(best)))
        best = gap if best is None else min(best, gap)
        points.append((across(seconds), down(best)))
    points.append((across(row["seconds"]), down(best)))
    return " ".join(f"{x},{y}" for x, y in points)


def draw(rows) -> str:  # noqa: C901 - a drawing from top to bottom
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" font-family="sans-serif" font-size="12">',
        "<title>Proven gap over time</title>",
        f'<rect width="{WIDE}" height="{HIGH}" fill="white"/>',
    ]
    for gap in (0.001, 0.0025, 0.005, 0.01, 0.04, 0.1, 1.0):
        y = down(gap)
        parts.append(f'<line x1="{LEFT}" x2="{WIDE - RIGHT}" y1="{y}" y2="{y}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4}" text-anchor="end">{100 * gap:g} %</text>')
    for seconds in (0.1, 0.3, 1, 3, 10, 30, 60):
        x = across(seconds)
        parts.append(f'<line x1="{x}" x2="{x}" y1="{TOP}" y2="{HIGH - BOTTOM}" stroke="#eee"/>')
        parts.append(f'<text x="{x}" y="{HIGH - BOTTOM + 18}" text-anchor="middle">{seconds:g}</text>')
    parts.append(f'<text x="{LEFT}" y="{HIGH - 14}">seconds (model building included)</text>')
    parts.append(f'<text x="{LEFT}" y="{TOP - 16}">gap between the best plan and the proven bound</text>')
    longest = {}
    for row in rows:
        size = row["instance"].rsplit("-s", 1)[0]
        if row["who"] == "Corridor" and size in COLOURS:
            key = row["instance"]
            if key not in longest or row["limit"] > longest[key]["limit"]:
                longest[key] = row
    for row in longest.values():
        colour = COLOURS[row["instance"].rsplit("-s", 1)[0]]
        parts.append(
            f'<polyline points="{steps(row)}" fill="none" stroke="{colour}" stroke-width="1.6" opacity="0.8"/>'
        )
    for row in rows:
        size = row["instance"].rsplit("-s", 1)[0]
        if row["who"] in MARKS and size in COLOURS and "gap" in row:
            x, y = across(max(row["seconds"], SECONDS[0])), down(row["gap"])
            parts.append(
                f'<text x="{x}" y="{y + 4}" text-anchor="middle" fill="{COLOURS[size]}">{MARKS[row["who"]]}</text>'
            )
    for place, (size, colour) in enumerate(COLOURS.items()):
        parts.append(f'<text x="{WIDE - RIGHT + 14}" y="{TOP + 18 * place + 10}" fill="{colour}">— {size}</text>')
    for place, (who, mark) in enumerate(MARKS.items()):
        parts.append(f'<text x="{WIDE - RIGHT + 14}" y="{TOP + 60 + 18 * place}">{mark} {who}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def main(arguments: list[str]) -> None:
    source = Path(arguments[0]) if arguments else RESULTS / "full.json"
    if not source.exists():
        source = RESULTS / "quick.json"
    rows = json.loads(source.read_text())["rows"]
    (RESULTS / "anytime.svg").write_text(draw(rows))
    print("written: benchmarks/results/anytime.svg")


if __name__ == "__main__":
    main(sys.argv[1:])
