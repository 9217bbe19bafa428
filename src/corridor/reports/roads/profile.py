"""Profiles: which vehicle may use which road, which way, and how fast; every figure from two tables with sources."""

from __future__ import annotations

import csv
import hashlib
import math
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

import msgspec

from corridor.errors import UsageError
from corridor.files import nearest

Tags = Mapping[str, str]

REFUSED = {"no", "private", "agricultural", "forestry", "emergency", "military", "use_sidepath", "construction"}
GRANTED = {"yes", "permissive", "designated", "official", "destination", "customers", "delivery", "permit"}
ON_FOOT = {"footway", "path", "pedestrian", "steps", "cycleway", "bridleway", "corridor", "platform", "track"}
NOT_ON_FOOT = {"motorway", "motorway_link", "trunk_link", "construction"}
HOPELESS = {"horrible", "very_horrible", "impassable"}
# Barriers that stop a vehicle where nothing on the node lets it through (as the OSRM car profile has them).
OPEN_BARRIERS = {
    "cattle_grid", "border_control", "toll_booth", "sally_port", "gate", "lift_gate", "no", "entrance", "checkpoint",
    "height_restrictor", "kerb", "swing_gate",
}  # fmt: skip
# An ordinary street asks each of these; what an extract says beyond them is not kept.
KEPT = (
    "highway", "oneway", "oneway:bus", "oneway:psv", "junction", "access", "vehicle", "motor_vehicle", "motorcar",
    "bus", "psv", "hgv", "goods", "emergency", "foot", "maxheight", "maxheight:physical", "maxweight", "maxwidth",
    "maxspeed", "surface", "smoothness", "tracktype", "lanes", "width", "narrow", "bridge", "tunnel", "ford", "barrier",
    "service", "construction",
)  # fmt: skip


class Profile(msgspec.Struct, frozen=True):
    """One kind of vehicle: the access tags that speak of it, its size, and how fast it goes.

    `access` holds the tag keys from the most particular to the most general, `height_m`, `weight_t` and `width_m` what
    must pass, `factor` its speed as a share of the table's, `convoy_factor` a further share when it moves in convoy.
    """

    profile: str
    access: str
    height_m: float
    weight_t: float
    width_m: float
    top_kmh: float
    factor: float
    convoy_factor: float
    source: str

    @property
    def walks(self) -> bool:
        """Whether people go on foot: no oneway, no vehicle's limits."""
        return self.profile == "walk"

    @property
    def digest(self) -> str:
        """A hash of everything that decides on speeds, so that a cache of other tables is never taken."""
        return hashlib.sha256(_text("speeds.csv").encode() + msgspec.json.encode(self) + RULES).hexdigest()


# Rises with every change of `judge`, so that graphs cached under other rules are made again.
RULES = b"judge/1"


class Verdict(msgspec.Struct, frozen=True):
    """What a profile may do on a way: km/h along it and against it (0 where it may not), and why not."""

    along: float
    against: float
    why_along: str = ""
    why_against: str = ""


@cache
def profiles() -> dict[str, Profile]:
    """Return the shipped profiles by name."""
    rows = csv.DictReader(_text("profiles.csv").splitlines())
    return {row["profile"]: msgspec.convert(row, Profile, strict=False) for row in rows}


def profile_of(name: str) -> Profile:
    """Return a profile by name; raises `UsageError` for an unknown one."""
    if name not in profiles():
        raise UsageError(f"unknown profile {name!r}", place="--profile", hint=nearest(name, list(profiles())))
    return profiles()[name]


@cache
def speeds() -> dict[str, dict[str, float]]:
    """Return km/h by kind (class, surface, smoothness, tracktype) and value."""
    found: dict[str, dict[str, float]] = {}
    for row in csv.DictReader(_text("speeds.csv").splitlines()):
        found.setdefault(row["kind"], {})[row["value"]] = float(row["kmh"])
    return found


def _text(name: str) -> str:
    return resources.files("corridor.reports.roads").joinpath(name).read_text("utf-8")


def judge(profile: Profile, tags: Tags) -> Verdict:
    """Return what a profile may do on a way with these tags (rules: wiki.openstreetmap.org, Key:access, Key:oneway)."""
    why = _class_fault(profile, tags) or _access_fault(profile, tags) or _size_fault(profile, tags)
    if why:
        return Verdict(0.0, 0.0, why, why)
    speed = _speed(profile, tags)
    if profile.walks:
        return Verdict(speed, speed)
    way = _oneway(profile, tags)
    if way == 0:
        return Verdict(speed, speed)
    if way is None:
        why = "oneway=reversible: nobody knows which way it is open"
        return Verdict(0.0, 0.0, why, why)
    said = next((f"{key}={tags[key]}" for key in ("oneway", "junction", "highway") if key in tags), "oneway")
    return Verdict(speed, 0.0, "", f"{said}: one way") if way > 0 else Verdict(0.0, speed, f"{said}: one way", "")


def blocked(profile: Profile, tags: Tags) -> str:
    """Return why a node stops a profile, as the tag that says so; empty where it passes."""
    barrier = tags.get("barrier", "")
    said = _said(profile, tags)
    if said is not None:
        key, value = said
        return f"{key}={value}" + (f" at barrier={barrier}" if barrier else "") if value in _refused(profile) else ""
    if profile.walks or not barrier or barrier in OPEN_BARRIERS:
        return _size_fault(profile, tags) if not profile.walks else ""
    return f"barrier={barrier}"


def _refused(profile: Profile) -> set[str]:
    return REFUSED - {"emergency"} if profile.profile == "ambulance" else REFUSED


def _said(profile: Profile, tags: Tags) -> tuple[str, str] | None:
    """Return the most particular access tag that speaks of a profile."""
    return next(((key, tags[key]) for key in profile.access.split() if key in tags), None)


def _class_fault(profile: Profile, tags: Tags) -> str:
    road = tags.get("highway", "")
    said = _said(profile, tags)
    granted = said is not None and said[1] in GRANTED and said[0] not in ("access", "vehicle")
    if road == "construction":
        return "highway=construction: not open yet"
    if profile.walks:
        return f"highway={road}: not for people on foot" if road in NOT_ON_FOOT and not granted else ""
    if road == "track" and not granted and tags.get("tracktype") not in ("grade1", "grade2"):
        return "highway=track without tracktype=grade1 or grade2"
    if road == "busway" and profile.profile not in ("bus", "ambulance"):
        return "highway=busway: buses only"
    if road not in speeds()["class"] and not (granted and road in ON_FOOT - {"steps", "corridor", "platform"}):
        return f"highway={road}: not for vehicles"
    if tags.get("smoothness") in HOPELESS:
        return f"smoothness={tags['smoothness']}"
    return ""


def _access_fault(profile: Profile, tags: Tags) -> str:
    said = _said(profile, tags)
    return f"{said[0]}={said[1]}" if said is not None and said[1] in _refused(profile) else ""


def _size_fault(profile: Profile, tags: Tags) -> str:
    if profile.walks:
        return ""
    limits = (
        ("maxheight", profile.height_m, "m high", metres),
        ("maxheight:physical", profile.height_m, "m high", metres),
        ("maxwidth", profile.width_m, "m wide", metres),
        ("maxweight", profile.weight_t, "t", tonnes),
    )
    for key, mine, unit, read in limits:
        most = read(tags.get(key, ""))
        if most is not None and mine > most + 1e-9:
            return f"{key}={tags[key]}: a {profile.profile} is {mine:g} {unit}"
    return ""


def _oneway(profile: Profile, tags: Tags) -> int | None:
    """Return 1 for one way along the line, -1 against it, 0 for both ways, None where it changes by the hour."""
    if profile.profile == "bus" and (tags.get("oneway:bus") == "no" or tags.get("oneway:psv") == "no"):
        return 0
    said = tags.get("oneway", "")
    if said in ("yes", "1", "true"):
        return 1
    if said in ("-1", "reverse"):
        return -1
    if said in ("reversible", "alternating"):
        return None
    if said == "no":
        return 0
    implied = tags.get("junction") in ("roundabout", "circular")
    return 1 if implied or tags.get("highway") in ("motorway", "motorway_link") else 0


def _speed(profile: Profile, tags: Tags) -> float:
    if profile.walks:
        return profile.top_kmh
    table = speeds()
    most = [table["class"].get(tags.get("highway", ""), 10.0)]
    most += [
        table[kind][tags[kind]] for kind in ("surface", "smoothness", "tracktype") if tags.get(kind) in table[kind]
    ]
    posted = kmh(tags.get("maxspeed", ""))
    if posted:
        most.append(posted)
    return max(min(min(most) * profile.factor, profile.top_kmh), 1.0)


_FEET = re.compile(r"(\d+(?:\.\d+)?)\s*(?:'|ft|feet)\s*(?:(\d+(?:\.\d+)?)\s*(?:\"|''|in)?)?")
_NUMBER = re.compile(r"(\d+(?:[.,]\d+)?)\s*([a-z/]*)")


def metres(text: str) -> float | None:
    """Return a length as metres: `3.5`, `3.5 m`, `11'6"`, `11 ft`; None where no number is said (`none`, `default`)."""
    feet = _FEET.fullmatch(text.strip().lower())
    if feet:
        return float(feet[1]) * 0.3048 + float(feet[2] or 0) * 0.0254
    return _measure(text, {"": 1.0, "m": 1.0, "cm": 0.01, "ft": 0.3048})


def tonnes(text: str) -> float | None:
    """Return a weight as tonnes: `7.5`, `7.5 t`, `16000 lbs`, `5 st` (short tons); None where no number is said."""
    return _measure(text, {"": 1.0, "t": 1.0, "kg": 0.001, "lb": 0.00045359237, "lbs": 0.00045359237, "st": 0.90718474})


def kmh(text: str) -> float | None:
    """Return a speed as km/h: `50`, `30 mph`, `walk`; None where no number is said (`none`, `signals`, `DE:urban`)."""
    if text == "walk":
        return 5.0
    return _measure(text, {"": 1.0, "km/h": 1.0, "kmh": 1.0, "mph": 1.609344})


def _measure(text: str, units: dict[str, float]) -> float | None:
    found = _NUMBER.fullmatch(text.strip().lower())
    if not found or found[2] not in units:
        return None
    value = float(found[1].replace(",", ".")) * units[found[2]]
    return value if math.isfinite(value) and value > 0 else None
