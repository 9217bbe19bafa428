"""What all charts share: scales, ticks, the frame of a figure, and one drawing for screens wide and narrow."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from corridor.publishing.markup import Child, Markup, el, number

WIDE = 900
NARROW = 360
# The mean width of a letter of a sans-serif system font, in ems; labels are placed by it, so it errs upwards.
LETTER = 0.6


@dataclass(frozen=True)
class Scale:
    """A straight line from values to pixels."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the pixel of a value, held inside the scale."""
        t = (value - self.low) / ((self.high - self.low) or 1)
        return self.start + min(max(t, 0.0), 1.0) * (self.end - self.start)

    def ticks(self, wanted: int) -> list[float]:
        """Return round values inside the scale, about as many as wanted."""
        step = round_step((self.high - self.low) / max(wanted, 1))
        first = math.ceil(self.low / step - 1e-9)
        return [step * i for i in range(first, math.floor(self.high / step + 1e-9) + 1)]


def round_step(rough: float) -> float:
    """Return the next step of 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(max(rough, 1e-12)))
    return next(power * m for m in (1, 2, 5, 10) if power * m >= rough * (1 - 1e-9))


def round_up(value: float) -> float:
    """Return the end of an axis that holds a value."""
    step = round_step(max(value, 1) / 5)
    return step * math.ceil(value / step - 1e-9)


def time_ticks(first: datetime, last: datetime, wanted: int) -> list[datetime]:
    """Return moments on the hour, or at midnight, about as many as wanted."""
    hours = max((last - first).total_seconds() / 3600, 1)
    step = next((s for s in (1, 2, 3, 6, 12, 24, 48, 72, 96, 168, 336) if hours / s <= wanted), 720)
    at = first.replace(hour=0, minute=0, second=0, microsecond=0)
    found: list[datetime] = []
    while at <= last:
        if at >= first:
            found.append(at)
        at += timedelta(hours=step)
    return found


def svg(width: float, height: float, label: str, *children: Child) -> Markup:
    """Return a drawing that scales with its column and is read out by its label."""
    box = f"0 0 {number(width)} {number(height)}"
    return el("svg", *children, viewBox=box, role="img", aria_label=label)


def words_at(x: float, y: float, said: Child, class_: str = "", anchor: str = "start") -> Markup:
    """Return words in a drawing."""
    where = None if anchor == "start" else anchor
    return el("text", said, x=x, y=y, class_=class_ or None, text_anchor=where)


def width_of(said: str, size: float) -> float:
    """Return about how many pixels words take at a size."""
    return len(said) * size * LETTER


def both(draw: Callable[[int], Markup]) -> Markup:
    """Return a drawing twice, for a wide and for a narrow column; the style sheet shows the one that fits."""
    return Markup(el("div", draw(WIDE), class_="wide") + el("div", draw(NARROW), class_="narrow"))


def figure(name: str, drawing: Child, caption: Child, *, data: Child = None, data_label: str = "") -> Markup:
    """Return a figure with its caption, and its numbers as a table that folds out."""
    fold = el("details", el("summary", data_label), data, class_="data") if data is not None else None
    return el("figure", drawing, el("figcaption", caption), fold, id=f"fig-{name}")


def notes_at(x: float, y: float, numbers: list[int], anchor: str = "start") -> Markup:
    """Return footnote numbers as links inside a drawing; a long list shows its first and says that more follow."""
    shown: list[Child] = []
    for n in numbers[:4]:
        shown += [" " if shown else "", el("a", el("tspan", str(n)), href=f"#r-{n}")]
    if len(numbers) > len(numbers[:4]):
        shown.append(" …")
    return words_at(x, y, shown, "fnum", anchor) if shown else Markup("")


def hatch(name: str, class_: str) -> Markup:
    """Return a pattern of slanted lines, for what is unknown or stopped; its name must be unique on the page."""
    line = el("line", x1=0, y1=0, x2=0, y2=7, class_=class_)
    pattern = el(
        "pattern", line, id=name, width=7, height=7, patternUnits="userSpaceOnUse", patternTransform="rotate(45)"
    )
    return el("defs", pattern)
