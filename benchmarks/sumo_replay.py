"""What traffic does to a timetable: `python -m benchmarks.sumo_replay MAP.osm.pbf plan.json [--closures FILE]`.

SUMO, a microscopic simulator of traffic, drives every trip of a plan over its own network of the same extract: its own
reader, its own speeds, its own junctions and signals. First alone, then among cars that come at random, so many an
hour on the whole network. Each loaded drive is set beside the one that the plan counts with. Vehicles set off at the
planned times and keep to their ways: a delay is not handed on to the next trip.
"""

from __future__ import annotations

import argparse
import itertools
import json
import platform
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET
from xml.sax.saxutils import quoteattr

import msgspec
import numpy as np

from corridor.planning.plan import Plan

RESULTS = Path(__file__).parent / "results"
CARS_AN_HOUR = (0, 2_000, 4_000)
MATCH_M = 1_000  # a site may lie this far from SUMO's road
GONE = 3600  # a drive that takes so many seconds longer than planned never arrives
PROGRAM = "sumo"


def programs() -> Path:
    """Return the folder of SUMO's programs."""
    try:
        import sumo
    except ImportError:
        raise SystemExit("SUMO is not installed: make .venv/.bench-roads (eclipse-sumo)") from None
    return Path(sumo.SUMO_HOME) / "bin"


def run(folder: Path, name: str, *words: object) -> str:
    """Run one of SUMO's programs in a folder; returns what it said."""
    done = subprocess.run(
        [str(programs() / name), *map(str, words)], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{name}: {done.stderr.strip()[-2000:]}")
    return done.stdout + done.stderr


def parsed(path: Path) -> Iterator[ET.Element]:
    """Yield the elements of a file that SUMO has written."""
    for _, element in ET.iterparse(path):  # noqa: S314 - our own files
        yield element


def network(folder: Path, extract: Path, shut: set[int]) -> str:
    """Write SUMO's network of an extract without some ways; returns how netconvert sums it up."""
    import osmium

    town = folder / "town.osm"
    with osmium.SimpleWriter(str(town)) as writer:
        for entity in osmium.FileProcessor(str(extract)):
            if not (entity.is_way() and entity.id in shut):
                writer.add(entity)
    run(
        folder, "netconvert", "--osm-files", town.name, "-o", "net.xml", "--geometry.remove", "--ramps.guess",
        "--junctions.join", "--tls.guess-signals", "--tls.discard-simple", "--tls.join", "--remove-edges.isolated",
        "--keep-edges.by-vclass", "passenger,bus,emergency", "--no-warnings",
    )  # fmt: skip
    edges = sum(edge.get("function") is None for edge in parsed(folder / "net.xml") if edge.tag == "edge")
    return f"{edges:,} edges"


def drives(plan: Plan) -> list[tuple[str, float, str, str, float, int]]:
    """Return the loaded drives: name, seconds after the start of the plan, from, to, planned seconds, vehicles."""
    return [
        (c.id.replace("/", "-"), (c.depart - plan.start).total_seconds(), c.pickup, c.reception,
         (c.arrive - c.depart).total_seconds(), len(c.trips))
        for c in plan.convoys if c.night is None
    ]  # fmt: skip


def spots(plan: Plan) -> dict[str, tuple[float, float]]:
    """Return longitude and latitude of each site of a plan."""
    return {
        s.id: (s.longitude, s.latitude)
        for s in plan.situation.sites
        if s.longitude is not None and s.latitude is not None
    }


def trips(folder: Path, plan: Plan) -> int:
    """Write the drives as SUMO's trips; returns how many vehicles there are."""
    lines = ['<vType id="bus" vClass="bus" length="12"/>', '<vType id="ambulance" vClass="emergency" length="6.5"/>']
    known, count = spots(plan), 0
    for name, at, pickup, reception, _, vehicles in sorted(drives(plan), key=lambda drive: drive[1]):
        kind = "ambulance" if "ambulance" in fleet_of(plan, name) else "bus"
        ends = " ".join(f"{end}={quoteattr(f'{known[site][0]},{known[site][1]}')}" for end, site in (
            ("fromLonLat", pickup), ("toLonLat", reception)))  # fmt: skip
        for number in range(vehicles):
            lines.append(f'<trip id="{name}.{number}" type="{kind}" depart="{at + 2 * number:.0f}" {ends}/>')
            count += 1
    (folder / "trips.xml").write_text("<routes>\n" + "\n".join(lines) + "\n</routes>\n")
    return count


def fleet_of(plan: Plan, name: str) -> str:
    """Return which vehicles a convoy has."""
    convoy = next(c for c in plan.convoys if c.id.replace("/", "-") == name)
    return convoy.trips[0].vehicle


def cars(folder: Path, an_hour: int, hours: float, seed: int = 0) -> str:
    """Write cars between random edges of the network, weighted by their length; returns the file of their routes."""
    rng = np.random.default_rng(seed)
    lengths: dict[str, float] = {}
    for edge in parsed(folder / "net.xml"):
        if edge.tag == "edge" and edge.get("function") is None:
            lane = edge.find("lane")
            if lane is not None and "passenger" in allowed(lane):
                lengths[str(edge.get("id"))] = float(str(lane.get("length")))
    names, weights = list(lengths), np.array(list(lengths.values()))
    count = int(an_hour * hours)
    ends = rng.choice(len(names), (count, 2), p=weights / weights.sum())
    times = np.sort(rng.uniform(0, hours * 3600, count))
    lines = [
        f'<trip id="car{n}" depart="{at:.0f}" from={quoteattr(names[a])} to={quoteattr(names[b])} departLane="best"/>'
        for n, (at, (a, b)) in enumerate(zip(times, ends.tolist(), strict=True))
    ]
    (folder / "cars.xml").write_text("<routes>\n" + "\n".join(lines) + "\n</routes>\n")
    run(folder, "duarouter", "-n", "net.xml", "--route-files", "cars.xml", "-o", "cars.rou.xml", "--ignore-errors",
        "--routing-algorithm", "astar", "--no-warnings", "--no-step-log")  # fmt: skip
    return "cars.rou.xml"


def allowed(lane: ET.Element) -> str:
    """Return which classes may drive on a lane."""
    if lane.get("disallow") is not None:
        return "" if "passenger" in str(lane.get("disallow")).split() else "passenger"
    return str(lane.get("allow") or "passenger")


def driven(folder: Path) -> Iterator[tuple[str, float]]:
    """Yield each convoy vehicle that arrived, with its seconds, waiting to set off included."""
    for said in parsed(folder / "tripinfo.xml"):
        if said.tag == "tripinfo" and not str(said.get("id")).startswith("car"):
            yield str(said.get("id")), float(str(said.get("duration"))) + float(str(said.get("departDelay")))


def replayed(folder: Path, plan: Plan, an_hour: int) -> dict[str, Any]:
    """Drive the plan among so many cars an hour; returns the drives beside the planned ones."""
    last = max(at + planned for _, at, _, _, planned, _ in drives(plan))
    routes = ["bus.rou.xml"]
    if an_hour:
        routes.insert(0, cars(folder, an_hour, last / 3600 + 0.5))
    run(
        folder, PROGRAM, "-n", "net.xml", "--route-files", ",".join(routes), "--tripinfo-output", "tripinfo.xml",
        "--end", f"{last + GONE:.0f}", "--no-warnings", "--no-step-log", "--seed", "0", "--time-to-teleport", "300",
    )  # fmt: skip
    seconds: dict[str, list[float]] = {}
    for name, spent in driven(folder):
        seconds.setdefault(name.rpartition(".")[0], []).append(spent)
    ratios, late, missing = [], [], []
    for name, _, _, _, planned, vehicles in drives(plan):
        mine = seconds.get(name, [])
        if len(mine) < vehicles:
            missing.append(name)
        else:
            ratios.append(max(mine) / planned)
            late.append((max(mine) - planned) / 60)
    if not ratios:
        raise SystemExit(f"with {an_hour} cars an hour no convoy arrived")
    found = {
        "cars_an_hour": an_hour,
        "convoys": len(ratios),
        "not_arrived": missing,
        "ratio_median": round(float(np.median(ratios)), 2),
        "ratio_p90": round(float(np.quantile(ratios, 0.9)), 2),
        "ratio_most": round(max(ratios), 2),
        "late_most_minutes": round(max(late), 1),
        "in_range": sum(0.8 <= ratio <= 1.5 for ratio in ratios),
    }
    print(found, flush=True)
    return found


def main() -> None:
    """Replay a plan at each load of cars."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("map", type=Path)
    parser.add_argument("plan", type=Path)
    parser.add_argument("--closures", type=Path, help="GeoJSON whose `ways` are taken out of the network")
    parser.add_argument("--cars", type=int, nargs="*", default=list(CARS_AN_HOUR), help="cars an hour on the network")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    plan = Plan.from_json(given.plan.read_bytes(), place=str(given.plan))
    shut: set[int] = set()
    if given.closures:
        features = msgspec.json.decode(given.closures.read_bytes())["features"]
        shut = set(itertools.chain.from_iterable(feature["properties"].get("ways") or () for feature in features))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        size = network(folder, given.map, shut)
        count = trips(folder, plan)
        run(folder, "duarouter", "-n", "net.xml", "--route-files", "trips.xml", "-o", "bus.rou.xml",
            "--mapmatch.distance", MATCH_M, "--no-warnings", "--no-step-log")  # fmt: skip
        print(f"{given.map.name}: {size}, {count} vehicles in {len(drives(plan))} convoys")
        rows: list[dict[str, Any]] = []
        for an_hour in given.cars:
            rows.append(replayed(folder, plan, an_hour))
            if given.write:  # after each load: many cars take long, and what was measured is kept
                keep(given.map.name, size, rows)


def keep(extract: str, size: str, rows: list[dict[str, Any]]) -> None:
    """Write what was measured so far."""
    said = {"python": platform.python_version(), "machine": platform.machine(), "map": extract, "edges": size}
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "roads-sumo.json").write_text(json.dumps({"machine": said, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
