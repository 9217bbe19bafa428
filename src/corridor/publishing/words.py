"""The words of a page in one language: texts, numbers, moments."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cache
from importlib import resources

from corridor.errors import UsageError

LANGUAGES = ("en", "fr", "ar")
WHOLE_DAYS_FROM = 48
ARABIC_FORMS = {0: "zero", 1: "one", 2: "two"}


@dataclass(frozen=True)
class Words:
    """A catalogue in one language and the way it writes numbers and moments; `zone` is the operation's."""

    lang: str
    texts: dict[str, str]
    zone: tzinfo | None = None

    @property
    def dir(self) -> str:
        """The direction of writing, as HTML's `dir` names it."""
        return self.texts["dir"]

    def __call__(self, key: str, **fields: object) -> str:
        """Return a text with its fields filled in; raises KeyError where the catalogue lacks it."""
        return self.texts[key].format(**fields) if fields else self.texts[key]

    def known(self, key: str, otherwise: str) -> str:
        """Return a text where the catalogue has one, else the words given."""
        return self.texts.get(key, otherwise)

    def plural(self, key: str, count: float) -> str:
        """Return a text with `n` filled in, in the form that the language has for that many."""
        return self(f"{key}.{plural_form(self.lang, count)}", n=self.count(count))

    def some(self, kind: str, count: int) -> str:
        """Return so many vehicles of a type, in the form that the language has for that many."""
        if f"some.{kind}.{plural_form(self.lang, count)}" in self.texts:
            return self.plural(f"some.{kind}", count)
        return f"{self.count(count)} {self.known(f'vehicles.{kind}', kind).lower()}"

    def count(self, value: float) -> str:
        """Return a number exactly as it was said, with the thousands set apart."""
        whole = float(value).is_integer()
        shown = f"{value:,.0f}" if whole else f"{value:,.4f}".rstrip("0").rstrip(".")
        swap = {",": self.texts["thousands"], ".": self.texts["decimal"]}
        return "".join(swap.get(sign, sign) for sign in shown)

    def about(self, value: float) -> str:
        """Return an estimate with two significant digits: more would claim what nobody knows."""
        if math.isinf(value):
            return self("beyond")
        return self.count(two_digits(value))

    def span(self, low: float, high: float) -> str:
        """Return a range of estimates, as one number where its ends round to the same."""
        a, b = self.about(low), self.about(high)
        return a if a == b else self("span", low=a, high=b)

    def percent(self, share: float) -> str:
        """Return a share as a whole percentage, never 0 % or 100 % unless it is."""
        if 0 < share < 0.01:
            return self("percent.below", n=1)
        if 0.99 < share < 1:
            return self("percent.above", n=99)
        return self("percent", n=round(share * 100))

    def local(self, moment: datetime) -> datetime:
        """Return a moment on the operation's clock."""
        return moment.astimezone(self.zone) if self.zone else moment

    def clock(self, moment: datetime) -> str:
        """Return the hour and minute."""
        here = self.local(moment)
        return self("clock", hour=f"{here.hour:02d}", minute=f"{here.minute:02d}")

    def day(self, moment: datetime, *, year: bool = False) -> str:
        """Return the day with its weekday."""
        here = self.local(moment)
        month = self._month(here)
        weekday = self.texts["weekdays"].split(" ")[here.weekday()]
        shown = self("day", weekday=weekday, day=here.day, month=month)
        return f"{shown} {here.year}" if year else shown

    def short_day(self, moment: datetime) -> str:
        """Return the day and the month, for the foot of a chart."""
        here = self.local(moment)
        return f"{here.day} {self._month(here)}"

    def _month(self, here: datetime) -> str:
        """Return the name of a month; names of two words hold a space that does not break."""
        return self.texts["months"].split(" ")[here.month - 1]

    def moment(self, moment: datetime, *, year: bool = False) -> str:
        """Return the day and the clock time."""
        return self("moment", day=self.day(moment, year=year), clock=self.clock(moment))

    def offset(self, moment: datetime) -> str:
        """Return the clock's distance from UTC."""
        delta = self.local(moment).utcoffset()
        minutes = int(delta.total_seconds() // 60) if delta is not None else 0
        hours, rest = divmod(abs(minutes), 60)
        return f"UTC{'−' if minutes < 0 else '+'}{hours}" + (f":{rest:02d}" if rest else "")

    def hours(self, value: float) -> str:
        """Return a length of time in hours, or in days from two days on; two significant digits."""
        if math.isinf(value):
            return self("beyond")
        if value >= WHOLE_DAYS_FROM:
            return self("days", n=self.count(two_digits(value / 24)))
        return self("hours", n=self.count(two_digits(value)))


def plural_form(lang: str, count: float) -> str:
    """Return the plural form of a count: zero, one, two, few, many or other (Unicode CLDR, plural rules)."""
    if lang == "fr":
        return "one" if 0 <= count < 2 else "other"
    if lang != "ar" or not float(count).is_integer():
        return "one" if count == 1 else "other"
    if count in ARABIC_FORMS:
        return ARABIC_FORMS[int(count)]
    last_two = int(count) % 100
    if last_two in range(3, 11):
        return "few"
    return "many" if last_two >= 11 else "other"


def two_digits(value: float) -> float:
    """Return a number rounded to two significant digits."""
    if value == 0 or math.isinf(value):
        return value
    return round(value, 1 - math.floor(math.log10(abs(value))))


@cache
def catalogue(lang: str) -> dict[str, str]:
    """Return the texts of a language; raises `UsageError` where there is no catalogue for it."""
    if lang not in LANGUAGES:
        raise UsageError(f"no page in {lang!r}", place="--lang", hint="one of: " + ", ".join(LANGUAGES))
    folder = resources.files("corridor.publishing").joinpath("catalogue")
    files = [folder.joinpath(name).read_text(encoding="utf-8") for name in (f"{lang}.json", f"release.{lang}.json")]
    return {str(key): str(value) for found in files for key, value in json.loads(found).items()}


def words(lang: str, zone: tzinfo | None = None) -> Words:
    """Return the words of a language on the clock of a zone."""
    return Words(lang=lang, texts=catalogue(lang), zone=zone)
