"""Typst, the typesetter: PDF with tags (PDF/UA-1) and pictures, with the fonts that come as packages."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from functools import cache
from importlib import import_module, resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridor.errors import CorridorError

if TYPE_CHECKING:
    import typst

FONTS = ("fontpkg_noto_sans", "fontpkg_noto_sans_arabic")
FAMILIES = '"Noto Sans", "Noto Sans Arabic"'
# What the fonts hold: Latin, Greek, Cyrillic, Arabic and their signs. Other letters stand as question marks.
LATIN = r"\n\t -~\u00a0-\u017f\u0370-\u03ff\u0400-\u045f\u2010-\u2027\u202f\u2030-\u203a"
LATIN += r"\u2066-\u2069\u20ac\u2122\u2212\ufffd"
OTHER = re.compile(f"[^{LATIN}\u0600-\u06ff\u0750-\u077f]")
UNTAGGED = re.compile(f"[^{LATIN}]")
TAG = re.compile("<[^>]*>")
MISSING = re.compile('the text `"(.+?)"` could not be displayed')
TRIES = 8
KEPT = frozenset('#[](){}<>"\\*_=-+/.,:; \n?')
POINTS_PER_INCH = 72
# Typst cannot tag Arabic words within a drawing: such a drawing becomes dots, with its name beside it in words.
DENSITY = 220.0
# Words of a drawing whose first letter is Arabic: Typst would set the line as if it were Latin, with "17 May" reversed.
SAID = re.compile("(<text[^>]*>)([^<]*)(?=</text>)")
FIRST = re.compile("[A-Za-z\u00c0-\u024f\u0600-\u06ff\u0750-\u077f]")
RIGHTWARDS, CLOSED = "\u2067", "\u2069"
SIZE = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')


@cache
def fonts() -> typst.Fonts:
    """Return the fonts: none of the system's, so that a page looks the same everywhere."""
    import typst  # noqa: PLC0415 - thirty megabytes that only a printed page needs

    folders = [str(Path(str(import_module(name).__file__)).parent / "files") for name in FONTS]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


# Our fonts hold no arrow; this sign they hold, and it turns with the direction of writing by itself.
ARROWS = str.maketrans("→←", "››")


def pdf(source: str, pictures: dict[str, bytes] | None = None, *, accessible: bool = True) -> bytes:
    """Return a document as PDF, checked against PDF/UA-1 while it is made; `pictures` are its files by name."""
    source = OTHER.sub("?", source.translate(ARROWS))
    for _ in range(TRIES):
        try:
            return _compile(source, pictures or {}, kind="pdf", accessible=accessible)[0]
        except CorridorError as error:
            missing = MISSING.search(str(error))
            if missing is None:
                raise
            for sign in missing[1]:
                source = source.replace(sign, "?") if sign not in KEPT else source
    raise CorridorError("the page holds letters that its fonts do not", hint="look at the reports' words")


def png(source: str, pictures: dict[str, bytes], *, density: float = DENSITY) -> list[bytes]:
    """Return the pages of a document as pictures of so many dots an inch."""
    return _compile(source.translate(ARROWS), pictures, kind="png", accessible=False, density=density)


def _compile(
    source: str, pictures: dict[str, bytes], *, kind: str, accessible: bool, density: float = DENSITY
) -> list[bytes]:
    import typst  # noqa: PLC0415

    # It takes a document's files by name as well, which its types do not say.
    compiled: Any = typst.compile
    try:
        made = compiled(
            {"main.typ": source.encode(), **pictures},
            font_paths=fonts(),
            format=kind,
            ppi=density,
            pdf_standards="ua-1" if accessible else [],
            timestamp=0,  # else it writes when it was made; the same content gives the same bytes
        )
    except typst.TypstError as error:
        raise CorridorError(f"the page could not be set: {error}", hint="report this with the file") from None
    return list(made) if isinstance(made, list) else [made or b""]


@cache
def style() -> str:
    """Return the rules for drawings from the page's style sheet, its names of colours replaced by the light ones."""
    text = resources.files("corridor.publishing").joinpath("page.css").read_text(encoding="utf-8")
    light = text[: text.index("@media")]
    colours = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{3,6})", light))
    start, end = text.index("/* drawings */"), text.index("/* the day */")
    rules = re.sub(r"var\(--([\w-]+)\)", lambda found: colours.get(found[1], FAMILIES), text[start:end])
    # A short form of `font` is unknown to Typst's reader of drawings.
    return re.sub(r"font: ([\d.]+px)/1 [^;]+;", rf"font-size: \1; font-family: {FAMILIES};", rules)


def drawing(svg: str) -> str:
    """Return a drawing that stands by itself: with its size and its style inside."""
    wide, high = size(svg)
    sides = f' width="{wide}" height="{high}"'
    head, mark, rest = svg.partition(">")
    if "xmlns=" not in head:
        head = head.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    return f"{head}{sides}{mark}<style>{style()}</style>{SAID.sub(_isolated, rest)}"


def _isolated(found: re.Match[str]) -> str:
    """Return words of a drawing, those that begin in Arabic held as a line from right to left (Unicode, annex 9)."""
    first = FIRST.search(found[2])
    rightwards = first is not None and first[0] > "\u0600"
    return f"{found[1]}{RIGHTWARDS}{found[2]}{CLOSED}" if rightwards else found[0]


def picture(svg: str) -> bytes:
    """Return a drawing as a file for Typst; one whose words Typst cannot tag becomes dots within a drawing."""
    whole = drawing(svg)
    if not UNTAGGED.search(TAG.sub("", svg)):
        return whole.encode()
    wide, high = size(svg)
    # Typst takes its files as text, so that dots stand in it as letters.
    dots = base64.b64encode(raster(svg)).decode()
    sides = f'width="{wide}" height="{high}"'
    inside = f'<image {sides} href="data:image/png;base64,{dots}"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" {sides}>{inside}</svg>'.encode()


def size(svg: str) -> tuple[float, float]:
    """Return the width and the height of a drawing."""
    found = SIZE.search(svg)
    return (float(found[1]), float(found[2])) if found else (360.0, 240.0)


def raster(svg: str, *, density: float = DENSITY) -> bytes:
    """Return a drawing as PNG."""
    return rasters([svg], density=density)[0]


def rasters(svgs: Sequence[str], *, density: float = DENSITY) -> list[bytes]:
    """Return drawings as PNG, one after the other."""
    pages = []
    for at, svg in enumerate(svgs):
        wide, high = size(svg)
        pages.append(
            f'#page(width: {wide}pt, height: {high}pt, margin: 0pt, fill: white, image("{at}.svg", width: 100%))'
        )
    files = {f"{at}.svg": drawing(svg).encode() for at, svg in enumerate(svgs)}
    return png("\n".join(pages), files, density=density)
