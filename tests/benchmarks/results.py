"""Results as a run writes them, made by hand."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]

MACHINE: Row = {
    "processor": "Abacus 2",
    "cores": 2,
    "memory GB": 8,
    "system": "Linux",
    "python": "3.11.0",
    "versions": {"numpy": "1", "pyvrp": "not installed"},
}


def ours(size: str, seed: int, limit: float, clearance: int, bound: int, **more: object) -> Row:
    """Return a row of the planner."""
    return {
        "who": "Corridor",
        "size": size,
        "seed": seed,
        "limit": limit,
        "instance": f"{size}-s{seed}",
        "seconds": limit,
        "clearance": clearance,
        "flow": bound,
        "route": None,
        "bound": bound,
        "bound name": "flow",
        "gap": clearance / bound - 1,
        "status": "feasible",
        "first": 0.1,
        "to 4 %": 0.2,
        "flow seconds": 0.01,
        "memory": 100 + seed,
        "startup": 2.0,
        "load": 0.5,
        "commit": "abc1234",
        "curve": [[0.1, 2 * clearance, bound], [0.2, clearance, bound]],
        **more,
    }


def peer(who: str, size: str, limit: float, clearance: int | None, **more: object) -> Row:
    """Return a row of a peer on the first seed; without a clearance it found no plan."""
    row: Row = {
        "who": who,
        "size": size,
        "seed": 1,
        "limit": limit,
        "instance": f"{size}-s1",
        "seconds": limit,
        "memory": 50,
        "startup": 1.0,
        "load": 2.5,
        "commit": "abc1234",
        "curve": [],
    }
    if clearance is not None:
        row |= {"clearance": clearance, "first": 0.1, "curve": [[0.1, 2 * clearance], [0.3, clearance]]}
    return row | more


def results(*rows: Row) -> Row:
    """Return results of one run."""
    return {"machine": MACHINE, "measured": "2026-01-02", "rows": list(rows)}
