"""Small OpenStreetMap files that the tests write themselves, as text; positions are hundredths of a degree apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

STEP = 0.01
LAT, LON = 40.0, 10.0

Way = tuple[int, Sequence[int], Mapping[str, str]]


def where(x: float, y: float) -> tuple[float, float]:
    """Return latitude and longitude of a place of the grid."""
    return round(LAT + y * STEP, 7), round(LON + x * STEP, 7)


def osm(
    folder: Path,
    nodes: Mapping[int, tuple[float, float]],
    ways: Iterable[Way],
    *,
    node_tags: Mapping[int, Mapping[str, str]] | None = None,
    bans: Iterable[tuple[int, int, int, str, Mapping[str, str]]] = (),
    name: str = "town.osm",
) -> Path:
    """Write nodes at (x, y) of the grid, ways over them, and turn restrictions (from, via, to, kind, more tags)."""
    lines = ["<?xml version='1.0' encoding='UTF-8'?>", '<osm version="0.6" generator="test">']
    for number, (x, y) in nodes.items():
        lat, lon = where(x, y)
        said = tags_of((node_tags or {}).get(number, {}))
        lines.append(f'<node id="{number}" version="1" lat="{lat}" lon="{lon}">{said}</node>')
    for number, refs, tags in ways:
        inside = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        lines.append(f'<way id="{number}" version="1">{inside}{tags_of(tags)}</way>')
    for number, (before, via, after, kind, more) in enumerate(bans, start=1):
        members = f'<member type="way" ref="{before}" role="from"/><member type="node" ref="{via}" role="via"/>'
        members += f'<member type="way" ref="{after}" role="to"/>'
        said = tags_of({"type": "restriction", "restriction": kind, **more})
        lines.append(f'<relation id="{number}" version="1">{members}{said}</relation>')
    file = folder / name
    file.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
    return file


def tags_of(tags: Mapping[str, str]) -> str:
    """Return tags as XML."""
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())


def ladder(folder: Path, *, long: Mapping[str, str] | None = None, **more: Mapping[str, str]) -> Path:
    """Two rows of five nodes, 1 to 5 (way 10, the south) and 6 to 10 (way 20, the north), and five rungs 31 to 35.

    `long` are tags of the south row; `more` of single rungs (`rung3=...`).
    """
    nodes = {**{n: (n - 1, 0) for n in range(1, 6)}, **{n + 5: (n - 1, 1) for n in range(1, 6)}}
    ways: list[Way] = [
        (10, [1, 2, 3, 4, 5], {"highway": "primary", "name": "South Road", **(long or {})}),
        (20, [6, 7, 8, 9, 10], {"highway": "secondary", "name": "North Road"}),
    ]
    ways += [(30 + n, [n, n + 5], {"highway": "residential", **more.get(f"rung{n}", {})}) for n in range(1, 6)]
    return osm(folder, nodes, ways)
