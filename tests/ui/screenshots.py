"""Every page in three languages, two themes and two widths: `make screenshots` puts them into out/screenshots.

`python -m tests.ui.screenshots NAME ...` takes those of some pages, `field` those of the page of a post with
all its views; `shown` renews the pictures of the documentation.
"""

from __future__ import annotations

import itertools
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from corridor.publishing.words import LANGUAGES
from tests.server.serving import Live
from tests.ui.fielding import VIEWS, at_work, operating
from tests.ui.house import CHROMIUM, Visit, aleppo, browser, planned

if TYPE_CHECKING:
    from playwright.sync_api import Browser

AT = "at=2016-12-16T12:00%2B02:00"
PAGES = {
    "now": f"/?{AT}",
    "plan": "/plan",
    "people": f"/people?{AT}",
    "waiting": f"/waiting?{AT}",
    "reception": f"/reception?{AT}",
    "agreement": f"/agreement?{AT}",
    "reader": "/reader",
    "log": f"/log?{AT}&limit=20",
    "exercise": "/exercise",
    "start": "/start",
    "figure": f"/figure?of=out:aleppo&{AT}",
    "accounts": "/accounts",
    "codes": "/codes",
    "sheet": "/sheet",
}
# Those of an operation with a plan; the others show what is there before one.
PLANNED = {
    "road": "/",
    "planned": "/plan",
    "orders": "/orders",
    "sheets": "/plan/sheets",
    "expected": "/reception",
    "drill": "/exercise",
}
# The pictures of the documentation: page, language, theme, width.
SHOWN = {
    "now": ("now", "en", "light", 1280),
    "people": ("people", "fr", "dark", 1280),
    "phone": ("now", "ar", "light", 390),
}
IMAGES = Path("docs/images")
FIELD = "field"
WIDTHS = (390, 1280)
PHONES = {320: 640, 390: 844, 768: 1024}
THEMES = ("light", "dark")
CHOICES = tuple(itertools.product(LANGUAGES, THEMES, WIDTHS))


def shown() -> int:
    """Renew the pictures of the documentation: a screenful each, in few colours."""
    from PIL import Image

    with (
        tempfile.TemporaryDirectory() as folder,
        aleppo(Path(folder), title="Aleppo, December 2016") as server,
        browser() as started,
    ):
        for name, (page, lang, theme, width) in SHOWN.items():
            visit = Visit(server, started, lang=lang, theme=theme, width=width, height=844)
            visit.go(PAGES[page]).wait_for_timeout(300)
            path = IMAGES / f"console-{name}.png"
            visit.page.screenshot(path=path)
            Image.open(path).convert("RGB").quantize(64).save(path, optimize=True)
            print(f"{path} {path.stat().st_size // 1024} kB", visit.quiet() or "")
            visit.close()
    return 0


def main(names: list[str], out: Path) -> int:
    """Take the pictures of some pages, of all where none is named; returns how many pages were not quiet."""
    if CHROMIUM is None:
        print("no browser here: apt install chromium", file=sys.stderr)
        return 3
    if names == ["shown"]:
        return shown()
    known = (*PAGES, *PLANNED, FIELD)
    if unknown := sorted(set(names) - set(known)):
        print(f"no such page: {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    out.mkdir(parents=True, exist_ok=True)
    loud = 0
    with browser() as started:
        for serve, pages in ((aleppo, PAGES), (planned, PLANNED)):
            chosen = {name: path for name, path in pages.items() if not names or name in names}
            if chosen:
                with tempfile.TemporaryDirectory() as folder, serve(Path(folder)) as server:
                    loud += sum(_taken(server, started, chosen, out, *choice) for choice in CHOICES)
        if not names or FIELD in names:
            loud += field(started, out)
    print(f"{len(list(out.glob('*.png')))} pictures in {out}")
    return 1 if loud else 0


def field(started: Browser, out: Path) -> int:
    """Take the pictures of the page of a post, as a phone shows each view; returns how many were not quiet."""
    loud = 0
    with tempfile.TemporaryDirectory() as folder, operating(Path(folder)) as server:
        for lang in LANGUAGES:
            for theme in THEMES:
                for width, height in PHONES.items():
                    phone = at_work(server, started, lang=lang, color_scheme=theme, width=width, height=height)
                    for name in ("enrol", *VIEWS):
                        if name == "enrol":
                            phone.tap('[data-to="more"]')
                            phone.tap("#again")
                        else:
                            phone.view(name)
                        phone.page.wait_for_timeout(100)
                        phone.page.screenshot(path=out / f"{FIELD}-{name}-{lang}-{theme}-{width}.png")
                    if phone.said:
                        loud += 1
                        print(FIELD, lang, theme, width, phone.said, file=sys.stderr)
                    phone.close()
    return loud


def _taken(server: Live, started: Browser, pages: dict[str, str], out: Path, lang: str, theme: str, width: int) -> int:
    """Take the pictures of some pages as one reader chose to see them; returns how many were not quiet."""
    loud = 0
    visit = Visit(server, started, lang=lang, theme=theme, width=width)
    for name, path in pages.items():
        page = visit.go(path)
        page.wait_for_timeout(300)
        page.screenshot(path=out / f"{name}-{lang}-{theme}-{width}.png", full_page=True)
        if said := visit.quiet():
            loud += 1
            print(name, lang, theme, width, said, file=sys.stderr)
            visit.said.clear()
    visit.close()
    return loud


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Path("out/screenshots")))
