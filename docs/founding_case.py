"""Render docs/founding-case.md from docs/founding-case.csv: `python docs/founding_case.py`."""

from __future__ import annotations

import csv
from pathlib import Path

FOLDER = Path(__file__).parent
TABLE = FOLDER / "founding-case.csv"
PAGE = FOLDER / "founding-case.md"
BEGIN = "<!-- table: made from founding-case.csv, do not edit by hand -->"
END = "<!-- end of table -->"
HEADINGS = {"A1": "Story A1, afternoon of 15 December 2016", "A2": "Story A2, evening of 15 December 2016"}


def rows() -> list[dict[str, str]]:
    """Return the rows of founding-case.csv in order."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def table() -> str:
    """Return the Markdown between the markers: one table a story."""
    parts = [BEGIN]
    for story, heading in HEADINGS.items():
        parts += [
            "",
            f"## {heading}",
            "",
            "| | what the story says, in our words | what holds it | command | test | later |",
        ]
        parts.append("|---|---|---|---|---|---|")
        parts += [_line(row) for row in rows() if row["story"] == story]
    return "\n".join([*parts, "", END])


def _line(row: dict[str, str]) -> str:
    test = row["test"].rpartition("::")[2]
    cells = (row["id"], row["statement"], row["object"], f"`{row['command']}`", f"`{test}`", row["issue"])
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def render(page: str) -> str:
    """Return the page with its table made anew; raises ValueError where a marker is missing."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        message = "founding-case.md has lost a marker of its table"
        raise ValueError(message)
    return before + table() + after


if __name__ == "__main__":
    PAGE.write_text(render(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
