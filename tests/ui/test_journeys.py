"""Journeys through the console, as people make them: each sees what it came for, and nothing breaks on the way."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from corridor.log.entry import new_id, now
from tests.operation.acting import basis, say
from tests.server.serving import API, Live, live, recent
from tests.ui.house import Visit, aleppo, browser, planned

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TRACES = Path("out/traces")
PATIENCE = 60_000
ARTICLE = """The Red Crescent said on Friday that about 1,200 people had left Al-Amiriyah in the first convoy.
A Russian officer said 3,000 people had left. The mayor denied that the second convoy had departed from Ramousah.
"""


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture
def visit(request: pytest.FixtureRequest, chrome: Browser) -> Iterator[object]:
    """Give visits that leave a trace where their journey fails, and that were quiet where it does not."""
    made: list[Visit] = []

    def come(server: Live, **choice: object) -> Visit:
        one = Visit(server, chrome, **choice)  # type: ignore[arg-type]
        one.context.tracing.start(screenshots=True, snapshots=True)
        made.append(one)
        return one

    failed = request.session.testsfailed
    yield come
    for number, one in enumerate(made):
        if request.session.testsfailed > failed or os.environ.get("CORRIDOR_TRACES"):
            TRACES.mkdir(parents=True, exist_ok=True)
            one.context.tracing.stop(path=TRACES / f"{request.node.name}-{number}.zip")
        quiet = one.quiet()
        one.close()
        assert quiet == []


@pytest.fixture(scope="module")
def planning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live(tmp_path_factory.mktemp("plans"), recent(basis()), planning=True) as made:
        yield made


def opened(page: Page, summary: str) -> None:
    page.locator(summary).first.click()


def test_a_newcomer_from_an_empty_log_to_a_plan(visit: object, tmp_path: Path) -> None:
    with live(tmp_path, planning=True) as server:
        page = visit(server).go("/")  # type: ignore[operator]
        page.get_by_role("link", name="Begin here").click()
        page.wait_for_url("**/start")
        for label, value in (
            ("Who says so", "City council"),
            ("Where people wait to leave", "Old town"),
            ("At least", "800"),
            ("At most", "1200"),
            ("Where they are brought", "Stadium"),
            ("Room there", "5000"),
            ("Minutes of driving", "40"),
            ("How many vehicles", "6"),
        ):
            page.get_by_label(label).fill(value)
        page.get_by_role("button", name="Put it into the log").click()
        page.locator("#step-told .done").wait_for()
        page.locator("#first-plan button").click()
        page.locator("#step-plan .done").wait_for(timeout=PATIENCE)
        page.get_by_role("link", name="Look at the proposed plan").click()
        page.locator("#table-plan tbody tr").first.wait_for()
        assert "Stadium" in page.locator("#table-plan").inner_text()
        assert page.locator("#gantt svg").first.is_visible()
        planned = int(page.locator("#plan dd .big").first.inner_text().replace(",", ""))
        page.locator("#adopt-form button").click()
        page.locator("#adoption", has_text="The proposed plan is the adopted one").wait_for(timeout=PATIENCE)
        # Who was said to wait is who is planned for: the middle of the two numbers, within what rounding leaves.
        assert 900 <= planned <= 1100


@pytest.mark.parametrize("lang", ["en", pytest.param("ar", marks=pytest.mark.ui)])
def test_a_coordinator_through_a_halt_a_replan_and_an_adoption(visit: object, tmp_path: Path, lang: str) -> None:
    spots = {"pickup": "36.15;37.15;100", "gate": "36.16;37.10;100", "west": "36.17;37.02;100"}
    places = [say("position", name, name, at) for name, at in spots.items()]
    with live(tmp_path, recent([*basis(), *places]), planning=True) as server:
        page = visit(server, lang=lang).go("/plan")  # type: ignore[operator]
        assert page.evaluate("document.documentElement.dir") == ("rtl" if lang == "ar" else "ltr")
        page.locator("#make-plan input[name=time_limit]").fill("1")
        page.locator("#make-plan button").click()
        page.locator("#adopt-form button").click(timeout=PATIENCE)
        page.locator("#adoption .state.open").last.wait_for(timeout=PATIENCE)
        assert server.house.present.adopted
        # Another person reports a halt: the first page says so without being loaded again.
        page = visit(server, lang=lang).go("/")  # type: ignore[operator]
        page.locator("#connection[data-state=live]").wait_for()
        assert page.locator(".movement .state.halted").count() == 0
        halt = say(
            "halt", "aleppo", "gate", "shelling near the gate", by="post at the gate", observed=now(), id=new_id()
        )
        import msgspec

        body = {"reports": [msgspec.to_builtins(halt)]}
        assert server.member("dispatcher").post(f"{API}/reports", json=body).status_code == 200
        page.locator(".movement .state.halted").first.wait_for(timeout=PATIENCE)
        page.locator(".way.halted").first.wait_for(state="attached")
        # The server plans anew by itself; the coordinator looks at what changes and adopts it.
        page.locator("nav a[href='/plan']").click()
        page.locator("#adopt-form button").click(timeout=PATIENCE)
        page.locator("#adopt-form").wait_for(state="detached", timeout=PATIENCE)
        assert server.names().count("adopt") == 2


@pytest.mark.ui
def test_a_what_if_is_answered_and_a_list_is_signed(visit: object, planning: Live) -> None:
    page = visit(planning).go("/plan")  # type: ignore[operator]
    page.locator("#what-if-form input[name=buses]").focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.locator("#tried table").wait_for(timeout=PATIENCE)
    cells = page.locator("#tried tr").nth(1).locator("td b").all_inner_texts()
    assert float(cells[1]) < float(cells[0]), cells
    page.locator("#adoption summary").first.click()
    first = page.locator("#adoption .checklist li").first
    first.locator("input[name=reason]").fill("seen")
    first.get_by_role("button", name="Sign: go").click()
    page.locator("#adoption .checklist li").first.get_by_text("coordinator-").wait_for()
    assert "sign off" in planning.names()


def test_a_reader_accepts_mends_and_leaves_out(visit: object, tmp_path: Path) -> None:
    with aleppo(tmp_path) as server:
        page = visit(server).go("/reader")  # type: ignore[operator]
        page.get_by_label("Text", exact=True).fill(ARTICLE)
        page.get_by_label("Day of publication, where the text does not say").fill("2016-12-16")
        page.get_by_role("button", name="Read", exact=True).click()
        page.locator("#reader-list li").nth(1).wait_for()
        count = page.locator("#reader-list li").count()
        assert page.locator("#reader-marked mark").count() >= 2
        assert page.evaluate("document.activeElement.id") == "claim-0"
        page.keyboard.press("a")
        page.locator("#claim-0[data-state=accepted]").wait_for()
        page.locator("#claim-1:focus").wait_for()
        page.keyboard.press("e")
        page.keyboard.type("2900")
        page.keyboard.press("Tab")
        page.keyboard.type("amiriyah")
        page.keyboard.press("Tab")
        page.keyboard.type("the ministry's own list says so")
        page.keyboard.press("Enter")
        page.locator("#claim-1[data-state=edited]").wait_for()
        for number in range(2, count):
            page.locator(f"#claim-{number}:focus").wait_for()
            page.keyboard.press("r")
            page.locator(f"#claim-{number}[data-state=rejected]").wait_for()
        names = server.names()
        assert names.count("accept") == 1
        assert names.count("withdraw") == count - 1
        seen = server.member("coordinator").get(f"{API}/reports").json()["reports"]
        assert [one["value"] for one in seen if one["id"].endswith("-mended")] == [2900]
        page.reload()
        assert page.locator("#table-candidates tbody button").count() == 0


def test_as_known_at_is_turned_back_and_forth(visit: object, tmp_path: Path) -> None:
    with aleppo(tmp_path) as server:
        page = visit(server).go("/")  # type: ignore[operator]
        last = page.locator(".fig.out b").first.inner_text()
        page.locator("#asof summary").click()
        page.get_by_label("Moment", exact=True).fill("2016-12-15T18:00")
        page.get_by_role("button", name="Show", exact=True).click()
        page.locator("#asof.turned").wait_for()
        assert "15 Dec 2016, 18:00" in page.locator("#asof").inner_text()
        then = page.locator(".fig.out b").first.inner_text()
        assert then != last
        # The whole console looks at that moment: another page, its tables, what they give away.
        page.locator("nav a", has_text="Log").click()
        page.locator("#asof.turned").wait_for()
        assert "Dec, 1" in page.locator("#table-log tbody tr").first.inner_text()
        with page.expect_download() as taken:
            page.locator("#table-log .exports a").first.click()
        assert "2016-12-15T18:00" in Path(taken.value.path()).read_text(encoding="utf-8")
        page.locator("nav a", has_text="Now").click()
        page.locator("#asof summary").click()
        page.get_by_role("link", name="Hours on: 6").click()
        page.wait_for_url("**at=2016-12-16T00*")
        assert page.locator(".fig.out b").first.inner_text() not in (then, last)
        page.locator("#now-link").click()
        page.locator("#asof:not(.turned)").wait_for()
        assert page.locator(".fig.out b").first.inner_text() == last


def test_a_figure_leads_to_its_reports_by_the_keyboard_alone(visit: object, tmp_path: Path) -> None:
    with aleppo(tmp_path) as server:
        page = visit(server).go("/?at=2016-12-16T12:00%2B02:00")  # type: ignore[operator]
        keys = page.keyboard
        keys.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        keys.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        keys.press("Tab")
        assert page.evaluate("document.activeElement.getAttribute('href')").startswith("/figure?")
        keys.press("Enter")
        page.locator("#panel[open] .told li").first.wait_for()
        assert page.locator("#panel .told li").count() > 3
        keys.press("Escape")
        assert page.locator("#panel[open]").count() == 0
        assert page.evaluate("document.activeElement.getAttribute('href')").startswith("/figure?")
        # Every stop of the tabulator can be seen, and none holds the keys.
        stops: list[str] = []
        for _ in range(120):
            keys.press("Tab")
            here = page.evaluate(STOP)
            if here is None:
                break
            stops.append(here)
        assert len(set(stops)) > 30
        assert "mapbox" in stops
        page.locator("#mapbox").focus()
        before = page.locator("#map-picture").get_attribute("viewBox")
        keys.press("+")
        keys.press("ArrowLeft")
        assert page.locator("#map-picture").get_attribute("viewBox") != before
        page.goto(server.address + "/log")
        page.get_by_label("Word in it").focus()
        keys.type("halt")
        keys.press("Enter")
        page.wait_for_url("**word=halt*")
        assert page.locator("#table-log tbody tr").count() > 3


STOP = """
() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  const ring = style.outlineStyle !== "none" || one.closest("svg");
  if (!ring) throw new Error("no focus can be seen on " + one.outerHTML.slice(0, 120));
  return one.id || one.getAttribute("href") || one.textContent + box.top;
}
"""


@pytest.mark.ui
def test_words_of_a_report_are_opened_and_the_reading_is_logged(visit: object, tmp_path: Path) -> None:
    with aleppo(tmp_path) as server:
        page = visit(server).go("/figure?of=site:ramousah&at=2016-12-16T12:00%2B02:00")  # type: ignore[operator]
        page.locator("[data-words]").first.click()
        page.locator(".words q, .words span").first.wait_for()
        assert "text read" in server.names()


def test_a_wrong_report_is_withdrawn_from_the_figure_it_made(visit: object, planning: Live) -> None:
    page = visit(planning).go("/")  # type: ignore[operator]
    page.locator(".movement a[href*='waiting%3A']").first.click()
    page.locator("#panel .told li").first.wait_for()
    if page.locator("#panel .mend").count() == 0:
        page.locator("#panel .told a", has_text="Correct or withdraw").first.click()
    page.locator("#panel .mend summary").click()
    form = page.locator("#panel .mend form").last
    form.get_by_label("Reason").fill("counted twice")
    form.get_by_role("button", name="Withdraw").click()
    form.locator(".answer.good").wait_for()
    assert "withdraw" in planning.names()


@pytest.mark.ui
def test_an_order_goes_out_and_comes_back(visit: object, tmp_path: Path) -> None:
    with planned(tmp_path) as server:
        page = visit(server).go("/orders")  # type: ignore[operator]
        assert page.locator("#table-orders .state.open").count() == 3
        wrong = page.locator("#answer-form")
        code = page.locator("#table-orders tbody tr").first.locator("code").inner_text()
        wrong.get_by_label("Code").fill("ZZZZ")
        wrong.get_by_role("button", name="Heard").click()
        page.locator("#table-orders .state.halted").first.wait_for()
        right = page.locator("#answer-form")
        right.get_by_label("Code").fill(code)
        right.get_by_role("button", name="Heard").click()
        page.locator("#orders-state .state.open").wait_for()
        page.locator("#give-form select[name=what]").select_option("return")
        page.locator("#give-form input[value=fr]").uncheck()
        page.locator("#give-form button").click()
        page.locator("#table-orders", has_text="RETURN TO").wait_for()
        assert "RETOUR" not in page.locator("#table-orders").inner_text()
        assert page.locator("#orders-state .state.halted").count() == 1


def test_a_person_comes_in_by_the_page_and_leaves_by_it(visit: object, planning: Live) -> None:
    """A browser says of its own accord where a form comes from, as no other client of the tests does."""
    link, _ = planning.house.people.link(planning.house.people.make("dispatcher"))
    page = visit(planning, signed_in=False).go(f"/sign-in?link={link}")  # type: ignore[operator]
    page.locator("main form button").click()
    page.locator("#connection[data-state=live]").wait_for()
    page.locator(".session form button").click()
    page.get_by_role("link", name="Sign in").wait_for()


@pytest.mark.ui
def test_the_administrator_makes_an_account_and_ends_it(visit: object, tmp_path: Path) -> None:
    with aleppo(tmp_path) as server:
        page = visit(server, role="admin").go("/")  # type: ignore[operator]
        page.get_by_role("link", name="Accounts").click()
        page.locator("#account-form select[name=role]").select_option("dispatcher")
        page.locator("#account-form button").click()
        page.locator("#invited code").wait_for()
        link = page.locator("#invited code").inner_text()
        page.locator("#table-accounts", has_text="dispatcher-1").wait_for()
        guest = visit(server, signed_in=False)  # type: ignore[operator]
        guest.go("/sign-in?" + link.partition("?")[2]).get_by_role("button", name="one-time link").click()
        guest.page.locator("#connection[data-state=live]").wait_for()
        page.once("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="End dispatcher-1").first.click()
        page.locator("#table-accounts", has_text="dispatcher-1").wait_for(state="detached")
        assert "account ended" in server.names()
        # The one who keeps the accounts sees nothing of the operation, and is shown no way there.
        ways = page.locator("nav a").evaluate_all("all => all.map((one) => one.getAttribute('href'))")
        assert ways == ["/", "/accounts"]


@pytest.mark.ui
def test_a_replay_runs_and_its_clock_is_set(visit: object, tmp_path: Path) -> None:
    from datetime import datetime

    from corridor.log.log import Log
    from corridor.server.replay import Replay
    from tests.ui.house import reports

    played = Replay(reports(), start=datetime.fromisoformat("2016-12-15T23:50+02:00"), pace=0)
    place = str(tmp_path / "demo.corridor")
    Log.new(place, title="Demo", exercise=True, clock=played.clock).close()
    server = Live(place, replay=played)
    try:
        page = visit(server).go("/exercise")  # type: ignore[operator]
        assert "EXERCISE" in page.locator("header").inner_text()
        before = server.house.present.seq
        page.locator("#replay button", has_text="600").click()
        page.locator("#replay button[aria-pressed=true][value='600']").wait_for()
        page.goto(server.address + "/")
        page.wait_for_timeout(3000)
        assert server.house.present.seq > before
        assert played.clock().year == 2016
    finally:
        server.close()
