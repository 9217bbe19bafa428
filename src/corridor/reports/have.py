"""Hospitals and their free beds from EDXL-HAVE (OASIS; 2.0 and 1.0) to reports; contacts and staff are not read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from xml.etree import ElementTree as ET

from corridor.errors import Fault, InputError
from corridor.reports.report import Report, content_id

NAMESPACES = ("urn:oasis:names:tc:emergency:edxl:have:2.0", "urn:oasis:names:tc:emergency:edxl:have:1.0")
RULE = "when the hospital last updated it"
# A document may declare entities that grow without end, or name files of this machine: such a one is not read at all.
DECLARES = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
HINT = "ask the hospital for EDXL-HAVE 2.0"
FACILITIES = ("facility", "hospital")


def read_have(data: bytes, place: str) -> list[Report]:
    """Return a report of the site, its names, its position and its free beds for each facility of a message.

    Elements are known by their local names, which 1.0 and 2.0 write with other capitals. Raises `InputError` with
    every fault: a facility without an id, without the moment of its update, or with a number that is none.
    """
    if DECLARES.search(data):
        raise InputError("declares entities, which are not read", place=place, hint=HINT)
    try:
        root = ET.fromstring(data)  # noqa: S314 - nothing that declares an entity comes this far
    except ET.ParseError as error:
        raise InputError(f"is no XML: {error}", place=place, hint=HINT) from None
    namespace = root.tag.partition("}")[0].removeprefix("{").lower()
    if namespace not in NAMESPACES:
        raise InputError("is no EDXL-HAVE message", place=place, hint=HINT)
    problems: list[Fault] = []
    found: list[Report] = []
    for number, facility in enumerate(_all(root, *FACILITIES), start=1):
        found += _facility(facility, f"{place}: facility {number}", problems)
    if not found and not problems:
        problems.append(Fault(place, "names no facility", HINT))
    if problems:
        raise InputError(f"{len(problems)} fault(s); nothing was read", place=place, faults=problems)
    return found


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2].lower()


def _all(element: ET.Element, *names: str) -> Iterator[ET.Element]:
    return (each for each in element.iter() if _local(each) in names)


def _text(element: ET.Element, *names: str) -> str:
    return next(((each.text or "").strip() for each in _all(element, *names) if (each.text or "").strip()), "")


def _facility(facility: ET.Element, where: str, problems: list[Fault]) -> list[Report]:
    name = _text(facility, "facilityname", "organizationname")
    identity = _text(facility, "facilityid", "organizationid")
    if not identity:
        problems.append(Fault(where, "has no id", "each facility needs a facilityID"))
        return []
    site = re.sub(r"[^a-z0-9]+", "-", identity.lower()).strip("-")
    moment = _moment(_text(facility, "lastupdatetime", "lastupdated", "lastupdatedatetime"), where, problems)
    if moment is None:
        return []
    rows: list[tuple[str, str, str | int]] = [("site", site, "hospital")]
    if name:
        rows.append(("name", f"{site}.en", name))
    position = _text(facility, "pos")
    if position:
        rows.append(("position", site, ";".join([*position.split()[:2], "100"])))
    beds = _beds(facility, where, problems)
    if beds is not None:
        rows.append(("reception_capacity", site, beds))
    return [_report(fact, about, value, site, name or identity, moment) for fact, about, value in rows]


def _moment(text: str, where: str, problems: list[Fault]) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        problems.append(
            Fault(where, f"no moment of update: {text!r}", "write lastUpdateTime as 2016-12-15T18:00:00+02:00")
        )
        return None
    return moment


def _beds(facility: ET.Element, where: str, problems: list[Fault]) -> int | None:
    """Return the free beds of all kinds together, None where none are stated."""
    total, stated = 0, False
    for each in _all(facility, "availablecount"):
        text = (each.text or "").strip()
        if not text.isdigit():
            problems.append(Fault(where, f"{text!r} is no number of beds", "write availableCount in whole beds"))
            continue
        total, stated = total + int(text), True
    return total if stated else None


def _report(fact: str, about: str, value: str | int, site: str, source: str, moment: datetime) -> Report:
    fields = {"fact": fact, "about": about, "value": str(value), "observed": moment.isoformat(), "source": source}
    return Report(
        id=content_id(fields),
        source=source,
        fact=fact,
        about=about,
        place=site,
        value=value,
        observed=moment,
        received=moment,
        received_rule=RULE,
    )
