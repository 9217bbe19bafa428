"""Check that every peer answers a tiny instance and that its tours hold: `python -m benchmarks.peers`.

It runs here and not among the tests, since PyVRP and VROOM are installed for the benchmarks alone; `make bench` and
`make bench-quick` run it first. A peer that is missing, or whose plan does not hold, ends it with exit code 1.
"""

from __future__ import annotations

import sys

from benchmarks.apart import apart
from benchmarks.rows import peer_row
from corridor.planning.tours.generator import generate

SIZE, SEED, LIMIT = "tiny6", 1, 3.0
FAIR = 2.0  # a peer more than so many times above the proven optimum is modelled wrongly


def main() -> int:
    from benchmarks.peers import PEERS

    problem = generate(SIZE, SEED)
    ours = apart({"who": "Corridor", "size": SIZE, "seed": SEED, "limit": LIMIT})
    failed = 0
    for who in PEERS:
        row = peer_row(problem, apart({"who": who, "size": SIZE, "seed": SEED, "limit": LIMIT}))
        clearance = row.get("clearance")
        held = isinstance(clearance, int) and ours["bound"] <= clearance <= FAIR * ours["bound"]
        failed += not held
        print(f"{who:>18}: {clearance or row.get('note')}{'' if held else '  <- DOES NOT HOLD'}")
    print(f"proven optimum between {ours['bound']} and {ours['clearance']}")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
