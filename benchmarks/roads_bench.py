"""The roads beside what they must reach: `python -m benchmarks.roads_bench [MAP.osm.pbf] [--write]`.

Seconds are CPU seconds of this process (wall seconds in brackets), so that a busy machine does not decide. The network
of a million crossings is made by a seed; MAP is an extract of yours. Times are checked against a plain Dijkstra over
the ways as osmium hands them over, which shares no code with Corridor's reader or graph.
"""

from __future__ import annotations

import argparse
import heapq
import json
import math
import platform
import resource
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.road_world import write_world
from corridor.reports.roads.closures import Closure, effects
from corridor.reports.roads.extract import read_map
from corridor.reports.roads.network import Roads, cache_folder, open_roads
from corridor.reports.roads.profile import Verdict, blocked, judge
from corridor.reports.roads.routing import Traffic
from corridor.reports.roads.snap import Snapped, snap

RESULTS = Path(__file__).parent / "results"
Row = dict[str, Any]


def timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    value = work()
    return value, time.process_time() - cpu, time.perf_counter() - wall


def row(name: str, seconds: float, wall: float, goal: float | None, note: str = "") -> Row:
    met = "" if goal is None else "met" if seconds <= goal else "MISSED"
    print(
        f"{name:<58} {seconds:8.3f} s ({wall:7.3f})  {'' if goal is None else f'<= {goal:g}':>8} {met:>7}  {note}",
        flush=True,
    )
    return {
        "name": name,
        "cpu_seconds": round(seconds, 4),
        "wall_seconds": round(wall, 4),
        "goal": goal,
        "met": met,
        "note": note,
    }


def some(roads: Roads, count: int, rng: np.random.Generator) -> list[Snapped]:
    nodes = np.unique(roads.road.start[roads.graph.main])
    chosen = rng.choice(nodes, count)
    return [snap(roads, str(n), float(roads.road.lat[n]) + 1e-4, float(roads.road.lon[n]) + 1e-4) for n in chosen]


def flood(west: float, south: float, east: float, north: float) -> Closure:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return Closure(id="flood", kind="flood", source="benchmark", shape={"type": "Polygon", "coordinates": [ring]})


def around(x: float, y: float, dx: float, dy: float) -> Closure:
    return flood(x - dx, y - dy, x + dx, y + dy)


def closures_of(roads: Roads, end: Snapped, rng: np.random.Generator) -> dict[str, list[Closure]]:
    """Return closures of four kinds: in the middle, anywhere, around the end, and a wall with one gap."""
    west, south, east, north = roads.road.extent
    wide, high = east - west, north - south
    places = zip(rng.uniform(west, east, 20), rng.uniform(south, north, 20), rng.uniform(0.005, 0.1, 20), strict=True)
    wall = flood(west + wide * 0.5, south - 1, west + wide * 0.502, north - high * 0.001)
    return {
        "a closure and the new route": [around((west + east) / 2, (south + north) / 2, wide * 0.05, high * 0.05)],
        "20 closures anywhere, the slowest": [around(x, y, wide * part, high * part) for x, y, part in places],
        "the end shut in": [around(end.lon, end.lat, wide * 0.01, high * 0.01)],
        "a wall, and the long way round": [wall],
    }


def closure_rows(roads: Roads, start: Snapped, end: Snapped, rng: np.random.Generator, *, many: bool) -> list[Row]:
    """Close roads between two sites whose way is known; each new time is held against a search over everything."""
    before = Traffic(roads).route(start, end)
    rows = []
    for name, closures in closures_of(roads, end, rng).items():
        slowest, wall, said, wrong = 0.0, 0.0, "", 0
        for closure in closures:
            (traffic, after), cpu, spent = timed(lambda closure=closure: changed(roads, closure, start, end))
            whole = float(traffic.matrix([start], [end])[0, 0])
            wrong += not math.isclose(after.seconds if after else math.inf, whole, rel_tol=1e-9)
            if cpu >= slowest:
                slowest, wall, shut = cpu, spent, len(traffic.effects.touched)
                longer = f"{(after.seconds - before.seconds) / 60:+.1f} minutes" if after and before else "cut off"
                said = f"{shut:,} stretches closed, {longer}"
        if wrong:
            raise SystemExit(f"{roads.road.name}: {name}: {wrong} times are not those of a search over everything")
        rows.append(row(f"{roads.road.name}: {name}", slowest, wall, 0.2, said))
        if not many:
            break
    return rows


def changed(roads: Roads, closure: Closure, start: Snapped, end: Snapped) -> tuple[Traffic, Any]:
    traffic = Traffic(roads, effects(roads.road, [closure]))
    return traffic, traffic.route(start, end)


def extract_rows(path: Path, *, million: bool) -> list[Row]:
    rng, name = np.random.default_rng(0), path.name
    shutil.rmtree(cache_folder(path), ignore_errors=True)
    import scipy.sparse.csgraph

    scipy.sparse.csgraph.dijkstra(np.ones((1, 1)))  # its import is no part of what is measured
    fresh, cpu, wall = timed(lambda: open_roads(path, "bus"))
    nodes = len(fresh.road.node_id)
    read, cpu_read, wall_read = timed(lambda: read_map(path))
    points = len(read.point_lon)
    km = fresh.road.metres[np.unique(fresh.graph.stretch)].sum() / 1000
    rate = f"{nodes:,} crossings, {points:,} points of roads, {km:,.0f} km for a bus"
    rows = [row(f"{name}: read, graph made and cached", cpu, wall, 10.0, rate)]
    rows.append(row(f"{name}: read alone", cpu_read, wall_read, None, f"{nodes / cpu_read:,.0f} crossings/s"))
    kept, cpu, wall = timed(lambda: open_roads(path, "bus"))
    if not kept.cached:
        raise SystemExit(f"{path} was not cached")
    rows.append(row(f"{name}: reopened from the cache", cpu, wall, None if million else 0.3))
    roads = kept
    traffic = Traffic(roads)
    if million:
        sites = some(roads, 20, rng)
        tree, cpu, wall = timed(lambda: traffic.trees([traffic.leaving(site) for site in sites]))
        rows.append(
            row(
                f"{name}: 20 shortest-path trees",
                cpu,
                wall,
                5.0,
                f"{np.isfinite(tree).mean():.1%} of crossings reached",
            )
        )
    else:
        starts, ends = some(roads, 500, rng), some(roads, 50, rng)
        times, cpu, wall = timed(lambda: traffic.matrix(starts, ends))
        rows.append(row(f"{name}: matrix 500 x 50", cpu, wall, 2.0, f"median {np.median(times) / 60:.1f} minutes"))
    start, end = some(roads, 2, rng)
    rows += closure_rows(roads, start, end, rng, many=million)
    if not million:
        rows.append(oracle_row(path, roads, rng))
    rows.append(
        {
            "name": f"{name}: most memory so far, GB",
            "value": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 2),
            "goal": 4,
        }
    )
    print(f"{rows[-1]['name']:<58} {rows[-1]['value']:8.2f}")
    return rows


def oracle_row(path: Path, roads: Roads, rng: np.random.Generator) -> Row:
    """Compare 1,000 random pairs of junctions with a plain Dijkstra over the raw file at the same speeds."""
    raw = plain_of(path, roads)
    graph, ids = roads.graph, roads.road.node_id
    inside = np.unique(np.concatenate((roads.road.start[graph.main], roads.road.end[graph.main])))
    starts, worst, compared, began = rng.choice(inside, 50), 0.0, 0, time.process_time()
    traffic = Traffic(roads)
    for start in starts.tolist():
        mine = traffic.trees([[(start, 0.0)]])[0][: graph.nodes]
        plain = dijkstra(int(ids[start]), raw)
        for end in rng.choice(inside, 20).tolist():
            ours, theirs = float(mine[graph.at == end].min()), plain.get(int(ids[end]), math.inf)
            compared += 1
            if math.isinf(ours) and math.isinf(theirs):
                continue
            worst = max(worst, abs(ours - theirs) / theirs if theirs else abs(ours))
    spent = time.process_time() - began
    made = row(
        f"{path.name}: {compared:,} pairs beside a plain Dijkstra",
        spent,
        spent,
        None,
        f"largest difference {worst:.2e}",
    )
    return {**made, "largest_difference": worst, "goal": 0.02, "met": "met" if worst <= 0.02 else "MISSED"}


@dataclass
class Plain:
    """The file node by node, as osmium hands it over: arcs (head, way, seconds), ruled turns, where one can turn."""

    arcs: dict[int, list[tuple[int, int, float]]] = field(default_factory=dict)
    bans: dict[tuple[int, int], tuple[set[int], set[int]]] = field(default_factory=dict)
    met: Counter[int] = field(default_factory=Counter)

    def way(self, way: Any, verdict: Verdict, shut: set[int]) -> None:
        """Enter the arcs of a way."""
        nodes = [(n.ref, n.lon, n.lat) for n in way.nodes if n.location.valid()]
        # Nobody turns round in the middle of a street: only where streets meet, and at the end of one.
        self.met.update([ref for ref, _, _ in nodes] + [ref for ref, _, _ in (nodes[:1] + nodes[-1:])])
        for (a, lon1, lat1), (b, lon2, lat2) in pairwise(nodes):
            half = math.sin(math.radians(lat2 - lat1) / 2) ** 2
            across = math.sin(math.radians(lon2 - lon1) / 2) ** 2
            half += math.cos(math.radians(lat1)) * math.cos(math.radians(lat2)) * across
            metres = 2 * 6_371_008.8 * math.asin(math.sqrt(half))
            # A barrier may be driven up to; no way leads on from it.
            if verdict.along and a not in shut:
                self.arcs.setdefault(a, []).append((b, way.id, metres / verdict.along * 3.6))
            if verdict.against and b not in shut:
                self.arcs.setdefault(b, []).append((a, way.id, metres / verdict.against * 3.6))

    def ban(self, relation: Any, text: str) -> None:
        """Enter a turn restriction over a node."""
        ends: dict[str, list[int]] = {"from": [], "via": [], "to": []}
        for member in relation.members:
            ends.setdefault(member.role, []).append(member.ref)
        if any(member.role == "via" and member.type != "n" for member in relation.members):
            return
        for before in ends["from"]:
            for node in ends["via"]:
                never, only = self.bans.setdefault((before, node), (set(), set()))
                (only if text.startswith("only_") else never).update(ends["to"])


def plain_of(path: Path, roads: Roads) -> Plain:
    """Return the raw file at the profile's speeds; Corridor's reader and graph have no part in it."""
    import osmium

    found, modes, profile = Plain(), set(roads.profile.access.split()), roads.profile
    barriers = osmium.FileProcessor(str(path), osmium.osm.NODE).with_filter(osmium.filter.KeyFilter("barrier"))
    shut = {node.id for node in barriers if blocked(profile, dict(node.tags))}
    keys = osmium.filter.KeyFilter("highway", "restriction")
    for entity in osmium.FileProcessor(str(path)).with_locations().with_filter(keys):
        tags = dict(entity.tags)
        if entity.is_way() and "highway" in tags and tags.get("area") != "yes":
            found.way(entity, judge(profile, tags), shut)
        elif entity.is_relation():
            text, but = tags.get("restriction", ""), set(tags.get("except", "").split(";"))
            if text.startswith(("no_", "only_")) and not modes & but:
                found.ban(entity, text)
    return found


def dijkstra(start: int, plain: Plain) -> dict[int, float]:
    """Return the seconds to every node, over states (node, node before, way come by)."""
    first = (start, 0, 0)
    best: dict[tuple[int, int, int], float] = {first: 0.0}
    found: dict[int, float] = {}
    heap = [(0.0, *first)]
    while heap:
        spent, node, before, by = heapq.heappop(heap)
        if spent > best[node, before, by]:
            continue
        found.setdefault(node, spent)
        never, only = plain.bans.get((by, node), (set(), set()))
        for head, way, cost in plain.arcs.get(node, ()):
            if way in never or (only and way not in only) or (head == before and plain.met[node] < 2):
                continue
            state = (head, node, way)
            if spent + cost < best.get(state, math.inf):
                best[state] = spent + cost
                heapq.heappush(heap, (spent + cost, *state))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("maps", nargs="*", type=Path)
    parser.add_argument("--nodes", type=int, default=1_000_000)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        for path in given.maps:
            rows += extract_rows(Path(shutil.copy(path, folder)), million=False)
        world = Path(folder) / f"seeded-{given.nodes}.osm.pbf"
        count = write_world(world, nodes=given.nodes)
        print(f"made {count:,} crossings, {world.stat().st_size / 1e6:.1f} MB")
        rows += extract_rows(world, million=True)
    if given.write:
        RESULTS.mkdir(exist_ok=True)
        machine = {"python": platform.python_version(), "machine": platform.machine()}
        (RESULTS / "roads.json").write_text(json.dumps({"machine": machine, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
