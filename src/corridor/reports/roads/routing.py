"""Ways over the graph: the matrix of times, routes as lines, what is reached in a time; closures without re-reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from corridor.reports.roads.closures import Effects
from corridor.reports.roads.network import Roads
from corridor.reports.roads.roadmap import Floats, Ints
from corridor.reports.roads.snap import Snapped

# Trees are kept for so many nodes at once: half a gigabyte of seconds.
AT_ONCE = 60_000_000
# Larger networks are searched by a compiled search, which takes a second to load.
LARGE = 200_000
# Large networks keep the times of so many ends, eight bytes a node each.
ENDS_KEPT = 16
# A search for one way that has looked at this share of the nodes is slower than one over all of them.
GIVE_UP = 50
Ends = list[tuple[int, float]]


@dataclass(frozen=True)
class Route:
    """A way from one place to another: seconds, metres, its line as (lon, lat), and the stretches it drives.

    `steps` are (stretch, along it, share driven).
    """

    seconds: float
    metres: float
    line: tuple[tuple[float, float], ...]
    steps: tuple[tuple[int, bool, float], ...] = field(repr=False)

    @property
    def stretches(self) -> tuple[int, ...]:
        """The stretches driven, in order."""
        return tuple(stretch for stretch, _, _ in self.steps)


class Traffic:
    """The roads as they are at a moment: free drive times, and what closures leave of them."""

    def __init__(self, roads: Roads, effects: Effects | None = None) -> None:
        self.roads = roads
        self.effects = effects
        self.seconds, self._least = roads.seconds, roads.least
        if effects is not None and effects.any:
            self._lengthen(effects.touched, effects.along, effects.against)

    def _lengthen(self, stretches: Ints, along: Floats, against: Floats) -> None:
        """Leave a share of the speed, (all stretches,), on some stretches; the rest stays as it is."""
        graph = self.roads.graph
        arcs = graph.arcs_on(stretches)
        over = graph.stretch[arcs]
        self.seconds = self.seconds.copy()
        with np.errstate(divide="ignore"):
            self.seconds[arcs] /= np.where(graph.forward[arcs], along[over], against[over])
        self._least = graph.slots.mended(self._least, graph.tail[arcs], self.seconds)

    @cached_property
    def _turned(self) -> tuple[Any, Any, Floats]:
        """The same graph with every arc turned round, for the ways towards a place."""
        columns, rows, slots = self.roads.graph.slots.turned
        return columns, rows, self._least[slots]

    def leaving(self, site: Snapped) -> Ends:
        """Return the nodes first reached from a site, with the seconds."""
        return self._ends(site, leaving=True)

    def arriving(self, site: Snapped) -> Ends:
        """Return the nodes from which a site is reached at once, with the seconds."""
        return self._ends(site, leaving=False)

    def _ends(self, site: Snapped, *, leaving: bool) -> Ends:
        graph = self.roads.graph
        found: Ends = [(node, 0.0) for node in self._standing(site, leaving=leaving)]
        for arc in graph.arcs_of(site.stretch).tolist():
            driven = site.share if graph.forward[arc] else 1 - site.share
            if np.isfinite(self.seconds[arc]):
                spent = float(self.seconds[arc]) * (1 - driven if leaving else driven)
                found.append((int((graph.head if leaving else graph.tail)[arc]), spent))
        return found

    def _standing(self, site: Snapped, *, leaving: bool) -> list[int]:
        """Return the nodes of the junction on which a site stands: other streets serve it where its own is closed."""
        if 0.0 < site.share < 1.0:
            return []
        road = self.roads.road
        junction = int((road.end if site.share else road.start)[site.stretch])
        return [junction] if leaving else np.flatnonzero(self.roads.graph.at == junction).tolist()

    def beside(self, start: Snapped, end: Snapped) -> tuple[float, int]:
        """Return the seconds and the arc from one site to another on the same stretch; infinite where there is none."""
        best, chosen = np.inf, -1
        if start.stretch != end.stretch:
            return best, chosen
        for arc in self.roads.graph.arcs_of(start.stretch).tolist():
            ahead = (end.share - start.share) * (1 if self.roads.graph.forward[arc] else -1)
            if ahead >= 0 and np.isfinite(self.seconds[arc]) and ahead * self.seconds[arc] < best:
                best, chosen = float(ahead * self.seconds[arc]), arc
        return best, chosen

    def trees(self, starts: Sequence[Ends], *, towards: bool = False, limit: float = np.inf, ways: bool = False) -> Any:  # noqa: ANN401 - one array or two
        """Return (starts, nodes) seconds from each start to every node, or from every node towards it.

        With `ways` also the node before each (scipy's predecessors); the starts stand behind the nodes of the graph.
        """
        slots, nodes = self.roads.graph.slots, self.roads.graph.nodes
        columns, rows, least = self._turned if towards else (slots.columns, slots.rows, self._least)
        if nodes > LARGE:
            from corridor.reports.roads.buckets import trees as compiled  # noqa: PLC0415 - a second

            far, before = compiled(rows, columns, least, starts, limit=limit)
            return (far, before) if ways else far
        from scipy.sparse import csr_array  # noqa: PLC0415 - a third of a second
        from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415 - likewise

        extra = [end for ends in starts for end in ends]
        counts = np.cumsum([len(ends) for ends in starts])
        matrix = csr_array(
            (
                np.concatenate((least, np.array([seconds for _, seconds in extra]))),
                np.concatenate((columns, np.array([node for node, _ in extra], dtype=columns.dtype))),
                np.concatenate((rows, (rows[-1] + counts).astype(rows.dtype))),
            ),
            shape=(nodes + len(starts), nodes + len(starts)),
        )
        indices = nodes + np.arange(len(starts))
        return dijkstra(matrix, indices=indices, limit=limit, return_predecessors=ways)

    def matrix(self, starts: Sequence[Snapped], ends: Sequence[Snapped]) -> Floats:
        """Return (starts, ends) seconds, infinite where no way leads; one search for each of the fewer side."""
        turned = len(ends) < len(starts)
        ones, others = (ends, starts) if turned else (starts, ends)
        near = [(self.arriving if turned else self.leaving)(site) for site in ones]
        far = [(self.leaving if turned else self.arriving)(site) for site in others]
        found = np.full((len(ones), len(others)), np.inf)
        block = max(1, AT_ONCE // max(self.roads.graph.nodes, 1))
        for at in range(0, len(ones), block):
            tree = self.trees(near[at : at + block], towards=turned)
            for number, candidates in enumerate(far):
                for node, seconds in candidates:
                    part = found[at : at + block, number]
                    np.minimum(part, tree[:, node] + seconds, out=part)
        found = found.T if turned else found
        self._beside_all(starts, ends, found)
        return found

    def _beside_all(self, starts: Sequence[Snapped], ends: Sequence[Snapped], found: Floats) -> None:
        on: dict[int, list[int]] = {}
        for column, end in enumerate(ends):
            on.setdefault(end.stretch, []).append(column)
        for row, start in enumerate(starts):
            for column in on.get(start.stretch, ()):
                found[row, column] = min(found[row, column], self.beside(start, ends[column])[0])

    def _open_seconds(self, end: Snapped) -> Floats:
        """Return the seconds from every node to a site while all roads are open, kept for the ends asked for last."""
        whole, kept = Traffic(self.roads), self.roads.towards
        ends = tuple(whole.arriving(end))
        found = kept.pop(ends, None)
        kept[ends] = whole.trees([list(ends)], towards=True)[0] if found is None else found
        while len(kept) > ENDS_KEPT:
            del kept[next(iter(kept))]
        return kept[ends]

    def _searched(self, start: Snapped, end: Snapped) -> tuple[Floats, Ints]:
        """Return seconds from a site, exact at the ends of another's road, and the node before each, (nodes,)."""
        if self.roads.graph.nodes > LARGE:
            from corridor.reports.roads.search import way  # noqa: PLC0415 - a second

            slots, nodes = self.roads.graph.slots, self.roads.graph.nodes
            network, starts, ends = (slots.rows, slots.columns, self._least), self.leaving(start), self.arriving(end)
            found = way(network, self._open_seconds(end), starts, ends, most=nodes // GIVE_UP)
            if found is None:  # a long way round, or none: search all, from the end, which closures may have shut in
                left = self.trees([ends], towards=True)[0]
                found = way(network, left, starts, ends, most=nodes)
            return found if found is not None else (np.full(nodes, np.inf), np.full(nodes, -1))
        tree, before = self.trees([self.leaving(start)], ways=True)
        return tree[0], before[0]

    def route(self, start: Snapped, end: Snapped) -> Route | None:
        """Return the quickest way from one site to another, None where no way leads."""
        tree, before = self._searched(start, end)
        best, last = self.beside(start, end)
        chosen = -1
        for arc in self.roads.graph.arcs_of(end.stretch).tolist():
            tail = int(self.roads.graph.tail[arc])
            share = end.share if self.roads.graph.forward[arc] else 1 - end.share
            if np.isfinite(self.seconds[arc]) and tree[tail] + share * self.seconds[arc] < best:
                best, last, chosen = float(tree[tail] + share * self.seconds[arc]), arc, tail
        for node in self._standing(end, leaving=False):
            if tree[node] < best:
                best, last, chosen = float(tree[node]), -1, node
        if not np.isfinite(best):
            return None
        if chosen < 0:
            steps = [(start.stretch, bool(self.roads.graph.forward[last]), abs(end.share - start.share))]
        else:
            steps = self._steps(start, end, before, chosen, last)
        return self._drawn(start, end, steps, best)

    def _steps(self, start: Snapped, end: Snapped, before: Ints, tail: int, last: int) -> list[tuple[int, bool, float]]:
        graph = self.roads.graph
        steps: list[tuple[int, bool, float]] = []
        if last >= 0:
            ahead = bool(graph.forward[last])
            steps.append((end.stretch, ahead, end.share if ahead else 1 - end.share))
        node = tail
        while int(before[node]) < graph.nodes:
            arc = graph.slots.arc(int(before[node]), node, self.seconds)
            steps.append((int(graph.stretch[arc]), bool(graph.forward[arc]), 1.0))
            node = int(before[node])
        if node in self._standing(start, leaving=True):
            return steps[::-1]
        for arc in graph.arcs_of(start.stretch).tolist():  # the arc on which the start stands
            if int(graph.head[arc]) == node and np.isfinite(self.seconds[arc]):
                forth = bool(graph.forward[arc])
                steps.append((start.stretch, forth, 1 - start.share if forth else start.share))
                break
        return steps[::-1]

    def _drawn(self, start: Snapped, end: Snapped, steps: list[tuple[int, bool, float]], seconds: float) -> Route:
        road = self.roads.road
        line: list[tuple[float, float]] = [start.at]
        metres = 0.0
        for number, (stretch, ahead, share) in enumerate(steps):
            metres += float(road.metres[stretch]) * share
            points = road.line(stretch, forward=ahead)
            if share < 1:
                low = 0.0 if number else (start.share if ahead else 1 - start.share)
                points = _part(points, low, low + share)
            line += [point for point in points if point != line[-1]]
        if line[-1] != end.at:
            line.append(end.at)
        return Route(seconds=seconds, metres=metres, line=tuple(line), steps=tuple(steps))


def _part(points: list[tuple[float, float]], low: float, high: float) -> list[tuple[float, float]]:
    """Return the points of a line strictly between two shares of its length."""
    steps = np.hypot(*np.diff(np.array(points), axis=0).T)
    along = np.concatenate(([0.0], np.cumsum(steps))) / max(float(steps.sum()), 1e-12)
    return [point for point, share in zip(points, along.tolist(), strict=True) if low < share < high]
