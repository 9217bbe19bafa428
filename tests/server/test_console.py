"""The pages of the console without a browser: words in three languages, files at the same address, nothing inline."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from corridor.errors import InputError
from corridor.publishing.words import LANGUAGES
from corridor.reports.tables import read_reports
from corridor.server.console import assets, texts
from corridor.server.routes import ROUTES
from corridor.server.serve import Where, settings_of
from tests.server.serving import Live, live

SOURCES = Path(texts.__file__).parent
ALEPPO = Path(__file__).parents[2] / "examples" / "aleppo-2016" / "reports.csv"
FORMS = ("zero", "one", "two", "few", "many", "other")
LITERAL = re.compile(r"""\b(?:w|plural)\(\s*"([^"{}]+)\"""")
BUILT = re.compile(r"""\bf"([a-z.]+\.)\{""")
SAID = re.compile(r"""\bsay\(\s*"([^"]+)\"""")
AT = {"at": "2016-12-16T12:00+02:00"}
# Pages that need a plan, a figure or an id are asked in their own tests.
# The page of a post has its own tests: it holds nothing of the operation.
APART = ("enrol_page", "field_page")
PLAIN = [
    route
    for route in ROUTES
    if route.is_page and route.method == "GET" and "coordinator" in route.roles and route.name not in APART
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live(tmp_path_factory.mktemp("console"), read_reports(ALEPPO)) as made:
        yield made


def code() -> str:
    """Return everything that asks the catalogue for words."""
    server = SOURCES.parent
    return "".join(path.read_text(encoding="utf-8") for path in sorted(server.rglob("*.py")))


def scripts() -> str:
    return "".join(path.read_text(encoding="utf-8") for path in sorted((SOURCES / "static").glob("*.js")))


def asked_for() -> set[str]:
    return {*LITERAL.findall(code()), *(f"js.{key}" for key in SAID.findall(scripts()))}


def missing(lang: str, keys: set[str]) -> list[str]:
    known = texts.texts(lang)
    return sorted(key for key in keys if key not in known and f"{key}.other" not in known)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_word_that_a_page_asks_for_is_there(lang: str) -> None:
    assert missing(lang, asked_for()) == []
    assert missing(lang, {"no.such.key"}) == ["no.such.key"]


def test_every_row_is_whole_and_used() -> None:
    used = asked_for()
    prefixes = tuple({*BUILT.findall(code()), "js.", "col.", "party.", "state.", "sheet."})
    idle, holes, fields = [], [], []
    for name in texts.files():
        for row in texts.rows(name):
            key = row["key"]
            stem, _, form = key.rpartition(".")
            plural = form in FORMS and stem in used
            if not (key in used or plural or f'"{key}"' in code() or key.startswith(prefixes)):
                idle.append(key)
            needed = LANGUAGES if not plural or form in ("one", "other") else ("ar",)
            holes += [f"{key} {lang}" for lang in needed if not row[lang].strip()]
            named = {lang: set(re.findall(r"{(\w+)}", row[lang])) for lang in LANGUAGES if row[lang]}
            # Arabic says "a minute" and "two minutes" without the number.
            if len({frozenset(one) for one in named.values()}) > 1 and form not in ("one", "two"):
                fields.append(key)
    assert (idle, holes, fields) == ([], [], [])


def test_arabic_has_six_forms() -> None:
    plural = [key for key in asked_for() if f"{key}.other" in texts.texts("ar")]
    assert plural
    for key in plural:
        assert all(f"{key}.{form}" in texts.texts("ar") for form in FORMS), key


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("route", PLAIN, ids=lambda route: route.name)
def test_a_page_stands_in_every_language_and_holds_nothing_inline(server: Live, route: object, lang: str) -> None:
    path = route.path  # type: ignore[attr-defined]
    extra = {"of": "out:aleppo"} if path == "/figure" else {}
    query = AT | extra if route.name != "sign_in_page" else {}  # type: ignore[attr-defined]
    found = server.member("coordinator").get(path, params=query | {"lang": lang})
    assert found.status_code == 200, found.text[:300]
    page = found.text
    assert f'<html lang="{lang}" dir="{"rtl" if lang == "ar" else "ltr"}"' in page
    assert not re.search(r"<script(?![^>]*(?:src=|application/json))|\sstyle=|\son\w+=\"", page)
    # Nothing of the page comes from elsewhere; links of sources lead there only when they are followed.
    assert not re.search(r'(?:src|action)="(?:https?:)?//|<link[^>]+href="(?:https?:)?//', page)
    assert len(re.findall(r"<h1[ >]", page)) == 1
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids)), sorted({one for one in ids if ids.count(one) > 1})
    assert all(key in page for key in re.findall(r'data-live="?[^>]*?id="([^"]+)"', page))


@pytest.mark.parametrize("route", [r for r in ROUTES if r.name.endswith("_csv")], ids=lambda route: route.name)
def test_a_table_can_be_taken_away(server: Live, route: object) -> None:
    path = route.path.removesuffix(".csv")  # type: ignore[attr-defined]
    query = AT | ({"of": "out:aleppo"} if path == "/figure" else {})
    room = server.member("coordinator")
    said = room.get(f"{path}.csv", params=query)
    if said.status_code == 404:
        assert "no such table" in said.text
        return
    rows = list(csv.DictReader(io.StringIO(said.text.removeprefix("\ufeff"))))
    plain = room.get(f"{path}.json", params=query).json()
    shapes = room.get(f"{path}.geojson", params=query).json()
    assert len(rows) == len(plain["rows"]) == len(shapes["features"])
    assert plain["as_known_at"].startswith("2016-12-16T12:00")
    assert shapes["type"] == "FeatureCollection"
    assert room.get(f"{path}.csv", params=query | {"table": "none"}).status_code == 404


def test_assets_are_kept_for_ever_and_an_old_address_is_none(server: Live) -> None:
    client = server.client()
    for name in assets.files():
        found = client.get(assets.address(name))
        assert found.status_code == 200
        assert "immutable" in found.headers["cache-control"]
        assert found.content == assets.files()[name]
    assert client.get(f"/static/{'0' * 16}/base.css").status_code == 404
    assert client.get(f"/static/{assets.version()}/none.css").status_code == 404
    with pytest.raises(KeyError):
        assets.address("none.css")


def test_styles_hold_logical_properties_only() -> None:
    physical = re.compile(
        r"(?<![\w-])(?:margin|padding|border)-(?:left|right)|(?<![\w-])(?:left|right|float: (?:left|right))\s*:"
        r"|text-align: (?:left|right)|(?<![\w-])float: (?:left|right)"
    )
    for path in (SOURCES / "static").glob("*.css"):
        assert physical.findall(path.read_text(encoding="utf-8")) == [], path.name
    assert physical.findall("margin-left: 1px; text-align: right; left: 0") != []


def test_a_refusal_is_a_page_for_a_reader(server: Live) -> None:
    found = server.client(**{"accept-language": "ar,en;q=0.5"}).get("/figure")
    assert found.status_code == 401
    assert 'lang="ar"' in found.text
    assert "/sign-in" in found.text
    assert server.member("coordinator").get("/", params={"at": "soon"}).status_code == 400


def test_choices_are_kept_by_cookies(server: Live) -> None:
    room = server.member("coordinator")
    found = room.get("/", params={"lang": "ar", "digits": "arab", "theme": "dark"} | AT)
    kept = found.headers.get_list("set-cookie")
    assert any(one.startswith("corridor-lang=ar;") for one in kept)
    assert any(one.startswith("corridor-theme=dark;") for one in kept)
    assert "٢٠١٦" in found.text
    assert 'data-theme="dark"' in found.text


def test_layers_of_a_map_lie_under_the_picture_with_the_words_of_whose_they_are(tmp_path: Path, server: Live) -> None:
    credit = "© OpenStreetMap contributors (ODbL)"
    road = {
        "properties": {"layer": "road", "kind": "primary"},
        "geometry": {"type": "LineString", "coordinates": [[37.0, 36.1], [37.3, 36.3]]},
    }
    file = tmp_path / "layers.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "attribution": credit, "features": [road]}))
    settings, _, _ = settings_of("a.corridor", Where(map=file, planning=False))
    with live(tmp_path, read_reports(ALEPPO), settings=settings) as mapped:
        page = mapped.member("coordinator").get("/", params=AT).text
    assert page.count('class="lay-wide"') == 1
    assert f'href="https://www.openstreetmap.org/copyright"><bdi>{credit}</bdi>' in page
    without = server.member("coordinator").get("/", params=AT).text
    assert "lay-" not in without
    assert "OpenStreetMap" not in without
    file.write_text("{}")
    with pytest.raises(InputError, match="no layers of a map"):
        settings_of("a.corridor", Where(map=file))
