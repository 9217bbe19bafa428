"""Whether free text looks as if it named a person: Corridor counts people and names none."""

from __future__ import annotations

import re

from corridor.reports.report import Report

_WARNINGS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\b(?:Mr|Mrs|Ms|Mme|Mlle|M\.|Dr|Cheikh|Sheikh|Haj|Hajj)\.? +[A-ZÀ-Ý]\w+"), "a title before a name"),
    (re.compile(r"(?:السيدة|السيد|الدكتور|الشيخ|الحاج)\s+\w+"), "a title before a name"),
    (re.compile(r"\b(?:named|called|name is|s'appelle|nommée?|appelée?)\s+[A-ZÀ-Ý]\w+"), "a name"),
    (re.compile(r"(?:اسمه|اسمها|يدعى|تدعى)\s+\w+"), "a name"),
    (re.compile(r"\b(?:son|daughter|wife|husband|fils|fille|épouse|mari) (?:of|de) [A-ZÀ-Ý]\w+"), "a relative by name"),
    (re.compile(r"\b[\w.+-]+@[\w-]+\.\w+"), "an e-mail address"),
    (re.compile(r"(?:\d[ .-]?){7,}"), "a telephone or identity number"),
    (re.compile(r"\b(?:born|née?) (?:on|le|in|en) \d", re.IGNORECASE), "a date of birth"),
    (re.compile(r"\b(?:passport|carte d'identité|identity card)\b", re.IGNORECASE), "an identity paper"),
)


def warnings(*texts: str) -> tuple[str, ...]:
    """Return what in some texts looks like a person, in words."""
    found = [what for pattern, what in _WARNINGS for text in texts if pattern.search(text)]
    return tuple(f"the text looks as if it held {what}: take it out" for what in dict.fromkeys(found))


def warned(report: Report) -> tuple[str, ...]:
    """Return what in the free text of a report looks like a person, in words."""
    if not (report.note or report.quote or isinstance(report.value, str)):
        return ()
    # Coordinates have as many digits as a telephone number.
    value = "" if report.fact.endswith("position") else report.value
    texts = [text for text in (report.note, report.quote, value) if isinstance(text, str) and text]
    return warnings(*texts) if texts else ()
