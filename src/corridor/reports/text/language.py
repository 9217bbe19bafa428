"""The tables of the languages as they lie in their folders: rows, small words, which languages there are."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources

from corridor.reports.text.fold import fold


def rows(lang: str, name: str) -> list[dict[str, str]]:
    """Return the rows of a table of a language (or of `rules`, shared by all); no rows where it has no such table."""
    folder = resources.files("corridor.reports.text")
    path = folder.joinpath(name) if lang == "rules" else folder.joinpath("lang").joinpath(lang).joinpath(name)
    if not path.is_file():
        return []
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


@cache
def small_of(lang: str, role: str) -> frozenset[str]:
    """Return the small words of a language for one role of its language.csv, folded."""
    found = (terms for known, terms in _small_rows(lang) if known == role)
    return frozenset(fold(word).text for terms in found for word in terms.split("|"))


@cache
def _small_rows(lang: str) -> tuple[tuple[str, str], ...]:
    return tuple((row["role"], row["terms"]) for row in rows(lang, "language.csv"))


@cache
def small(role: str) -> frozenset[str]:
    """Return the small words of every language for one role."""
    return frozenset(word for lang in languages() for word in small_of(lang, role))


@cache
def languages() -> tuple[str, ...]:
    """Return the languages that have a folder."""
    folder = resources.files("corridor.reports.text").joinpath("lang")
    return tuple(sorted(entry.name for entry in folder.iterdir() if entry.joinpath("terms.csv").is_file()))
