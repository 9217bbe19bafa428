"""The agreed windows as iCalendar (RFC 5545), for the calendars that people already carry."""

from __future__ import annotations

from datetime import UTC, datetime

from corridor.publishing import names
from corridor.publishing.words import Words
from corridor.situation.agreement import Clause
from corridor.situation.situation import Situation

FOLD = 75  # octets of a line, RFC 5545 section 3.1
STATES = {"in_force": "CONFIRMED", "announced": "TENTATIVE", "suspended": "TENTATIVE"}


def calendar(situation: Situation, w: Words) -> bytes:
    """Return one event a stated window; an agreement that failed or ended gives cancelled ones.

    Times are UTC; the identifier of an event stays the same over the versions of its clause, so that a calendar
    replaces what it holds.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Corridor//Windows//" + w.lang.upper(), "CALSCALE:GREGORIAN"]
    events: list[str] = []
    for agreement in situation.agreements:
        status = STATES.get(agreement.state, "CANCELLED")
        for clause in agreement.of_kind("window"):
            events += _event(situation, clause, agreement.operation, status, w)
    lines += events or _nothing(situation, w)
    lines.append("END:VCALENDAR")
    return "".join(_fold(line) + "\r\n" for line in lines).encode()


def _event(situation: Situation, clause: Clause, operation: str, status: str, w: Words) -> list[str]:
    if clause.begins is None or clause.ends is None:
        return []
    sources = [report.source for name in clause.reports if (report := situation.report(name)) is not None]
    said = ", ".join(dict.fromkeys(names.party(source, w) for source in sources))
    what = w("calendar.window", operation=names.operation(situation, operation, w))
    note = w("calendar.note", sources=said or w("calendar.nobody"))
    return [
        "BEGIN:VEVENT",
        f"UID:{_text(clause.id)}.{_text(operation)}@corridor.invalid",
        f"DTSTAMP:{_utc(situation.at)}",
        f"SEQUENCE:{clause.version - 1}",
        f"DTSTART:{_utc(clause.begins)}",
        f"DTEND:{_utc(clause.ends)}",
        f"SUMMARY;LANGUAGE={w.lang}:{_text(what)}",
        f"DESCRIPTION;LANGUAGE={w.lang}:{_text(note)}",
        f"STATUS:{status}",
        "TRANSP:TRANSPARENT",
        "CLASS:CONFIDENTIAL",  # hours of movement are sensitive (rules of practice, PR8)
        "END:VEVENT",
    ]


def _nothing(situation: Situation, w: Words) -> list[str]:
    """Say as a note that no hours are stated: a calendar without any component is none (RFC 5545 section 3.6)."""
    return [
        "BEGIN:VJOURNAL",
        "UID:no-window@corridor.invalid",
        f"DTSTAMP:{_utc(situation.at)}",
        f"DTSTART:{_utc(situation.at)}",
        f"SUMMARY;LANGUAGE={w.lang}:{_text(w('calendar.none'))}",
        "CLASS:CONFIDENTIAL",
        "END:VJOURNAL",
    ]


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    for sign, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n")):
        words = words.replace(sign, written)
    return words


def _fold(line: str) -> str:
    """Break a line after 75 octets, never within a character."""
    parts, here, size = [], "", 0
    for sign in line:
        width = len(sign.encode())
        if size + width > FOLD:
            parts.append(here)
            here, size = " ", 1
        here, size = here + sign, size + width
    return "\r\n".join([*parts, here])
