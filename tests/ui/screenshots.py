"""Every page in three languages, two themes and two widths: `make screenshots` puts them into out/screenshots."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from corridor.publishing.words import LANGUAGES
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
THEMES = ("light", "dark")


def main(names: list[str], out: Path) -> int:
    """Take the pictures of some pages, of all where none is named; returns how many pages were not quiet."""
    if CHROMIUM is None:
        print("no browser here: apt install chromium", file=sys.stderr)
        return 3
    out.mkdir(parents=True, exist_ok=True)
    loud = 0
    with tempfile.TemporaryDirectory() as folder, aleppo(Path(folder)) as server, browser() as started:
        for lang in LANGUAGES:
            for theme in THEMES:
                for width in WIDTHS:
                    visit = Visit(server, started, lang=lang, theme=theme, width=width)
                    for name in names or PAGES:
                        page = visit.go(PAGES[name])
                        page.wait_for_timeout(300)
                        page.screenshot(path=out / f"{name}-{lang}-{theme}-{width}.png", full_page=True)
                        if said := visit.quiet():
                            loud += 1
                            print(name, lang, theme, width, said, file=sys.stderr)
                            visit.said.clear()
                    visit.close()
    print(f"{len(list(out.glob('*.png')))} pictures in {out}")
    return 1 if loud else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Path("out/screenshots")))
