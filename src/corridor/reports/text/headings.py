"""Headings of an article or a live page: short lines that repeat the text, and are not read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corridor.reports.text.clean import Block

ENTRY = re.compile(
    r"\s*(?:[-*•] )?(?:\[[^\]\n]{3,40}\]|\(?\d{1,2}(?:[:.]| ?[hH] ?)\d{2}(?::\d{2})?\)?|\d{1,2} ?h|\d{4} ?[hHzZ]?\b"
    r"|\d{1,2}/\d{1,2}/\d{2,4},? \d{1,2}:\d{2})"
)
TERMINAL = re.compile(r"[.!?…:;؟]['\"»”)\]]*\s*\Z")


def live_headings(text: str, found: list[Block]) -> list[Block]:
    """On a live page a time and a few words without a full stop head the paragraph that tells the same."""
    result = []
    for at, block in enumerate(found):
        after = found[at + 1] if at + 1 < len(found) else None
        line = text[block.start : block.end].strip()
        title = at == 0 and len(found) > 3 and len(line.split()) > 2 and not ENTRY.match(line)
        if title and not TERMINAL.search(line) and not re.search(r"\d", line):
            result.append(block._replace(kind="heading"))
            continue
        heads = block.kind == "entry" and after is not None and after.kind == "paragraph" and not TERMINAL.search(line)
        if (
            heads
            and after
            and TERMINAL.search(text[after.start : after.end])
            and len(line) < 90
            and "]" not in line
            and not _ITEM.match(line)
        ):
            result.append(block._replace(kind="heading"))
        else:
            result.append(block)
    return result


# An item of a list is no heading, whatever ends it: "- 20 more boats with engines".
_ITEM = re.compile(r"\s*[-*•·–—▪◦‣●○■►➢✓]\s*\w")


def headings(text: str, found: list[Block]) -> list[Block]:
    """In an article, a short line without a full stop, or a quote alone, is a heading: it repeats the text."""
    result = []
    listed = _listed(text, found)
    for at, block in enumerate(found):
        heads = block.kind in ("paragraph", "entry") and _heads(text[block.start : block.end].strip())
        if heads and at not in listed:
            result.append(block._replace(kind="heading"))
        else:
            result.append(block)
    return result


_HEADING = 120
_FULL_STOP = re.compile(r"[.…:;؟]['\"»”)]*\Z")
_FIELD = re.compile(r"[^:\n]{2,60}[:=]\s*\S*[\d٠-٩]|[^:\n]{2,60}:.*\d")


def _heads(line: str) -> bool:
    if len(line) >= _HEADING or len(line.split()) > 16 or _FULL_STOP.search(line):
        return False
    return not (_FIELD.match(line) or ENTRY.match(line) or _ITEM.match(line))


def _listed(text: str, found: list[Block]) -> set[int]:
    """Return the short lines with numbers that stand close together below the first: a list without marks."""
    short = {
        at
        for at, block in enumerate(found)
        if at and re.search(r"\d", text[block.start : block.end]) and _heads(text[block.start : block.end].strip())
    }
    return {
        at
        for at in short
        for other in (at - 1, at + 1)
        if other in short and text.count("\n", found[min(at, other)].end, found[max(at, other)].start) < APART
    }


APART = 2
