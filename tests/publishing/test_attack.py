"""The attacker reads every public file of every language and format, in words, print, pictures and data."""

from __future__ import annotations

import zlib
from datetime import timedelta
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from corridor.forecasting.forecast import Forecast
from corridor.publishing.publish import publish
from corridor.publishing.release.levels import rules
from tests.operation.acting import at
from tests.publishing import attack
from tests.publishing.test_release import CONVOYS, EXACT, world

LEFT = [(65, 7), (200, 431), (415, 118)]
NOW = at(20) + timedelta(minutes=17)
SECRET = {431, 438, 118, 549, 556}


def written(forecast: Forecast, folder: Path, level: str, lang: str = "all") -> dict[str, bytes]:
    """All files that a level lets go, of one language or of all, as they lie in a folder each."""
    paths = publish(forecast, folder, lang=lang, formats=("all",), level=level)
    return {_place(path, folder, lang): path.read_bytes() for path in paths}


def _place(path: Path, folder: Path, lang: str) -> str:
    """Return where a file lies in a pack of all languages."""
    name = str(path.relative_to(folder))
    spoken = lang != "all" and name.startswith(("sitrep", "picture"))
    return f"{lang}/{name}" if spoken else name


def gained(files: dict[str, bytes], secret: set[int]) -> list[str]:
    """What the attacker has that the public level forbids: minutes, positions, counts, movements, words."""
    found = []
    shown = set(rules("public").position(*EXACT["west"]))
    exact = {number for pair in EXACT.values() for number in pair}
    for name, data in files.items():
        text = attack.text_of(name, data)
        found += [f"{name}: {clock}" for clock in attack.clocks(text) if not clock.endswith(":00")]
        near = {n for n in attack.decimals(text) if n in exact or (30 < n < 40 and n not in shown)}
        found += [f"{name}: {number}" for number in near]
        found += [f"{name}: {number} people" for number in attack.whole(text) & secret]
        words = ("pickup", "gate", "C99", "C01", "bus-", "radio room", "names were asked")
        found += [f"{name}: {word}" for word in words if word in text]
        if name.endswith(".png"):
            found += [f"{name}: {kind}" for kind, _ in attack.chunks(data) if kind not in attack.DOTS]
    return found


def test_no_file_of_any_language_gives_the_attacker_more(tmp_path: Path) -> None:
    files = written(world(LEFT, NOW), tmp_path, "public")
    assert {name.rpartition(".")[2] for name in files} == set(attack.READERS)
    assert gained(files, SECRET) == []
    for lang in ("en", "fr", "ar"):
        assert len(attack.text_of("a.pdf", files[f"{lang}/sitrep.pdf"])) > 500  # print is read, not skipped


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_print_of_the_internal_level_is_one_that_he_reads(tmp_path: Path, lang: str) -> None:
    """A check that cannot fail is none: on the internal report he has minutes and what was asked."""
    made = publish(world(LEFT, NOW), tmp_path, lang=lang, formats=("sitrep", "picture"))
    for path in (each for each in made if each.suffix in (".pdf", ".html")):
        got = gained({path.name: path.read_bytes()}, SECRET)
        assert any(":17" in each or ":20" in each for each in got), path
        if path.suffix == ".pdf":
            assert any("names were asked" in each for each in got), path


def chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")


BAD = {
    "a.png": b"\x89PNG\r\n\x1a\n" + chunk(b"tEXt", b"Comment\x00438 people left at 14:37"),
    "a.html": b'<p title="438 people">Out</p><!-- 14:37 -->',
    "a.svg": b'<svg><desc>C01 at 14:37</desc><text data-people="438">x</text></svg>',
    "a.json": b'{"said": "14 h 37", "n": 438}',
}


@pytest.mark.parametrize("name", BAD)
def test_what_hides_beside_the_words_is_found(name: str) -> None:
    assert gained({name: BAD[name]}, SECRET)


def test_a_file_that_nobody_can_read_is_no_pass() -> None:
    with pytest.raises(KeyError):
        gained({"a.docx": b"x"}, SECRET)


def test_hours_are_read_in_every_writing() -> None:
    assert attack.clocks("14:37 · 15 h 05 · DTSTART:20161215T163800Z · +02:00") == {"14:37", "15:05", "16:38"}


def day(convoys: list[tuple[int, int]], folder: Path, lang: str, minute: int = 17) -> list[dict[str, bytes]]:
    """Three publications of one day, every format."""
    return [
        written(world(convoys, at(hour) + timedelta(minutes=minute)), folder / str(hour), "public", lang)
        for hour in (9, 15, 21)
    ]


def joined(packs: list[dict[str, bytes]], quiet: list[dict[str, bytes]], convoys: list[tuple[int, int]]) -> list[str]:
    """What all files of all publications of a day tell together beyond each database alone."""
    found = []
    totals = {sum(people for _, people in sorted(convoys)[:n]) for n in range(1, len(convoys) + 1)}
    secret = {n for n in totals | {people for _, people in convoys} if n > 100 and n % 10}
    for pack, still in zip(packs, quiet, strict=True):
        found += gained(pack, secret)
        found += [f"{name}: {numbers}" for name, numbers in attack.beside(pack, still).items()]
    for hour, (low, high) in attack.movements(packs, "aleppo"):
        true = sum(people for minutes, people in convoys if hour - timedelta(hours=1) < at(minutes / 60) <= hour)
        if not low <= true <= high:
            found.append(f"{hour}: {low} to {high}, not {true}")
        elif true and high - low < (8 if true < 10 else 4):
            found.append(f"{hour}: {low} to {high} narrows {true}")
    return found


Day = list[dict[str, bytes]]


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> tuple[Day, Day]:
    """The packs of a day in English, and those of a day on which nobody moved."""
    folder = tmp_path_factory.mktemp("days")
    return day(LEFT, folder / "a", "en"), day([], folder / "b", "en")


def test_every_file_of_a_day_joined_tells_no_more(days: tuple[Day, Day]) -> None:
    """Three packs, every format: nothing beside the database, and hours that no join makes narrower."""
    packs, quiet = days
    assert {name.rpartition(".")[2] for name in packs[0]} == set(attack.READERS)
    assert joined(packs, quiet, LEFT) == []
    # He does join: alerts, tables and words of each pack are all read, each at its own moment.
    assert [len({moment for _, moment, _ in attack.said(pack)}) for pack in packs] == [1, 1, 1]
    assert all(len(list(attack.said(pack))) >= 5 for pack in packs)


def test_one_exact_number_in_one_file_of_a_day_is_found(days: tuple[Day, Day]) -> None:
    packs, quiet = days
    for name, was, becomes in (
        ("alert-aleppo.cap.xml", b">560 people", b">556 people"),
        ("alert-aleppo.cap.xml", b">560 people", b">570 people"),
        ("en/sitrep.html", b">560<", b">550<"),
        ("en/picture.svg", b"560", b"557"),
        ("map.geojson", b'"features"', b'"n": 437, "features"'),
    ):
        assert was in packs[2][name], name
        assert joined([*packs[:2], {**packs[2], name: packs[2][name].replace(was, becomes)}], quiet, LEFT), name


@pytest.mark.hard
@pytest.mark.timeout(3600)
@settings(deadline=None, max_examples=4)
@given(CONVOYS, st.integers(0, 59))
def test_every_file_of_a_day_joined_tells_no_more_whatever_happened(
    tmp_path_factory: pytest.TempPathFactory, convoys: list[tuple[int, int]], minute: int
) -> None:
    folder = tmp_path_factory.mktemp("day")
    packs, quiet = day(convoys, folder / "a", "all", minute), day([], folder / "b", "all", minute)
    assert joined(packs, quiet, convoys) == []
