"""Entries as lines that can be said over a radio, written on paper or drawn as QR codes, and typed in by another.

A line holds everything that its entry holds, so that the entry which comes by the network and the one which comes by
hand are the same one and count once. Two check digits end it, as in an account number (ISO 7064, MOD 97-10), with two
places for each character: one wrong character is always found, and so are two neighbours that changed places, as 97 is
prime and neither 100 nor 99 divides by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from corridor.errors import Fault, InputError
from corridor.log.entry import Entry, canonical, derived_id, stamp
from corridor.operation.known import REPORT
from corridor.reports.report import Report
from corridor.reports.vocabulary import faults

# The word that is said, and the fact that it reports. Those of the first table count people or vehicles.
COUNTS = {
    "board": "people_boarded",
    "out": "people_out",
    "pass": "people_passed",
    "arrive": "people_arrived",
    "over": "people_handed_over",
    "held": "people_held",
    "back": "people_turned_back",
    "wait": "people_waiting",
    "left": "departure",
    "came": "arrival",
}
TOLD = {"halt": "halt", "resume": "resumption", "incident": "incident", "request": "request"}
# What may be told by one word, and how the report says it: neutral, without any person.
SAYINGS = {
    "fire": "fire heard",
    "crossing": "crossing closed",
    "checks": "held up by checks",
    "snow": "snow or ice on the road",
    "blocked": "road blocked",
    "vehicle": "vehicle broken down",
    "crowd": "crowd pressing",
    "medical": "medical emergency",
    "order": "ordered to stop",
    "over": "the cause is over",
    "ordered": "ordered to go on",
    "ambulance": "ambulance",
    "stretcher": "stretchers",
    "bus": "more buses",
    "water": "water and food",
    "blankets": "blankets and heating",
    "staff": "more staff",
    "fuel": "fuel",
    "other": "other",
}
# No counter of a device and no count of people is longer.
LONGEST_NOTE = 500
HEADER = re.compile(r"corridor/1 (\S{1,80}) (\S.{0,199})")
LINE = re.compile(
    r"(?P<counter>\d{1,9}) (?P<action>[a-z]{1,12}) (?P<about>\S{1,120}) (?P<group>[a-z_]{1,40}) "
    r"(?P<value>[a-z]{1,12}|\d{1,6}|-) (?P<moment>\d{6}-\d{6}) (?P<check>\d\d)(?: \| (?P<note>.{1,500}))?",
    re.ASCII,
)
# A row of a sheet of paper: its printed number with the sheet's check digits, then the count, and the count again.
PAPER = re.compile(
    r"(?P<counter>\d{1,9})\.(?P<check>\d\d) (?P<action>[a-z]{1,12}) (?P<about>\S{1,120}) (?P<group>[a-z_]{1,40}) "
    r"(?P<value>[a-z]{1,12}|\d{1,6}|-) (?P<moment>\d{6}-\d{4}) (?P<again>[a-z]{1,12}|\d{1,6}|-)",
    re.ASCII,
)
# No phone has such a name: what a sheet is called.
SHEET = "paper-"
_TOOK = {fact: word for word, fact in (COUNTS | TOLD).items()}
_SAID = {said: word for word, said in SAYINGS.items()}


class Spoken(NamedTuple):
    """An entry that came by hand: the device that made it, its count there, the report."""

    device: str
    counter: int
    report: Report

    def entry(self, *, actor: str) -> Entry:
        """Return the entry exactly as its device sends it, whoever passes it on."""
        happened = stamp(self.report.observed)
        return Entry(
            id=entry_id(self.device, self.counter),
            kind="report",
            name=REPORT,
            actor=actor,
            device=self.device,
            device_seq=self.counter,
            happened=happened,
            recorded=happened,
            body=canonical(self.report),
        )


def entry_id(device: str, counter: int) -> str:
    """Return the id of a device's n-th entry, which both ways give it."""
    return derived_id("field", device, str(counter))


def check_digits(text: str) -> str:
    """Return the two digits with which a text leaves 1 when it is divided by 97 (ISO 7064, MOD 97-10)."""
    rest = 0
    for letter in text:
        rest = (rest * 100 + _number(letter)) % 97
    return f"{98 - rest * 100 % 97:02}"


def _number(letter: str) -> int:
    if "0" <= letter <= "9":
        return ord(letter) - 48
    if "a" <= letter <= "z":
        # Small letters are others than capitals: a convoy of another name must not slip in.
        return ord(letter) - 61
    return ord(letter) - 55 if "A" <= letter <= "Z" else 62 + ord(letter) % 35


def line_of(device: str, counter: int, report: Report) -> str:
    """Return a report as its line; raises `InputError` where no line can say it."""
    action = _TOOK.get(report.fact)
    value = "-" if report.value is None else str(report.value)
    value = _SAID.get(value, value) if action in TOLD else value
    rest = f"{action} {_packed(report.about)} {report.group} {value}"
    if action is None or not LINE.fullmatch(f"1 {rest} 000000-000000 00"):
        raise InputError("cannot be said as a line", place=report.id, hint="send it as a table of reports")
    moment = report.observed.astimezone(UTC)
    body = f"{counter} {rest} {moment:%y%m%d-%H%M%S}"
    note = f" | {report.note}" if report.note else ""
    return f"{body} {check_digits(f'{device} {report.place} {body}{note}')}{note}"


def _packed(about: str) -> str:
    return about.replace("%", "%25").replace(" ", "%20")


def read_lines(text: str, *, place: str = "codes") -> list[Spoken]:
    """Return the entries of a text: a line `corridor/1 DEVICE POST`, then the lines of that device.

    Empty lines are passed over; several devices may follow each other. Raises `InputError` with every line that cannot
    be read or whose check digits are others, so that a person can ask again.
    """
    found: list[Spoken] = []
    wrong: list[InputError] = []
    header: tuple[str, str] | None = None
    for number, line in _lines(text):
        where = f"{place}, line {number}"
        head = HEADER.fullmatch(line)
        if head:
            header = (head[1], head[2].strip())
            continue
        try:
            found.append(_read(line, header, where))
        except InputError as error:
            wrong.append(error)
    if not found and not wrong:
        raise InputError("holds no entry", place=place, hint="corridor/1 DEVICE POST, then one entry a line")
    if wrong:
        first = wrong[0]
        others = [Fault(one.place, one.cause, one.hint) for one in wrong[1:]]
        raise InputError(first.cause, place=first.place, hint=first.hint, faults=others)
    return found


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.replace("\ufeff", "").splitlines(), start=1):
        tidy = " ".join(line.split())
        if tidy:
            yield number, tidy


def _read(line: str, header: tuple[str, str] | None, where: str) -> Spoken:
    if header is None:
        raise InputError("no device is named before it", place=where, hint="begin with: corridor/1 DEVICE POST")
    device, post = header
    paper = PAPER.fullmatch(line) if device.startswith(SHEET) else None
    if paper is not None:
        return _from_paper(paper, device, post, where)
    seen = LINE.fullmatch(line)
    if seen is None:
        raise InputError(
            f"cannot be read: {line[:80]}", place=where, hint="12 pass aleppo/C01 all 143 161215-081530 75"
        )
    body = line[: seen.start("check") - 1]
    note = seen["note"] or ""
    if seen["check"] != check_digits(f"{device} {post} {body}" + (f" | {note}" if note else "")):
        raise InputError(
            f"the check digits are not {seen['check']}: something was misheard or mistyped",
            place=where,
            hint="ask for the line again, with the device and the post",
        )
    return Spoken(device, int(seen["counter"]), _report(device, post, seen, note, where))


def row_code(device: str, post: str, counter: int) -> str:
    """Return what is printed before a row of a sheet: its number and two check digits."""
    return f"{counter}.{check_digits(f'{device} {post} {counter}')}"


def _from_paper(row: re.Match[str], device: str, post: str, where: str) -> Spoken:
    counter = int(row["counter"])
    if row_code(device, post, counter) != f"{counter}.{row['check']}":
        raise InputError(
            f"{counter}.{row['check']} is no row of this sheet", place=where, hint="look at its head and the row again"
        )
    if row["value"] != row["again"]:
        raise InputError(
            f"{row['value']} and then {row['again']}: the count is typed twice", place=where, hint="look at the sheet"
        )
    return Spoken(device, counter, _report(device, post, row, "", where))


def _report(device: str, post: str, seen: re.Match[str], note: str, where: str) -> Report:
    action, said = seen["action"], seen["value"]
    fact = (COUNTS | TOLD).get(action)
    if fact is None or (action in TOLD and said not in SAYINGS) or (action in COUNTS and said in SAYINGS):
        raise InputError(f"{action} {said} says nothing known", place=where, hint=", ".join(COUNTS | TOLD))
    try:
        form = "%y%m%d-%H%M%S" if len(seen["moment"]) == 13 else "%y%m%d-%H%M"
        moment = datetime.strptime(seen["moment"], form).replace(tzinfo=UTC)
    except ValueError:
        raise InputError(f"{seen['moment']} is no moment", place=where, hint="161215-081530, in UTC") from None
    report = Report(
        id=entry_id(device, int(seen["counter"])),
        source=f"post {post}",
        fact=fact,
        about=seen["about"].replace("%20", " ").replace("%25", "%"),
        place=post,
        observed=moment,
        received=moment,
        group=seen["group"],
        value=SAYINGS[said] if action in TOLD else None if said == "-" else int(said),
        hedge="unknown" if said == "-" else "exact",
        note=note,
    )
    for column, what, hint in faults(report):
        raise InputError(f"{column}: {what}", place=where, hint=hint)
    return report


def too_early(spoken: Spoken, now: datetime) -> bool:
    """Return whether an entry is of a moment that has not come, as a mistaken date would be."""
    return spoken.report.observed > now + timedelta(hours=1)


def as_data() -> dict[str, dict[str, str]]:
    """Return the words of the lines for the page on the phone: it writes the same lines."""
    return {"counts": COUNTS, "told": TOLD, "sayings": SAYINGS}
