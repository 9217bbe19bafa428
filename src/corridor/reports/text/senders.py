"""Who sends the lines of a log, a chat, minutes or a thread of letters, and where their words begin."""

from __future__ import annotations

import re
from collections import Counter

from corridor.reports.text.clean import Block
from corridor.reports.text.fold import fold
from corridor.reports.text.language import small
from corridor.reports.text.lexicon import Lexicon
from corridor.reports.text.origin import marks_of
from corridor.reports.text.stamps import no_name

_LABEL = re.compile(
    r"\s*(?:[-*•] )?"
    r"(?P<stamp>\[[^\]\n]{3,40}\]|\(?\d{1,2}(?:[:.]| ?[hH] ?)\d{2}(?::\d{2})?\)?(?: ?(?:[AaPp]\.?[Mm]\.?|GMT|UTC))?"
    r"|\d{4} ?[hHzZLl]?\b|\d{1,2}/\d{1,2}/\d{2,4},? \d{1,2}:\d{2}(?::\d{2})?)?"
    r"[\s,:–—|-]*(?P<name>[«“\"]?[^\W\d][^:\n\[\]]{0,60}?)(?:\s?(?:->|[>→])\s?[^:>→\n]{1,30}(?=\s?:))?\s?[:>](?=\s)"
)


_LABEL_END = re.compile(r"[:>]\s")


def label_of(line: str) -> tuple[str, str, int]:
    """Return the time stamp, the speaker and the length of the label of a line; empty where it has none."""
    match = _LABEL.match(line) if _LABEL_END.search(line) else None
    if match is None:
        return "", "", 0
    name = match.group("name").strip(' «»“”"')
    if no_name(name):
        return match.group("stamp") or "", "", 0
    words = fold(name).text.split()
    if match.group("stamp") and len(words) <= PARTIES:
        # "Bravo One to Base": the first of the two speaks.
        to = next((at for at in range(1, len(words) - 1) if words[at] in small("saidto")), len(words))
        name = " ".join(name.split()[:to])
    return match.group("stamp") or "", name, match.end()


PARTIES = 7
_NO_SENDER = frozenset(("CORRECT", "SAY", "ACCORDING"))
_STAMP = re.compile(r"\s*(?P<hour>(?:[01]\d|2[0-3])[0-5]\d)[hHzZL]?[ \t,:–-]+(?=\S)")
STAMPED = 3


def stamped(text: str, blocks: list[Block]) -> dict[int, int]:
    """Return where the words of a line begin behind its hour, in a log that writes hours as 0540 in front of lines."""
    found = {n: m for n, b in enumerate(blocks) if (m := _STAMP.match(text, b.start, b.end))}
    hours = [match["hour"] for match in found.values()]
    return {n: m.end() for n, m in found.items()} if len(hours) >= STAMPED and hours == sorted(hours) else {}


def senders_of(text: str, blocks: list[Block], words: Lexicon) -> dict[int, tuple[str, int]]:
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
        if (
            not name
            or (_is_field(name, words) and not spoken)
            or any(m.cls in _NO_SENDER and not m.first for m in marks_of(name, words))
        ):
            # "0910 Correction from the gate:" says that what follows corrects, "said the mayor:" who says it.
            continue
        found[n] = (name, block.start + length, bool(stamp))
        seen[name] = seen.get(name, 0) + 1
    alone = letters_of(text, blocks) or _headed(text, blocks)
    if alone:
        return alone
    timed = sum(bool(_TIMED.match(text, block.start)) for block in blocks if block.kind != "furniture")
    few = len(stamps) < FEW_LABELS * timed
    chosen = {
        n: (name, at)
        for n, (name, at, flag) in found.items()
        if seen[name] >= 2 or (flag and stamped >= 2 and not (few and _heads_entry(name, words)))
    }
    if len(chosen) >= TALK * len(blocks):
        # Among those who speak again and again is one who speaks once.
        chosen |= {n: (name, at) for n, (name, at, _) in found.items() if not marks_of(name, words)}
    return _kept_on(text, blocks, chosen, labels)


# Where fewer of the hours have a label behind them, a label may head its entry: "15h05 - Fire: one man hurt".
FEW_LABELS = 0.34


def _heads_entry(name: str, words: Lexicon) -> bool:
    """Tell whether a label says what an entry is about, not who speaks: no office, no name of several capitals."""
    capitals = sum(word[0].isupper() for word in name.split())
    return capitals == 1 and not any(
        m.cls in ("ACTOR", "STAFF", "VEHICLE", "CONVOY", "HUB") for m in marks_of(name, words)
    )


def _kept_on(
    text: str, blocks: list[Block], chosen: dict[int, tuple[str, int]], labels: dict[int, tuple[str, str, int]]
) -> dict[int, tuple[str, int]]:
    """Return the senders with those of the further lines of a message: lines below it without an hour or a label."""
    timed = sum(bool(labels[n][0]) for n in chosen) >= MESSAGES
    last = max(chosen, default=-1)
    found = dict(chosen)
    sender = ""
    for n, block in enumerate(blocks):
        if n in chosen:
            sender = chosen[n][0]
            continue
        line = text[block.start : block.end]
        ends = text.count("\n", blocks[n - 1].end, block.start) if n else 0
        apart = ends > (2 if timed and n < last else 1) or ends == 0
        if not sender or apart or block.kind == "furniture" or _TIMED.match(line) or (labels[n][1] and not timed):
            sender = ""
            continue
        found[n] = (sender, block.start)
    return found


_TIMED = re.compile(r"\s*(?:- )?[\[(]?(?:\d{1,2}(?:[:.]| ?[hH] ?)\d{2}|\d{4} ?[hHzZL]?\b|\d{1,2}/\d{1,2}/)")


# Such a part of the lines have a speaker in a talk of several.
TALK = 0.5
# So many labels behind a time make a log: whoever is named there speaks, were it a "rear of the column".
LOG = 4
_CLOCK = (
    r"[\[(]?(?:\d{1,2}/\d{1,2}(?:/\d{2,4})?,? )?\d{1,2}(?:[:.]| ?[hH] ?)\d{2}(?::\d{2})?"
    r"(?: ?(?:[AaPp]\.?[Mm]\.?|[صم]|صباحا|مساء|ظهرا))?[\])]?"
)
_WHO = r"(?![ap]\.m\b)[^\W\d](?:[^:.!?\n\[\]]|(?<=\b[^\W\d])\.){0,40}?"
_HEAD = re.compile(
    rf"\s*(?:{_CLOCK}[\s,،:–—|-]+(?P<behind>{_WHO})"
    rf"|(?P<name>{_WHO})[\s,،:–—|-]+{_CLOCK})\s*:?\s*"
)


def _headed(text: str, blocks: list[Block]) -> dict[int, tuple[str, int]]:
    """Return the senders of messages each of which has a line of its own, with a name and a time, above it."""
    heads = {
        n: match.group("name") or match.group("behind")
        for n, block in enumerate(blocks)
        if block.kind != "furniture" and block.end - block.start <= LONGEST_HEAD
        if (match := _HEAD.fullmatch(text, block.start, block.end))
        and not no_name(match.group("name") or match.group("behind"))
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
        and not any(m.cls in ("WEATHER", "CORRECT") for m in marks_of(name, words))
    ):
        return False
    marks = marks_of(name, words)
    if len(name.split()) > LONG_NAME and not name.isupper():
        return True
    if any(m.cls in ("AUX", "PASSIVE", "PLAN", "NEG") for m in marks) and len(name.split()) > 3:
        return True
    return any(m.cls in _FIELD for m in marks) and not any(m.cls == "ACTOR" for m in marks)


_FROM = re.compile(r"\s*(?P<label>[^\W\d]{2,12})\s?:\s*(?P<name>[^<\n(@]{2,60}?)\s*(?:[<(@].*)?")
_ADDRESS = re.compile(r"<[^>\n]*>|\[[^\]\n]*\]")
_BEFORE_NAME = re.compile(r"[,،]|\d(?: ?[AaPp]\.?[Mm]\.?| ?[صم](?!\w))?\s")


def writer_of(line: str) -> str:
    """Return who is named where a letter is answered: "On 12 March 2026 at 14:05, Samir wrote:"; else nothing."""
    low = fold(line).text
    words = low.split(None, 1)
    if len(low) != len(line) or len(words) < 2 or words[0] not in small("wroteon") or not low.rstrip().endswith(":"):
        return ""
    for verb in sorted(small("wrote"), key=len, reverse=True):
        at = low.find(f" {verb} " if verb[-1] >= "\u0600" else f" {verb}")
        if at > 0:
            behind = _ADDRESS.sub("", line[at + len(verb) + 1 :]).strip(" :،,")
            return behind or _BEFORE_NAME.split(_ADDRESS.sub("", line[:at]))[-1].strip()
    return ""


def letters_of(text: str, blocks: list[Block]) -> dict[int, tuple[str, int]]:
    """Return who sends each part of a thread of letters: what stands below a "From:", or below "Samir wrote:"."""
    heads: dict[int, str] = {}
    for n, block in enumerate(blocks):
        if block.kind == "furniture" or block.end - block.start > LONGEST_LETTER_HEAD:
            continue
        wrote = writer_of(text[block.start : block.end].strip())
        sent = _FROM.fullmatch(text, block.start, block.end)
        if wrote:
            heads[n] = wrote
        elif sent and fold(sent["label"]).text in small("sentfrom") and _addressed(text, blocks, n):
            heads[n] = sent["name"]
    if not heads:
        return {}
    found: dict[int, tuple[str, int]] = {}
    sender = ""
    for n, block in enumerate(blocks):
        sender = heads.get(n, sender)
        if sender:
            found[n] = (sender.strip(" ,"), block.end if n in heads else block.start)
    return found


def _addressed(text: str, blocks: list[Block], n: int) -> bool:
    """Tell whether a line "From: ..." heads a letter: it holds an address, or "To:" and "Subject:" are near."""
    near = [text[b.start : b.end] for b in blocks[max(0, n - 2) : n + 3] if b.kind != "furniture"]
    labels = {fold(line.partition(":")[0]).text.strip() for line in near if ":" in line}
    return "@" in text[blocks[n].start : blocks[n].end] or len(labels & small("letterhead")) >= 1


LONGEST_LETTER_HEAD = 160
