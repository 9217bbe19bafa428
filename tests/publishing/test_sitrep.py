"""The situation report: one content twice, tagged, every figure with its reports and the same in every output."""

from __future__ import annotations

import csv
import html
import io
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import page as page_validation
import pikepdf
import pytest

from corridor.publishing import typeset
from corridor.publishing.convoys.notification import notification_pdf
from corridor.publishing.convoys.sheets import sheets_pdf
from corridor.publishing.paper import document
from corridor.publishing.picture import picture_html, picture_pngs, picture_svg
from corridor.publishing.release.levels import LEVELS
from corridor.publishing.release.stage import Release, released
from corridor.publishing.sitrep.sitrep import sitrep_html, sitrep_pdf
from corridor.publishing.sitrep.telling import told
from corridor.publishing.standards.hxl import hxl
from corridor.publishing.standards.tables import sqlite
from corridor.publishing.standards.tep import tep
from corridor.publishing.words import LANGUAGES, words
from tests.publishing import aleppo, sample

FORECAST, EARLIER = aleppo.forecast(), aleppo.before()
LARGEST = 1_000_000
TELLING = ("internal", "partners", "public")


@cache
def release(level: str = "internal") -> Release:
    return released(FORECAST, level, to="Health Cluster", why="beds", previous=EARLIER)


@pytest.fixture(scope="module")
def papers() -> dict[str, bytes]:
    return {lang: sitrep_pdf(release(), lang=lang) for lang in LANGUAGES}


def accessible(data: bytes, lang: str) -> list[str]:
    """What PDF/UA-1 (ISO 14289-1) asks for: the validator `page` (not veraPDF), then what a reader sees himself."""
    report = page_validation.validate_pdf_bytes(data, profile="ua1")
    found = [f"{failure.rule_id}: {failure.message}" for failure in report.failures]
    if not report.is_compliant and not found:
        found.append("does not comply")
    with pikepdf.open(io.BytesIO(data)) as file:
        root: Any = file.Root
        if not root.get("/MarkInfo", {}).get("/Marked"):
            found.append("not marked")
        if str(root.get("/Lang", "")) != lang:
            found.append("language")
        if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle"):
            found.append("the title is not displayed")
        with file.open_metadata() as meta:
            if meta.get("pdfuaid:part") != "1" or not meta.get("dc:title"):
                found.append("metadata")
        kinds = [str(each.get("/S")) for each in elements(root.StructTreeRoot)]
        found += [f"no {kind}" for kind in ("/H1", "/Table", "/TH", "/TD", "/Figure") if kind not in kinds]
        figures = [each for each in elements(root.StructTreeRoot) if str(each.get("/S")) == "/Figure"]
        found += ["a figure without words" for each in figures if not str(each.get("/Alt", ""))]
        for page in file.pages:
            if str(page.obj.get("/Tabs", "")) != "/S":
                found.append("order of tabs")
            fonts: Any = page.resources.get("/Font", {})
            found += ["a font that maps to no letters" for font in fonts.values() if "/ToUnicode" not in font]
    return found


def elements(node: pikepdf.Object) -> list[pikepdf.Dictionary]:
    found: list[pikepdf.Dictionary] = []
    kids = node.get("/K")
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            found += [kid, *elements(kid)]
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_printed_report_is_tagged_and_small(papers: dict[str, bytes], lang: str) -> None:
    assert accessible(papers[lang], lang) == []
    assert len(papers[lang]) < LARGEST


def test_an_untagged_page_fails_the_same_check() -> None:
    """Neither the validator nor our own reading lets it through."""
    bare = typeset.pdf("= x\nwords", accessible=False)
    assert not page_validation.is_pdf_compliant_bytes(bare, profile="ua1")
    assert {"metadata", "no /Table"} <= set(accessible(bare, "en"))


@pytest.mark.parametrize("make", [sheets_pdf, notification_pdf])
def test_sheets_and_notifications_are_tagged_too(make: Callable[..., bytes]) -> None:
    data = make(released(FORECAST, "parties", to="both", why="x"), lang="ar")
    assert [each for each in accessible(data, "ar") if "/Figure" not in each] == []


def test_the_same_release_gives_the_same_bytes(papers: dict[str, bytes]) -> None:
    assert sitrep_pdf(release(), lang="ar") == papers["ar"]
    assert sitrep_html(release()) == sitrep_html(release())


def text(data: bytes) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", data.decode()))


def test_every_figure_of_the_first_page_has_its_reports_or_its_method() -> None:
    page = sitrep_html(release()).decode()
    tiles = re.findall(r"<dd data-figure.*?</dd>", page)
    assert len(tiles) >= 3
    for tile in tiles:
        targets = re.findall(r'href="#([rm]-\w+)"', tile)
        assert targets, tile
        for target in targets:
            assert f'id="{target}"' in page


def in_words(data: bytes) -> dict[str, str]:
    """The figures of the annex by their ids, as a reader sees them."""
    found = re.findall(r'<span data-figure="([^"]+)">([^<]*)</span>', data.decode())
    return {html.unescape(name): html.unescape(value) for name, value in found}


def from_hxl(data: bytes) -> list[tuple[str, str, str]]:
    rows = list(csv.DictReader(io.StringIO(data.decode())))[1:]
    return [(row["low"], row["middle"], row["high"]) for row in rows]


@pytest.mark.parametrize("level", TELLING)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_one_figure_is_one_figure_in_every_output(level: str, lang: str) -> None:
    """The report's words, the tagged table, the database and the XML are read back and hold the same figures."""
    made = release(level)
    w = words(lang, made.situation.at.tzinfo)
    said = in_words(sitrep_html(made, lang=lang))
    with closing(sqlite3.connect(":memory:")) as base:
        base.deserialize(sqlite(made))
        stored = {row[0]: row[1:] for row in base.execute("SELECT id, low, middle, high, unit FROM figures")}
    assert list(said) == list(stored) == [figure.id for figure in made.figures]
    rows = from_hxl(hxl(made))
    counted = {each.get("id"): each for each in ET.fromstring(tep(made))}
    for figure, (low, middle, high) in zip(made.figures, rows, strict=True):
        numbers = stored[figure.id][:3]
        assert numbers == (figure.low, figure.middle, figure.high)
        assert tuple(float(cell) if cell else None for cell in (low, middle, high)) == pytest.approx(
            numbers, nan_ok=True
        )
        assert said[figure.id] == told(figure, made, w)[0]
        if figure.unit == "people" and figure.middle is not None:
            assert said[figure.id] == w.about(numbers[1])
        if figure.id in counted:
            got = counted[figure.id].findtext("{urn:corridor:counts:1}middle")
            assert got == (
                None
                if figure.middle is None
                else f"{figure.middle:g}"
                if figure.middle % 1
                else str(int(figure.middle))
            )


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_printed_figures_are_those_of_the_page(papers: dict[str, bytes], lang: str, tmp_path: Path) -> None:
    """Arabic is looked at as a picture: a reader of text gives its shaped letters in the order of the paper."""
    tool = shutil.which("pdftotext")
    if tool is None:
        pytest.skip("no pdftotext here: install Debian's package `poppler-utils`")
    file = tmp_path / "sitrep.pdf"
    file.write_bytes(papers[lang])
    run = subprocess.run([tool, "-layout", str(file), "-"], capture_output=True, text=True, check=True)
    printed = re.sub(r"\s+", " ", run.stdout.replace("\u00a0", " ").replace("\u202f", " "))
    for value in in_words(sitrep_html(release(), lang=lang)).values():
        assert re.sub(r"\s+", " ", value.replace("\u00a0", " ").replace("\u202f", " ")) in printed


def test_the_change_since_the_last_report_is_marked() -> None:
    first, second = release().figures[1], released(FORECAST).figures[1]
    assert first == second
    before = [msgspec.structs.replace(figure, middle=(figure.middle or 0) - 120) for figure in release().previous]
    page = text(sitrep_html(msgspec.structs.replace(release(), previous=tuple(before))))
    assert "Changes since the report of" in page
    assert "+120" in page
    assert "unchanged" in text(sitrep_html(release()))
    assert "Changes since" not in text(sitrep_html(released(FORECAST)))


def test_both_sides_stand_side_by_side_and_neither_is_taken_on() -> None:
    page = text(sitrep_html(release()))
    halt = max(FORECAST.plan.situation.halts, key=lambda each: each.since)
    assert halt.reasons
    for reason in halt.reasons:
        assert reason.source in page
        assert reason.text in page


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_level_can_be_said_in_every_language(level: str, lang: str) -> None:
    page = sitrep_html(release(level), lang=lang).decode()
    w = words(lang)
    assert w(f"rel.level.{level}") in page
    assert w("rel.protected") in html.unescape(page)
    assert f'dir="{w.dir}"' in page


def test_strangers_words_stay_words_in_print() -> None:
    hostile = 'x#panic("no") $a$ [b] *c* _d_ <script> @e `f` \\ // 漢字 🚌 "quoted" \u05d0\u05d1'
    changed = tuple(msgspec.structs.replace(r, source=hostile, note=hostile, quote=hostile) for r in sample.REPORTS)
    data = sitrep_pdf(released(sample.forecast(changed), to=hostile, why=hostile), lang="ar")
    assert data.startswith(b"%PDF")
    source, _ = document(f"<p>{html.escape(hostile)}</p>", title=hostile, lang="en", right_to_left=False, mark=hostile)
    assert "\\#panic" in source


def test_the_picture_page_stands_by_itself(tmp_path: Path) -> None:
    made = release()
    page = picture_html(made, lang="ar").decode()
    assert not re.findall(r'src=|url\(|@import|<link(?! rel="icon" href="data:,")', page)
    assert "<script" not in page
    shots = picture_pngs(made)
    assert len(shots) >= 5
    assert all(shot.startswith(b"\x89PNG") for shot in shots)
    assert len(shots) == page.count('class="ground"')
    drawn = ET.fromstring(picture_svg(made))
    assert drawn.tag.endswith("svg")
