"""What lies under the map: read from a file of layers, drawn light, and every other file refused."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from corridor.errors import InputError, UsageError
from corridor.publishing.frame import Frame
from corridor.publishing.ground import drawn, read_ground
from corridor.publishing.labels import Box
from corridor.publishing.page import page
from corridor.publishing.publish import publish
from tests.publishing import sample

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


# Around the places of the sample: a road through all, a town, and a river that only its file's far end has.
ALEPPO = (
    ("road", "motorway", "M 5", "LineString", [[36.5, 35.9], [37.0, 36.16], [37.3, 36.19]]),
    ("place", "town", "Somewhere <i>", "Point", [36.7, 36.1]),
    ("water", "river", "Far River", "LineString", [[47.0, 36.0], [47.2, 36.1]]),
)


def test_the_page_lies_on_the_layers_and_says_whose_they_are(tmp_path: Path) -> None:
    under = read_ground(layers(tmp_path, *ALEPPO, credit="© <b> mappers"))
    forecast = sample.forecast()
    plain, found = page(forecast).decode(), page(forecast, under=under).decode()
    assert page(forecast, under=under).decode() == found
    assert 'class="lay"' not in plain
    # Two panels, each drawn for a wide and for a narrow column.
    assert found.count('class="lay"') == found.count('class="graticule"') == 4
    assert 'class="lay-wide"' in found
    assert 'class="lay-stream"' not in found
    assert "Somewhere &lt;i&gt;" in found
    assert "<bdi>© &lt;b&gt; mappers</bdi>" in found
    assert "<script" not in found
    assert "default-src 'none'" in found
    # What our own drawing says stays as it was.
    assert re.findall(r'class="site[^>]*>([^<]*)<', found) == re.findall(r'class="site[^>]*>([^<]*)<', plain)


def test_no_name_of_the_ground_stands_where_something_else_does(tmp_path: Path) -> None:
    under = read_ground(layers(tmp_path, ("place", "town", "Hill", "Point", [10.0, 40.0])))
    assert "Hill" in drawn(under, VIEW)
    assert "Hill" not in drawn(under, VIEW, taken=(Box(440, 240, 460, 260),))


def test_what_lies_beyond_the_picture_is_drawn_only_where_the_picture_moves(tmp_path: Path) -> None:
    under = read_ground(layers(tmp_path, ("road", "primary", "", "LineString", [[10.15, 40.0], [10.2, 40.01]])))
    assert "lay-wide" in drawn(under, VIEW)
    assert "lay-wide" not in drawn(under, VIEW, beyond=0.0)


def test_layers_are_published_with_the_page_and_refused_without_it_or_of_elsewhere(tmp_path: Path) -> None:
    forecast, under = sample.forecast(), read_ground(layers(tmp_path, *ALEPPO))
    publish(forecast, tmp_path / "out", formats=("html", "csv"), under=under)
    assert 'class="lay"' in (tmp_path / "out" / "index.html").read_text()
    with pytest.raises(UsageError, match="no page is made"):
        publish(forecast, tmp_path / "none", formats=("csv",), under=under)
    with pytest.raises(UsageError, match="no page is made"):
        publish(forecast, tmp_path / "none", level="public", formats=("all",), under=under)
    elsewhere = read_ground(layers(tmp_path, ("land", "residential", "", "MultiPolygon", [[RING]])))
    with pytest.raises(UsageError, match="lie elsewhere"):
        publish(forecast, tmp_path / "none", under=elsewhere)
    assert not (tmp_path / "none").exists()
