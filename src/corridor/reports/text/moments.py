"""When the lines of a log, a chat or a timeline are of: the hour and the day that stand in front of them or above."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import NamedTuple

from corridor.reports.text.fold import fold
from corridor.reports.text.stamps import FEW, front_of, head_of
from corridor.reports.text.when import UNDATED, calendar

_LINE = re.compile(r"[^\r\n\x0b\x0c\x85\u2028\u2029]+")
_UNSEEN = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff>]+")
_YEAR_FIRST = re.compile(r"(?P<y>(?:19|20)\d{2})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})")
_YEAR_LAST = re.compile(r"(?<!\d)(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<y>(?:19|20)\d{2}|\d{2})(?!\d)")
_DIGIT = re.compile(r"\d")
# An hour or a day stands within so many characters of a line that begins with it, or with a name.
FRONT = 60
LONGEST = 120


class Moment(NamedTuple):
    """From where on a text is of which day (None where it does not say) and hour; a day may be of its line only."""

    start: int
    end: int
    day: datetime | None
    hour: str


class Moments:
    """The moments that the fronts of lines and the lines above tell, by their places in the text."""

    def __init__(self, text: str, lang: str, base: datetime) -> None:
        self.base = base
        self._moments = _moments(text, lang, base)
        self._starts = [moment.start for moment in self._moments]
        if base == UNDATED:
            self.base = next((m.day for m in self._moments if m.day), base)

    def at(self, position: int, observed: datetime) -> datetime:
        """Return when a claim is of: as its sentence says it, on the day and at the hour of its line."""
        at = bisect_right(self._starts, position) - 1
        if at < 0 or self.base == UNDATED or position >= self._moments[at].end:
            return observed
        moment = self._moments[at]
        base = self.base.replace(hour=0, minute=0, second=0, microsecond=0)
        seen = base if observed == UNDATED else observed
        day = moment.day or base
        # "Thursday 12 March: ..." names its own day; "yesterday" is counted from the day of the line.
        seen += day - seen.replace(hour=0, minute=0) if seen.weekday() == day.weekday() else day - base
        if moment.hour and (seen.hour, seen.minute) == (0, 0) and seen.date() == day.date():
            hour, minute = map(int, moment.hour.split(":"))
            seen = seen.replace(hour=hour % 24, minute=minute % 60)
        return seen


def _moments(text: str, lang: str, base: datetime) -> list[Moment]:
    fronts: list[tuple[int, int, str, str]] = []
    days: list[Moment] = []
    for match in _LINE.finditer(text):
        if not _DIGIT.search(match[0], 0, FRONT):
            continue
        line = _UNSEEN.sub("", match[0][:LONGEST]).replace("\u202f", " ").replace("\u00a0", " ")
        day = _day_in_front(line, lang, base)
        said = front_of(line)
        if said is not None and said.hour:
            fronts.append((match.start(), match.end(), line[: said.end], said.hour))
        elif hour := head_of(line):
            fronts.append((match.start(), match.end(), line, hour))
        elif day:
            alone = len(line.split()) <= DAY_ALONE
            days.append(Moment(match.start(), len(text) if alone else match.end(), day, ""))
    if len(fronts) < FEW:
        return days if len({moment.day for moment in days}) > 1 else []
    return _stamped(fronts, base, len(text))


DAY_ALONE = 4


def _stamped(fronts: Sequence[tuple[int, int, str, str]], base: datetime, size: int) -> list[Moment]:
    """Return the moments of lines with hours; an hour that goes back by half a day is of the next one."""
    order = _order([front for _, _, front, _ in fronts])
    found: list[Moment] = []
    day: datetime | None = None
    last = ""
    for at, (start, _, front, hour) in enumerate(fronts):
        told = _day(front, order)
        if told:
            day = told
        elif last and int(last[:2]) - int(hour[:2]) >= HALF and base != UNDATED:
            day = (day or base.replace(hour=0, minute=0, second=0, microsecond=0)) + timedelta(days=1)
        last = hour
        end = fronts[at + 1][0] if at + 1 < len(fronts) else size
        found.append(Moment(start, end, day, hour))
    return found


HALF = 12


def _order(fronts: Sequence[str]) -> str:
    """Return whether the day or the month comes first in the dates of a text."""
    dates = [match for front in fronts if (match := _YEAR_LAST.search(front))]
    if any(int(match["b"]) > HALF for match in dates):
        return "mdy"
    halved = any(re.search(r"\d ?[apAP]\.?[mM]", front) for front in fronts)
    return "mdy" if halved and not any(int(match["a"]) > HALF for match in dates) else "dmy"


def _day(front: str, order: str) -> datetime | None:
    """Return the day that digits in the front of a line name."""
    match = _YEAR_FIRST.search(front)
    if match:
        return _date(int(match["y"]), int(match["m"]), int(match["d"]))
    match = _YEAR_LAST.search(front)
    if not match:
        return None
    day, month = (int(match["a"]), int(match["b"])) if order == "dmy" else (int(match["b"]), int(match["a"]))
    year = int(match["y"])
    return _date(year if year > HUNDRED else 2000 + year, month, day)


HUNDRED = 99


def _date(year: int, month: int, day: int) -> datetime | None:
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None


@cache
def _named_days(lang: str) -> re.Pattern[str]:
    months = "|".join(sorted(map(re.escape, calendar(lang).months), key=len, reverse=True))
    weekdays = "|".join(sorted(map(re.escape, calendar(lang).weekdays), key=len, reverse=True))
    first = rf"(?P<d>\d{{1,2}})(?:er|st|nd|rd|th)?\s+(?P<m>{months})"
    second = rf"(?P<m2>{months})\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?"
    year = r"(?:,?\s+(?P<y>(?:19|20)\d{2}))?"
    return re.compile(rf"\W*(?:(?:{weekdays}),?\s+)?(?:le )?(?:{first}|{second}){year}\s*(?:[:,–—-]\s|$)")


def _day_in_front(line: str, lang: str, base: datetime) -> datetime | None:
    """Return the day with which a line begins, or which it is: "12 March: the road was closed"."""
    match = _named_days(lang).match(fold(line[:LONGEST]).text.strip())
    if not match:
        return None
    year = int(match["y"]) if match["y"] else base.year
    if base == UNDATED and not match["y"]:
        return None
    return _date(year, calendar(lang).months[match["m"] or match["m2"]], int(match["d"] or match["d2"]))
