"""What if there were more buses, hours, lanes, bays: a situation changed by levers, planned, run, compared."""

from __future__ import annotations

from typing import Any

import msgspec

from corridor.forecasting.change import base_arm, lever_table, pulled
from corridor.forecasting.levers import compare
from corridor.situation.situation import Situation


def what_if(data: bytes, options: dict[str, Any]) -> bytes:
    """Return the comparison of a situation with itself changed; levers that have nothing to act on are named."""
    situation = Situation.from_json(data)
    changed = situation
    idle: list[str] = []
    for lever in lever_table():
        step = float(options.get(lever.key, 0) or 0)
        if not step:
            continue
        arm = pulled(base_arm(changed), msgspec.structs.replace(lever, step=step))
        if arm is None:
            idle.append(lever.key)
        else:
            changed = arm.situation
    found = compare(situation, changed, runs=int(options.get("runs", 200)), seed=0, workers=1)
    return msgspec.json.encode(
        {
            "at": situation.at,
            "deadline": found.deadline,
            "runs": found.runs,
            "hours": found.hours,
            "people": found.people,
            "idle": idle,
        }
    )
