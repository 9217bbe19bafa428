"""What a candidate carries along: the figure it corrects, people as worded, places by any spelling; a new language."""

from __future__ import annotations

import json
import shutil
from importlib import resources
from pathlib import Path
from types import SimpleNamespace

import pytest

from corridor.reports.text import accept, clean, read_text, to_json_line, when
from corridor.reports.text import language as language_module
from corridor.reports.text import lexicon as lexicon_module
from corridor.reports.text.paragraph import read_paragraph
from corridor.reports.text.read import from_json_line


def test_a_correction_names_the_figure_it_withdraws() -> None:
    first = "On 4 May 2020, 53 people were evacuated.\n"
    (old,) = [c for c in read_text(first) if c.kind == "count_out"]
    found = [c for c in read_text(first + "\nCorrection: 35 people were evacuated, not 53.\n") if c.kind == "count_out"]
    assert [(c.low, c.corrects) for c in found] == [(35, old.id)]
    assert json.loads(to_json_line(found[0]))["corrects"] == old.id
    assert accept(found, by_role="duty officer")[0].corrects == old.id.replace("r-", "t-", 1)


def test_the_group_stays_as_worded_and_keeps_its_word_of_the_vocabulary() -> None:
    (claim,) = read_text("On 4 May 2020 some 120 fighters and their families were still inside the town.\n")
    line = to_json_line(claim)
    assert json.loads(line)["group"] == "fighters and their families"
    assert from_json_line(line).group == claim.group == "fighters_and_families"


@pytest.mark.parametrize(
    "text",
    [
        "40 wounded people left Fu'ah on 4 May 2020.",
        "Le 4 mai 2020, 40 blessés ont quitté Kefraya et al-Foua.",
        "في 4 أيار 2020 غادر 40 جريحا بلدة الفوعة.",
    ],
)
def test_a_site_is_known_by_every_spelling_in_every_language(text: str) -> None:
    sites = [("f-1", "Foua"), ("k-1", "Kafraya")]
    assert {c.place for c in read_text(text + "\n", sites=sites)} <= {"f-1", "k-1"}
    assert "f-1" in {c.place for c in read_text(text.replace("Kefraya et ", "") + "\n", sites=sites)}
    assert "f-1" not in {c.place for c in read_text(text.replace("Kefraya et ", "") + "\n")}


def test_an_unknown_place_stays_as_worded() -> None:
    (claim,) = read_text("On 4 May 2020, 40 wounded people left Vaumeil-le-Haut.\n", sites=["f-1"])
    assert claim.place in ("", "Vaumeil-le-Haut")


def test_a_language_is_added_by_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever knows the language and no Python can add it: six small tables, and the reader reads it."""
    package = tmp_path / "text"
    shutil.copytree(str(resources.files("corridor.reports.text")), package)
    folder = package / "lang" / "eo"
    folder.mkdir()
    tables = {
        "terms": "class,value,terms\nPERSON,all,homoj\nVEHICLE,buses,busoj\nLEAVE,,forlasis|[for;el]iris\nSAY,,diris\n",
        "numbers": "role,low,high,terms\nunit,3,3,tri\nhundred,100,100,cent\nhedge_min,,,pli ol\n",
        "calendar": "role,value,terms\nmonth,5,majo\n",
        "places": "place,key,terms\n",
        "furniture": "role,pattern\nline,reklamo\n",
        "language": "role,terms\nsmall,la|kaj|estas|de|en|al|kun|la urbo|forlasis\n",
    }
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    caches = [language_module.languages, language_module.small_of, language_module.small, lexicon_module.lexicon]
    caches += [clean._small_words, clean._furniture, clean._related_starts, when.calendar, when._dates, read_paragraph]
    monkeypatch.setattr(language_module, "resources", SimpleNamespace(files=lambda _: package))
    for cached in caches:
        cached.cache_clear()
    try:
        found = read_text("La 4 majo 2020 pli ol 300 homoj forlasis la urbon kun 12 busoj kaj la malsanuloj.\n")
    finally:
        monkeypatch.undo()
        for cached in caches:
            cached.cache_clear()
    assert {(c.kind, c.low, c.high) for c in found} >= {("fleet", 12, 12)}


def test_a_short_correction_gives_the_figure_just_counted() -> None:
    found = read_text("Around noon, in a long first sentence, 240 people had left the town. Correction: 204.")
    assert [(c.kind, c.low) for c in found if c.kind == "count_out"] == [("count_out", 204)]
    apart = read_text("By noon 240 people had left the town. Correction: Route 7 is closed.")
    assert [(c.kind, c.low) for c in apart if c.kind == "count_out"] == [("count_out", 240)]
