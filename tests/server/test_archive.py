"""The log is looked through beside the desk, from its end, as far as one answer goes, as far as one may see."""

from __future__ import annotations

import threading
from itertools import chain
from pathlib import Path

import pytest

from corridor.log.entry import Entry, canonical, new_id, now, stamp
from corridor.log.log import Log
from corridor.server import archive
from corridor.server.eyes import ACCESS, sight
from corridor.server.rights import Viewer
from tests.server.serving import Live

AT = stamp(now())


def act(said: str, name: str = "text read") -> Entry:
    body = canonical({"report": said, "reason": f"because of {said}"})
    return Entry(
        id=new_id(), kind="act", name=name, actor="coordinator-1", device="server", device_seq=0, happened=AT,
        recorded=AT, body=body,
    )  # fmt: skip


@pytest.fixture
def server(tmp_path: Path) -> Live:
    place = str(tmp_path / "a.corridor")
    with Log.new(place, title="Long") as log:
        log.append([act(f"Élan-{n}") for n in range(60)])
    return Live(place)


def pages(server: Live, **query: str) -> list[list[int]]:
    """Return the numbers on each page, going on from one to the next."""
    room, found, path = server.member("coordinator"), [], "/log"
    while path:
        said = room.get(path, params=query if path == "/log" else None)
        assert said.status_code == 200
        found.append([int(part.split('"')[0]) for part in said.text.split('<tr id="e')[1:]])
        _, more, rest = said.text.partition('rel="next"')
        before = said.text[: said.text.index('rel="next"')].rpartition('href="')[2] if more else rest
        path = before.split('"')[0].replace("&amp;", "&")
    return found


def test_a_word_is_found_however_deep_and_each_step_says_how_far_it_looked(
    server: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MOST", 25)
    monkeypatch.setattr(archive, "CHUNK", 10)
    head = server.house.present.seq
    found = pages(server, word="élan-3")
    assert sorted(chain(*found)) == [head - 60 + 1 + n for n in (3, *range(30, 40))]
    assert len(found) == 3
    said = server.member("coordinator").get("/log", params={"word": "because of élan-59"}).text
    assert f"Looked through entries {head} down to {head - 24}" in said
    # The same filter where nothing is left to look at, and one that no entry answers.
    monkeypatch.setattr(archive, "MOST", 1000)
    whole = server.member("coordinator").get("/log", params={"word": "nobody said this"}).text
    assert "Looked through" not in whole
    assert pages(server, word="nobody said this") == [[]]
    server.close()


def test_the_pages_hold_every_entry_once(server: Live) -> None:
    head = server.house.present.seq
    assert list(chain(*pages(server, limit="7", before=str(head + 1)))) == list(range(head, 0, -1))
    server.close()


def test_the_desk_answers_while_the_log_is_looked_through(server: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """The search is held up; a page of the desk comes all the same."""
    begun, go = threading.Event(), threading.Event()
    look = archive.Archive.look

    def slow(self: archive.Archive, wanted: archive.Wanted, see: archive.See) -> archive.Found:
        begun.set()
        assert go.wait(20)
        return look(self, wanted, see)

    monkeypatch.setattr(archive.Archive, "look", slow)
    room, answers = server.member("coordinator"), []
    asked = threading.Thread(target=lambda: answers.append(room.get("/log", params={"word": "élan-3"})))
    asked.start()
    assert begun.wait(20)
    assert server.member("coordinator").get("/exercise").status_code == 200
    assert answers == []
    go.set()
    asked.join()
    assert answers[0].status_code == 200
    server.close()


def test_a_filter_finds_nothing_that_a_viewer_may_not_see(server: Live) -> None:
    _, see = sight(Viewer(role="dispatcher"), compartment=None, convoys=tuple)
    head = server.house.present.seq
    assert "text read" in ACCESS
    wanted = archive.Wanted(before=head + 1, limit=100, word="élan")
    assert server.house.archive.look(wanted, see).entries == []
    _, see = sight(Viewer(role="auditor"), compartment=None, convoys=tuple)
    assert len(server.house.archive.look(wanted, see).entries) == 60
    server.close()
