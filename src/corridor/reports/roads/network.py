"""Roads opened for one profile: from the cache beside the extract, else read from the extract and cached."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from corridor.errors import UsageError
from corridor.reports.roads.extract import digest_of, read_map
from corridor.reports.roads.graph import Graph, build
from corridor.reports.roads.profile import Profile, profile_of
from corridor.reports.roads.roadmap import Array, Ban, Floats, RoadMap, Skipped
from corridor.reports.roads.store import keep, load, pack

# Rises with every change of what is read or kept, so that older caches are made again.
VERSION = "roads/1"
_MAP_ARRAYS = (
    "node_id", "lon", "lat", "start", "end", "way", "metres", "first", "last", "point_lon", "point_lat",
    "way_id", "way_tags", "way_name",
)  # fmt: skip
_GRAPH_ARRAYS = tuple(field.name for field in fields(Graph))


@dataclass(frozen=True)
class Roads:
    """A road map and the graph of one profile over it.

    `seconds` (arcs,) are the free drive times, in convoy where asked. `cached` tells whether both came from the cache.
    """

    road: RoadMap
    graph: Graph
    profile: Profile
    convoy: bool
    seconds: Floats
    cached: bool = False
    # Seconds to the ends asked for last, over open roads: `routing.Traffic` keeps them here for every closure to come.
    towards: dict[tuple[tuple[int, float], ...], Floats] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def least(self) -> Floats:
        """The seconds of each slot of the graph while all roads are open."""
        return self.graph.slots.least(self.seconds)


def open_roads(path: str | Path, profile: str = "bus", *, convoy: bool = False, cache: bool = True) -> Roads:
    """Open the roads of an extract for a profile; what was read is kept in the folder `NAME.roads` beside it.

    The cache is keyed by the extract's content, the profile's tables and the reader's version, and is written only
    once all is read. Raises `InputError` where the extract cannot be used, `UsageError` for an unknown profile.
    """
    file, kind = Path(path), profile_of(profile)
    digest = digest_of(file)
    folder = cache_folder(file)
    map_key, graph_key = keys(digest, kind)
    kept = load(folder / "map", map_key) if cache else None
    road = map_from(*kept) if kept else read_map(file)
    found = load(folder / kind.profile, graph_key) if cache and kept else None
    graph = Graph(**found[1]) if found else build(road, kind)
    if not len(graph.tail):
        hint = "is it the right extract and the right profile? `corridor roads why` tells what forbids a road"
        raise UsageError(f"no road of this extract is open to a {kind.profile}", place=str(path), hint=hint)
    if cache and kept is None:
        keep(folder / "map", map_bytes(road, map_key))
    if cache and found is None:
        keep(folder / kind.profile, graph_bytes(graph, graph_key))
    factor = kind.convoy_factor if convoy else 1.0
    return Roads(road, graph, kind, convoy, graph.seconds / factor, cached=bool(kept and found))


def cache_folder(path: str | Path) -> Path:
    """Return the folder beside an extract that keeps what was read; it can be deleted at any time."""
    file = Path(path)
    return file.with_name(f"{file.name}.roads")


def keys(digest: str, profile: Profile) -> tuple[str, str]:
    """Return the keys under which a map and a graph of it are kept."""
    one = hashlib.sha256(f"{VERSION} {digest}".encode()).hexdigest()
    return one, hashlib.sha256(f"{one} {profile.digest}".encode()).hexdigest()


def map_bytes(road: RoadMap, key: str) -> bytes:
    """Return a map as it is kept: the same bytes for the same extract."""
    header = {
        "sha256": road.sha256,
        "name": road.name,
        "dated": road.dated,
        "tags": road.tags,
        "names": road.names,
        "bans": [[getattr(ban, item.name) for item in fields(Ban)] for ban in road.bans],
        "barriers": road.barriers,
        "skipped": {item.name: getattr(road.skipped, item.name) for item in fields(Skipped)},
    }
    return pack(key, header, {name: getattr(road, name) for name in _MAP_ARRAYS})


def graph_bytes(graph: Graph, key: str) -> bytes:
    """Return a graph as it is kept: the same bytes for the same map and profile."""
    return pack(key, {}, {name: getattr(graph, name) for name in _GRAPH_ARRAYS})


def map_from(header: dict[str, Any], arrays: dict[str, Array]) -> RoadMap:
    """Return a map from what `map_bytes` kept."""
    left: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in header["skipped"].items()
    }
    return RoadMap(
        **{name: np.asarray(arrays[name]) for name in _MAP_ARRAYS},
        sha256=header["sha256"],
        name=header["name"],
        dated=header["dated"],
        tags=tuple(header["tags"]),
        names=tuple(header["names"]),
        bans=tuple(_ban(ban) for ban in header["bans"]),
        barriers=tuple((int(node), int(tags)) for node, tags in header["barriers"]),
        skipped=Skipped(**left),
    )


def _ban(row: list[Any]) -> Ban:
    before, node, after, only, text, but, modes = row
    return Ban(before, node, after, only, text, tuple(but), tuple(modes))


def notes(road: RoadMap) -> list[str]:
    """Return what of an extract could not be used, each with its remedy."""
    left = road.skipped
    found = []
    if left.missing_nodes:
        ways = ", ".join(map(str, (*left.cut_ways, *left.lost_ways)))
        found.append(
            f"{road.name}: {left.missing_nodes:,} nodes of roads are not in the file (ways {ways} ...); the roads end "
            "there. Cut it again with whole ways: osmium extract --strategy complete_ways"
        )
    if left.bans_over_ways:
        found.append(
            f"{road.name}: {left.bans_over_ways:,} turn restrictions over a way are not kept, those over a node are"
        )
    if left.bans_broken:
        found.append(f"{road.name}: {left.bans_broken:,} turn restrictions name a node that no road has; left out")
    return found
