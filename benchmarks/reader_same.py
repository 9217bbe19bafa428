"""Check that a change of speed changed nothing: keep what the reader reads before it, and compare after it.

usage: python -m benchmarks.reader_same FILE

Where FILE is not there yet, the candidates of every development text, and of generated text of each language, are
written to it, one JSON object a line. Where it is there, they are read again and the first line that differs is shown:
exit 1 where one does.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from benchmarks.reader_speed import CORPUS, STORY, dense, ordinary
from corridor.reports.text import read_text, to_json_line
from corridor.reports.text.paragraph import read_paragraph

SIZE = 60_000


def lines() -> Iterator[str]:
    """Yield what is read of every text, in an order that stays."""
    for path in sorted(CORPUS.rglob("*")):
        if path.suffix in (".txt", ".html"):
            yield from map(to_json_line, read_text(path))
    for lang in STORY:
        for make in (dense, ordinary):
            read_paragraph.cache_clear()
            yield from map(to_json_line, read_text(make(lang, SIZE, random.Random(5)), doc=f"{lang}-{make.__name__}"))


def main(argv: list[str]) -> int:
    kept = Path(argv[0])
    if not kept.exists():
        kept.write_text("".join(f"{line}\n" for line in lines()), encoding="utf-8")
        print(f"kept in {kept}; change the reader, then run this again")
        return 0
    number = 0
    for number, (before, now) in enumerate(zip_longest(kept.read_text(encoding="utf-8").splitlines(), lines()), 1):
        if before != now:
            print(f"line {number} differs\n  before: {before}\n  now:    {now}")
            return 1
    print(f"the same: {number} candidates")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
