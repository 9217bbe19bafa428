"""Where people are and how far they walk; layers and candidates of a map."""

from __future__ import annotations

import itertools
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.errors import InputError
from corridor.reports.roads.layers import candidates, layers
from corridor.reports.roads.network import open_roads
from corridor.reports.roads.people import Population, Walks, place_pickups, read_cod_ps, read_population
from corridor.reports.roads.snap import snap
from tests.reports.osm_worlds import Way, ladder, osm, where


def test_people_are_read_from_points_as_people_write_them(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("Latitude,Longitude,Population\n#geo+lat,#geo+lon,#population\n40.0,10.0,120\n40.1,10.1,30.5\n")
    found = read_population(file)
    assert found.total == 150.5
    assert found.lat.tolist() == [40.0, 40.1]
    for text, cause in (
        ("lat,lon\n1,2\n", "no column 'people'"),
        ("lat,lon,people\n", "holds no rows"),
        ("lat,lon,people\n91,0,5\n40,10,-3\n40,10,many\n", "3 fault"),
    ):
        file.write_text(text)
        with pytest.raises(InputError, match=cause):
            read_population(file)


def test_cod_ps_gives_the_deepest_level_with_its_p_codes(tmp_path: Path) -> None:
    file = tmp_path / "cod.csv"
    file.write_text(
        'ADM0_PCODE,ADM1_EN,ADM1_PCODE,ADM2_EN,ADM2_PCODE,T_TL\nXX,North,XX01,Hill,XX0101,"1,200"\nXX,North,XX01,Vale,XX0102,800\n'
    )
    found = read_cod_ps(file)
    assert [(area.pcode, area.name, area.level, area.people) for area in found] == [
        ("XX0101", "Hill", 2, 1200),
        ("XX0102", "Vale", 2, 800),
    ]
    file.write_text("ADM1_PCODE,T_TL\nXX01,lots\n,7\n")
    with pytest.raises(InputError, match="2 fault"):
        read_cod_ps(file)
    file.write_text("name,people\nHill,7\n")
    with pytest.raises(InputError, match="ADM0_PCODE"):
        read_cod_ps(file)


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")  # of rasterio's own code
def test_a_raster_gives_its_cells_inside_the_map_and_refuses_other_grids(tmp_path: Path) -> None:
    rasterio = pytest.importorskip("rasterio")
    file = tmp_path / "people.tif"
    cells = np.array([[1.0, -99.0, 3.0], [0.0, 5.0, 7.0]], dtype="float32")
    form = {"driver": "GTiff", "height": 2, "width": 3, "count": 1, "dtype": "float32", "nodata": -99.0}
    place = rasterio.transform.from_origin(10.0, 40.2, 0.1, 0.1)
    with rasterio.open(file, "w", crs="EPSG:4326", transform=place, **form) as raster:
        raster.write(cells, 1)
    found = read_population(file)
    assert found.total == 16
    assert min(zip(found.lon.round(3).tolist(), found.lat.round(3).tolist(), strict=True)) == (10.05, 40.15)
    part = read_population(file, (10.1, 40.0, 10.3, 40.1))
    assert (part.total, part.people.tolist()) == (12, [5, 7])
    with rasterio.open(file, "w", crs="EPSG:3857", transform=place, **form) as raster:
        raster.write(cells, 1)
    with pytest.raises(InputError, match="EPSG:4326"):
        read_population(file)
    file.write_bytes(b"no raster at all")
    with pytest.raises(InputError, match="no GeoTIFF"):
        read_population(file)


def test_people_walk_to_the_nearest_pickup_along_the_streets(tmp_path: Path) -> None:
    roads = open_roads(ladder(tmp_path), "walk")
    spots = [where(0, 0), where(2, 1), where(4, 0)]
    people = Population(
        np.array([a for a, _ in spots]), np.array([b for _, b in spots]), np.array([10.0, 20.0, 30.0]), "t"
    )
    walks = Walks(roads, people)
    pickups = [snap(roads, "west", *where(0, 0)), snap(roads, "north", *where(2, 1))]
    minutes = walks.minutes(pickups)
    assert minutes[0, 0] == pytest.approx(0, abs=1e-6)
    assert minutes[1, 1] == pytest.approx(0, abs=1e-6)
    # Two blocks east and one north at 3.84 km/h.
    block_east, block_north = 111195 * 0.01 * np.cos(np.radians(40)), 111195 * 0.01
    assert minutes[0, 1] == pytest.approx((2 * block_east + block_north) / 64, rel=0.01)
    found = walks.catchments(pickups, limit=40)
    assert found.pickup.tolist() == [0, 1, -1]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 4))
def test_the_placing_is_never_above_its_bound_nor_the_best_choice_below_the_promise(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    minutes, people = rng.uniform(0, 40, (7, 12)), rng.integers(1, 50, 12).astype(float)
    found = place_pickups(minutes, people, count, 25.0)
    saves = np.maximum(25.0 - minutes, 0) * people
    best = max(float(saves[list(some)].max(axis=0).sum()) for some in itertools.combinations(range(7), count))
    assert found.value <= best * (1 + 1e-9) <= found.bound * (1 + 1e-9)
    assert found.value >= (1 - 1 / np.e) * best
    assert len(set(found.chosen)) == len(found.chosen) <= count


def test_layers_are_light_and_say_whose_they_are(tmp_path: Path) -> None:
    nodes = {1: (0, 0), 2: (5, 0), 3: (5, 5), 4: (0, 5), 5: (1, 1), 6: (2, 2), 7: (3, 3)}
    ways: list[Way] = [
        (10, [1, 2], {"highway": "primary", "ref": "N 1"}),
        (11, [2, 3], {"highway": "residential"}),
        (12, [3, 4], {"waterway": "river", "name": "Long River"}),
        (13, [1, 2, 3, 4, 1], {"landuse": "residential"}),
    ]
    tags = {
        5: {"place": "town", "name": "Hill"},
        6: {"amenity": "hospital", "name": "St Luke", "beds": "120"},
        7: {"amenity": "school", "name": "First"},
    }
    file = osm(tmp_path, nodes, ways, node_tags=tags)
    found = layers(file)
    said = [(f["properties"]["layer"], f["properties"].get("name", "")) for f in found["features"]]
    assert said == [
        ("land", ""),
        ("water", "Long River"),
        ("road", "N 1"),
        ("place", "Hill"),
        ("shelter", "First"),
        ("hospital", "St Luke"),
    ]
    assert "OpenStreetMap" in found["attribution"]
    assert len(msgspec.json.encode(found)) < 2000
    places = candidates(file)
    assert [(c.osm, c.kind, c.name, c.beds) for c in places] == [
        ("n6", "hospital", "St Luke", 120),
        ("n7", "reception", "First", None),
    ]
    assert places[0].lat == pytest.approx(where(2, 2)[0])
    bad = tmp_path / "cut.osm.pbf"
    bad.write_bytes(b"nothing of a map")
    with pytest.raises(InputError, match="not a whole"):
        layers(bad)
