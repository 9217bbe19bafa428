"""Bottlenecks of a way: bridges, tunnels, fords, one-lane stretches, and limits of height and weight."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
import numpy as np

from corridor.reports.roads.closures import Closure, Effects
from corridor.reports.roads.profile import metres, tonnes
from corridor.reports.roads.roadmap import RoadMap
from corridor.reports.roads.routing import Traffic
from corridor.reports.roads.snap import Snapped

NARROW_M = 3.5  # two vehicles of 2.55 m do not pass each other; below this it is one lane for both ways
NO = ("no", "", "0")


class Bottleneck(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One place where a way is narrow or hangs on a structure: what it is, on which road, where, how long, why."""

    kind: str
    road: str
    way: int
    km: float
    lat: float
    lon: float
    why: str


def kinds_of(tags: dict[str, str]) -> list[tuple[str, str]]:
    """Return what the tags of a way say of bottlenecks, as (kind, tag)."""
    structures = ("bridge", "tunnel", "ford")
    found = [(kind, f"{kind}={tags[kind]}") for kind in structures if tags.get(kind, "") not in NO]
    if one_lane(tags):
        found.append(("one lane", one_lane(tags)))
    limits = (("maxheight", metres), ("maxweight", tonnes))
    found += [("limit", f"{key}={tags[key]}") for key, read in limits if read(tags.get(key, "")) is not None]
    return found


def one_lane(tags: dict[str, str]) -> str:
    """Return the tag by which vehicles of both ways share one lane; empty where they do not."""
    if tags.get("oneway") in ("yes", "1", "true", "-1") or tags.get("junction") in ("roundabout", "circular"):
        return ""
    if tags.get("lanes") == "1":
        return "lanes=1"
    wide = metres(tags.get("width", ""))
    if wide is not None and wide < NARROW_M:
        return f"width={tags['width']}"
    return "narrow=yes" if tags.get("narrow") == "yes" else ""


def bottlenecks(road: RoadMap, stretches: Iterable[int] | None = None) -> list[Bottleneck]:
    """Return the bottlenecks of some stretches, or of the whole map; neighbouring stretches of a way are one."""
    chosen = range(road.stretches) if stretches is None else sorted(set(stretches))
    by_tags = [kinds_of(tags) for tags in road.tags]
    found: dict[tuple[int, str, str], list[int]] = {}
    for stretch in chosen:
        way = int(road.way[stretch])
        for kind, why in by_tags[int(road.way_tags[way])]:
            found.setdefault((int(road.way_id[way]), kind, why), []).append(stretch)
    return [
        Bottleneck(
            kind=kind,
            road=road.name_of(mine[0]),
            way=way,
            km=round(float(road.metres[mine].sum()) / 1000, 3),
            lat=round(float(road.lat[road.start[mine[0]]]), 6),
            lon=round(float(road.lon[road.start[mine[0]]]), 6),
            why=why,
        )
        for (way, kind, why), mine in sorted(found.items())
    ]


class Loss(msgspec.Struct, frozen=True, kw_only=True):
    """What the loss of one bridge would cost: pairs of sites that lose every way, and minutes more for the others."""

    bridge: Bottleneck
    pairs_cut: int
    minutes_more: float


def losses(traffic: Traffic, starts: Sequence[Snapped], ends: Sequence[Snapped]) -> list[Loss]:
    """Return, for each bridge on the quickest ways, what its loss would cost, the gravest first.

    Each carriageway mapped as a way of its own is lost by itself. `minutes_more` is the
    mean over the pairs that keep a way.
    """
    road = traffic.roads.road
    used: set[int] = set()
    for start in starts:
        for end in ends:
            route = traffic.route(start, end)
            used |= set(route.stretches) if route else set()
    before = traffic.matrix(starts, ends)
    bridges = [found for found in bottlenecks(road, used) if found.kind == "bridge"]
    found = []
    for bridge in bridges:
        gone = Effects(road.stretches)
        if traffic.effects is not None:
            gone.along, gone.against = traffic.effects.along.copy(), traffic.effects.against.copy()
        closure = Closure(id=f"way-{bridge.way}", kind="bridge_down", source="what if", ways=(bridge.way,))
        gone.add(closure, np.flatnonzero(road.way_id[road.way] == bridge.way))
        after = Traffic(traffic.roads, gone).matrix(starts, ends)
        kept = np.isfinite(before) & np.isfinite(after)
        more = float((after - before)[kept].mean()) / 60 if kept.any() else 0.0
        cut = int((np.isfinite(before) & ~np.isfinite(after)).sum())
        found.append(Loss(bridge=bridge, pairs_cut=cut, minutes_more=round(more, 2)))
    return sorted(found, key=lambda loss: (-loss.pairs_cut, -loss.minutes_more, loss.bridge.way))
