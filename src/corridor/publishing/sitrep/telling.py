"""How a figure is said: its middle and its range, and what became of it since the last report."""

from __future__ import annotations

import math
from datetime import timedelta

from corridor.publishing import names
from corridor.publishing.figures import Figure
from corridor.publishing.release.levels import Rules
from corridor.publishing.release.stage import Release
from corridor.publishing.words import Words


def told(figure: Figure, release: Release, w: Words) -> tuple[str, str]:
    """Return a figure as its middle and its range, in words; the range is empty where there is none."""
    if figure.unit == "hours":
        return _end(figure, release, w)
    if figure.unit == "share":
        low, middle, high = (w.percent(value or 0) for value in (figure.low, figure.middle, figure.high))
        return middle, w("rel.range", low=low, high=high)
    middle = one(figure.middle, release.rules, w)
    if figure.key.startswith("need."):
        return middle, w("rel.upto", high=one(figure.high, release.rules, w))
    low, high = one(figure.low, release.rules, w), one(figure.high, release.rules, w)
    return middle, "" if low == high else w("rel.range", low=low, high=high)


def one(value: float | None, rules: Rules, w: Words) -> str:
    """Return one count as words; None is fewer than the level shows."""
    return w("rel.fewer", n=w.count(rules.smallest)) if value is None else w.about(value)


def _end(figure: Figure, release: Release, w: Words) -> tuple[str, str]:
    low, middle, high = (_when(value, release, w) for value in (figure.low, figure.middle, figure.high))
    return middle, w("rel.range", low=low, high=high)


def _when(hours: float | None, release: Release, w: Words) -> str:
    """Return the whole hour nearest to so many hours from the start: minutes would claim what no run knows."""
    if hours is None or math.isinf(hours):
        return w("beyond")
    at = release.forecast.start + timedelta(hours=hours, minutes=30)
    return w.moment(at.replace(minute=0, second=0, microsecond=0))


def change(figure: Figure, release: Release, w: Words) -> str:
    """Return what became of a figure since the last report, as far as the level tells both."""
    if not release.previous:
        return ""
    before = next((each for each in release.previous if each.id == figure.id), None)
    if before is None:
        return w("rel.new")
    if figure.unit == "hours":
        return _moved(before, figure, release, w)
    if figure.middle is None or before.middle is None:
        return "" if figure.middle == before.middle else w("rel.changed")
    difference = figure.middle - before.middle
    if not difference:
        return w("rel.same")
    # A change of estimates is shown as coarse as they are.
    size = w.percent(abs(difference)) if figure.unit == "share" else w.about(abs(difference))
    return w("rel.more" if difference > 0 else "rel.less", n=size)


def _moved(before: Figure, figure: Figure, release: Release, w: Words) -> str:
    """Return by how much the end moved: hours count from each report's own moment."""
    if figure.middle is None or before.middle is None or release.previous_at is None:
        return w("rel.same") if figure.middle == before.middle else w("rel.changed")
    gone = (release.forecast.start - release.previous_at).total_seconds() / 3600
    later = figure.middle + gone - before.middle
    if abs(later) < 1:
        return w("rel.same")
    return w("rel.later" if later > 0 else "rel.sooner", n=w.hours(abs(later)))


def label(figure: Figure, release: Release, w: Words) -> str:
    """Return what a figure counts, where and of whom."""
    head = w(f"rel.figure.{figure.key}")
    where = names.place(release.situation, figure.place, w) if figure.place else ""
    who = names.group(figure.group, w) if figure.group else ""
    return ", ".join(part for part in (head, where, who) if part)


def method(release: Release, w: Words) -> str:
    """Return how what may come was computed."""
    return w("method.forecast", runs=w.count(release.forecast.runs), seed=release.forecast.seed)


def isolated(words: str) -> str:
    """Return a stranger's words so that their direction does not turn the line around (Unicode, annex 9)."""
    return f"\u2068{words}\u2069"
