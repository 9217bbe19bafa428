"""Alerts in the Common Alerting Protocol 1.2 (OASIS): one information block for each language of one record."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from xml.etree import ElementTree as ET

from corridor.publishing import names
from corridor.publishing.release.stage import Release
from corridor.publishing.sitrep.telling import one
from corridor.publishing.words import LANGUAGES, Words, words
from corridor.situation.situation import Operation

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
SENDER = "corridor@corridor.invalid"  # RFC 2606 keeps this name for no one
STANDS = timedelta(hours=24)
SCOPES = {"public": "Public", "internal": "Private"}
MOVING = ("in_force", "announced")


def cap(release: Release) -> dict[str, bytes]:
    """Return one alert for each operation, by its file name; a later release updates the one before."""
    return {f"alert-{_safe(each.id)}.cap.xml": _alert(release, each) for each in release.situation.operations}


def identifier(operation: str, at: datetime) -> str:
    """Return the identifier of an alert: no space, comma, `<` or `&` may stand in it (CAP 1.2, section 3.2.1)."""
    return f"corridor.{_safe(operation)}.{at:%Y%m%dT%H%M%z}".replace("+", "p").replace("-", "m")


def _safe(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._]", "_", name)


def sent(at: datetime) -> str:
    """Return a moment with its numeric offset, never Z; UTC is -00:00 (CAP 1.2, section 3.3.2)."""
    shown = at.replace(microsecond=0).isoformat()
    return shown[:-6] + "-00:00" if shown.endswith("+00:00") else shown


def _alert(release: Release, operation: Operation) -> bytes:
    scope = SCOPES.get(release.rules.name, "Restricted")
    alert = ET.Element("alert", {"xmlns": NAMESPACE})
    head = {
        "identifier": identifier(operation.id, release.made),
        "sender": SENDER,
        "sent": sent(release.made),
        "status": "Exercise" if release.exercise else "Actual",
        "msgType": "Update" if _before(release) else "Alert",
        "scope": scope,
    }
    for tag, text in head.items():
        _add(alert, tag, text)
    if scope == "Restricted":
        _add(alert, "restriction", f"{release.rules.name}: {release.to or 'named recipients'}")
    if scope == "Private":
        _add(alert, "addresses", '"' + (release.to or "duty room") + '"')
    before = _before(release)
    if before is not None:
        _add(alert, "references", f"{SENDER},{identifier(operation.id, before)},{sent(before)}")
    for lang in LANGUAGES:
        _info(alert, release, operation, words(lang, release.situation.at.tzinfo))
    ET.indent(alert, " ")
    data: bytes = ET.tostring(alert, encoding="utf-8", xml_declaration=True)
    return data + b"\n"


def _before(release: Release) -> datetime | None:
    """Return the moment of the alert that this one updates."""
    return release.rules.moment(release.previous_made) if release.previous_made is not None else None


def _info(alert: ET.Element, release: Release, operation: Operation, w: Words) -> None:
    situation = release.situation
    where = names.place(situation, operation.area, w)
    agreement = situation.agreement(operation.id)
    halted = any(halt.operation == operation.id and halt.until is None for halt in situation.halts)
    stands = halted or (agreement is not None and agreement.state == "suspended")
    moving = agreement is not None and agreement.state in MOVING
    state = "halted" if stands else "moving" if moving else "none"
    out = next((f for f in release.figures if f.key == "out" and f.operation == operation.id), None)
    info = ET.SubElement(alert, "info")
    fields = {
        "language": w.lang,
        "category": "Rescue",
        "event": w("cap.event"),
        "responseType": "Monitor",
        "urgency": "Expected",
        "severity": "Severe",
        "certainty": "Observed",
        "effective": sent(release.made),
        "expires": sent(release.made + STANDS),
        "senderName": "Corridor",
        "headline": w(f"cap.headline.{state}", where=where),
        "description": "",
        "instruction": w("cap.instruction") + " " + w("rel.protected"),
    }
    if out is not None:
        told = one(out.middle, release.rules, w)
        fields["description"] = w("cap.description", out=told, moment=w.moment(situation.at))
    for tag, text in fields.items():
        if text:
            _add(info, tag, text)
    area = ET.SubElement(info, "area")
    # A name, and no shape: a line around those who wait would show where they are, and hint that others may be hurt.
    _add(area, "areaDesc", where)


def _add(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = text
