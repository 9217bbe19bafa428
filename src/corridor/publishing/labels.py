"""Placing labels on the map so that they hide neither each other nor what they name."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

DIRECTIONS = ((1, 0), (-1, 0), (0, -1), (0, 1), (0.8, -0.7), (-0.8, -0.7), (0.8, 0.7), (-0.8, 0.7))
DISTANCES = (5.0, 14.0, 26.0, 42.0, 62.0, 86.0)
LEADER_FROM = 20.0


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def overlap(self, other: Box) -> float:
        """Return the area that two boxes share."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        tall = min(self.bottom, other.bottom) - max(self.top, other.top)
        return wide * tall if wide > 0 and tall > 0 else 0.0

    def outside(self, other: Box) -> float:
        """Return by how many pixels this box leaves another."""
        return (
            max(other.left - self.left, 0)
            + max(other.top - self.top, 0)
            + max(self.right - other.right, 0)
            + max(self.bottom - other.bottom, 0)
        )


class Placer:
    """Labels are placed one after the other, each where it hides least; what is placed is an obstacle for the next."""

    def __init__(self, room: Box) -> None:
        self.room = room
        self._taken: list[Box] = []
        self._faint: list[Box] = []

    @property
    def taken(self) -> tuple[Box, ...]:
        """What is placed or blocked by now."""
        return tuple(self._taken)

    def block(self, *boxes: Box) -> None:
        """Keep labels away from places."""
        self._taken += boxes

    def block_line(self, points: Sequence[tuple[float, float]]) -> None:
        """Keep labels away from a line, though crossing it is better than covering another label."""
        for (x1, y1), (x2, y2) in itertools.pairwise(points):
            steps = max(int(math.dist((x1, y1), (x2, y2)) / 8), 1)
            for i in range(steps + 1):
                x, y = x1 + (x2 - x1) * i / steps, y1 + (y2 - y1) * i / steps
                box = Box(x - 4, y - 4, x + 4, y + 4)
                if box.overlap(self.room):
                    self._faint.append(box)

    def place(
        self, at: tuple[float, float], radius: float, wide: float, tall: float
    ) -> tuple[Box, tuple[float, float] | None]:
        """Return the box of a label beside a mark, and where a leader line ends if the label stands off."""
        best: tuple[float, Box, float] | None = None
        for distance in DISTANCES:
            for rank, (dx, dy) in enumerate(DIRECTIONS):
                box = _beside(at, (dx, dy), radius + distance, wide, tall)
                cost = 40 * box.outside(self.room) + 0.9 * distance + rank
                if best is not None and cost >= best[0]:
                    continue
                cost += 6 * sum(box.overlap(other) for other in self._taken)
                cost += 0.5 * sum(box.overlap(other) for other in self._faint)
                if best is None or cost < best[0]:
                    best = (cost, box, distance)
        if best is None:  # DISTANCES and DIRECTIONS are never empty
            return _beside(at, (1, 0), radius, wide, tall), None
        _, box, distance = best
        self._taken.append(box)
        if distance < LEADER_FROM:
            return box, None
        near = (min(max(at[0], box.left), box.right), min(max(at[1], box.top), box.bottom))
        self.block_line([at, near])
        return box, near


def _beside(at: tuple[float, float], towards: tuple[float, float], far: float, wide: float, tall: float) -> Box:
    dx, dy = towards
    x, y = at[0] + dx * far, at[1] + dy * far
    left = x if dx > 0 else x - wide if dx < 0 else x - wide / 2
    top = y - tall / 2 if dy == 0 else y if dy > 0 else y - tall
    return Box(left, top, left + wide, top + tall)
