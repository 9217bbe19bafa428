"""The fields of a phrase: how each kind is written in English by the earlier stages, and shown on the page."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from corridor.publishing import names
from corridor.publishing.tongue import tongue
from corridor.publishing.words import Words
from corridor.reports.vocabulary import facts, groups
from corridor.situation.situation import Situation

NUMBER = r"-?\d[\d,]*(?:\.\d+)?"
CLOCK = r"\d{4}-\d\d-\d\d \d\d:\d\d"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Piece:
    """Words of the page; `lang` names their language where it is not the page's, `known` is false without a phrase."""

    text: str
    lang: str | None = None
    known: bool = True

    def with_text(self, text: str) -> Piece:
        """Return the piece with other words."""
        return replace(self, text=text)


Show = Callable[[str, Situation, Words], list[Piece]]


@dataclass(frozen=True)
class Kind:
    """One kind of field: the pattern of its English form, and how it is shown; None is a phrase of its own."""

    pattern: str
    show: Show | None


def _plain(shown: Callable[[str, Situation, Words], str]) -> Show:
    def show(text: str, situation: Situation, w: Words) -> list[Piece]:
        try:
            return [Piece(shown(text, situation, w))]
        except ValueError:  # a day that its year does not have: shown as it was written
            return [Piece(text)]

    return show


def _number(text: str, _: Situation, w: Words) -> str:
    return w.count(float(text.replace(",", "")))


def _about(text: str, _: Situation, w: Words) -> str:
    return w.about(float(text.replace(",", "")))


def _numbers(text: str, situation: Situation, w: Words) -> str:
    return w("and").join(_number(each, situation, w) for each in text.split(" and "))


def _percent(text: str, _: Situation, w: Words) -> str:
    return w("percent", n=w.count(float(text.rstrip("%").replace(",", ""))))


def _moment(text: str, situation: Situation, w: Words) -> str:
    """Return a moment that was written without its year: that of the situation, or the year before for its future."""
    day, month, clock = text.split()
    hour, minute = clock.split(":")
    here = w.local(situation.at)
    when = here.replace(month=1, day=1, hour=int(hour), minute=int(minute), second=0, microsecond=0)
    number = MONTHS.index(month) + 1
    year = here.year - (1 if (number, int(day)) > (here.month, here.day) else 0)
    return w.moment(when.replace(year=year, month=number, day=int(day)))


def _clock(text: str, situation: Situation, w: Words) -> str:
    return w.moment(datetime.fromisoformat(text).replace(tzinfo=situation.at.tzinfo))


def _hours(text: str, situation: Situation, w: Words) -> str:
    spans = [" ".join(span.split(" to ")) for span in text.split("; ")]
    clocks = [[_clock(each, situation, w) for each in re.findall(CLOCK, span)] for span in spans]
    return w("joint").join(w("span", low=low, high=high) for low, high in clocks)


def _site(text: str, situation: Situation, w: Words) -> str:
    return names.place(situation, text, w)


def _sites(text: str, situation: Situation, w: Words) -> str:
    return w("comma").join(names.place(situation, each.strip(), w) for each in re.split("[;,]", text))


def _groups(text: str, _: Situation, w: Words) -> str:
    return w("comma").join(names.group(each, w) for each in text.split(", "))


def _people(text: str, _: Situation, w: Words) -> str:
    found = groups().get(text.replace(" ", "_"))
    return found.label(w.lang) if found else text


def _type(text: str, _: Situation, w: Words) -> str:
    return w.known(f"vehicles.{text}", text).lower()


def _fact(text: str, _: Situation, w: Words) -> str:
    found = facts().get(text)
    return found.label(w.lang) if found else text


def _claims(text: str, situation: Situation, w: Words) -> str:
    """Return who gives which value of a term, the ids in it by their names."""
    said = [each.partition(": ") for each in text.split("; ")]
    return w("joint").join(
        w("subject", head=source, rest=names.terms(situation, _value(value), w)) if mark else source
        for source, mark, value in said
    )


def _value(text: str) -> float | str:
    return float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else text


def _as_it_is(text: str, _: Situation, __: Words) -> str:
    return text


def _told(text: str, _: Situation, __: Words) -> list[Piece]:
    return [Piece(text, tongue(text))]


ID = r"\S+?"
LIST = r"\S+?(?:[;,] ?\S+?)*"
# The name of a field is its kind, with a number where a phrase has several: {site} and {site2} are both sites.
KINDS: dict[str, Kind] = {
    "n": Kind(NUMBER, _plain(_number)),
    "about": Kind(NUMBER, _plain(_about)),
    "numbers": Kind(rf"{NUMBER}(?: and {NUMBER})*", _plain(_numbers)),
    "percent": Kind(rf"{NUMBER}%", _plain(_percent)),
    "moment": Kind(r"\d\d [A-Z][a-z]{2} \d\d:\d\d", _plain(_moment)),
    "clock": Kind(CLOCK, _plain(_clock)),
    "hours": Kind(rf"{CLOCK} to {CLOCK}(?:; {CLOCK} to {CLOCK})*", _plain(_hours)),
    "site": Kind(ID, _plain(_site)),
    "sites": Kind(LIST, _plain(_sites)),
    "operation": Kind(ID, _plain(lambda text, situation, w: names.operation(situation, text, w))),
    "operations": Kind(LIST, _plain(lambda text, situation, w: names.terms(situation, text, w))),
    "group": Kind(ID, _plain(_groups)),
    "groups": Kind(LIST, _plain(_groups)),
    "people": Kind(r"[a-z ]+?", _plain(_people)),
    "type": Kind(ID, _plain(_type)),
    "fact": Kind(r"[a-z_]+", _plain(_fact)),
    "subject": Kind(ID, _plain(lambda text, situation, w: names.subject(situation, text, w))),
    "clause": Kind(ID, _plain(lambda text, situation, w: names.subject(situation, text, w))),
    "claims": Kind(r".+", _plain(_claims)),
    "convoy": Kind(ID, _plain(_as_it_is)),
    "vehicle": Kind(ID, _plain(_as_it_is)),
    "movement": Kind(ID, _plain(lambda text, situation, w: names.subject(situation, text, w))),
    "id": Kind(ID, _plain(_as_it_is)),
    "grade": Kind(ID, _plain(_as_it_is)),
    "source": Kind(r".+?", _plain(_as_it_is)),
    "told": Kind(r".+", _told),
    "phrases": Kind(r".+", None),
    "place": Kind(r"[a-z]+", None),
    "step": Kind(r"[a-z ]+?", None),
}
