"""Every page in three languages, two themes, at its widths: `make screenshots` puts them into out/screenshots.

`python -m tests.ui.screenshots plan field` takes those pages alone; `field` is the page of a post, with all its views.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from corridor.publishing.words import LANGUAGES
from tests.ui.fielding import VIEWS, at_work, operating
from tests.ui.house import CHROMIUM, Visit, aleppo, browser

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
    "sheets": "/plan/sheets",
}
WIDTHS = (390, 1280)
PHONES = {320: 640, 390: 844, 768: 1024}
THEMES = ("light", "dark")
FIELD = "field"


def console(names: list[str], out: Path) -> int:
    """Take the pictures of pages of the console; returns how many were not quiet."""
    loud = 0
    with tempfile.TemporaryDirectory() as folder, aleppo(Path(folder)) as server, browser() as started:
        for lang in LANGUAGES:
            for theme in THEMES:
                for width in WIDTHS:
                    visit = Visit(server, started, lang=lang, theme=theme, width=width)
                    for name in names:
                        page = visit.go(PAGES[name])
                        page.wait_for_timeout(300)
                        page.screenshot(path=out / f"{name}-{lang}-{theme}-{width}.png", full_page=True)
                        if said := visit.quiet():
                            loud += 1
                            print(name, lang, theme, width, said, file=sys.stderr)
                            visit.said.clear()
                    visit.close()
    return loud


def field(out: Path) -> int:
    """Take the pictures of the page of a post, as a phone shows each view; returns how many were not quiet."""
    loud = 0
    with tempfile.TemporaryDirectory() as folder, operating(Path(folder)) as server, browser() as started:
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


def main(names: list[str], out: Path) -> int:
    """Take the pictures of some pages, of all where none is named."""
    if CHROMIUM is None:
        print("no browser here: apt install chromium", file=sys.stderr)
        return 3
    wanted = names or [*PAGES, FIELD]
    unknown = set(wanted) - {*PAGES, FIELD}
    if unknown:
        print(f"no such page: {', '.join(sorted(unknown))}; there are {', '.join((*PAGES, FIELD))}", file=sys.stderr)
        return 2
    out.mkdir(parents=True, exist_ok=True)
    loud = console([name for name in wanted if name != FIELD], out) if set(wanted) - {FIELD} else 0
    if FIELD in wanted:
        loud += field(out)
    print(f"{len(list(out.glob('*.png')))} pictures in {out}")
    return 1 if loud else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Path("out/screenshots")))
