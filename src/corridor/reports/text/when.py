"""When: the date of the text, relative days, clock times with their zone, and the moment a claim is about."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from typing import NamedTuple

from corridor.reports.text.fold import fold
from corridor.reports.text.language import rows
from corridor.reports.text.sentences import Sentence

UNDATED = datetime(1, 1, 1, tzinfo=UTC)


class Calendar(NamedTuple):
    """The words of a language for months, days of the week and days counted from today."""

    months: dict[str, int]
    weekdays: dict[str, int]
    relative: dict[str, int]
    begins: frozenset[str]


@cache
def calendar(lang: str) -> Calendar:
    """Return the calendar of a language."""
    found: dict[str, dict[str, int]] = {"month": {}, "weekday": {}, "relative": {}}
    for row in rows(lang, "calendar.csv"):
        for term in fold(row["terms"]).text.split("|"):
            found.setdefault(row["role"], {})[term.strip()] = int(row["value"])
    begins = frozenset(term.partition(" ")[0] for role in ("weekday", "relative") for term in found[role])
    return Calendar(found["month"], found["weekday"], found["relative"], begins)


@cache
def _dates(lang: str) -> re.Pattern[str]:
    months = "|".join(sorted(map(re.escape, calendar(lang).months), key=len, reverse=True))
    return re.compile(
        rf"(?P<d1>\d{{1,2}})(?:er|st|nd|rd|th)? (?:of )?(?P<m1>{months})\.?(?: /[^\d]*)?,? (?P<y1>\d{{4}})"
        rf"|(?P<m2>{months})\.? (?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<y2>\d{{4}}))?(?!\d)"
        r"|(?P<y3>(?:19|20)\d{2})-(?P<m3>\d{2})-(?P<d3>\d{2})"
        r"|(?P<d4>\d{1,2})[/.](?P<m4>\d{1,2})[/.](?P<y4>(?:19|20)\d{2})"
    )


def date_of(folded: str, lang: str, published: datetime | None) -> datetime | None:
    """Return the day a text is of: the date given, else the dateline or the head; None where neither says."""
    if published is not None:
        return published if published.tzinfo else published.replace(tzinfo=UTC)
    for match in _dates(lang).finditer(folded[:1500]):
        parts = {key[0]: value for key, value in match.groupdict().items() if value}
        month = parts["m"]
        number = int(month) if month.isdigit() else calendar(lang).months[month]
        if "y" not in parts:
            continue
        try:
            return datetime(int(parts["y"]), number, int(parts["d"]), tzinfo=UTC)
        except ValueError:
            continue
    return None


_CLOCK = re.compile(r"(\d{1,2})(?:[:h.]| ?h ?)?(\d{2})?(?::\d{2})? ?([ap])?")


def clock_of(word: str) -> tuple[int, int] | None:
    """Return hour and minute of a clock token, None where it is none."""
    match = _CLOCK.match(word)
    if not match:
        return None
    hour, minute = int(match.group(1)), int(match.group(2) or 0)
    if match.group(3) == "p" and hour < 12:
        hour += 12
    if match.group(3) == "a" and hour == 12:
        hour = 0
    return (hour, minute) if hour < 24 and minute < 60 else None


def observed(sentence: Sentence, first: int, last: int, base: datetime, lang: str) -> datetime:
    """Return the moment a claim is about: the day named nearest to it, and the clock time of its sentence."""
    day = base.replace(hour=0, minute=0, second=0, microsecond=0)
    cal = calendar(lang)
    best = 30
    named = () if cal.begins.isdisjoint(sentence.words) else enumerate(sentence.words)
    for at, word in named:
        if word not in cal.begins:
            continue
        shift = _shift(cal, sentence, at, word, base)
        if shift is not None and min(abs(at - first), abs(at - last)) < best:
            best = min(abs(at - first), abs(at - last))
            day = base.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=shift)
    clocks = [(abs(at - first), at) for at in sentence.numbered if sentence.kind(at) == "clock"]
    if not clocks:
        return day
    _, at = min(clocks)
    clock = clock_of(sentence.words[at])
    if clock is None:
        return day
    zone = day.tzinfo
    if any(word in ("gmt", "utc", "tu", "غرينتش") for word in sentence.words[at + 1 : at + 3]):
        zone = timezone(timedelta(0))
    return day.replace(hour=clock[0], minute=clock[1], tzinfo=zone)


def _shift(cal: Calendar, sentence: Sentence, at: int, word: str, base: datetime) -> int | None:
    """Return how many days a word lies from the day of the text; a weekday is the last one, or the next if planned."""
    two = " ".join(sentence.words[at : at + 2])
    for key in (two, word):
        if key in cal.relative:
            return cal.relative[key]
    weekday = cal.weekdays.get(word)
    if weekday is None:
        return None
    back = (base.weekday() - weekday) % 7
    planned = any(m.cls == "PLAN" and abs(m.first - at) <= 6 for m in sentence.marks)
    return (7 - back) % 7 if planned and back else -back
