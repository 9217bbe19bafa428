"""Free text: sealed under a key of its own report before it enters the log, warned about, and erasable.

AES-SIV (RFC 5297) gives the same bytes for the same text, so that a repeated delivery is a duplicate and no conflict.
"""

from __future__ import annotations

import re
import secrets

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from corridor.errors import InputError
from corridor.reports.report import Report
from corridor.server.cabinet import Cabinet

SEALED = "sealed:"
_FIELDS = ("note", "quote")
_LETTERS = "abcdefghijklmnop"
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
    """Return what in some texts looks like a person, in words; Corridor counts people and names none."""
    found = [what for pattern, what in _WARNINGS for text in texts if pattern.search(text)]
    return tuple(f"the text looks as if it held {what}: take it out" for what in dict.fromkeys(found))


class Texts:
    """Seals and opens the free text of reports, one key a report, kept apart from the log."""

    def __init__(self, cabinet: Cabinet, operation: str) -> None:
        self._cabinet = cabinet
        self._operation = operation

    def seal(self, report: Report) -> Report:
        """Return a report with its free text sealed; one without free text as it is.

        Raises `InputError` for text that is made to look sealed, and for a text that was erased before.
        """
        if not (report.note or report.quote):
            return report
        if any(getattr(report, name).startswith(SEALED) for name in _FIELDS):
            raise InputError("the free text is sealed already", place=report.id, hint="send it in plain words")
        key = self._key(report.id)
        if key is None:
            raise InputError("its free text was erased", place=report.id, hint="send it without note and quote")
        sealed = {name: _sealed(key, report.id, name, getattr(report, name)) for name in _FIELDS}
        return msgspec.structs.replace(report, **sealed)

    def _key(self, name: str) -> bytes | None:
        self._cabinet.change(
            "INSERT INTO text_key VALUES (?, ?, ?, 0) ON CONFLICT (report, operation) DO NOTHING",
            name,
            self._operation,
            secrets.token_bytes(64),
        )
        return self._held(name)

    def _held(self, name: str) -> bytes | None:
        rows = self._cabinet.rows(
            "SELECT secret FROM text_key WHERE report = ? AND operation = ? AND erased = 0", name, self._operation
        )
        return bytes(rows[0][0]) if rows else None

    def open(self, report: Report) -> tuple[str, str, bool]:
        """Return (note, quote, erased) of a report in plain words."""
        if not any(getattr(report, name).startswith(SEALED) for name in _FIELDS):
            return report.note, report.quote, False
        key = self._held(report.id)
        if key is None:
            return "", "", True
        note, quote = (_opened(key, report.id, name, getattr(report, name)) for name in _FIELDS)
        return note, quote, False

    def erase(self, name: str) -> bool:
        """Destroy the key of a report's free text; returns whether there was one. The log keeps noise."""
        return bool(
            self._cabinet.change(
                "UPDATE text_key SET secret = NULL, erased = 1 WHERE report = ? AND operation = ? AND erased = 0",
                name,
                self._operation,
            )
        )


def _sealed(key: bytes, report: str, field: str, text: str) -> str:
    if not text:
        return ""
    raw = AESSIV(key).encrypt(text.encode(), [report.encode(), field.encode()])
    # Letters only: no digit of it can be taken for a telephone number.
    return SEALED + "".join(_LETTERS[byte >> 4] + _LETTERS[byte & 15] for byte in raw)


def _opened(key: bytes, report: str, field: str, text: str) -> str:
    letters = text.removeprefix(SEALED)
    if not text.startswith(SEALED):
        return text
    try:
        numbers = [_LETTERS.index(letter) for letter in letters]
        raw = bytes(high << 4 | low for high, low in zip(numbers[::2], numbers[1::2], strict=True))
        return AESSIV(key).decrypt(raw, [report.encode(), field.encode()]).decode()
    except (ValueError, InvalidTag):
        return ""


def without_text(report: Report) -> Report:
    """Return a report without its free text."""
    return msgspec.structs.replace(report, note="", quote="") if report.note or report.quote else report


def unsealed(report: Report) -> Report:
    """Return a report without what is sealed; quotes of published sources stay."""
    if not (report.note.startswith(SEALED) or report.quote.startswith(SEALED)):
        return report
    return without_text(report)
