"""The lines of a text made plain: one mark for every item of a list, one line for every paragraph."""

from __future__ import annotations

import re

from corridor.reports.text.fields import fields, sentences, stacked
from corridor.reports.text.flat import Edit, Flat, unsigned
from corridor.reports.text.items import dashed, marked
from corridor.reports.text.stamps import hours, stamped
from corridor.reports.text.wrapped import Line, joined

_LINE = re.compile(r"[^\r\n\x0b\x0c\x85\u2028\u2029]+")
_END = re.compile(r"\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
# Lines of mail that was answered begin so.
_QUOTED = re.compile(r"^(?:[ \t]{0,3}>)+[ \t]?", re.MULTILINE)
ANSWERED = 2


def flattened(text: str) -> Flat:
    """Return a text as it is read; `span` of it leads back to the text handed in."""
    flat = unsigned(text)
    quoted = [Edit(*match.span()) for match in _QUOTED.finditer(flat.text)]
    flat = flat.cut(quoted if len(quoted) >= ANSWERED else ())
    spans, texts = _lines(flat.text)
    items = dict(marked(texts))
    lines = [
        Line(start, end, line, len(_END.findall(flat.text, spans[at - 1][1], start)) if at else 0, at in items)
        for at, ((start, end), line) in enumerate(zip(spans, texts, strict=True))
    ]
    flat = flat.cut(sorted((*dashed([start for start, _ in spans], texts, items), *joined(lines))))
    for edits in (hours, stamped, stacked, fields, sentences):
        spans, texts = _lines(flat.text)
        flat = flat.cut(edits([start for start, _ in spans], texts))
    return flat


def _lines(text: str) -> tuple[list[tuple[int, int]], list[str]]:
    """Return where the lines that are not empty stand, and their words."""
    spans = [(m.start(), m.start() + len(m[0].rstrip())) for m in _LINE.finditer(text) if m[0].strip()]
    return spans, [text[start:end] for start, end in spans]
