"""One-lane stretches: while vehicles pass one way nobody comes the other way."""

from __future__ import annotations

from collections.abc import Sequence

from corridor.planning.travel import Passing

Lane = tuple[str, str]


class Lanes:
    """Who is on each one-lane stretch when, and which way."""

    def __init__(self) -> None:
        self.spans: dict[tuple[Lane, bool], set[tuple[int, int]]] = {}

    def first(self, earliest: int, passings: Sequence[Passing], longer: int = 0) -> int:
        """Return the first minute from `earliest` at which to set off and meet nobody on any stretch.

        `longer` are minutes that the drive may take beyond its legs before the last stretch is left.
        """
        depart = earliest
        moved = bool(passings)
        while moved:
            moved = False
            for passing in passings:
                for begin, end in sorted(self.spans.get((passing.lane, not passing.forth), ())):
                    if begin < depart + passing.leaves + longer and depart + passing.enters < end:
                        depart = end - passing.enters
                        moved = True
        return depart

    def take(self, depart: int, passings: Sequence[Passing], longer: int = 0) -> None:
        """Enter a drive over its stretches."""
        for passing in passings:
            span = depart + passing.enters, depart + passing.leaves + longer
            self.spans.setdefault((passing.lane, passing.forth), set()).add(span)
