"""A road network made by a seed: a town of crossing streets with gaps, one-way streets and classes, as a .osm.pbf."""

from __future__ import annotations

from pathlib import Path

import numpy as np

STEP = 0.001  # degrees between crossings: about a hundred metres


def write_world(path: Path, *, nodes: int, seed: int = 0) -> int:
    """Write a network of about so many nodes, every one a crossing; returns how many there are."""
    import osmium
    from osmium.osm import mutable

    side = round(nodes**0.5)
    rng = np.random.default_rng(seed)
    shift = rng.normal(0, STEP / 8, (side, side, 2))
    path.unlink(missing_ok=True)
    with osmium.SimpleWriter(str(path)) as writer:
        for row in range(side):
            for column in range(side):
                lon, lat = 10 + column * STEP + shift[row, column, 0], 40 + row * STEP + shift[row, column, 1]
                writer.add_node(mutable.Node(id=1 + row * side + column, location=(float(lon), float(lat)), version=1))
        way = 1
        for along in (False, True):
            for line in range(side):
                kind = "primary" if line % 50 == 0 else "secondary" if line % 10 == 0 else "residential"
                oneway = kind == "residential" and rng.random() < 0.1
                tags = {"highway": kind, "name": f"{'Street' if along else 'Avenue'} {line}"}
                if oneway:
                    tags["oneway"] = "yes" if rng.random() < 0.5 else "-1"
                at = 0
                while at < side - 1:
                    length = min(int(rng.integers(5, 40)), side - 1 - at)
                    refs = [
                        1 + (place * side + line if along else line * side + place)
                        for place in range(at, at + length + 1)
                    ]
                    writer.add_way(mutable.Way(id=way, nodes=refs, tags=tags, version=1))
                    way += 1
                    # A twentieth of the blocks is missing, except on the main roads.
                    at += length + (1 if kind == "residential" and rng.random() < 0.5 else 0)
    return side * side
