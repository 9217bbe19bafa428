"""An OpenStreetMap extract (.osm.pbf, .osm, .osm.bz2) to a road map; offline, by osmium."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import numpy as np

from corridor.errors import InputError
from corridor.files import LARGEST_FILE, read_bytes
from corridor.reports.roads.profile import KEPT, ON_FOOT, speeds
from corridor.reports.roads.roadmap import Ban, Floats, Ints, RoadMap, Skipped, ground_metres

FORMS = (".pbf", ".osm", ".osm.gz", ".osm.bz2", ".xml")
SHOWN = 5  # how many ids of each kind of trouble are kept
COMPLETE = "cut it again with whole ways: osmium extract --strategy complete_ways"


def osmium_or_error() -> Any:  # noqa: ANN401 - the library has no types
    """Return the osmium module; raises `InputError` where the extra is not installed."""
    try:
        import osmium  # noqa: PLC0415 - an extra, and only for those who read a map
    except ImportError:
        hint = "install it: pip install 'corridor-evac[roads]'"
        raise InputError("reading OpenStreetMap files needs the extra `roads`", place="corridor", hint=hint) from None
    return osmium


def digest_of(path: str | Path) -> str:
    """Return the SHA-256 of an extract; raises `InputError` where it cannot be read, is empty or is no map."""
    file = Path(path)
    if not file.name.lower().endswith(FORMS):
        hint = "give a .osm.pbf or .osm file (`roads layers` reads .pmtiles too)"
        raise InputError("is no OpenStreetMap extract", place=str(path), hint=hint)
    if not file.is_file():
        read_bytes(path)  # says why not
    try:
        size = file.stat().st_size
        if size == 0:
            hint = "download it again; the copy on disk has no bytes"
            raise InputError("is empty", place=str(path), hint=hint)
        if size > 8 * LARGEST_FILE:
            hint = "cut out the area you need: osmium extract --bbox W,S,E,N"
            raise InputError("is larger than 4 GB", place=str(path), hint=hint)
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", place=str(path), hint="check its permissions") from None


def read_map(path: str | Path) -> RoadMap:
    """Read the roads of an extract.

    Raises `InputError` for a file that is empty, cut short, not a map, or without a single whole road.
    """
    digest = digest_of(path)
    raw = _read(path)
    if not raw.ids:
        if raw.lost:
            cause = f"{len(raw.lost):,} roads, and not one has its nodes in the file"
            raise InputError(cause, place=str(path), hint=COMPLETE)
        hint = "was it cut short or filtered? highway=* ways are needed; download or extract it again"
        raise InputError("holds no roads", place=str(path), hint=hint)
    return _compact(raw, digest, Path(path).name)


@dataclass
class _Raw:
    """The ways as they stand in the file."""

    ids: list[int] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    numbers: list[Floats] = field(default_factory=list)  # node, lon, lat, over and over
    way_tags: list[int] = field(default_factory=list)
    way_names: list[int] = field(default_factory=list)
    tags: dict[tuple[tuple[str, str], ...], int] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    said: dict[str, tuple[int, int]] = field(default_factory=dict)  # tags as written, to (tags, name)
    barriers: dict[int, int] = field(default_factory=dict)
    bans: list[tuple[int, int, int, bool, str, tuple[str, ...], tuple[str, ...]]] = field(default_factory=list)
    over_ways: int = 0
    missing: int = 0
    cut: list[int] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)
    dated: str = ""


AGAIN = "it was cut short or is no map: download it again and compare its size or checksum with the source's"
MODES_OF_BANS = ("restriction:motorcar", "restriction:bus", "restriction:hgv", "restriction:psv")
# So many ways are handed over at once, as text: asking osmium for each node by itself takes four times as long.
AT_ONCE = 100_000


def _read(path: str | Path) -> _Raw:
    osmium = osmium_or_error()
    raw = _Raw()
    wanted = {*speeds()["class"], *ON_FOOT, "construction"}
    keys = osmium.filter.KeyFilter("highway", "barrier", "restriction", *MODES_OF_BANS)
    try:
        entities = osmium.FileProcessor(str(path)).with_locations().with_filter(keys)
        raw.dated = entities.header.get("osmosis_replication_timestamp")
        chosen = (
            entity
            for entity in entities
            if not entity.is_way() or (entity.tags.get("highway") in wanted and entity.tags.get("area") != "yes")
        )
        with tempfile.TemporaryDirectory(prefix="corridor-roads-") as folder:
            while batch := _batch(osmium, chosen, Path(folder) / "part.opl"):
                _lines(raw, batch)
    except RuntimeError as error:
        raise InputError(f"is not a whole OpenStreetMap file: {error}", place=str(path), hint=AGAIN) from None
    except OSError as error:
        hint = "make room in the folder for temporary files, or name another one with TMPDIR"
        raise InputError(f"cannot be read: {error.strerror or error}", place=str(path), hint=hint) from None
    return raw


def _batch(osmium: Any, entities: Iterator[Any], part: Path) -> list[str]:  # noqa: ANN401 - osmium's own
    """Return the next entities as lines of OPL (osmcode.org/opl-file-format), with the places of a way's nodes."""
    writer = osmium.SimpleWriter(osmium.io.File(str(part), "opl,locations_on_ways=true,add_metadata=false"))
    try:
        for entity in islice(entities, AT_ONCE):
            writer.add(entity)
    finally:
        writer.close()
    lines = part.read_text(encoding="utf-8").splitlines()
    part.unlink()
    return lines


_SPACED = str.maketrans({",": " ", "n": " ", "x": " ", "y": " "})
_ESCAPED = re.compile(r"%([0-9a-f]+)%")
_KEPT = frozenset(KEPT)


def _lines(raw: _Raw, lines: list[str]) -> None:
    texts: list[str] = []
    for line in lines:
        kind, said, *rest = line.split(" ")
        if kind[0] == "w":
            _way(raw, int(kind[1:]), said, rest[0][1:], texts)
        elif kind[0] == "n":
            tags = _tags(said)
            if "barrier" in tags:
                raw.barriers[int(kind[1:])] = _index(raw.tags, _kept(tags))
        else:
            _ban(raw, _tags(said), rest[0][1:])
    if texts:
        raw.numbers.append(np.fromstring(" ".join(texts), sep=" ").reshape(-1, 3))


def _tags(said: str) -> dict[str, str]:
    pairs = (pair.partition("=") for pair in said[1:].split(",") if pair)
    return {_plain(key): _plain(value) for key, _, value in pairs}


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def _kept(tags: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((key, value) for key, value in tags.items() if key in _KEPT))


def _index(table: dict[Any, int], key: Any) -> int:  # noqa: ANN401 - tags or a name
    return table.setdefault(key, len(table))


def _way(raw: _Raw, number: int, said: str, nodes: str, texts: list[str]) -> None:
    if said not in raw.said:
        tags = _tags(said)
        name = " ".join(tags[key] for key in ("ref", "name") if tags.get(key))
        raw.said[said] = _index(raw.tags, _kept(tags)), _index(raw.names, name)
    runs = [nodes]
    if "xy" in nodes:  # a node that the file does not hold has no place: the road ends there
        parts = nodes.split(",")
        raw.missing += sum(part.endswith("xy") for part in parts)
        runs = [",".join(run) for lost, run in groupby(parts, lambda part: part.endswith("xy")) if not lost]
    whole = [run for run in runs if "," in run]
    if "xy" in nodes:
        (raw.cut if whole else raw.lost).append(number)
    for run in whole:
        raw.ids.append(number)
        raw.sizes.append(run.count(",") + 1)
        raw.way_tags.append(raw.said[said][0])
        raw.way_names.append(raw.said[said][1])
        texts.append(run.translate(_SPACED))


def _ban(raw: _Raw, tags: dict[str, str], members: str) -> None:
    if tags.get("type", "").partition(":")[0] != "restriction":
        return
    ends: dict[str, list[tuple[str, int]]] = {"from": [], "via": [], "to": []}
    for member in members.split(","):
        who, _, role = member.partition("@")
        if who:
            ends.setdefault(role, []).append((who[0], int(who[1:])))
    for key in ("restriction", *MODES_OF_BANS):
        text = tags.get(key, "")
        if not text.startswith(("no_", "only_")):
            continue
        if any(kind == "w" for kind, _ in ends["via"]):
            raw.over_ways += 1
            continue
        but = tuple(word.strip() for word in tags.get("except", "").split(";") if word.strip())
        modes = (key.partition(":")[2],) if ":" in key else ()
        raw.bans += [
            (before, node, after, text.startswith("only_"), text, but, modes)
            for _, before in ends["from"]
            for _, node in ends["via"]
            for _, after in ends["to"]
        ]


def _compact(raw: _Raw, digest: str, name: str) -> RoadMap:
    """Cut the ways at their junctions: wherever two lines meet, a barrier stands or a turn is ruled."""
    numbers = np.concatenate(raw.numbers)
    refs = numbers[:, 0].astype(np.int64)
    sizes = np.array(raw.sizes, dtype=np.int64)
    lon, lat = np.ascontiguousarray(numbers[:, 1]), np.ascontiguousarray(numbers[:, 2])
    way = np.repeat(np.arange(len(sizes), dtype=np.int64), sizes)
    cuts = _cuts(refs, sizes, way, {*raw.barriers, *(ban[1] for ban in raw.bans)})
    at = np.flatnonzero(cuts)
    same = way[at[:-1]] == way[at[1:]]
    first, last = at[:-1][same], at[1:][same]
    node_id, where = np.unique(refs[at], return_inverse=True)
    index = np.full(len(refs), -1, dtype=np.int64)
    index[at] = where
    step = np.zeros(len(refs))
    step[1:] = ground_metres(lon[:-1], lat[:-1], lon[1:], lat[1:])
    along = np.cumsum(step)
    node_lon, node_lat = np.zeros(len(node_id)), np.zeros(len(node_id))
    node_lon[where], node_lat[where] = lon[at], lat[at]
    known = {int(ref): number for number, ref in enumerate(node_id.tolist())} if raw.barriers or raw.bans else {}
    bans = tuple(Ban(ban[0], known[ban[1]], *ban[2:]) for ban in raw.bans if ban[1] in known)
    return RoadMap(
        sha256=digest,
        name=name,
        dated=raw.dated,
        node_id=node_id,
        lon=node_lon,
        lat=node_lat,
        start=index[first],
        end=index[last],
        way=way[first],
        metres=along[last] - along[first],
        first=first,
        last=last,
        point_lon=lon,
        point_lat=lat,
        way_id=np.array(raw.ids, dtype=np.int64),
        way_tags=np.array(raw.way_tags, dtype=np.int64),
        way_name=np.array(raw.way_names, dtype=np.int64),
        tags=tuple(dict(tags) for tags in raw.tags),
        names=tuple(raw.names),
        bans=bans,
        barriers=tuple((known[ref], tags) for ref, tags in raw.barriers.items() if ref in known),
        skipped=Skipped(
            missing_nodes=raw.missing,
            cut_ways=tuple(raw.cut[:SHOWN]),
            lost_ways=tuple(raw.lost[:SHOWN]),
            bans_over_ways=raw.over_ways,
            bans_broken=len(raw.bans) - len(bans),
        ),
    )


def _cuts(refs: Ints, sizes: Ints, way: Ints, always: set[int]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return which points are junctions: ends of a way, nodes that come twice, nodes that always are."""
    _, inverse, counts = np.unique(refs, return_inverse=True, return_counts=True)
    cuts: np.ndarray[Any, np.dtype[np.bool_]] = counts[inverse] > 1
    ends = np.cumsum(sizes)
    cuts[ends - 1] = True
    cuts[ends - sizes] = True
    if always:
        cuts |= np.isin(refs, np.fromiter(always, dtype=np.int64))
    # A loop that leaves a junction and comes back to it without another one is cut in its middle.
    at = np.flatnonzero(cuts)
    loops = (way[at[:-1]] == way[at[1:]]) & (refs[at[:-1]] == refs[at[1:]]) & (at[1:] - at[:-1] > 1)
    cuts[(at[:-1][loops] + at[1:][loops]) // 2] = True
    return cuts
