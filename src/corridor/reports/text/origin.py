"""Whose text it is: a communique, report, bulletin or log speaks for its issuer, a message for its sender."""

from __future__ import annotations

import re
from typing import NamedTuple

from corridor.reports.text.clean import Block
from corridor.reports.text.fold import fold
from corridor.reports.text.language import small
from corridor.reports.text.lexicon import Lexicon, Mark
from corridor.reports.text.tokens import Tokens, tokens_of

_AGENCY = re.compile(r"\(([^\W\d_][^()\n]{1,40})\)[^\n]{0,30}?\s[-–—]\s")


def agency_of(text: str) -> str:
    """Return the agency that a dateline names: ten papers that carry it are one origin."""
    match = _AGENCY.search(text[:400])
    return match.group(1).strip() if match else ""


class Origin(NamedTuple):
    """The voice of a text (issuer or "article"), whether it was issued, and the lines of its head."""

    voice: str
    issued: bool
    head: frozenset[int]


def origin_of(text: str, blocks: list[Block], words: Lexicon) -> Origin:
    """Return the issuer of a text from its first lines; "article" where it is a story."""
    lines = [(n, block) for n, block in enumerate(blocks) if block.kind != "furniture"][:8]
    head: list[tuple[int, str, Tokens, set[str]]] = []
    for n, block in lines:
        line = text[block.start : block.end].strip()
        if len(line) > 140 or (re.search(r"(?<![ap]\.m)[.؟!]\s*\Z", line) and len(line.split()) > 8):
            break
        tokens = tokens_of(fold(line), 0, len(fold(line).text))
        classes = {mark.cls for mark in words.marks(tokens.words)}
        head.append((n, line, tokens, classes))
    if any(not small("livepage").isdisjoint(row[2].words) for row in head[:2]):
        # A page that is written as it happens is a story, whatever its title calls it.
        return Origin("article", issued=False, head=frozenset())
    named = _by_field(text, blocks, words)
    typed = [row for row in head if "DOCTYPE" in row[3] and not _LABEL_TIME.match(row[1]) and _is_title(row[1])]
    if not typed and not named and (not _letterhead(head, words) or _dateline(head[0][1], words)):
        return Origin("article", issued=False, head=frozenset())
    rows = frozenset(row[0] for row in head if _is_head(row, typed))
    return Origin(named or _issuer(head, words) or "article", issued=True, head=rows)


def _letterhead(head: list[tuple[int, str, Tokens, set[str]]], words: Lexicon) -> bool:
    """Tell whether the head is that of a letter: an office alone on the first line, a date alone on one below."""
    if len(head) < 2 or len(head[0][1].split()) > LETTERHEAD or re.search(r"[\d:.!?]", head[0][1]):
        return False
    if any(_bylined(row[1], words) for row in head[:4]):
        return False
    office = head[0][3] & {"ACTOR", "SHELTER"} and not head[0][3] & {"SAY", "AUX", "PASSIVE", "NEG", "PLAN"}
    dated = any(
        "MONTH" in row[3] and re.search(r"\d{4}", row[1]) and len(row[1].split()) <= LETTERHEAD for row in head[1:]
    )
    return bool(office) and dated


def _bylined(line: str, words: Lexicon) -> bool:
    """Tell whether a line says who wrote a story: "by our correspondent in the mountains"."""
    return any(m.cls == "PRESSHOUSE" and m.value == "byline" for m in marks_of(line, words))


def _dateline(line: str, words: Lexicon) -> bool:
    """Tell whether a first line is a place and a press house, "Tal Rumman - Shores News": a story begins so."""
    _, dash, house = re.sub(r" [–—/|] ", " - ", line).rpartition(" - ")
    press = not small("press").isdisjoint(fold(house).text.split())
    return bool(dash) and (press or any(m.cls == "PRESSHOUSE" for m in marks_of(house, words)))


LETTERHEAD = 9
_LABEL_TIME = re.compile(r"\s*\[?\d{1,2}(?:[:.]| ?[hH] ?)\d{2}")


_SENTENCE = re.compile(r"[^\W\d_]{3,}[.!?]\s+[^\W\d_]|[`#=*|]{2,}|^\s*[a-z]|\]\(|^\s*[-*#>] ")


def _is_title(line: str) -> bool:
    """Tell whether a line can be the title of what was issued: no sentence, no line of prose, no markup."""
    return len(line.split()) <= LONGEST_TITLE and not _SENTENCE.search(line)


LONGEST_TITLE = 16


def _is_head(row: tuple[int, str, Tokens, set[str]], typed: list[tuple[int, str, Tokens, set[str]]]) -> bool:
    return (
        bool(typed) and row[0] <= typed[-1][0] and ("DOCTYPE" in row[3] or "ACTOR" in row[3]) and ":" not in row[1][:-1]
    )


def _by_field(text: str, blocks: list[Block], words: Lexicon) -> str:
    """Return the issuer named by a field of the head or the foot: "Issued by: ...", "From: ..."."""
    edge = [*blocks[:10], *blocks[-4:]]
    for block in edge:
        line = text[block.start : block.end].strip()
        if len(line) > 160 or ":" not in line:
            continue
        label, _, value = line.partition(":")
        tokens = tokens_of(fold(label), 0, len(fold(label).text)).words
        marks = words.marks(tokens)
        if (
            value.strip()
            and len(tokens) <= 3
            and any(m.cls == "ISSUER" and m.first == 0 and m.last == len(tokens) for m in marks)
        ):
            return re.split(r"[.|(<]| - | – ", value.strip())[0].strip()
    return ""


def _issuer(head: list[tuple[int, str, Tokens, set[str]]], words: Lexicon) -> str:
    """Return the issuer among the pieces of the head: the piece with an office in it that is no date and no title."""
    pieces: list[tuple[float, str]] = []
    typed = [place for place, row in enumerate(head) if "DOCTYPE" in row[3]]
    for place, (_, line, tokens, told) in enumerate(head):
        if ("SAY" in told and _reports(line, tokens, words)) or _ITEM.match(line) or _is_field(line):
            # A line that reports, an item of a list, or a field with its number, names nobody whose text it is.
            continue
        for piece in re.split(r" [-–—|/] |[|,:;(]| – ", line):
            clean = piece.strip(" .-–—")
            folded = fold(clean)
            marks = words.marks(tokens_of(folded, 0, len(folded.text)).words)
            classes = {m.cls for m in marks}
            if not clean or "MONTH" in classes or not re.search(r"[^\W\d_]{2}", clean):
                continue
            doctypes = [m for m in marks if m.cls == "DOCTYPE"]
            if doctypes:
                rest = _rest(clean, doctypes[0], words)
                if rest and (_begins(rest, words) or not rest[0].islower()):
                    pieces.append((1.0 + place * 0.2, rest))
                continue
            areas = [m for m in marks if m.cls == "ACTOR"]
            if areas and all(m.value == "area" for m in areas):
                pieces.append((1.2 + place * 0.3, clean))
            elif "ACTOR" in classes or any(m.cls == "SHELTER" and m.value == "hospital" for m in marks):
                # "Evacuation of the camps of the locality" is what it is about, whatever office it names.
                about = any(m.first == 0 and m.cls in _ABOUT for m in marks)
                # A state stands above the office that writes: "Government of Suvarna", then its ministry.
                state = folded.text.split(" ", 1)[0] in small("state")
                named = clean if place else _with_front(line, piece)
                pieces.append((place * 0.3 + 2.0 * about + 0.5 * state, named))
            elif place == 0 or _is_name(clean, classes):
                # A name alone above what it issues: "Calderfold Resilience Partnership", then "Public bulletin 5".
                above = place == 0 and clean == line and typed[:1] > [0] and _is_name(clean, classes)
                cost = 0.9 if above else 1.5 if place and _is_name(clean, classes) else 2.0
                pieces.append((cost + place * 0.3, clean))
    return min(pieces, key=lambda item: item[0])[1] if pieces else ""


def _with_front(line: str, piece: str) -> str:
    """Return an office on the first line with the body in front of it: "MRC of the Upper Valley - Civil Security"."""
    front = line[: line.index(piece)].strip(" -–—|/")
    whole = 0 < len(front.split()) <= FRONT and not re.search(r"[\d,:;()]", line) and line.endswith(piece)
    return line.strip() if whole else piece.strip(" .-–—")


FRONT = 5
_ITEM = re.compile(r"\s*[-*•·–]\s")


def _is_field(line: str) -> bool:
    """Tell whether a line is a field with its number, or lists who was there or to whom the text goes."""
    label = fold(line.partition(":")[0]).text.strip() if ":" in line else ""
    return bool(_FIELD.fullmatch(line)) or label in small("attending")


_FIELD = re.compile(r"[^:\d]{2,60}:\s*[~+<>]?\s?\d[\d .,]*(?:\s?[^\W\d]+\.?)?")


def _reports(line: str, tokens: Tokens, words: Lexicon) -> bool:
    """Tell whether a line has a verb of speech in it; "Gulf State" is a name."""
    return any(m.cls == "SAY" and line[tokens.start(m.first)].islower() for m in words.marks(tokens.words))


def _is_name(piece: str, classes: set[str]) -> bool:
    """Tell whether a line of a head may be the name of an organisation that no table knows."""
    return len(piece.split()) <= 6 and not re.search(r"\d", piece) and not classes & _TOPIC and piece[-1].isalnum()


_ABOUT = {"EVAC", "OPERATION", "WEATHER", "FIRE", "LEAVE"}
_TOPIC = {"WEATHER", "EVAC", "DEAD", "FIRE", "DEAL", "TRUCE", "UPDATE", "SHELTER", "VEHICLE", "PERSON", "WEEKDAY"}


def _begins(name: str, words: Lexicon) -> bool:
    """Tell whether an office begins a name that no capital begins."""
    return any(m.cls == "ACTOR" and m.first == 0 for m in marks_of(name, words))


def _rest(piece: str, doctype: Mark, words: Lexicon) -> str:
    """Return what follows the kind of document in its line, where that is an office: "Communique of the ministry"."""
    folded = fold(piece)
    tokens = tokens_of(folded, 0, len(folded.text))
    marks = words.marks(tokens.words)
    actors = [m for m in marks if m.cls == "ACTOR" and m.first >= doctype.last]
    before = [m for m in marks if m.cls == "ACTOR" and m.first < doctype.first]
    if before:
        return piece[tokens.start(before[0].first) : tokens.end(doctype.first - 1)]
    return piece[tokens.start(actors[0].first) :].strip() if actors else ""


def marks_of(name: str, words: Lexicon) -> list[Mark]:
    """Return the terms in a few words that stand alone."""
    folded = fold(name)
    return words.marks(tokens_of(folded, 0, len(folded.text)).words)
