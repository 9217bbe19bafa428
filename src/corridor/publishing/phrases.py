"""What the earlier stages say in English, in the page's language: findings, remedies, reasons, rules, assumptions.

Each text is matched whole against the templates of catalogue/phrases.*.csv, else part by part where it is composed
with "; ". The fields of a template are ids, numbers and moments: they get the names of the page, in English too.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from corridor.publishing import fields, names
from corridor.publishing.fields import Piece
from corridor.publishing.markup import Child, el
from corridor.publishing.words import LANGUAGES, Words
from corridor.situation.situation import Situation

FIELD = re.compile(r"{([a-z]+)(\d*)}")
JOINT = "; "
SAID_IN = "en"  # the language of the stages before this one


@dataclass(frozen=True)
class Phrase:
    """One template: what its English side matches, and the other side as text and names of fields by turns."""

    pattern: re.Pattern[str]
    parts: tuple[str, ...]


@cache
def templates(lang: str) -> tuple[Phrase, ...]:
    """Return the templates into a language, those with the most words of their own first."""
    rows = table(next(name for name in LANGUAGES if name != SAID_IN) if lang == SAID_IN else lang)
    ordered = sorted(rows, key=lambda row: -len(FIELD.sub("", row[0])))
    if lang == SAID_IN:
        return tuple(_phrase(said, said) for said, _ in ordered)
    return tuple(_phrase(said, _spaced(other) if lang == "fr" else other) for said, other in ordered)


def table(lang: str) -> list[tuple[str, str]]:
    """Return the rows of a language's table as they stand: the English text and the other."""
    found = resources.files("corridor.publishing").joinpath("catalogue", f"phrases.{lang}.csv")
    return [(row[SAID_IN], row[lang]) for row in csv.DictReader(found.read_text(encoding="utf-8").splitlines())]


def _phrase(said: str, other: str) -> Phrase:
    first, *rest = FIELD.split(said)
    pattern = re.escape(first)
    for kind, number, after in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
        name = kind + number
        # A field that stands twice is the same text twice.
        again = f"(?P<{name}>" in pattern
        pattern += (f"(?P={name})" if again else f"(?P<{name}>{fields.KINDS[kind].pattern})") + re.escape(after)
    split = FIELD.split(other)
    parts = [split[0]]
    for kind, number, after in zip(split[1::3], split[2::3], split[3::3], strict=True):
        parts += [kind + number, after]
    return Phrase(re.compile(pattern, re.DOTALL), tuple(parts))


def _spaced(text: str) -> str:
    """Return a translator's text with the spaces that must not break: before high punctuation, inside numbers."""
    text = re.sub(r" (?=[;:!?»%])|(?<=«) ", "\u00a0", text)
    return re.sub(r"(?<=\d) (?=\d{3}\b)", "\u202f", text)


def pieces(text: str, situation: Situation, w: Words) -> list[Piece]:
    """Return a text in the page's language; parts that no template matches stay as they are, named as English."""
    found: list[Piece] = []
    parts = text.split(JOINT)
    start = 0
    while start < len(parts):
        joint = [Piece(w("joint"))] if found else []
        for end in range(len(parts), start, -1):
            said = _matched(JOINT.join(parts[start:end]), situation, w)
            if said is not None:
                found += [*joint, *said]
                start = end
                break
        else:
            found += [*joint, Piece(parts[start], SAID_IN, known=False)]
            start += 1
    return found


def _matched(text: str, situation: Situation, w: Words) -> list[Piece] | None:
    for phrase in templates(w.lang):
        match = phrase.pattern.fullmatch(text)
        if match is None:
            continue
        said: list[Piece] = []
        for index, part in enumerate(phrase.parts):
            if index % 2 == 0:
                said.append(Piece(part))
            else:
                kind = fields.KINDS[part.rstrip("0123456789")]
                said += pieces(match[part], situation, w) if kind.show is None else kind.show(match[part], situation, w)
        return said
    return None


def missing(text: str, situation: Situation, w: Words) -> list[str]:
    """Return the parts of a text that no template matches."""
    return [piece.text for piece in pieces(text, situation, w) if not piece.known]


def phrase(text: str, situation: Situation, w: Words) -> Child:
    """Return a text for the page."""
    return _marked(pieces(text, situation, w), w)


def sentence(text: str, situation: Situation, w: Words) -> Child:
    """Return a text as one sentence, with its capital and its full stop."""
    return _marked(_closed([piece for piece in pieces(text.strip(), situation, w) if piece.text]), w)


def filled(key: str, w: Words, **children: Child) -> Child:
    """Return a text of the catalogue with markup in its fields."""
    parts = FIELD.split(w.texts[key])
    return [part if index % 3 == 0 else children[part] for index, part in enumerate(parts) if index % 3 != 2]


def title(text: str, situation: Situation, w: Words) -> Child:
    """Return a text as the head of a line: with its capital and without a full stop."""
    return _marked(_opened(pieces(text, situation, w)), w)


def about(text: str, situation: Situation, w: Words) -> Child:
    """Return what a finding concerns: a phrase with names in it, else the name that the id has."""
    return title(text, situation, w) if not missing(text, situation, w) else names.subject(situation, text, w)


def _opened(said: list[Piece]) -> list[Piece]:
    first, *rest = said
    return [first.with_text(first.text[:1].upper() + first.text[1:]), *rest]


def _closed(said: list[Piece]) -> list[Piece]:
    if not said:
        return []
    said = _opened(said)
    return said if said[-1].text.endswith((".", "!", "?", "؟")) else [*said, Piece(".")]


def _marked(said: Iterable[Piece], w: Words) -> Child:
    return [
        el("span", piece.text, lang=piece.lang) if piece.lang and piece.lang != w.lang else piece.text for piece in said
    ]
