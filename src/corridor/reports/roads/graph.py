"""The graph of one profile: arcs with their seconds; turns and barriers are ruled by copies of the nodes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corridor.reports.roads.profile import Profile, Verdict, blocked, judge
from corridor.reports.roads.roadmap import Ban, Floats, Ints, RoadMap, spread


@dataclass(frozen=True, kw_only=True)
class Graph:
    """What one profile may drive: (arcs,) tail and head node, stretch, whether along it, and seconds.

    A node of the graph stands on a junction of the map, `at` (nodes,); where a turn is banned or a barrier stands
    several nodes stand on one junction. `main` (stretches,) tells which stretches lie in the largest part of the
    network where each place reaches each other.
    """

    tail: Ints
    head: Ints
    stretch: Ints
    forward: NDArray[np.bool_]
    seconds: Floats
    at: Ints
    main: NDArray[np.bool_]

    @property
    def nodes(self) -> int:
        """How many nodes there are, copies included."""
        return len(self.at)

    @cached_property
    def slots(self) -> Slots:
        """The arcs by tail and head."""
        return Slots.of(self.tail, self.head, self.nodes)

    @cached_property
    def by_stretch(self) -> tuple[Ints, Ints]:
        """The arcs ordered by stretch, and where each stretch's arcs begin, (arcs,) and (stretches + 1,)."""
        order = np.argsort(self.stretch, kind="stable")
        begins = np.searchsorted(self.stretch[order], np.arange(len(self.main) + 1))
        return order.astype(np.int64), begins.astype(np.int64)

    def arcs_of(self, stretch: int) -> Ints:
        """Return the arcs that drive over a stretch, either way, copies included."""
        order, begins = self.by_stretch
        return order[begins[stretch] : begins[stretch + 1]]

    def arcs_on(self, stretches: Ints) -> Ints:
        """Return the arcs that drive over any of some stretches."""
        order, begins = self.by_stretch
        return order[spread(begins[stretches], begins[stretches + 1] - begins[stretches])[1]]


@dataclass(frozen=True)
class Slots:
    """Arcs as a sparse matrix: parallel arcs share a slot, the quickest counts."""

    order: Ints
    begins: Ints
    columns: NDArray[np.int32]
    rows: NDArray[np.int32]

    @staticmethod
    def of(tail: Ints, head: Ints, nodes: int) -> Slots:
        """Return the slots of arcs among so many nodes."""
        order = np.argsort(tail * nodes + head, kind="stable")
        tails, heads = tail[order], head[order]
        new = np.ones(len(order), dtype=bool)
        new[1:] = (tails[1:] != tails[:-1]) | (heads[1:] != heads[:-1])
        begins = np.flatnonzero(new)
        counts = np.bincount(tails[begins], minlength=nodes)
        rows = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
        return Slots(order.astype(np.int64), begins.astype(np.int64), heads[begins].astype(np.int32), rows)

    def least(self, seconds: Floats) -> Floats:
        """Return the seconds of each slot: those of its quickest arc."""
        if not len(self.begins):
            return np.zeros(0)
        return np.asarray(np.minimum.reduceat(seconds[self.order], self.begins))

    def mended(self, least: Floats, tails: Ints, seconds: Floats) -> Floats:
        """Return the seconds of each slot after arcs from some nodes have changed: `least` was theirs before."""
        tails = np.unique(tails)
        rows = self.rows.astype(np.int64)
        _, slots = spread(rows[tails], rows[tails + 1] - rows[tails])
        if not len(slots):
            return least
        ends = np.where(slots + 1 < len(self.begins), self.begins[(slots + 1) % len(self.begins)], len(self.order))
        counts = ends - self.begins[slots]
        _, place = spread(self.begins[slots], counts)
        found = least.copy()
        found[slots] = np.minimum.reduceat(seconds[self.order[place]], np.cumsum(counts) - counts)
        return found

    @cached_property
    def turned(self) -> tuple[NDArray[np.int32], NDArray[np.int32], Ints]:
        """The same slots by their heads: the tails, where each node's begin, and the slot that each is."""
        from scipy.sparse import csr_array  # noqa: PLC0415 - a third of a second

        nodes = len(self.rows) - 1
        number = np.arange(len(self.columns), dtype=np.int64)
        other = csr_array((number, self.columns, self.rows), shape=(nodes, nodes)).tocsc()
        return other.indices, other.indptr, other.data

    def arc(self, tail: int, head: int, seconds: Floats) -> int:
        """Return the quickest arc from one node to another."""
        span = slice(int(self.rows[tail]), int(self.rows[tail + 1]))
        slot = int(self.rows[tail]) + int(np.flatnonzero(self.columns[span] == head)[0])
        end = int(self.begins[slot + 1]) if slot + 1 < len(self.begins) else len(self.order)
        arcs = self.order[int(self.begins[slot]) : end]
        return int(arcs[int(np.argmin(seconds[arcs]))])


def build(road: RoadMap, profile: Profile) -> Graph:
    """Return the graph of a profile over a road map."""
    verdicts = [judge(profile, tags) for tags in road.tags]
    along, against = _speeds(road, verdicts)
    ahead, back = np.flatnonzero(along > 0), np.flatnonzero(against > 0)
    stretch = np.concatenate((ahead, back))
    forward = np.concatenate((np.ones(len(ahead), dtype=bool), np.zeros(len(back), dtype=bool)))
    tail = np.where(forward, road.start[stretch], road.end[stretch])
    head = np.where(forward, road.end[stretch], road.start[stretch])
    pace = np.where(forward, along[stretch], against[stretch]) / 3.6
    seconds = road.metres[stretch] / pace
    at = np.arange(len(road.node_id), dtype=np.int64)
    tail, head, at = _stop_at_barriers(road, profile, (tail, head, stretch), at)
    if not profile.walks:
        arcs = (tail, head, stretch, forward, seconds)
        tail, head, stretch, forward, seconds, at = _without_banned_turns(road, profile, arcs, at)
    main = _main(tail, head, stretch, len(at), road)
    return Graph(tail=tail, head=head, stretch=stretch, forward=forward, seconds=seconds, at=at, main=main)


def _speeds(road: RoadMap, verdicts: list[Verdict]) -> tuple[Floats, Floats]:
    tags = road.way_tags[road.way]
    along = np.array([verdict.along for verdict in verdicts])
    against = np.array([verdict.against for verdict in verdicts])
    return along[tags], against[tags]


def _stop_at_barriers(
    road: RoadMap, profile: Profile, arcs: tuple[Ints, Ints, Ints], at: Ints
) -> tuple[Ints, Ints, Ints]:
    """Part the stretches that meet at a barrier: each ends at a node of its own."""
    tail, head, stretch = (array.copy() for array in arcs)
    more: list[int] = []
    for node, tags in road.barriers:
        if not blocked(profile, road.tags[tags]):
            continue
        own: dict[int, int] = {}
        for ends in (tail, head):
            for arc in np.flatnonzero(ends == node).tolist():
                if int(stretch[arc]) not in own:
                    own[int(stretch[arc])] = len(at) + len(more)
                    more.append(node)
                ends[arc] = own[int(stretch[arc])]
    return tail, head, np.concatenate((at, np.array(more, dtype=np.int64)))


def _meant(ban: Ban, profile: Profile) -> bool:
    modes = set(profile.access.split())
    return not modes & set(ban.but) and (not ban.modes or bool(modes & set(ban.modes)))


def _without_banned_turns(
    road: RoadMap, profile: Profile, arcs: tuple[Ints, Ints, Ints, NDArray[np.bool_], Floats], at: Ints
) -> tuple[Any, ...]:
    """Let each arc from which a turn is banned end at a copy of the junction that has the other turns only."""
    tail, head, stretch, forward, seconds = arcs
    head = head.copy()
    by_node: dict[int, list[Ban]] = defaultdict(list)
    for ban in road.bans:
        if _meant(ban, profile):
            by_node[ban.node].append(ban)
    if not by_node:
        return (*arcs, at)
    way = road.way_id[road.way[stretch]]
    nodes = np.fromiter(by_node, dtype=np.int64)
    entering = np.flatnonzero(np.isin(head, nodes))
    leaving: dict[int, list[int]] = defaultdict(list)
    for arc in np.flatnonzero(np.isin(tail, nodes)).tolist():
        leaving[int(tail[arc])].append(arc)
    more: list[int] = []
    copies: list[tuple[int, int]] = []  # (new tail, arc copied)
    for arc in entering.tolist():
        node, mine = int(head[arc]), [ban for ban in by_node[int(head[arc])] if ban.before == int(way[arc])]
        if not mine:
            continue
        only = {ban.after for ban in mine if ban.only}
        never = {ban.after for ban in mine if not ban.only}
        new = len(at) + len(more)
        more.append(node)
        head[arc] = new
        copies += [
            (new, out) for out in leaving[node] if int(way[out]) not in never and (not only or int(way[out]) in only)
        ]
    again = np.array([arc for _, arc in copies], dtype=np.int64)
    return (
        np.concatenate((tail, np.array([new for new, _ in copies], dtype=np.int64))),
        np.concatenate((head, head[again])),
        np.concatenate((stretch, stretch[again])),
        np.concatenate((forward, forward[again])),
        np.concatenate((seconds, seconds[again])),
        np.concatenate((at, np.array(more, dtype=np.int64))),
    )


def _main(tail: Ints, head: Ints, stretch: Ints, nodes: int, road: RoadMap) -> NDArray[np.bool_]:
    """Return which stretches lie in the largest strongly connected part, by metres of road."""
    from scipy.sparse import csr_array  # noqa: PLC0415 - a third of a second
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415 - likewise

    main = np.zeros(road.stretches, dtype=bool)
    if not len(tail):
        return main
    matrix = csr_array((np.ones(len(tail), dtype=np.int8), (tail, head)), shape=(nodes, nodes))
    _, part = connected_components(matrix, directed=True, connection="strong")
    inside = part[tail] == part[head]
    weight = np.bincount(part[tail][inside], weights=road.metres[stretch[inside]], minlength=int(part.max()) + 1)
    main[stretch[inside & (part[tail] == int(np.argmax(weight)))]] = True
    return main
