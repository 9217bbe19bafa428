"""What was handed in, as text without page furniture: bytes decoded, HTML extracted, paragraphs told apart."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from corridor.errors import InputError
from corridor.reports.text.fold import fold
from corridor.reports.text.headings import ENTRY, TERMINAL, headings, live_headings
from corridor.reports.text.language import languages, rows
from corridor.reports.text.lexicon import lexicon

MAX_CHARACTERS = 20_000_000
# How much of a text tells its language and its day.
SAMPLE = 20_000


class Block(NamedTuple):
    """A piece of the text: `kind` is paragraph, heading, entry (a line with a time or a speaker) or furniture."""

    start: int
    end: int
    kind: str


def decode(data: bytes, doc: str = "") -> str:
    """Return the bytes as text: UTF-8, UTF-16 by its mark, else the Windows code page that fits; binary is refused."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace").removeprefix("\ufeff")
    if b"\x00" in data[:65536] or data.startswith((b"%PDF", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff")):
        raise InputError("a binary file, not a text", place=doc, hint="save the article as text or HTML first")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _decode_lines(data)


def _decode_lines(data: bytes) -> str:
    """Decode line by line, so that a pasted line in an older code page does not spoil the others."""
    lines: list[str] = []
    for line in data.removeprefix(b"\xef\xbb\xbf").split(b"\n"):
        try:
            lines.append(line.decode("utf-8"))
        except UnicodeDecodeError:
            high = sum(byte >= 0xC0 for byte in line)
            arabic = high > 0.4 * sum(byte > 0x20 for byte in line)
            lines.append(line.decode("cp1256" if arabic else "cp1252", errors="replace"))
    return "\n".join(lines)


_STAMP = re.compile(
    r"[ \t]*(?:date|crawl|fetched|retrieved|archived)[ :]+\d{4}-\d{2}(?:-\d{2})?(?:T[\d:.Z]+)?[ \t]*", re.IGNORECASE
)


@cache
def _furniture() -> dict[str, tuple[frozenset[str], tuple[str, ...], tuple[str, ...]]]:
    """Return, by role, the whole lines, the beginnings (`x*`) and the endings (`*x`) that mark page furniture."""
    found: dict[str, list[str]] = {"line": [], "related": [], "comments": []}
    for lang in languages():
        for row in rows(lang, "furniture.csv"):
            found.setdefault(row["role"], []).append(fold(row["pattern"]).text)
    return {
        role: (
            frozenset(p for p in patterns if "*" not in p),
            tuple(p[:-1] for p in patterns if p.endswith("*")),
            tuple(p[1:] for p in patterns if p.startswith("*")),
        )
        for role, patterns in found.items()
    }


def _is(role: str, line: str) -> bool:
    whole, begins, ends = _furniture()[role]
    short = line.rstrip(" .:!…>»-").strip()
    if short in whole:
        return True
    if len(line) >= CAPTION:
        return False
    if begins and line.startswith(begins) and any(_opens(line, begin) for begin in begins):
        return True
    return bool(ends) and short.endswith(ends)


CAPTION = 160
_COUNTED = re.compile(r"\s*(?:(?P<before>[^\W\d]+) ?\(?\d{1,5}\)?|\d{1,5} (?P<behind>[^\W\d]+))\s*:?\s*")


def _opens_comments(line: str) -> bool:
    """Tell whether a line stands above what readers wrote: "Comments (12)", "12 comments"."""
    match = _COUNTED.fullmatch(line) if len(line) < SHORT else None
    return match is not None and fold(match["before"] or match["behind"]).text in _furniture()["comments"][0]


SHORT = 40


def _opens(line: str, begin: str) -> bool:
    """Tell whether a line begins with whole words: "share" opens a row of buttons, "shared" tells something."""
    if not line.startswith(begin):
        return False
    rest = line[len(begin) :]
    return not begin[-1].isalpha() or not rest[:1].isalpha() or (rest[0] == "s" and not rest[1:2].isalpha())


_LINE = re.compile(r"[^\r\n\x0b\x0c\u2028\u2029]+")
_CREDIT = re.compile(r"[ \t]*(?:[©]|\(c\)) ?[\w /.-]{2,40}\Z", re.IGNORECASE)


def blocks(text: str) -> list[Block]:
    """Return the lines of a text by kind; a label such as "Read also" turns the headlines after it into furniture."""
    found: list[Block] = []
    related = False
    spans = [m.span() for m in _LINE.finditer(text)]
    prose = _is_prose(text, spans)
    ended = False
    for begin, finish in spans:
        if ended or (found and _opens_comments(text[begin:finish])):
            # What readers wrote below an article is none of it.
            ended = True
            found.append(Block(begin, finish, "furniture"))
            continue
        start, end = _trimmed(text, begin, finish, first=not found)
        found += [Block(a, b, "furniture") for a, b in ((begin, start), (end, finish)) if text[a:b].strip()]
        line = text[start:end]
        if not line.strip():
            continue
        kind, related = _kind(line, related=related, prose=prose)
        found.append(Block(start, end, kind))
    return headings(text, found) if prose else live_headings(text, found)


def _trimmed(text: str, start: int, end: int, *, first: bool) -> tuple[int, int]:
    """Return a line without a crawl stamp in front of the text and without a photo credit behind it."""
    stamp = _STAMP.match(text, start, end) if first else None
    if stamp:
        start = stamp.end()
    tail = max(start, end - 60)
    # The sign stands in front of a credit; most lines have none.
    credit = _CREDIT.search(text[tail:end]) if "©" in text[tail:end] or "(c)" in text[tail:end].lower() else None
    return start, (tail + credit.start() if credit else end)


def _is_prose(text: str, spans: list[tuple[int, int]]) -> bool:
    """Tell an article (most of it in full sentences) from a log, a form or messages."""
    lines = [text[a:b] for a, b in spans[:400] if text[a:b].strip()]
    entries = sum(bool(ENTRY.match(line)) for line in lines)
    if entries >= 3 and entries >= 0.3 * len(lines):
        return False
    long = sum(len(line) for line in lines if TERMINAL.search(line) and len(line) > 60)
    return long > 0.6 * sum(map(len, lines))


def _kind(line: str, *, related: bool, prose: bool) -> tuple[str, bool]:
    low = fold(line).text.strip() if len(line) < 200 else ""
    if low and _is("related", low):
        # "Read more: a headline" carries its headline; the label alone opens a list of them.
        return "furniture", True
    if low and (_is("line", low) or (low.startswith(_related_starts()) and ":" in low[:24])):
        return "furniture", related
    if related and len(line) < 160 and not re.search(r"[.؟]['\"»”)]*\s*\Z", line):
        return "furniture", True
    if ENTRY.match(line):
        return "entry", False
    return ("paragraph" if prose or len(line) > 60 else "entry"), False


@cache
def _related_starts() -> tuple[str, ...]:
    whole, begins, _ = _furniture()["related"]
    return (*whole, *begins)


_ARABIC = re.compile("[\u0600-\u06ff]")


def language_of(folded: str) -> str:
    """Return the language of a text among those that have tables, by its letters and its small words."""
    sample = folded[:SAMPLE]
    arabic = len(_ARABIC.findall(sample))
    if arabic > 0.4 * sum(map(str.isalpha, sample)) and "ar" in languages():
        return "ar"
    words = re.findall(r"[^\W\d_]+", sample)
    scores = {lang: sum(word in _small_words(lang) for word in words) for lang in languages()}
    if max(scores.values()) < 12:
        # A line or two: let the words of the tables vote as well.
        scores = {
            lang: 2 * n + sum(bool(lexicon(lang).forms_known(word)) for word in words)
            for lang, n in scores.items()
            if arabic or lang != "ar"
        }
    return max(scores, key=lambda lang: (scores[lang], lang == "en"))


@cache
def _small_words(lang: str) -> frozenset[str]:
    return frozenset(
        word
        for row in rows(lang, "language.csv")
        if row["role"] == "small"
        for word in fold(row["terms"]).text.split("|")
    )
