"""A term of a clause as a number."""

from __future__ import annotations

import math

from corridor.errors import InputError
from corridor.situation.agreement import Clause


def number(clause: Clause, name: str) -> float | None:
    """Return a term that is a number, None where it is not stated; raises `InputError` for words or below zero."""
    value = clause.parameters.get(name)
    if value is None:
        return None
    try:
        found = float(value)
    except ValueError:
        found = math.nan
    if not 0 <= found < math.inf:
        raise InputError(
            f"{value!r} is no number from 0 upwards", place=f"term {clause.id}.{name}", hint="correct the report"
        )
    return found
