"""Where people are, from open data that the user brings, and how far they walk to a pickup."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from corridor.errors import Fault, InputError
from corridor.files import nearest, read_bytes
from corridor.reports.roads.network import Roads
from corridor.reports.roads.roadmap import Floats, Ints, spread
from corridor.reports.roads.routing import Traffic
from corridor.reports.roads.snap import METRES_PER_DEGREE, Snapped

LATITUDES = ("lat", "latitude", "y", "#geo+lat")
LONGITUDES = ("lon", "lng", "long", "longitude", "x", "#geo+lon")
COUNTS = ("people", "population", "pop", "t_tl", "value", "#population")
# Between a door and the street people do not walk straight.
DETOUR = 1.3
RASTERS = (".tif", ".tiff")


@dataclass(frozen=True)
class Population:
    """People at points: `lat`, `lon`, `people` (points,), and where the figures come from."""

    lat: Floats
    lon: Floats
    people: Floats
    source: str

    @property
    def total(self) -> float:
        """How many people there are."""
        return float(self.people.sum())


class AreaPeople(msgspec.Struct, frozen=True, kw_only=True):
    """The people of one administrative area: its P-code, its name and its level (COD-PS)."""

    pcode: str
    name: str
    level: int
    people: int


def read_population(path: str | Path, box: tuple[float, float, float, float] | None = None) -> Population:
    """Read people at points from a CSV (latitude, longitude, people), or from the cells of a GeoTIFF.

    `box` (west, south, east, north) cuts a raster. Raises `InputError` that names every fault of the table.
    """
    if Path(path).suffix.lower() in RASTERS:
        return _raster(path, box)
    rows = _table(path)
    header = list(rows[0])
    columns = [_column(header, names, path) for names in (LATITUDES, LONGITUDES, COUNTS)]
    faults: list[Fault] = []
    numbers = []
    for line, row in enumerate(rows, start=2):
        try:
            lat, lon, people = (float(row[name]) for name in columns)
        except (ValueError, TypeError):
            if not str(row[columns[0]] or "").startswith("#"):  # the row of HXL tags
                faults.append(Fault(f"{path}:{line}", "latitude, longitude and people are numbers"))
            continue
        if not (abs(lat) <= 90 and abs(lon) <= 180 and 0 <= people < 1e9):
            faults.append(Fault(f"{path}:{line}", "no position on earth, or fewer than no people"))
        numbers.append((lat, lon, people))
    if faults or not numbers:
        raise InputError(
            f"{len(faults)} fault(s)" if faults else "holds no people", place=str(path), faults=faults[:20]
        )
    lat, lon, people = np.array(numbers).T
    return Population(lat, lon, people, Path(path).name)


def meets(crowd: Population, box: tuple[float, float, float, float]) -> bool:
    """Whether anybody lives in a box (west, south, east, north)."""
    west, south, east, north = box
    inside = (crowd.lon >= west) & (crowd.lon <= east) & (crowd.lat >= south) & (crowd.lat <= north)
    return bool((crowd.people[inside] > 0).any())


def read_cod_ps(path: str | Path) -> list[AreaPeople]:
    """Read a COD-PS table (population by administrative area): the deepest level it has, with P-codes.

    Columns as OCHA writes them: ADM2_PCODE, ADM2_EN (or ADM2_FR ...), T_TL for everyone. Raises `InputError`.
    """
    rows = _table(path)
    names = {name.strip().upper(): name for name in rows[0]}
    levels = [level for level in range(5) if f"ADM{level}_PCODE" in names]
    if not levels:
        hint = "take the table of a COD-PS dataset as it is; columns ADM1_PCODE, ADM1_EN, T_TL"
        raise InputError("has no column ADM0_PCODE to ADM4_PCODE", place=str(path), hint=hint)
    level = max(levels)
    total = next((names[name] for name in ("T_TL", "POPULATION", "TOTAL", "T_POP") if name in names), None)
    if total is None:
        raise InputError("has no column of everyone", place=str(path), hint="COD-PS calls it T_TL")
    said = next((names[name] for name in names if name.startswith(f"ADM{level}_") and len(name) == 7), None)
    faults, found = [], []
    for line, row in enumerate(rows, start=2):
        code, people = (row[names[f"ADM{level}_PCODE"]] or "").strip(), (row[total] or "").strip().replace(",", "")
        if code.startswith("#"):
            continue
        if not code or not people.isdigit():
            faults.append(Fault(f"{path}:{line}", f"{people!r} are no people of {code or 'an area without P-code'}"))
            continue
        found.append(
            AreaPeople(pcode=code, name=(row[said] or code) if said else code, level=level, people=int(people))
        )
    if faults:
        raise InputError(
            f"{len(faults)} fault(s)", place=str(path), hint="whole numbers, one area a row", faults=faults[:20]
        )
    return found


def _table(path: str | Path) -> list[dict[str, str]]:
    try:
        rows = list(csv.DictReader(io.StringIO(read_bytes(path).decode("utf-8-sig"))))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"is no CSV: {error}", place=str(path), hint="save it as CSV UTF-8") from None
    if not rows:
        raise InputError("holds no rows", place=str(path), hint="a CSV with a header and one row a point or area")
    return rows


def _column(header: list[str], names: tuple[str, ...], path: str | Path) -> str:
    found = next((name for name in header if name.strip().lower() in names), None)
    if found is None:
        hint = f"call it {names[0]}; {nearest(names[0], header)}"
        raise InputError(f"has no column {names[0]!r}", place=str(path), hint=hint)
    return found


def _raster(path: str | Path, box: tuple[float, float, float, float] | None) -> Population:
    read_bytes(path)  # says why it cannot be read
    try:
        import rasterio  # noqa: PLC0415 - an extra
        from rasterio.windows import from_bounds  # noqa: PLC0415 - likewise
    except ImportError:
        hint = "install it: pip install 'corridor-evac[raster]', or bring points as CSV"
        raise InputError("reading a GeoTIFF needs the extra `raster`", place=str(path), hint=hint) from None
    try:
        with rasterio.open(path) as raster:
            if raster.crs is None or raster.crs.to_epsg() != 4326:
                hint = "gdalwarp -t_srs EPSG:4326 in.tif out.tif"
                raise InputError("is not in longitude and latitude (EPSG:4326)", place=str(path), hint=hint)
            window = from_bounds(*box, transform=raster.transform).round_offsets().round_lengths() if box else None
            cells = raster.read(1, window=window, masked=True, boundless=window is not None, fill_value=0).filled(0)
            transform = raster.window_transform(window) if window else raster.transform
    except rasterio.errors.RasterioError as error:
        raise InputError(f"is no GeoTIFF: {error}", place=str(path), hint="download it again") from None
    rows, columns = np.nonzero(np.nan_to_num(cells, nan=0.0) > 0)
    lon = transform.c + (columns + 0.5) * transform.a
    lat = transform.f + (rows + 0.5) * transform.e
    if not len(rows):
        raise InputError("holds nobody where the roads are", place=str(path), hint="is it the raster of this place?")
    return Population(lat, lon, cells[rows, columns].astype(float), Path(path).name)


@dataclass(frozen=True)
class Catchments:
    """Who walks where: for each point the pickup (-1 where none is within the limit) and the minutes, (points,)."""

    pickup: Ints
    minutes: Floats
    limit: float


class Walks:
    """The walking minutes between points and places, along the streets and paths of an extract."""

    def __init__(self, roads: Roads, population: Population) -> None:
        """Bring every point onto the nearest bend of a street that people may walk on."""
        from scipy.spatial import cKDTree  # noqa: PLC0415 - a quarter of a second

        self.traffic, self.population = Traffic(roads), population
        road = roads.road
        walked = np.flatnonzero(roads.graph.main)
        number, point = spread(road.first[walked], road.last[walked] - road.first[walked] + 1)
        owner = walked[number]
        squeeze = math.cos(math.radians(float(np.mean(population.lat))))
        tree = cKDTree(np.column_stack((road.point_lon[point] * squeeze, road.point_lat[point])))
        away, near = tree.query(np.column_stack((population.lon * squeeze, population.lat)))
        self.off = away * METRES_PER_DEGREE * DETOUR / (roads.profile.top_kmh / 3.6)
        self.stretch = owner[near]
        self.share = (point[near] - road.first[self.stretch]) / (road.last[self.stretch] - road.first[self.stretch])

    def minutes(self, places: Sequence[Snapped]) -> Floats:
        """Return the walking minutes (places, points), infinite where no street leads."""
        roads = self.traffic.roads
        road, node = roads.road, np.arange(len(roads.road.node_id))
        whole = road.metres[self.stretch] / (roads.profile.top_kmh / 3.6)
        found = np.empty((len(places), len(self.stretch)))
        for number, place in enumerate(places):
            tree = self.traffic.trees([self.traffic.leaving(place)])[0]
            # Copies of a junction, where a gate parts its streets, are as near as the nearest of them.
            least = np.full(len(node), np.inf)
            np.minimum.at(least, roads.graph.at, tree[: roads.graph.nodes])
            one = least[road.start[self.stretch]] + self.share * whole
            other = least[road.end[self.stretch]] + (1 - self.share) * whole
            beside = np.where(self.stretch == place.stretch, abs(self.share - place.share) * whole, np.inf)
            found[number] = (
                np.minimum(np.minimum(one, other), beside)
                + self.off
                + place.metres * DETOUR / (roads.profile.top_kmh / 3.6)
            ) / 60
        return found

    def catchments(self, places: Sequence[Snapped], limit: float) -> Catchments:
        """Return which pickup everybody walks to: the nearest, where it is within the limit in minutes."""
        minutes = self.minutes(places)
        best = np.argmin(minutes, axis=0)
        least = minutes[best, np.arange(minutes.shape[1])]
        return Catchments(np.where(least <= limit, best, -1), least, limit)


@dataclass(frozen=True)
class Placing:
    """Chosen pickups: their indices among the candidates in the order chosen, what they save and what no choice beats.

    `value` and `bound` are person-minutes of walking saved against the limit; `gap` is bound / value - 1.
    """

    chosen: tuple[int, ...]
    value: float
    bound: float

    @property
    def gap(self) -> float:
        """How far below the bound the choice may be at most."""
        return (
            max(self.bound / self.value - 1, 0.0) if self.value else 0.0
        )  # not below: they are summed in another order


def place_pickups(minutes: Floats, people: Floats, count: int, limit: float) -> Placing:
    """Choose so many of the candidates that most people walk least.

    `minutes` is (candidates, points). Each person saves limit - minutes where it is not negative, so that the sum is
    monotone and submodular: choosing the best next one each time reaches at least 1 - 1/e of the best choice
    (Nemhauser, Wolsey and Fisher 1978). Exchanges then improve on it. The bound is proved for the instance: for any
    set S no choice of k saves more than f(S) plus the k largest savings that single candidates still add to S.
    """
    saves = np.maximum(limit - minutes, 0.0) * people
    chosen: list[int] = []
    best = np.zeros(saves.shape[1])
    bound = np.inf
    for _ in range(min(count, len(saves))):
        gains = np.maximum(saves - best, 0.0).sum(axis=1)
        bound = min(bound, float(best.sum() + np.sort(gains)[::-1][:count].sum()))
        if gains.max() <= 0:
            break
        chosen.append(int(np.argmax(gains)))
        best = np.maximum(best, saves[chosen[-1]])
    chosen = _exchanged(saves, chosen)
    best = saves[chosen].max(axis=0) if chosen else best
    gains = np.maximum(saves - best, 0.0).sum(axis=1)
    bound = min(bound, float(best.sum() + np.sort(gains)[::-1][:count].sum()))
    return Placing(tuple(chosen), float(best.sum()), bound)


def _exchanged(saves: Floats, chosen: list[int]) -> list[int]:
    """Return the choice after exchanges of one for one, as long as one saves more."""
    better = True
    while better and chosen:
        better = False
        for place in range(len(chosen)):
            rest = (
                saves[chosen[:place] + chosen[place + 1 :]].max(axis=0) if len(chosen) > 1 else np.zeros(saves.shape[1])
            )
            totals = np.maximum(saves, rest).sum(axis=1)
            other = int(np.argmax(totals))
            if totals[other] > totals[chosen[place]] * (1 + 1e-9):
                chosen[place], better = other, True
    return chosen
