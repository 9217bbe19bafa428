"""The rows of a run as one table: the median of the seeds and the worst of them, the peers beside."""

from __future__ import annotations

import statistics
from typing import Any

Row = dict[str, Any]
HEAD = (
    "size",
    "who",
    "limit s",
    "seeds",
    "clearance min",
    "flow bound",
    "route bound",
    "gap %",
    "worst %",
    "to the bound",
    "seconds",
    "first plan s",
    "to 4 % s",
    "flow bound s",
    "memory MB",
    "note",
)
TEXT = {"size", "who", "to the bound", "note"}


def table(results: dict[str, Any]) -> str:
    """Return results as a markdown table with a statement of what they were measured on."""
    rows: list[Row] = results["rows"]
    best = bounds(rows)
    groups: dict[tuple[str, str, float], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["size"], row["who"], float(row["limit"])), []).append(row)
    lines = [
        statement(results),
        "",
        "| " + " | ".join(HEAD) + " |",
        "|" + "|".join("---" if name in TEXT else "---:" for name in HEAD) + "|",
    ]
    lines += ["| " + " | ".join(cells(group, best)) + " |" for group in groups.values()]
    return "\n".join(lines) + "\n"


def statement(results: dict[str, Any]) -> str:
    """Return the sentence that says where, when and under which load the figures were taken."""
    machine, rows = results["machine"], results["rows"]
    loads = [row["load"] for row in rows] or [0.0]
    starts = [row["startup"] for row in rows if row["who"] == "Corridor" and row.get("startup") is not None]
    start = f" Start-up of the planner, not in the seconds: {statistics.median(starts):.1f} s." if starts else ""
    versions = ", ".join(f"{name} {number}" for name, number in machine["versions"].items())
    where = f"{machine['cores']} cores of an {machine['processor']}, {machine['memory GB']} GB, {machine['system']}"
    commits = " and ".join(dict.fromkeys(row["commit"] for row in rows)) or "unknown"
    load = f"median {statistics.median(loads):.1f}, highest {max(loads):.1f}"
    return (
        f"Measured on {results['measured']} at commit {commits}: {where}, Python {machine['python']}; "
        f"{versions}. Load of the machine when a row began: {load}.{start} "
        "Gaps are to the larger proven bound of the same instance; a peer's to the largest known."
    )


def bounds(rows: list[Row]) -> dict[str, int]:
    """Return the largest proven bound of each instance."""
    best: dict[str, int] = {}
    for row in rows:
        if "bound" in row:
            best[row["instance"]] = max(row["bound"], best.get(row["instance"], 0))
    return best


def gap(row: Row, best: dict[str, int]) -> float | None:
    """Return the gap of a row, as a fraction: ours as it was proven in the run, a peer's to the best bound known."""
    if "clearance" not in row:
        return None
    if "gap" in row:
        return float(row["gap"])
    bound = best.get(row["instance"], 0)
    return row["clearance"] / bound - 1 if bound else None


def cells(group: list[Row], best: dict[str, int]) -> list[str]:
    """Return one line: the row in the middle, its gap and the worst gap of the group."""
    gaps = {id(row): gap(row, best) for row in group}
    done = sorted((row for row in group if gaps[id(row)] is not None), key=lambda row: gaps[id(row)] or 0.0)
    row = done[(len(done) - 1) // 2] if done else group[0]
    found = [100 * (gaps[id(one)] or 0.0) for one in done]
    firsts = [one["first"] for one in done if one.get("first") is not None]
    fours = [one["to 4 %"] if one.get("to 4 %") is not None else one["seconds"] for one in done if "to 4 %" in one]
    flows = [one["flow seconds"] for one in done if "flow seconds" in one]
    limit = "" if row["who"].startswith("greedy") else f"{row['limit']:g}"
    return [
        row["size"],
        row["who"],
        limit,
        str(len(group)),
        f"{row['clearance']:,}" if done else "none",
        whole(row.get("flow")),
        whole(row.get("route")),
        f"{statistics.median(found):.2f}" if found else "",
        f"{max(found):.2f}" if found else "",
        str(row.get("bound name", "")),
        f"{statistics.median(one['seconds'] for one in group):.2f}",
        f"{statistics.median(firsts):.2f}" if firsts else "",
        f"{statistics.median(fours):.2f}" if fours else "",
        f"{statistics.median(flows):.3f}" if flows else "",
        f"{max(one['memory'] for one in group):,}",
        note(group, done),
    ]


def note(group: list[Row], done: list[Row]) -> str:
    """Return what a reader of the line must know."""
    said = {one["note"] for one in group if one.get("note")}
    ours = group[0]["who"] == "Corridor"
    late = [one for one in done if ours and one["seconds"] > 1.1 * one["limit"] + 1]
    if late:
        said.add(f"over the limit: {max(one['seconds'] for one in late):.1f} s")
    missed = sum(1 for one in done if ours and one.get("to 4 %") is None)
    if missed:
        said.add(f"{missed} of {len(done)} not within 4 %")
    curve = done[0].get("curve") if done and not ours and not group[0]["who"].startswith("greedy") else None
    if curve and len(curve) == 1:
        said.add("no better than the plan it was given to start from")
    return "; ".join(sorted(said))


def whole(number: int | None) -> str:
    """Return a number with its thousands apart, or nothing."""
    return "" if number is None else f"{number:,}"
