"""Whose text it is: a communique, report, bulletin or log speaks for its issuer, a message for its sender."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

from corridor.reports.text.clean import Block
from corridor.reports.text.fold import fold
from corridor.reports.text.language import small
from corridor.reports.text.lexicon import Lexicon, Mark
from corridor.reports.text.tokens import Tokens, tokens_of

_LABEL = re.compile(
    r"\s*(?:[-*•] )?"
    r"(?P<stamp>\[[^\]\n]{3,40}\]|\(?\d{1,2}[:hH.]\d{2}(?::\d{2})?\)?(?: ?(?:[AaPp]\.?[Mm]\.?|GMT|UTC))?"
    r"|\d{4} ?[hHzZLl]?\b|\d{1,2}/\d{1,2}/\d{2,4},? \d{1,2}:\d{2}(?::\d{2})?)?"
    r"[\s,:–—|-]*(?P<name>[^\W\d][^:\n\[\]]{0,60}?)(?:\s?(?:->|[>→])\s?[^:>→\n]{1,30}(?=\s?:))?\s?[:>](?=\s)"
)


_LABEL_END = re.compile(r"[:>]\s")
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
    return any(m.cls == "PRESSHOUSE" and m.value == "byline" for m in _marks(line, words))


def _dateline(line: str, words: Lexicon) -> bool:
    """Tell whether a first line is a place and a press house, "Tal Rumman - Shores News": a story begins so."""
    _, dash, house = re.sub(r" [–—/|] ", " - ", line).rpartition(" - ")
    press = not small("press").isdisjoint(fold(house).text.split())
    return bool(dash) and (press or any(m.cls == "PRESSHOUSE" for m in _marks(house, words)))


LETTERHEAD = 9
_LABEL_TIME = re.compile(r"\s*\[?\d{1,2}[:hH.]\d{2}")


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
            return re.split(r"[.|(]| - | – ", value.strip())[0].strip()
    return ""


def _issuer(head: list[tuple[int, str, Tokens, set[str]]], words: Lexicon) -> str:
    """Return the issuer among the pieces of the head: the piece with an office in it that is no date and no title."""
    pieces: list[tuple[float, str]] = []
    for place, (_, line, tokens, told) in enumerate(head):
        if ("SAY" in told and _reports(line, tokens, words)) or _ITEM.match(line):
            # A line that reports, or an item of a list, names nobody whose text it is.
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
                pieces.append((place * 0.3, clean))
            elif place == 0 or _is_name(clean, classes):
                pieces.append(((1.5 if place and _is_name(clean, classes) else 2.0) + place * 0.3, clean))
    return min(pieces, key=lambda item: item[0])[1] if pieces else ""


_ITEM = re.compile(r"\s*[-*•·–]\s")


def _reports(line: str, tokens: Tokens, words: Lexicon) -> bool:
    """Tell whether a line has a verb of speech in it; "Gulf State" is a name."""
    return any(m.cls == "SAY" and line[tokens.start(m.first)].islower() for m in words.marks(tokens.words))


def _is_name(piece: str, classes: set[str]) -> bool:
    """Tell whether a line of a head may be the name of an organisation that no table knows."""
    return len(piece.split()) <= 6 and not re.search(r"\d", piece) and not classes & _TOPIC and piece[-1].isalnum()


_TOPIC = {"WEATHER", "EVAC", "DEAD", "FIRE", "DEAL", "TRUCE", "UPDATE", "SHELTER", "VEHICLE", "PERSON", "WEEKDAY"}


def _begins(name: str, words: Lexicon) -> bool:
    """Tell whether an office begins a name that no capital begins."""
    return any(m.cls == "ACTOR" and m.first == 0 for m in _marks(name, words))


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


def label_of(line: str) -> tuple[str, str, int]:
    """Return the time stamp, the speaker and the length of the label of a line; empty where it has none."""
    match = _LABEL.match(line) if _LABEL_END.search(line) else None
    if match is None:
        return "", "", 0
    name = match.group("name").strip()
    return match.group("stamp") or "", name, match.end()


_STAMP = re.compile(r"\s*(?P<hour>(?:[01]\d|2[0-3])[0-5]\d)[hHzZL]?[ \t,:–-]+(?=\S)")
STAMPED = 3


def stamped(text: str, blocks: list[Block]) -> dict[int, int]:
    """Return where the words of a line begin behind its hour, in a log that writes hours as 0540 in front of lines."""
    found = {n: m for n, b in enumerate(blocks) if (m := _STAMP.match(text, b.start, b.end))}
    hours = [match["hour"] for match in found.values()]
    return {n: m.end() for n, m in found.items()} if len(hours) >= STAMPED and hours == sorted(hours) else {}


def senders(text: str, blocks: list[Block], words: Lexicon) -> dict[int, tuple[str, int]]:
    """Return, by block, who sends a line of a log or a chat and where its words begin.

    A label counts as a speaker where a time stands in front of it, or where it comes back; a label that names a
    unit or a count ("Evacuated: 1,250") is a field of a form.
    """
    found: dict[int, tuple[str, int, bool]] = {}
    seen: dict[str, int] = {}
    stamped = 0
    labels = {
        n: label_of(text[block.start : min(block.end, block.start + 140)])
        for n, block in enumerate(blocks)
        if block.kind != "furniture"
    }
    stamps = Counter(name for stamp, name, _ in labels.values() if stamp and name)
    for n, (stamp, name, length) in labels.items():
        block = blocks[n]
        stamped += bool(stamp)
        counts = text[block.start + length : block.end].lstrip()[:1].isdigit()
        spoken = stamp and (stamps[name] >= 2 or (sum(stamps.values()) >= LOG and len(stamps) >= 2 and not counts))
        if not name or (_is_field(name, words) and not spoken):
            continue
        found[n] = (name, block.start + length, bool(stamp))
        seen[name] = seen.get(name, 0) + 1
    alone = _headed(text, blocks)
    return alone or {
        n: (name, at) for n, (name, at, flag) in found.items() if (flag and stamped >= 2) or seen[name] >= 2
    }


# So many labels behind a time make a log: whoever is named there speaks, were it a "rear of the column".
LOG = 4
_CLOCK = (
    r"[\[(]?(?:\d{1,2}/\d{1,2}(?:/\d{2,4})?,? )?\d{1,2}[:hH.]\d{2}(?::\d{2})?"
    r"(?: ?(?:[AaPp]\.?[Mm]\.?|[صم]|صباحا|مساء|ظهرا))?[\])]?"
)
_HEAD = re.compile(
    rf"\s*(?:{_CLOCK}[\s,،:–—|-]+(?P<behind>[^\W\d][^:.!?\n\[\]]{{0,40}}?)"
    rf"|(?P<name>[^\W\d][^:.!?\n\[\]]{{0,40}}?)[\s,،:–—|-]+{_CLOCK})\s*:?\s*"
)


def _headed(text: str, blocks: list[Block]) -> dict[int, tuple[str, int]]:
    """Return the senders of messages each of which has a line of its own, with a name and a time, above it."""
    heads = {
        n: match.group("name") or match.group("behind")
        for n, block in enumerate(blocks)
        if block.kind != "furniture" and block.end - block.start <= LONGEST_HEAD
        if (match := _HEAD.fullmatch(text, block.start, block.end))
    }
    times = Counter(heads.values())
    if len(heads) < MESSAGES or max(times.values()) < 2 or len(times) > len(heads) * 2 // 3 + 1:
        return {}
    found: dict[int, tuple[str, int]] = {}
    sender = ""
    for n, block in enumerate(blocks):
        sender = heads.get(n, sender)
        if sender:
            found[n] = (sender.strip(), block.end if n in heads else block.start)
    return found


LONGEST_HEAD = 60
MESSAGES = 3


_FIELD = (
    "PERSON",
    "VEHICLE",
    "BED",
    "EVAC",
    "ARRIVE",
    "REMAIN",
    "HOUSE",
    "CAPACITY",
    "WEATHER",
    "DEAD",
    "INJURED",
    "CORRECT",
    "CONVOY",
    "STOP",
    "RESUME",
    "HALT",
    "GO",
    "ABOARD",
    "ROAD",
    "HOWMANY",
    "UPDATE",
)


# Longer than the name of who sends a message.
LONG_NAME = 5


def _is_field(name: str, words: Lexicon) -> bool:
    if (
        name.isupper()
        and len(name.split()) <= 3
        and not any(m.cls in ("WEATHER", "CORRECT") for m in _marks(name, words))
    ):
        return False
    marks = _marks(name, words)
    if len(name.split()) > LONG_NAME and not name.isupper():
        return True
    if any(m.cls in ("AUX", "PASSIVE", "PLAN", "NEG") for m in marks) and len(name.split()) > 3:
        return True
    return any(m.cls in _FIELD for m in marks) and not any(m.cls == "ACTOR" for m in marks)


def _marks(name: str, words: Lexicon) -> list[Mark]:
    folded = fold(name)
    return words.marks(tokens_of(folded, 0, len(folded.text)).words)
