"""Every page in every language and theme: quiet, within its width, nothing from elsewhere, nobody kept out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.server.serving import Live
from tests.ui.house import Visit, aleppo, browser, planned
from tests.ui.screenshots import CHOICES, PAGES, PLANNED

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

GRAVE = ("serious", "critical")
# Targets that stand alone; words within a sentence are excepted (WCAG 2.2, 2.5.8), and so is what is not shown.
SMALL = """
() => [...document.querySelectorAll("button, nav a, summary, input:not([type=hidden]), select, .button, .steps a")]
  .filter((one) => one.getClientRects().length && !one.closest("[hidden]"))
  .map((one) => [one, one.getBoundingClientRect()])
  .filter(([one, box]) => Math.max(box.height, one.closest("label")?.getBoundingClientRect().height || 0) < 43.5)
  .map(([one, box]) => one.outerHTML.slice(0, 80) + " " + box.height)
"""


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with aleppo(tmp_path_factory.mktemp("pages")) as made:
        yield made


def grave(page: Page) -> list[str]:
    """Return what axe finds that keeps people out."""
    from axe_playwright_python.sync_playwright import Axe

    found: Any = Axe().run(page).response
    return [
        f"{one['id']} ({one['impact']}): {each['html'][:160]}"
        for one in found["violations"]
        if one["impact"] in GRAVE
        for each in one["nodes"][:3]
    ]


def look(visit: Visit, path: str) -> dict[str, Any]:
    """Return everything that is wrong with a page."""
    page = visit.go(path)
    # All at once: each that opens is no more among those that are closed.
    page.evaluate("for (const one of [...document.querySelectorAll('main details')].slice(0, 12)) one.open = true")
    return {
        "grave": grave(page),
        "wide": page.evaluate("document.documentElement.scrollWidth - innerWidth") > 0,
        "small": page.evaluate(SMALL),
        "said": visit.quiet(),
    }


# Those looked at in every round; the others in `make test-ui`.
OFTEN = ("now", "plan", "people", "log")
FINE = {"grave": [], "wide": False, "small": [], "said": []}


def test_the_pages_most_used_keep_nobody_out(server: Live, chrome: Browser) -> None:
    visit = Visit(server, chrome)
    wrong = {name: seen for name in OFTEN if (seen := look(visit, PAGES[name])) != FINE}
    visit.close()
    assert wrong == {}


@pytest.fixture(scope="module")
def drill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with planned(tmp_path_factory.mktemp("drill")) as made:
        yield made


@pytest.mark.ui
@pytest.mark.parametrize(("lang", "theme", "width"), CHOICES)
def test_every_page_in_every_language_and_theme(
    server: Live, drill: Live, chrome: Browser, lang: str, theme: str, width: int
) -> None:
    wrong: dict[str, Any] = {}
    for served, pages in ((server, PAGES), (drill, PLANNED)):
        visit = Visit(served, chrome, lang=lang, theme=theme, width=width)
        wrong |= {name: seen for name, path in pages.items() if (seen := look(visit, path)) != FINE}
        visit.close()
    keeper = Visit(server, chrome, role="admin", lang=lang, theme=theme, width=width)
    wrong |= {name: seen for name in ("/", "/accounts") if (seen := look(keeper, name)) != FINE}
    keeper.close()
    assert wrong == {}


def test_one_reader_a_day_in_the_usual_round(server: Live, chrome: Browser) -> None:
    """The whole set takes minutes; the usual round sees the pages as another reader each day."""
    lang, theme, width = CHOICES[datetime.now(UTC).toordinal() % len(CHOICES)]
    visit = Visit(server, chrome, lang=lang, theme=theme, width=width)
    names = ("now", "people", "agreement", "accounts")
    wrong = {name: seen for name in names if (seen := look(visit, PAGES[name])) != FINE}
    visit.close()
    assert wrong == {}, (lang, theme, width)


def test_the_sign_in_page_keeps_nobody_out(server: Live, chrome: Browser) -> None:
    visit = Visit(server, chrome, signed_in=False, lang="ar")
    assert look(visit, "/sign-in") == FINE
    visit.close()


def test_the_look_finds_what_is_wrong(server: Live, chrome: Browser) -> None:
    """The rig can fail: a page made worse is found out."""
    visit = Visit(server, chrome)
    page = visit.go("/start")
    page.evaluate(
        "() => { const b = document.createElement('button'); document.body.append(b);"
        "const i = document.createElement('img'); i.src = 'http://elsewhere.invalid/a.png'; document.body.append(i);"
        "const s = document.createElement('script'); s.textContent = '1'; document.body.append(s); }"
    )
    page.wait_for_timeout(300)
    assert any("button-name" in one for one in grave(page))
    assert visit.elsewhere or any("img-src" in one for one in visit.quiet())
    assert any("script-src" in one for one in visit.quiet())
    visit.close()


def test_the_policy_and_the_scripts_are_of_this_server_alone(server: Live, chrome: Browser) -> None:
    visit = Visit(server, chrome)
    page = visit.go(PAGES["now"])
    assets = page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    assert assets
    assert all(one.startswith(server.address) for one in assets)
    assert page.evaluate("document.querySelectorAll('script[src]').length") >= 1
    visit.close()


# How much of the smaller of two names lies under the other, for the names in view that share any room.
COVERED = """
() => {
  const frame = document.getElementById("map-picture").getBoundingClientRect();
  const names = [...document.querySelectorAll("#map-picture .fixed text:not(.sign)")]
    .map((one) => [one.textContent, one.getBoundingClientRect(), one.closest("a")])
    .filter(([, box]) => box.right > frame.left && box.left < frame.right)
    .filter(([, box]) => box.bottom > frame.top && box.top < frame.bottom);
  const out = [];
  names.forEach(([a, one, mark], i) => names.slice(i + 1).forEach(([b, two, other]) => {
    const wide = Math.min(one.right, two.right) - Math.max(one.left, two.left);
    const tall = Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top);
    const least = Math.min(one.width * one.height, two.width * two.height);
    if (mark !== other && wide > 0 && tall > 0 && wide * tall > 0.15 * least) out.push(`${a} / ${b}`);
  }));
  return out;
}
"""


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("moment", ["2016-12-15T18:30", "2016-12-16T12:00", "2016-12-19T09:00"])
def test_no_name_on_the_map_covers_another(server: Live, chrome: Browser, width: int, moment: str) -> None:
    for lang in ("en", "ar"):
        visit = Visit(server, chrome, lang=lang, width=width)
        page = visit.go(f"/?at={moment}%2B02:00")
        page.locator("#mapbox.live").wait_for()
        assert page.locator("#map-picture .fixed text:not(.sign)").count() > 3
        assert page.evaluate(COVERED) == []
        visit.close()
