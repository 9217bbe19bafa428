"""The patterns that a table writes its terms in, spelt out: choices, regular endings, stems."""

from __future__ import annotations

import re
from itertools import product

from corridor.errors import UsageError
from corridor.reports.text.language import rows

_CHOICE = re.compile(r"\[([^\]]*)\]")


_REGULAR = re.compile(r"~(\w+)")
# A text is cut behind the apostrophe of "didn't": the table may write "didn' t".
_SHORT_FORM = re.compile(r"['’] (?=(?:s|t|ve|re|ll|d|m)\b)")


_PLAIN = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)*")


def endings_of(lang: str) -> dict[str, str]:
    """Return what the regular verbs of a language end in, by the mark that stands for it (`evacu~er`)."""
    found = (row for row in rows(lang, "language.csv") if row["role"].startswith("~"))
    return {row["role"][1:]: f"[{row['terms'].replace('|', ';')}]" for row in found}


def spelt_out(pattern: str, endings: dict[str, str]) -> list[str]:
    """Return the terms of a pattern: `[can;could] [;still] take` stands for "can take", "could still take" ...

    `~` and a mark stand for every ending of a regular verb, as language.csv gives them.
    """
    if "[" not in pattern and "~" not in pattern:
        return [pattern]
    if "~" in pattern:
        pattern = _REGULAR.sub(lambda match: endings[match.group(1)], pattern)
    parts = _CHOICE.split(pattern)
    if len(parts) == 1:
        return parts
    choices = [part.split(";") if at % 2 else [part] for at, part in enumerate(parts)]
    return [" ".join("".join(chosen).split()) for chosen in product(*choices)]


def term_words(term: str) -> tuple[str, ...]:
    """Split a folded term as a text is split, keeping the star that stands for any ending."""
    if _PLAIN.fullmatch(term):
        # Most terms are words and blanks; a text is cut as they are.
        return tuple(term.split())
    term = _SHORT_FORM.sub("'", term)
    words = re.findall(r"[^\W\d_]+'(?=\w|\Z)|[^\W_]+\*?|\*|[^\w\s*]", term.strip())
    if not words:
        raise UsageError(f"an empty term in {term!r}", hint="terms are separated by | and may end in *")
    return tuple(words)
