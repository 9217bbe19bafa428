"""One command a rig: python -m tests.rigs NAME [COUNT] [--seed N]; prints its count and result, fails loudly."""

from __future__ import annotations

import argparse
import importlib
import itertools
import json
import time

# The rig, its size for a change, and for a release.
RIGS = {
    "kill": (1_000, 10_000),
    "kill_postgres": (20, 200),
    "kill_server": (200, 2_000),
    "kill_two": (40, 400),
    "power": (10_000, 100_000),
    "faults": (1, 1),
    "phones": (5_000, 50_000),
    "simulation": (2_000, 20_000),
    "tamper": (2_000, 100_000),
    "readers": (2_000, 20_000),
    "clocks": (200, 2_000),
}


def run(name: str, count: int, seed: int) -> dict[str, object]:
    """Run one rig; returns what it found, with the seconds it took."""
    begun = time.perf_counter()
    found = importlib.import_module(f"tests.rigs.{name}").check(count, seed)
    return {"rig": name, "size": count, "seed": seed, **found, "seconds": round(time.perf_counter() - begun, 1)}


def rounds(names: list[str], minutes: float, seed: int) -> None:
    """Run the rigs in turn, each a fiftieth of its size for a change, under a new seed in each round."""
    until = time.monotonic() + minutes * 60
    for number in itertools.count(seed):
        for name in names:
            print(json.dumps(run(name, max(RIGS[name][0] // 50, 1), number)), flush=True)
            if time.monotonic() > until:
                return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=[*RIGS, "all"])
    parser.add_argument("count", type=int, nargs="?", default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--soak", action="store_true", help="the larger size")
    parser.add_argument("--minutes", type=float, default=0.0, help="small rounds under new seeds for so long")
    chosen = parser.parse_args()
    if chosen.minutes:
        rounds(list(RIGS) if chosen.name == "all" else [chosen.name], chosen.minutes, chosen.seed)
        return
    for name in RIGS if chosen.name == "all" else [chosen.name]:
        count = chosen.count or RIGS[name][1 if chosen.soak else 0]
        print(json.dumps(run(name, count, chosen.seed)), flush=True)


if __name__ == "__main__":
    main()
