"""Counts of the transported in the words of EDXL-TEP 1.1 (OASIS): by kind, origin and destination, never a person.

TEP tracks patients one by one. Corridor keeps no patient, so that the file holds no `patient` at all: a consumer gets
the message's envelope and, in a namespace of our own, counts by tag. It claims no conformance beyond the envelope.
"""

from __future__ import annotations

from datetime import UTC
from xml.etree import ElementTree as ET

from corridor.publishing.release.stage import Release
from corridor.publishing.standards.cap import SENDER, sent

TEP = "urn:oasis:names:tc:emergency:edxl:tep:1.1"
COUNTS = "urn:corridor:counts:1"
PEOPLE = ("out", "received", "left", "arrivals")


def tep(release: Release) -> bytes:
    """Return the counts of people out, received, left and coming, as coarse as the level wants."""
    ET.register_namespace("tep", TEP)
    ET.register_namespace("counts", COUNTS)
    message = ET.Element(f"{{{TEP}}}TEPMessage")
    head = {
        "messageID": f"corridor.{release.made.astimezone(UTC):%Y%m%dT%H%MZ}.{release.rules.name}",
        "systemID": SENDER,
        "dateTimeSent": sent(release.made),
        "messageType": "Exercise" if release.exercise else "Report",
    }
    for tag, text in head.items():
        ET.SubElement(message, f"{{{TEP}}}{tag}").text = text
    for figure in release.figures:
        if figure.key not in PEOPLE:
            continue
        given = {"id": figure.id, "tag": figure.key, "incident": figure.operation, "unit": figure.unit}
        if figure.place:
            given["place"] = figure.place
        if figure.group:
            given["kind"] = figure.group
        count = ET.SubElement(message, f"{{{COUNTS}}}count", given)
        for name, value in (("low", figure.low), ("middle", figure.middle), ("high", figure.high)):
            told = ET.SubElement(count, f"{{{COUNTS}}}{name}")
            if value is None:
                told.set("fewerThan", str(release.rules.smallest))
            else:
                told.text = f"{value:g}" if value % 1 else str(int(value))
    ET.indent(message, " ")
    data: bytes = ET.tostring(message, encoding="utf-8", xml_declaration=True)
    return data + b"\n"
