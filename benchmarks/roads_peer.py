"""Drive times beside a router that shares nothing with Corridor: `python -m benchmarks.roads_peer MAP.osm.pbf ...`.

pyroutelib3 reads the extract with its own reader, makes its own graph, keeps turn restrictions and searches with its
own A*; what each way allows, and how fast, is handed to it from Corridor's tables. Two differences of the rules are
taken out: it knows no barriers on nodes, so the ways are parted there for it, and it keeps turn restrictions over ways,
which Corridor does not. It makes copies of the junctions before which a turn is banned, and takes only the junction
itself for arrived: the nearest of all copies counts, since nobody turns where the drive ends. One difference stays: it
turns round everywhere, bans of turns or not, or nowhere; Corridor at junctions, where no ban is undone by it. Of its
two answers the nearer counts, and a time between them is counted as such: under the same rules ours is never outside.
"""

from __future__ import annotations

import argparse
import itertools
import json
import logging
import math
import platform
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from corridor.reports.roads.network import Roads, open_roads
from corridor.reports.roads.profile import Profile, blocked, judge
from corridor.reports.roads.routing import Traffic

NEAR = 0.02
RESULTS = Path(__file__).parent / "results"


class Peer:
    """The other router over an extract, with the speeds of a profile of Corridor."""

    def __init__(self, path: Path, roads: Roads) -> None:
        from pyroutelib3 import find_route, find_route_without_turn_around
        from pyroutelib3.osm import CarProfile, Graph, reader

        logging.getLogger("pyroutelib3.osm").setLevel(logging.ERROR)  # it names each way cut by the extract's edge
        kind = roads.profile
        top = max(max(judge(kind, tags).along, judge(kind, tags).against) for tags in roads.road.tags)

        class SameSpeeds(CarProfile):
            def way_penalty(self, way_tags: Mapping[str, str]) -> float | None:
                if way_tags.get("area") == "yes" or "highway" not in way_tags:
                    return None
                verdict = judge(kind, way_tags)
                speed = max(verdict.along, verdict.against)
                return top / speed if speed else None

            def way_direction(self, way_tags: Mapping[str, str]) -> tuple[bool, bool]:
                verdict = judge(kind, way_tags)
                return verdict.along > 0, verdict.against > 0

        access = ["access", "vehicle", "motor_vehicle", *kind.access.split()]
        with path.open("rb") as file:
            features = same_rules(reader.read_features(file, "pbf"), kind)
            self.graph = Graph.from_features(SameSpeeds(access=access), features)
        self.top, self.searches = top, (find_route_without_turn_around, find_route)
        self.copies: dict[int, list[int]] = {}
        for node in self.graph.nodes.values():
            self.copies.setdefault(node.external_id, []).append(node.id)

    def seconds(self, start: int, end: int, *, turning: bool) -> float:
        """Return the seconds between two nodes of the file, infinite where it finds no way."""
        edges = self.graph.edges
        ways = (self.searches[turning](self.graph, start, copy, step_limit=None) for copy in self.copies[end])
        penalties = [sum(edges[a][b] for a, b in pairwise(way)) for way in ways if way]
        return min(penalties, default=math.inf) * 1000 / (self.top / 3.6)


def same_rules(features: Iterable[Any], kind: Profile) -> Iterator[Any]:
    """Part the ways at barriers that stop a profile, and leave out turn restrictions over ways."""
    shut: dict[int, Any] = {}
    fresh = itertools.count(1 << 48)
    for feature in features:
        members = getattr(feature, "members", ())
        if any(member.role == "via" and member.type == "way" for member in members):
            continue
        if hasattr(feature, "position") and "barrier" in feature.tags and blocked(kind, feature.tags):
            shut[feature.id] = feature
        nodes = getattr(feature, "nodes", [])
        cuts = [place for place, node in enumerate(nodes) if node in shut] if "highway" in feature.tags else []
        if not cuts:
            yield feature
            continue
        for number, (first, last) in enumerate(pairwise(sorted({0, *cuts, len(nodes) - 1}))):
            piece = list(nodes[first : last + 1])
            for end in (0, -1):
                if piece[end] in shut:  # one may drive up to it: an end of its own for each side
                    own = replace(shut[piece[end]], id=next(fresh), tags={})
                    piece[end] = own.id
                    yield own
            yield replace(feature, id=next(fresh) if number else feature.id, nodes=piece)


def compared(path: Path, pairs: int) -> dict[str, Any]:
    """Return how far the two are apart on random pairs of junctions."""
    roads = open_roads(path, "car")
    peer, traffic, rng = Peer(path, roads), Traffic(roads), np.random.default_rng(0)
    graph, ids = roads.graph, roads.road.node_id
    inside = np.unique(np.concatenate((roads.road.start[graph.main], roads.road.end[graph.main])))
    gates = [node for node, tags in roads.road.barriers if blocked(roads.profile, roads.road.tags[tags])]
    inside = np.setdiff1d(inside, gates)
    apart, no_way, between, spent = [], 0, 0, 0.0
    for start in rng.choice(inside, max(pairs // 20, 1)).tolist():
        mine = traffic.trees([[(start, 0.0)]])[0][: graph.nodes]
        for end in rng.choice(inside, 20).tolist():
            ours = float(mine[graph.at == end].min())
            began = time.process_time()
            # Corridor may turn round at a junction; one of the two ways of the other router is nearest to that.
            times = [peer.seconds(int(ids[start]), int(ids[end]), turning=turning) for turning in (False, True)]
            spent += time.process_time() - began
            if math.isinf(ours) or math.isinf(min(times)):
                no_way += math.isinf(ours) != math.isinf(min(times))
                continue
            apart.append(min(abs(ours - theirs) for theirs in times) / max(ours, 1.0))
            between += apart[-1] > NEAR and min(times) < ours < max(times)
    gaps = np.array(apart)
    near = int((gaps <= NEAR).sum())
    note = (
        f"{near:,} of {len(gaps):,} pairs within 2 %, {between} more between its two answers, "
        f"median difference {np.median(gaps):.1e}, "
        f"largest {gaps.max():.1%}; {no_way} where only one finds a way"
    )
    print(f"{path.name}: {note}", flush=True)
    return {
        "name": f"{path.name}: {len(gaps):,} pairs beside pyroutelib3",
        "pairs": len(gaps),
        "within_2_percent": near,
        "between_its_answers": between,
        "median": float(np.median(gaps)),
        "largest": float(gaps.max()),
        "one_finds_a_way": no_way,
        "cpu_seconds": round(spent, 1),
    }


def main() -> None:
    """Compare on each extract given; with --write the rows are kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("maps", nargs="+", type=Path)
    parser.add_argument("--pairs", type=int, default=1_000)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    rows = [compared(path, given.pairs) for path in given.maps]
    if given.write:
        RESULTS.mkdir(exist_ok=True)
        text = json.dumps({"machine": {"python": platform.python_version()}, "rows": rows}, indent=1)
        (RESULTS / "roads-peer.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
