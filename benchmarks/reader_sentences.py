r"""Score the reader on single sentences and short notes, a line each, per language, round and kind.

usage: python benchmarks/reader_sentences.py [--show] [--round NAME] [LANGUAGE...]

`tests/reports/text/sentences/<language>.csv` has the columns round, text and claims. In a text `\n` stands for a new
line. Claims are separated by `;`: kind, low and high (`-` for blank), then optionally `@` and the source as worded; a
claim that begins with `?` may be told or not. Only core kinds count. A round was written and keyed before the reader
saw it; what it scored at first sight stands in docs/reader.md, what it scores now is printed here. Fails under
the floor.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import NamedTuple

from corridor.reports.text import read_text

SENTENCES = Path(__file__).resolve().parent.parent / "tests" / "reports" / "text" / "sentences"
FLOOR = 0.85
NOT_CORE = ("schedule", "accusation", "statement", "context", "")


class Told(NamedTuple):
    """One claim that a sentence makes, or that the reader finds in it."""

    kind: str
    low: float | None
    high: float | None
    source: str = ""
    optional: bool = False


class Line(NamedTuple):
    """One text of a round with the claims that it makes."""

    round: str
    text: str
    claims: tuple[Told, ...]


def lines(lang: str) -> list[Line]:
    """Return the keyed texts of a language; raises ValueError, with the line, for a claim that cannot be read."""
    found = []
    path = SENTENCES / f"{lang}.csv"
    with path.open(encoding="utf-8", newline="") as handle:
        for at, row in enumerate(csv.DictReader(handle), start=2):
            try:
                claims = tuple(told(cell) for cell in row["claims"].split(";") if cell.strip())
            except (ValueError, IndexError) as error:
                raise ValueError(f"{path.name}, line {at}: {row['claims']!r}: {error}") from error
            found.append(Line(row["round"], row["text"].replace("\\n", "\n"), claims))
    return found


def told(cell: str) -> Told:
    what, _, source = cell.partition("@")
    kind, low, high = what.split()
    return Told(kind.lstrip("?"), _bound(low), _bound(high), source.strip(), kind.startswith("?"))


def _bound(cell: str) -> float | None:
    return None if cell == "-" else float(cell)


def close(a: float | None, b: float | None) -> bool:
    if a is None or b is None:
        return a is b
    return abs(a - b) <= 0.01 * abs(b) + 1e-9


class Read(NamedTuple):
    """What of a line was found: the claims missed, those too many, and how many were right."""

    missed: list[Told]
    extra: list[Told]
    right: list[Told]


def read(line: Line) -> Read:
    """Return how the reader does on one line: required claims are matched first, each once."""
    found = [Told(c.kind, c.low, c.high, c.source) for c in read_text(line.text) if c.kind not in NOT_CORE]
    right, missed = [], []
    for claim in sorted(line.claims, key=lambda c: c.optional):
        if claim.kind in NOT_CORE:
            continue
        same = [f for f in found if f.kind == claim.kind and close(f.low, claim.low) and close(f.high, claim.high)]
        if same:
            found.remove(same[0])
            right.append(claim)
        elif not claim.optional:
            missed.append(claim)
    return Read(missed, found, right)


class Rates(NamedTuple):
    """How many lines were read, and the share of claims right among those proposed, and found among those required."""

    lines: int
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Return the harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def __str__(self) -> str:
        """Return them as a row."""
        return f"{self.lines:4d} lines  P {self.precision:.3f}  R {self.recall:.3f}  F1 {self.f1:.3f}"


def rates(results: list[Read]) -> Rates:
    """Return the rates of some lines together."""
    right = sum(len(r.right) for r in results)
    found = sum(sum(not c.optional for c in r.right) for r in results)
    required = found + sum(len(r.missed) for r in results)
    proposed = right + sum(len(r.extra) for r in results)
    return Rates(len(results), right / max(proposed, 1), found / max(required, 1))


def _show(line: Line, got: Read) -> None:
    if got.missed or got.extra:
        print(f"  {line.round} | {line.text!r}")
        for name, claims in (("MISSED", got.missed), ("EXTRA", got.extra)):
            for claim in claims:
                print(f"    {name} {claim.kind} {claim.low} {claim.high}")


def main(arguments: list[str]) -> int:
    """Print the scores; return 1 where a language is under the floor."""
    under = False
    show = "--show" in arguments
    only = arguments[arguments.index("--round") + 1] if "--round" in arguments else ""
    langs = [a for a in arguments if (SENTENCES / f"{a}.csv").exists() and a != only]
    for lang in langs or sorted(path.stem for path in SENTENCES.glob("*.csv")):
        kept = [line for line in lines(lang) if only in ("", line.round)]
        got = [(line, read(line)) for line in kept]
        for line, result in got if show else []:
            _show(line, result)
        for name in dict.fromkeys(line.round for line in kept):
            print(lang, f"{name:12s}", rates([r for line, r in got if line.round == name]))
        kinds = sorted({c.kind for _, r in got for claims in r for c in claims})
        for kind in kinds:
            keyed = sum(c.kind == kind for _, r in got for c in (*r.right, *r.missed))
            right = sum(c.kind == kind for _, r in got for c in r.right)
            extra = sum(c.kind == kind for _, r in got for c in r.extra)
            print(f"    {kind:12s} keyed {keyed:4d}  found {right:4d}  too many {extra:4d}")
        whole = rates([r for _, r in got])
        under = under or whole.f1 < FLOOR
        print(lang, f"{'all':12s}", whole)
    return int(under)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
