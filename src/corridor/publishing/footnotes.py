"""Footnotes: every figure of a page leads to the reports behind it, or to the way it was computed."""

from __future__ import annotations

from collections.abc import Iterable
from string import ascii_lowercase
from urllib.parse import urlsplit

from corridor.publishing import names
from corridor.publishing.markup import Child, Markup, el, join, link
from corridor.publishing.tongue import told
from corridor.publishing.words import Words
from corridor.reports.report import NOT_GRADED, Report
from corridor.reports.vocabulary import facts, groups
from corridor.situation.situation import Situation

SHOWN = 6
ADDRESS = 64


class Footnotes:
    """The notes of one page, numbered in the order in which the page first cites them."""

    def __init__(self, situation: Situation, words: Words) -> None:
        self.situation = situation
        self.words = words
        self._numbers: dict[str, int] = {}
        self._methods: dict[str, tuple[Child, str]] = {}

    def numbers(self, ids: Iterable[str]) -> list[int]:
        """Return the numbers of reports, giving new ones where needed; ids that no report has are left out."""
        known = [name for name in dict.fromkeys(ids) if self.situation.report(name) is not None]
        return [self._numbers.setdefault(name, len(self._numbers) + 1) for name in known]

    def cite(self, ids: Iterable[str]) -> Markup:
        """Return the numbers of reports as links; a long list folds into a small fold-out that holds them all."""
        numbers = self.numbers(ids)
        if not numbers:
            return Markup("")
        links = [_number(n) for n in numbers]
        if len(links) <= SHOWN:
            return self._raised(join(links, " "))
        return self._raised(join((_range(a, b) for a, b in _runs(sorted(numbers))), " "))

    def _raised(self, said: Child) -> Markup:
        """Return the sign of a note, set apart: in Arabic its digits would else join the number that it stands at."""
        return el("sup", said, class_="fn", dir="ltr" if self.words.dir == "rtl" else None)

    def method(self, key: str, explained: Child) -> Markup:
        """Return the letter of a note that says how a figure was computed."""
        if key not in self._methods:
            at = len(self._methods)
            letter = ascii_lowercase[at % 26] * (1 + at // 26)
            self._methods[key] = (explained, letter)
        letter = self._methods[key][1]
        return self._raised(el("a", letter, href=f"#m-{letter}"))

    def methods(self) -> Markup:
        """Return the notes on how figures were computed."""
        return el(
            "ul",
            [
                el("li", el("b", letter, class_="no"), " ", said, id=f"m-{letter}")
                for said, letter in self._methods.values()
            ],
            class_="notes",
        )

    def listing(self) -> Markup:
        """Return every cited report as a note: who says it, where to read it, its clocks, our wording."""
        cited = sorted(self._numbers.items(), key=lambda pair: pair[1])
        listed = el("ol", [self._note(name, number) for name, number in cited], class_="notes reports")
        # The list scrolls by itself on a screen: hundreds of sources do not make the page long, and a link finds each.
        return el("div", listed, class_="shelf", tabindex="0", role="region", aria_label=self.words("sources.list"))

    def _note(self, name: str, number: int) -> Markup:
        w, report = self.words, self.situation.report(name)
        if report is None:
            return Markup("")
        clocks = w("note.clocks", observed=w.moment(report.observed), received=w.moment(report.received))
        where = [w("note.in", publisher=report.publisher)] if report.publisher else []
        if report.derived_from:
            where.append(w("note.derived", origin=report.derived_from))
        grade = "; " + w("note.grade", grade=report.grade) if report.grade != NOT_GRADED else ""
        said = [el("span", stated(report, self.situation, w), class_="said")]
        if report.quote:
            said.append(el("q", report.quote, dir="auto"))
        if report.note:
            said.append(el("span", told(report.note, w), class_="wording"))
        return el(
            "li",
            el("b", str(number), class_="no"),
            " ",
            el("b", report.source),
            el("span", ", ".join(["", *where]) if where else "", ". "),
            join(said, " "),
            " ",
            el("span", clocks, grade, ". ", class_="clocks"),
            link(report.reference, _address(report.reference)) if report.reference else w("note.no_reference"),
            id=f"r-{number}",
        )


def stated(report: Report, situation: Situation, w: Words) -> str:
    """Return what a report states, in the page's language: the fact, whom it counts, the value as said."""
    fact = facts().get(report.fact)
    label = fact.label(w.lang) if fact else report.fact
    group = groups().get(report.group)
    who = f", {group.label(w.lang)}" if group and report.group != "all" else ""
    # A sentence told as a value brings its own full stop.
    value = _value(report, situation, w).rstrip(".")
    if report.fact == "departure" and report.part:
        who = f", {w.known(f'vehicles.{report.part}', report.part).lower()}"
    return w("stated", fact=label, who=who, value=value) if value else w("stated.bare", fact=label, who=who)


def _value(report: Report, situation: Situation, w: Words) -> str:
    """Return a value with its ids by their names: the sites of a term, the kind of a place."""
    if isinstance(report.value, str):
        if report.fact == "term":
            return names.terms(situation, report.value, w)
        if report.fact == "site":
            return w.known(f"kind.{report.value}", names.terms(situation, report.value, w))
    return worded(report, w)


def worded(report: Report, w: Words) -> str:
    """Return the value of a report as its source hedged it: about, at least, from ... to, unknown."""
    if report.hedge == "unknown":
        return w("hedge.unknown")
    if report.low is not None and report.high is not None and report.low != report.high:
        return w("span", low=w.count(report.low), high=w.count(report.high))
    number = next((n for n in (report.number, report.low, report.high) if n is not None), None)
    if number is None:
        return w.known(f"state.{report.value}", str(report.value)) if report.value is not None else ""
    if report.hedge in ("approx", "order", "min", "max"):
        return w(f"hedge.{report.hedge}", n=w.count(number))
    return w.count(number)


def _number(n: int) -> Markup:
    return el("a", str(n), href=f"#r-{n}")


def _range(first: int, last: int) -> Markup:
    return _number(first) if first == last else join([_number(first), _number(last)], "–")


def _runs(numbers: list[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for n in numbers:
        if runs and n == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], n)
        else:
            runs.append((n, n))
    return runs


def _address(url: str) -> str:
    parts = urlsplit(url)
    shown = (parts.netloc + parts.path).removeprefix("www.") or url
    return shown if len(shown) <= ADDRESS else shown[: ADDRESS - 1] + "…"
