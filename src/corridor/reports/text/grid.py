"""Tables in a text: the heading of a column, or of a row, says what the number in a cell counts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from corridor.reports.text.claims import Spoken
from corridor.reports.text.clean import Block
from corridor.reports.text.paragraph import Setting, read_paragraph

_WIDE = re.compile(r"\S+(?: {1,2}\S+)*")
_FIGURE = re.compile(r"[<>~≈+-]?\s?\d{1,3}(?:[ .,'\u00a0\u202f\u066c\u060c]\d{3})+|[<>~≈+-]?\s?\d+(?:[.,\u066b]\d+)?")
_RULE = re.compile(r"[\s|:+=-]*")
_SPACED = re.compile(r"\S {3,}\S")


class Cell(NamedTuple):
    """One cell of a line: its place in the text, and its words."""

    start: int
    end: int
    words: str


class Figure(NamedTuple):
    """A number in a cell: its place in the text, the headings that may say what it is, and what heads its row."""

    start: int
    end: int
    digits: str
    column: str
    row: str


def cells(text: str, block: Block) -> list[Cell]:
    """Return the cells of a line set apart by bars, tabs or wide blanks; none where it is no line of a table."""
    line = text[block.start : block.end]
    if "|" in line or "\t" in line:
        return _cut(block.start, line, "|" if "|" in line else "\t")
    if "   " in line and _SPACED.search(line):
        found = [Cell(block.start + m.start(), block.start + m.end(), m[0]) for m in _WIDE.finditer(line)]
        return found if len(found) > 1 else []
    sign = ";" if line.count(";") > 1 else ","
    return _cut(block.start, line, sign) if line.count(sign) > 1 and f"{sign} " not in line else []


def _cut(start: int, line: str, sign: str) -> list[Cell]:
    """Return the cells between signs, an empty one too; bars at both ends of a line are its frame."""
    found: list[Cell] = []
    at = 0
    for part in re.findall(rf'"[^"]*"(?={sign}|$)|[^{sign}]*', line) if sign == "," else line.split(sign):
        words = part.strip(' \t"')
        place = start + at + (part.index(words[0]) if words else 0)
        found.append(Cell(place, place + len(words), words))
        at += len(part) + len(sign)
    if sign == "|" and found and not found[0].words and line.lstrip().startswith(sign):
        found.pop(0)
    if sign == "|" and found and not found[-1].words and line.rstrip().endswith(sign):
        found.pop()
    return found if sum(bool(cell.words) for cell in found) > 1 else []


def figures(text: str, blocks: Sequence[Block]) -> tuple[list[Figure], set[int]]:
    """Return the numbers that stand in tables, and the lines that these tables take."""
    found: list[Figure] = []
    taken: set[int] = set()
    for head, rows in _tables(text, blocks):
        taken.add(head[0])
        for at, row in rows:
            taken.add(at)
            found += _row(head[1], row)
    return found, taken


def _tables(
    text: str, blocks: Sequence[Block]
) -> Iterator[tuple[tuple[int, list[Cell]], list[tuple[int, list[Cell]]]]]:
    """Yield each table as its heading and its rows: lines of as many cells, the first without a number."""
    lines = [(at, cells(text, block)) for at, block in enumerate(blocks) if block.kind != "furniture"]
    at = 0
    while at < len(lines):
        head = lines[at]
        rows = []
        after = at + 1
        if head[1] and not any(_figure(cell) for cell in head[1]):
            while after < len(lines):
                place, row = lines[after]
                if _RULE.fullmatch(text[blocks[place].start : blocks[place].end]):
                    after += 1
                    continue
                if not row or abs(len(row) - len(head[1])) > 1 or not any(_figure(cell) for cell in row):
                    break
                rows.append((place, row))
                after += 1
        if rows:
            yield head, rows
        at = after


def _row(head: list[Cell], row: list[Cell]) -> Iterator[Figure]:
    """Yield the numbers of a row, each with the heading of its column; a row may lack its last cells or its first."""
    shift = len(head) - len(row) if len(row) < len(head) and _figure(row[0]) else 0
    if len(head) == len(row) - 1 and not _figure(row[0]):
        # The corner above the names of the rows was left empty.
        shift = -1
    name = "" if _figure(row[0]) else row[0].words
    for at, cell in enumerate(row):
        digits = _figure(cell)
        if digits and 0 <= at + shift < len(head):
            yield Figure(cell.start, cell.end, digits, head[at + shift].words, name)


def _figure(cell: Cell) -> str:
    """Return the number that a cell holds by itself, empty where it holds words."""
    return cell.words if _FIGURE.fullmatch(cell.words) else ""


def told(figure: Figure, setting: Setting) -> list[Spoken]:
    """Return what a number of a table says: the heading of its column names what it counts, else that of its row."""
    if "%" in figure.column:
        return []
    for heading in (figure.column, figure.row, f"{figure.row} {figure.column}"):
        for sentence in read_paragraph(f"{heading.rstrip(' :')}: {figure.digits}", setting):
            found = [spoken for spoken in sentence.claims if _of_a_cell(spoken)]
            if found:
                words = frozenset(figure.row.casefold().split())
                place = found[0].place or ("" if heading == figure.row else figure.row)
                size = figure.end - figure.start
                return [found[0]._replace(start=0, end=size, place=place, words=found[0].words | words, nearest=-1)]
    return []


def _of_a_cell(spoken: Spoken) -> bool:
    return spoken.claim.counted and spoken.claim.kind not in ("context", "schedule", "statement", "accusation")
