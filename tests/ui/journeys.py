"""The long journeys of a phone, each with its account: `python -m tests.ui.journeys [FIRST SEED] [SEEDS] [ENTRIES]`.

The same as the hard tests run, for whoever wants to see the counts. Half of the posts are lost, half of these after the
server had stored them; every fourth round is without network, every fourth ends with a killed tab, the others with a
reload, all in mid-tap.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.ui.fielding import Phone, exactly_once, lossy_journey, operating
from tests.ui.house import CHROMIUM, browser

ROUNDS = 12


def main(first: int = 0, seeds: int = 20, entries: int = 500) -> int:
    """Run the journeys and print what became of the entries; ends at the first that lost or doubled one."""
    if CHROMIUM is None:
        print("no browser here: apt install chromium", file=sys.stderr)
        return 3
    print("seed " + " ".join(f"{name:>9}" for name in HEAD))
    sums = [0] * len(HEAD)
    with tempfile.TemporaryDirectory() as folder, operating(Path(folder)) as server, browser() as started:
        for seed in range(first, first + seeds):
            phone = Phone(server, started).enrol()
            lossy_journey(phone, seed=seed, many=entries, rounds=ROUNDS)
            account = exactly_once(server, phone, entries)
            sums = [before + more for before, more in zip(sums, account, strict=True)]
            print(f"{seed:4} " + " ".join(f"{number:9}" for number in account), *phone.said, flush=True)
            phone.close()
    print("sum  " + " ".join(f"{number:9}" for number in sums))
    return 0


HEAD = ("confirmed", "lost", "doubled", "beyond", "posts", "dropped", "stored", "reloads", "kills")

if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:])))
