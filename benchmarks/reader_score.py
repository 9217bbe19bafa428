"""Score the reader on its development texts, per language and per kind, and fail under the stated floors.

usage: python benchmarks/reader_score.py [--held-out] [--show] [--proposals FILE TEXT...]

A proposal matches a key row of the same text when its kind is the same, its bounds are equal within 1 % (blank equals
blank) and its quote shares a word with the key's. Matching is one to one, required rows first. Precision is over the
core kinds, recall over the rows marked core, attribution over the matched. `--held-out` scores the texts that were
written and keyed before the reader and not tuned on. `--proposals` writes what the reader proposes for other texts.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

from corridor.reports.report import Candidate
from corridor.reports.text import load_text, read_text, to_json_line
from corridor.reports.text.fold import fold

CORPUS = Path(__file__).resolve().parent.parent / "tests" / "reports" / "text" / "corpus"
NOT_CORE = ("schedule", "accusation", "statement", "context", "")
FLOORS = {"fr": 0.75, "en": 0.75, "ar": 0.75}
ATTRIBUTION_FLOOR = 0.85
_STOP = frozenset(
    [
        "le",
        "la",
        "les",
        "l",
        "de",
        "du",
        "des",
        "d",
        "un",
        "une",
        "et",
        "en",
        "a",
        "au",
        "aux",
        "selon",
        "the",
        "of",
        "and",
    ]
)
_VOICE = frozenset(("", "article", "article voice", "unknown"))


class Key(NamedTuple):
    """One row of a key, with the words its quote covers in the text."""

    doc: str
    kind: str
    low: float | None
    high: float | None
    source: str
    quote: str
    core: bool
    cover: frozenset[int]


class Result(NamedTuple):
    """Counts of one set of texts: matched and proposed core claims, matched and keyed required rows, sources right."""

    right: int
    proposed: int
    found: int
    keyed: int
    sourced: int
    matched: int

    @property
    def precision(self) -> float:
        """Return the share of core proposals that match."""
        return self.right / self.proposed if self.proposed else 0.0

    @property
    def recall(self) -> float:
        """Return the share of required rows that are found."""
        return self.found / self.keyed if self.keyed else 0.0

    @property
    def f1(self) -> float:
        """Return the harmonic mean of both."""
        return (
            2 * self.right * self.found / (self.right * self.keyed + self.found * self.proposed)
            if self.right and self.found
            else 0.0
        )

    @property
    def attribution(self) -> float:
        """Return the share of matched claims whose source agrees."""
        return self.sourced / self.matched if self.matched else 0.0

    def plus(self, other: Result) -> Result:
        """Return the sum of two results."""
        return Result(*(a + b for a, b in zip(self, other, strict=True)))


def number(cell: str) -> float | None:
    return float(cell) if cell.strip() else None


def cover(words: list[tuple[int, int]], start: int, end: int) -> frozenset[int]:
    return frozenset(n for n, (a, b) in enumerate(words) if a < end and b > start)


def keys(path: Path, text: str, words: list[tuple[int, int]]) -> list[Key]:
    found = []
    with path.with_suffix(".key.csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            start = text.index(row["quote"])
            covered = cover(words, start, start + len(row["quote"]))
            bounds = number(row["value_low"]), number(row["value_high"])
            found.append(
                Key(path.name, row["fact"], *bounds, row["source_actor"], row["quote"], row["core"] == "1", covered)
            )
    return found


def close(a: float | None, b: float | None) -> bool:
    if a is None or b is None:
        return a is b
    return abs(a - b) <= 0.01 * abs(b) + 1e-9


def same_source(proposed: str, keyed: str) -> bool:
    for name in keyed.split(" / "):
        if name in _VOICE:
            if proposed in _VOICE:
                return True
            continue
        a, b = _tokens(proposed), _tokens(name)
        if proposed not in _VOICE and a and b and len(a & b) >= 0.6 * min(len(a), len(b)):
            return True
    return False


def _tokens(name: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", fold(name).text)) - _STOP


def match(keyed: list[Key], proposed: list[Candidate], covers: list[frozenset[int]]) -> dict[int, int]:
    """Return key row to proposal, one to one, as many as possible, required rows first."""
    edges: dict[int, list[int]] = {}
    for k, key in enumerate(keyed):
        fitting = [
            (-len(covers[p] & key.cover) / len(covers[p] | key.cover), p)
            for p, c in enumerate(proposed)
            if c.kind == key.kind and covers[p] & key.cover and close(c.low, key.low) and close(c.high, key.high)
        ]
        edges[k] = [p for _, p in sorted(fitting)]
    owner: dict[int, int] = {}

    def take(k: int, seen: set[int]) -> bool:
        for p in edges[k]:
            if p not in seen:
                seen.add(p)
                if p not in owner or take(owner[p], seen):
                    owner[p] = k
                    return True
        return False

    for k in sorted(edges, key=lambda k: not keyed[k].core):
        take(k, set())
    return {k: p for p, k in owner.items()}


def score_text(path: Path, *, show: bool = False) -> tuple[Result, dict[str, list[int]]]:
    """Return the counts of one text, and by kind: keyed, found, proposed, right."""
    text = load_text(path)
    words = [m.span() for m in re.finditer(r"\w+", text)]
    keyed, proposed = keys(path, text, words), read_text(path)
    covers = [cover(words, c.start, c.end) for c in proposed]
    got = match(keyed, proposed, covers)
    used = set(got.values())
    kinds: dict[str, list[int]] = {}
    for k, key in enumerate(keyed):
        row = kinds.setdefault(key.kind, [0, 0, 0, 0])
        row[0], row[1] = row[0] + 1, row[1] + (k in got)
    for p, candidate in enumerate(proposed):
        row = kinds.setdefault(candidate.kind, [0, 0, 0, 0])
        row[2], row[3] = row[2] + 1, row[3] + (p in used)
    core = [p for p, c in enumerate(proposed) if c.kind not in NOT_CORE]
    sourced = sum(same_source(proposed[p].source, keyed[k].source) for k, p in got.items())
    if show:
        _show(path.name, keyed, proposed, got)
    result = Result(
        sum(p in used for p in core),
        len(core),
        sum(key.core and k in got for k, key in enumerate(keyed)),
        sum(key.core for key in keyed),
        sourced,
        len(got),
    )
    return result, kinds


def _show(name: str, keyed: list[Key], proposed: list[Candidate], got: dict[int, int]) -> None:
    for k, key in enumerate(keyed):
        if k not in got and key.core:
            print(f"  MISSED {name} {key.kind} {key.low} {key.high} | {key.quote}")
    for p, c in enumerate(proposed):
        if p not in set(got.values()) and c.kind not in NOT_CORE:
            print(f"  EXTRA  {name} {c.kind} {c.low} {c.high} | {c.quote} | {c.reason}")
    for k, p in got.items():
        if not same_source(proposed[p].source, keyed[k].source):
            print(f"  SOURCE {name} {keyed[k].source} <> {proposed[p].source} | {keyed[k].quote}")


def score(lang: str, *, held_out: bool = False, show: bool = False) -> tuple[Result, dict[str, list[int]]]:
    """Return the counts of the texts of one language."""
    total, kinds = Result(0, 0, 0, 0, 0, 0), dict[str, list[int]]()
    for path in sorted(p for p in (CORPUS / lang).iterdir() if p.suffix in (".txt", ".html")):
        if ("held-out" in path.name) != held_out:
            continue
        result, by_kind = score_text(path, show=show)
        total = total.plus(result)
        for kind, row in by_kind.items():
            kinds[kind] = [a + b for a, b in zip(kinds.get(kind, [0, 0, 0, 0]), row, strict=True)]
    return total, kinds


def write_proposals(target: Path, texts: list[Path]) -> None:
    """Write what the reader proposes, one object a line, its kind under `fact` as a scorer of claims expects."""
    with target.open("w", encoding="utf-8") as handle:
        for path in texts:
            for candidate in read_text(path):
                fields: dict[str, Any] = json.loads(to_json_line(candidate))
                handle.write(json.dumps(fields | {"fact": candidate.kind}, ensure_ascii=False) + "\n")


def main(argv: list[str]) -> int:
    if "--proposals" in argv:
        at = argv.index("--proposals")
        write_proposals(Path(argv[at + 1]), [Path(name) for name in argv[at + 2 :]])
        return 0
    held_out, failed = "--held-out" in argv, False
    every: dict[str, list[int]] = {}
    print("texts", "held out" if held_out else "developed on")
    for lang, floor in FLOORS.items():
        result, kinds = score(lang, held_out=held_out, show="--show" in argv)
        print(
            f"{lang}  precision {result.precision:.3f} ({result.right}/{result.proposed})  recall {result.recall:.3f} "
            f"({result.found}/{result.keyed})  F1 {result.f1:.3f}  attribution {result.attribution:.3f}"
        )
        for kind, row in kinds.items():
            every[kind] = [a + b for a, b in zip(every.get(kind, [0, 0, 0, 0]), row, strict=True)]
        failed |= not held_out and (result.f1 < floor or result.attribution < ATTRIBUTION_FLOOR)
    for kind, (keyed, found, proposed, right) in sorted(every.items()):
        print(f"  {kind:12} keyed {keyed:3} found {found:3}   proposed {proposed:3} right {right:3}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
