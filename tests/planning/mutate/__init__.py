"""Corrupt a valid plan in one named way, so that the checker can be tested on what it must find.

Each kind names the rule that it breaks. Some break the plan, others the situation under it (a smaller bay, a
shorter window), with the plan's hash made right again so that only the rule is at stake.
"""

from __future__ import annotations

import random

from corridor.planning.plan import Plan
from tests.planning.mutate import agreed, document, movement, passage, people, travel
from tests.planning.mutate.table import MUTATIONS


def mutate(plan: Plan, kind: str, seed: int) -> Plan | None:
    """The plan corrupted in one way at a place that the seed picks, or None where this plan has no such place."""
    _, mutation = MUTATIONS[kind]
    return mutation(plan, random.Random(f"{kind} {seed}"))


__all__ = ["MUTATIONS", "agreed", "document", "movement", "mutate", "passage", "people", "travel"]
