"""The words a report may use: facts.csv and groups.csv, and the checks that follow from them."""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib import resources
from operator import attrgetter
from typing import Literal

import msgspec

from corridor.files import nearest
from corridor.reports.report import NOT_GRADED, Report

FactType = Literal["count", "number", "share", "word", "text", "point", "any"]
Combination = Literal["stock", "flow", "parameter", "status", "event"]


class Fact(msgspec.Struct, frozen=True):
    """One row of facts.csv: what can be stated, about what, in which unit, and how rival statements combine."""

    fact: str
    subject: str
    unit: str
    type: FactType
    combines: Combination
    label_en: str
    label_fr: str
    label_ar: str
    description: str

    def label(self, lang: str) -> str:
        """Return the label in a language, English where there is none."""
        return str(getattr(self, f"label_{lang}", self.label_en))


class PeopleGroup(msgspec.Struct, frozen=True):
    """One row of groups.csv: people as sources word them, which wider group holds them, and the place they need."""

    group: str
    within: str
    place: str
    priority: str
    label_en: str
    label_fr: str
    label_ar: str
    description: str

    def label(self, lang: str) -> str:
        """Return the label in a language, English where there is none."""
        return str(getattr(self, f"label_{lang}", self.label_en))


@cache
def facts() -> dict[str, Fact]:
    """Return the vocabulary of facts by name, in the order of facts.csv."""
    return {row["fact"]: msgspec.convert(row, Fact) for row in _rows("facts.csv")}


@cache
def groups() -> dict[str, PeopleGroup]:
    """Return the groups of people by name, in the order of groups.csv."""
    return {row["group"]: msgspec.convert(row, PeopleGroup) for row in _rows("groups.csv")}


def _rows(name: str) -> list[dict[str, str]]:
    text = resources.files("corridor.reports").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


_GRADE = re.compile(r"[A-F][1-6]")
_POINT = re.compile(r"-?\d{1,2}(\.\d+)?;-?\d{1,3}(\.\d+)?(;\d+(\.\d+)?)?")
_PERSONAL_NUMBER = re.compile(
    r"(?<![\d/=._-])(?:\+|00|0)\d(?:[ .-]?\d){7,14}(?![\d/])|(?<![\d/=._-])\d{10,15}(?![\d/])"
)
# What both forms above have in them, found in a fifth of the time: most texts hold no such run of digits.
_EIGHT_DIGITS = re.compile(r"\d(?:[ .-]?\d){7}")
NON_NEGATIVE = ("count", "number", "share")
# Larger figures count nothing on earth, and no float holds each of them.
MOST = 10**15
# Where a telephone number may hide; a reference is an address and may hold one.
SCANNED = ("source", "publisher", "about", "place", "value", "received_rule", "quote", "note", "derived_from")

_MOMENTS = ("observed", "received", "said", "since")
_scanned = attrgetter(*SCANNED)


def word_faults(fact: str = "", group: str = "all", grade: str = NOT_GRADED) -> list[tuple[str, str, str]]:
    """Return what is wrong with the words of a report as (column, what, hint); an empty fact is not judged."""
    found: list[tuple[str, str, str]] = []
    if fact and fact not in facts():
        found.append(("fact", f"unknown fact {fact!r}", nearest(fact, list(facts()))))
    if group not in groups():
        found.append(("group", f"unknown group {group!r}", nearest(group, list(groups()))))
    if grade != NOT_GRADED and not _GRADE.fullmatch(grade):
        found.append(("grade", f"{grade!r} is no Admiralty grade", f"A1 to F6, or {NOT_GRADED!r}"))
    return found


def faults(report: Report) -> list[tuple[str, str, str]]:
    """Return what is wrong with a report as (column, what, hint); empty where it is sound."""
    fact = facts().get(report.fact)
    # Whether anything is wrong with the words is asked first; what it is, of the few where something is.
    sound = fact is not None and report.group in groups() and report.grade == NOT_GRADED
    found = [] if sound else word_faults(report.fact, report.group, report.grade)
    if (without := _without_zone(report)) is not None:
        return [*found, (without, "time without zone", "write the offset: 2016-12-15T14:30+02:00")]
    if report.received < report.observed and report.modality != "planned":
        found.append(("received", "received before it was observed", "a report cannot be known before it was true"))
    if report.since is not None and report.since > report.observed:
        found.append(("since", "the period begins after it ends", "since is the start, observed the end"))
    if isinstance(report.value, int) and abs(report.value) > MOST:
        found.append(("value", "too large to count anything", "digits only: 40000"))
    elif fact is not None and not _is_plain_count(report, fact):
        found += _value_faults(report, fact)
    # All at once: no number runs on over the end of a line. Only where there is one is it asked which field holds it.
    if _EIGHT_DIGITS.search(
        f"{report.source}\n{report.publisher}\n{report.about}\n{report.place}\n{report.value}\n"
        f"{report.received_rule}\n{report.quote}\n{report.note}\n{report.derived_from}"
    ):
        for name, text in zip(SCANNED, _scanned(report), strict=True):
            if isinstance(text, str) and _PERSONAL_NUMBER.search(text):
                found.append((name, "looks like a telephone or identity number", "counts only: leave it out"))
    return found


def _without_zone(report: Report) -> str | None:
    """Return the first moment of a report that has no zone."""
    if report.observed.tzinfo is not None and report.received.tzinfo is not None and report.said is report.since:
        return None  # neither `said` nor `since` is there
    moments = ((name, getattr(report, name)) for name in _MOMENTS)
    return next((name for name, moment in moments if moment is not None and moment.tzinfo is None), None)


def _is_plain_count(report: Report, fact: Fact) -> bool:
    """Return whether this is what nearly every report of a post is: a whole number of a count, and nothing beside."""
    counts = fact.type == "count" and isinstance(report.value, int) and report.value >= 0
    return counts and report.low is None and report.high is None and report.hedge != "unknown"


def _value_faults(report: Report, fact: Fact) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    value = report.value
    numbers = [n for n in (value, report.low, report.high) if n is not None and not isinstance(n, str)]
    if fact.type in NON_NEGATIVE:
        if isinstance(value, str):
            found.append(("value", f"{value!r} is not a number", f"{fact.fact} is a {fact.type} in {fact.unit}"))
        if numbers and min(numbers) < 0:
            found.append(("value", "negative", f"{fact.fact} counts from zero up"))
        if fact.type == "share" and numbers and max(numbers) > 1:
            found.append(("value", "a share above 1", "write 0.8 for 80 %"))
        if fact.type == "count" and any(n != int(n) for n in numbers if abs(n) < 1e15):
            found.append(("value", "a count that is not whole", f"{fact.fact} counts {fact.unit}"))
    elif fact.type in ("word", "text") and not isinstance(value, str) and report.modality != "denied":
        found.append(("value", "a word is missing", f"{fact.fact}: {fact.description}"))
    elif fact.type == "point" and not (isinstance(value, str) and _POINT.fullmatch(value)):
        found.append(("value", f"{value!r} is no position", "latitude;longitude;precision in metres: 36.16;37.06;700"))
    if report.low is not None and report.high is not None and report.low > report.high:
        found.append(("low", "low is above high", "swap them"))
    if report.hedge == "unknown" and numbers:
        found.append(("hedge", "unknown but a number is given", "leave value, low and high empty, or change the hedge"))
    return found
