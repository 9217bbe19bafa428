"""The words of the console: the catalogue of the published page, the console's own, and digits by choice."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import tzinfo
from functools import cache
from importlib import resources

from corridor.publishing.words import LANGUAGES, Words, catalogue

# The Arabic-Indic digits, as they are written east of Libya (Unicode, U+0660 to U+0669).
ARABIC_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@dataclass(frozen=True)
class ConsoleWords(Words):
    """The words of one language; `digits` is latn or arab."""

    digits: str = "latn"

    def __call__(self, key: str, **fields: object) -> str:
        """Return a text with its fields filled in; raises KeyError where the catalogue lacks it."""
        return self._digits(super().__call__(key, **fields))

    def count(self, value: float) -> str:
        """Return a number exactly as it was said."""
        return self._digits(super().count(value))

    def day(self, moment: object, *, year: bool = False) -> str:
        """Return the day with its weekday."""
        return self._digits(super().day(moment, year=year))  # type: ignore[arg-type]

    def short_day(self, moment: object) -> str:
        """Return the day and the month."""
        return self._digits(super().short_day(moment))  # type: ignore[arg-type]

    def offset(self, moment: object) -> str:
        """Return the clock's distance from UTC."""
        return self._digits(super().offset(moment))  # type: ignore[arg-type]

    def _digits(self, said: str) -> str:
        return said.translate(ARABIC_INDIC) if self.digits == "arab" else said


def files() -> list[str]:
    """Return the names of the catalogues: one a page family, each a table of key and languages."""
    folder = resources.files("corridor.server.console").joinpath("catalogue")
    return sorted(each.name for each in folder.iterdir() if each.name.endswith(".csv"))


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a catalogue as they stand."""
    found = resources.files("corridor.server.console").joinpath("catalogue", name)
    return list(csv.DictReader(found.read_text(encoding="utf-8").splitlines()))


@cache
def texts(lang: str) -> dict[str, str]:
    """Return every text of a language; an empty cell is a plural form that the language does not have."""
    found: dict[str, str] = {}
    for name in files():
        for row in rows(name):
            if row[lang]:
                if row["key"] in found:
                    raise AssertionError(f"{name}: {row['key']} stands in another catalogue too")
                found[row["key"]] = row[lang]
    # A key that a published document has too is another text there; the pages have their own.
    return catalogue(lang) | found


def console_words(lang: str, *, digits: str = "latn", zone: tzinfo | None = None) -> ConsoleWords:
    """Return the words of a language, its digits as chosen."""
    return ConsoleWords(lang=lang, texts=texts(lang), zone=zone, digits=digits)


__all__ = ["LANGUAGES", "ConsoleWords", "console_words", "files", "rows", "texts"]
