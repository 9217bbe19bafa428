"""One-lane stretches on the ways of an operation: their ends become places, their drives legs, each a term that binds.

A plan knows a one-lane stretch as two sites and the leg between them (`corridor.one_lane`, from>to). So a way that
passes one is reported in parts, from end to end of it, and not as one leg, which would hide it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import NamedTuple

from corridor.reports.roads.bottlenecks import one_lane
from corridor.reports.roads.routing import Route, Traffic
from corridor.reports.roads.snap import Snapped

# Shorter ones are seen from end to end: drivers let each other pass by themselves (assumption).
SHORT_M = 100.0
EVEN = 1e-9

Pair = tuple[str, str]


class Point(NamedTuple):
    """A named place on the roads: a site of the operation, or the junction at the end of a one-lane stretch."""

    name: str
    lat: float
    lon: float


@dataclass(frozen=True)
class Piece:
    """A part of a way between two points: seconds, metres, the steps it drives, and the tag where it has one lane."""

    start: Point
    end: Point
    seconds: float
    metres: float
    steps: tuple[tuple[int, bool, float], ...]
    tag: str = ""

    @property
    def pair(self) -> Pair:
        """The names of both ends."""
        return self.start.name, self.end.name

    @property
    def lane(self) -> Pair:
        """The same for both directions."""
        one, two = sorted(self.pair)
        return one, two

    @property
    def route(self) -> Route:
        """The part as a way of its own, without its line."""
        return Route(seconds=self.seconds, metres=self.metres, line=(), steps=self.steps)


def parted(
    traffic: Traffic, sites: Mapping[str, Snapped], routes: Mapping[Pair, Route], short_m: float = SHORT_M
) -> dict[Pair, tuple[Piece, ...]]:
    """Return each way in pieces: a one-lane stretch of at least `short_m` metres is one, what lies between another.

    Stretches that several ways share are cut at the same points, also where only one of them turns off or stands, so
    that whoever drives there meets the others in the same piece.
    """
    points = _Points(traffic, sites)
    atoms = {pair: list(points.atoms(pair, route)) for pair, route in routes.items()}
    runs = {pair: [_kept(run, short_m) for run in _runs(mine)] for pair, mine in atoms.items()}
    ends = {point.name for mine in runs.values() for run in mine if run[0].tag for point in (run[0].start, run[-1].end)}
    return {pair: tuple(_pieces(mine, ends)) for pair, mine in runs.items()}


class _Points:
    """The points of some ways: where sites stand, else the junctions."""

    def __init__(self, traffic: Traffic, sites: Mapping[str, Snapped]) -> None:
        self.traffic = traffic
        self.sites = sites
        self.on_stretch: dict[int, list[Snapped]] = {}
        self.on_node: dict[int, Point] = {}
        road = traffic.roads.road
        for site in sites.values():
            if 0.0 < site.share < 1.0:
                self.on_stretch.setdefault(site.stretch, []).append(site)
            else:
                self.on_node.setdefault(int((road.end if site.share else road.start)[site.stretch]), _at_site(site))

    def atoms(self, pair: Pair, route: Route) -> Iterator[Piece]:
        """Yield a way junction by junction, each stretch cut where a site stands on it."""
        road = self.traffic.roads.road
        start, end = self.sites[pair[0]], self.sites[pair[1]]
        here = _at_site(start)
        for number, (stretch, along, share) in enumerate(route.steps):
            # The first stretch is driven from where the start stands, every other from its junction.
            low = 0.0
            if number == 0 and start.stretch == stretch:
                low = start.share if along else 1 - start.share
            high = min(low + share, 1.0)
            there = self._at_node(int((road.end if along else road.start)[stretch]))
            if number == len(route.steps) - 1:
                there = _at_site(end)
            standing = self._between(stretch, along=along)
            inner = sorted((at, point) for at, point in standing if low + EVEN < at < high - EVEN)
            seconds, tag = self._seconds(stretch, along=along), one_lane(road.tags_of(stretch))
            for (begin, one), (stop, other) in pairwise([(low, here), *inner, (high, there)]):
                part = stop - begin
                metres = float(road.metres[stretch]) * part
                yield Piece(one, other, seconds * part, metres, ((stretch, along, part),), tag)
            here = there

    def _between(self, stretch: int, *, along: bool) -> Iterator[tuple[float, Point]]:
        for site in self.on_stretch.get(stretch, ()):
            yield site.share if along else 1 - site.share, _at_site(site)

    def _at_node(self, node: int) -> Point:
        road = self.traffic.roads.road
        name = f"lane-{int(road.node_id[node])}"
        lat, lon = round(float(road.lat[node]), 6), round(float(road.lon[node]), 6)
        return self.on_node.get(node, Point(name, lat, lon))

    def _seconds(self, stretch: int, *, along: bool) -> float:
        graph, seconds = self.traffic.roads.graph, self.traffic.seconds
        return min(float(seconds[arc]) for arc in graph.arcs_of(stretch).tolist() if graph.forward[arc] == along)


def _at_site(site: Snapped) -> Point:
    return Point(site.name, site.lat, site.lon)


def _runs(atoms: Sequence[Piece]) -> Iterator[list[Piece]]:
    for _, run in groupby(atoms, key=lambda atom: bool(atom.tag)):
        yield list(run)


def _kept(run: list[Piece], short_m: float) -> list[Piece]:
    """Return a run of one-lane atoms as it is, as an open road where it is short."""
    if not run[0].tag or sum(atom.metres for atom in run) >= short_m:
        return run
    return [replace(atom, tag="") for atom in run]


def _pieces(runs: Sequence[Sequence[Piece]], ends: set[str]) -> Iterator[Piece]:
    """Join the atoms of a way into pieces that end where a one-lane stretch of any way begins or ends."""
    held: list[Piece] = []
    for atom in (atom for run in runs for atom in run):
        cut = bool(atom.tag) and held and held[-1].end.name in ends
        if held and (cut or bool(held[-1].tag) != bool(atom.tag)):
            yield _joined(held)
            held = []
        held.append(atom)
    if held:
        yield _joined(held)


def _joined(atoms: Sequence[Piece]) -> Piece:
    return Piece(
        start=atoms[0].start,
        end=atoms[-1].end,
        seconds=sum(atom.seconds for atom in atoms),
        metres=sum(atom.metres for atom in atoms),
        steps=tuple(step for atom in atoms for step in atom.steps),
        tag=atoms[0].tag,
    )
