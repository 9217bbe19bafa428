"""The page in a real browser: it opens from a file, asks for nothing, and fits a telephone and a desk."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from corridor.publishing.publish import publish
from corridor.publishing.words import LANGUAGES
from tests.publishing import sample

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = shutil.which("chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no browser here: install Debian's package `chromium` to look at the page")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        started = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_opens_quietly_and_fits(browser: Browser, tmp_path: Path, lang: str, width: int, scheme: str) -> None:
    path = publish(sample.forecast(), tmp_path, lang=lang, formats=("html",), findings=sample.FINDINGS)[0]
    view = browser.new_page(viewport={"width": width, "height": 844}, color_scheme=scheme)  # type: ignore[arg-type]
    said: list[str] = []
    asked: list[str] = []
    view.on("console", lambda message: said.append(message.text))
    view.on("pageerror", lambda error: said.append(str(error)))
    view.on("request", lambda request: asked.append(request.url))
    view.goto(path.as_uri())
    view.wait_for_load_state("load")
    assert said == []
    assert asked == [path.as_uri()]
    assert view.evaluate("document.documentElement.scrollWidth") <= width
    shown = "wide" if width > 640 else "narrow"
    assert view.locator(f".{shown} svg").first.is_visible()
    # The smallest words of a drawing stay readable on the screen: the drawing is not shrunk to fit.
    assert view.evaluate(f"document.querySelector('.{shown} svg').getScreenCTM().a") > 0.85
    clipped = view.evaluate(CLIPPED)
    assert clipped == []
    view.close()


# Words of a drawing that reach beyond its frame would be cut off.
CLIPPED = """
() => [...document.querySelectorAll('figure svg text')].filter(text => text.getClientRects().length).filter(text => {
  const word = text.getBoundingClientRect(), frame = text.ownerSVGElement.getBoundingClientRect();
  return word.left < frame.left - 2 || word.right > frame.right + 2 || word.bottom > frame.bottom + 2
    || word.top < frame.top - 2;
}).map(text => text.textContent)
"""
