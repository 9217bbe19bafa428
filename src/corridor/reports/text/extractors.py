"""Extractors of others, plugged in by entry point; a candidate whose quote does not occur in the text is refused."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from functools import cache
from importlib.metadata import entry_points

from corridor.reports.report import Candidate

GROUP = "corridor.extractors"
Extractor = Callable[[str, str], Iterable[Candidate]]


@cache
def _installed() -> tuple[tuple[str, Extractor], ...]:
    return tuple((point.name, point.load()) for point in entry_points(group=GROUP))


def checked(text: str, candidates: Iterable[Candidate]) -> tuple[list[Candidate], list[Candidate]]:
    """Return the candidates whose quote stands where they say, and those that are refused."""
    kept: list[Candidate] = []
    refused: list[Candidate] = []
    for candidate in candidates:
        sound = 0 <= candidate.start < candidate.end <= len(text)
        sound = sound and bool(candidate.quote) and text[candidate.start : candidate.end] == candidate.quote
        (kept if sound else refused).append(candidate)
    return kept, refused


def extracted(text: str, doc: str) -> list[Candidate]:
    """Return what the installed extractors find, span-checked; each refusal is said aloud."""
    found: list[Candidate] = []
    for name, extractor in _installed():
        kept, refused = checked(text, extractor(text, doc))
        found += kept
        for candidate in refused:
            warnings.warn(f"{name}: refused, not in the text: {candidate.quote!r}", stacklevel=2)
    return found
