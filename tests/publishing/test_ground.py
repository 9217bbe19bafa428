"""What lies under the map: read from a file of layers, drawn light, and every other file refused."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from corridor.errors import InputError
from corridor.publishing.ground import drawn, read_ground
from corridor.publishing.map import Frame

VIEW = Frame(latitude=40.0, longitude=10.0, scale=40.0, width=900.0, height=500.0)
CREDIT = "© OpenStreetMap contributors (ODbL)"


def layers(folder: Path, *features: tuple[str, str, str, str, object], credit: str = CREDIT) -> Path:
    made = [
        {
            "type": "Feature",
            "properties": {"layer": layer, "kind": kind, "name": name},
            "geometry": {"type": form, "coordinates": coordinates},
        }
        for layer, kind, name, form, coordinates in features
    ]
    file = folder / "layers.geojson"
    file.write_bytes(msgspec.json.encode({"type": "FeatureCollection", "attribution": credit, "features": made}))
    return file


RING = [[9.99, 39.99], [10.01, 39.99], [10.01, 40.01], [9.99, 40.01], [9.99, 39.99]]


def test_each_layer_is_one_path_and_places_are_named_once(tmp_path: Path) -> None:
    file = layers(
        tmp_path,
        ("land", "residential", "", "MultiPolygon", [[RING]]),
        ("water", "river", "Long River", "LineString", [[9.9, 40.0], [10.1, 40.01]]),
        ("road", "primary", "N 1", "LineString", [[9.9, 40.02], [10.1, 40.02]]),
        ("road", "tertiary", "", "LineString", [[9.9, 39.98], [10.1, 39.98]]),
        ("road", "tertiary", "", "LineString", [[10.0, 39.98], [10.0, 40.02]]),
        ("road", "tertiary", "", "LineString", [[20.0, 39.98], [20.0, 40.02]]),  # far away
        ("road", "tertiary", "", "LineString", [[10.0, 40.0], [10.00001, 40.0]]),  # smaller than a pixel
        ("hospital", "hospital", "St Luke", "Point", [10.02, 40.0]),
        ("shelter", "school", "First", "Point", [10.02, 40.0]),
        ("place", "town", "Hill <b>", "Point", [10.0, 40.0]),
        ("place", "hamlet", "Under it", "Point", [10.001, 40.0]),
    )
    ground = read_ground(file)
    assert ground.credit == CREDIT
    found = drawn(ground, VIEW)
    assert re.findall(r'class="lay-(\w+)"', found) == ["land", "stream", "road", "wide"]
    assert re.findall(r'd="([^"]*)" class="lay-road"', found)[0].count("M") == 2
    assert "Hill &lt;b&gt;" in found
    assert "Under it" not in found
    assert found.count('class="bed"') == 1
    assert 'aria-hidden="true"' in found


def test_a_thousand_bends_within_a_few_pixels_are_drawn_as_few(tmp_path: Path) -> None:
    bends = [[10.0 + n * 1e-6, 40.0 + (n % 2) * 1e-6] for n in range(20_000)]
    found = drawn(read_ground(layers(tmp_path, ("road", "primary", "", "LineString", bends))), VIEW)
    assert 20 < found.count("l") < 1200
    assert len(found) < 20_000


ROAD = (
    '{"attribution": "x", "features": [{"properties": {"layer": "road"}, '
    '"geometry": {"type": "%s", "coordinates": %s}}]}'
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no map",
        "[]",
        '{"features": []}',
        '{"attribution": "x", "features": []}',
        ROAD % ("LineString", "[[1]]"),
        ROAD % ("LineString", "[]"),
        ROAD % ("LineString", "[[1, 1], [1e300, 1]]"),
        ROAD % ("Point", '["a", 1]'),
    ],
)
def test_a_file_that_holds_no_layers_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "layers.geojson"
    file.write_text(text)
    with pytest.raises(InputError, match="holds no layers") as caught:
        read_ground(file)
    assert "corridor roads layers" in caught.value.hint


def test_layers_without_the_words_of_whose_they_are_are_refused(tmp_path: Path) -> None:
    file = layers(tmp_path, ("road", "primary", "", "LineString", [[10, 40], [11, 40]]), credit=" ")
    with pytest.raises(InputError, match="whose data"):
        read_ground(file)
