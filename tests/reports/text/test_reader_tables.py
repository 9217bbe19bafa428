"""Tables inside texts: a number in a cell is counted by the heading of its column or of its row."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from corridor.cli import app
from corridor.reports.text import load_text, read_text

HEAD = "Situation report\nIssued by: Coast Cell\n12 May 2021\n\n"


def found(text: str) -> set[tuple[str, float | None, str]]:
    return {(c.kind, c.low, c.place) for c in read_text(HEAD + text, doc="x")}


@pytest.mark.parametrize(
    ("head", "row"),
    [
        ("Shelter | People sheltered | Free places", "Brod hall | 1,430 | 70"),
        ("Shelter\tPeople sheltered\tFree places", "Brod hall\t1,430\t70"),
        ("Shelter        People sheltered     Free places", "Brod hall      1,430                70"),
        ("| Shelter | People sheltered | Free places |\n|---|---|---|", "| Brod hall | 1,430 | 70 |"),
    ],
)
def test_a_cell_is_counted_by_the_heading_of_its_column(head: str, row: str) -> None:
    assert found(f"{head}\n{row}\n") == {("reception", 1430, "Brod hall"), ("capacity", 70, "Brod hall")}


def test_a_cell_is_counted_by_the_heading_of_its_row_where_the_column_is_a_day() -> None:
    table = "Indicator | Monday | Tuesday\nBuses | 12 | 15\nPeople evacuated | 610 | 745\nShare (%) | 40 | 60\n"
    assert {(kind, low) for kind, low, _ in found(table)} == {
        ("fleet", 12),
        ("fleet", 15),
        ("count_out", 610),
        ("count_out", 745),
    }


def test_words_without_a_heading_are_no_table() -> None:
    assert found("Brod hall | 430 | 70\nLipa | 12 | 3\n") == set()


def test_a_paragraph_inside_a_cell_does_not_end_the_row(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    cells = "<tr><th><p>Site</p></th><th><p>Free places</p></th></tr><tr><td><p>Donja</p></td><td><p>٣٥</p></td></tr>"
    story = "<p>The river crested at 7.8 metres in Brod on 12 May 2021, the emergency cell of the coast said.</p>"
    page.write_text(f"<html><body><main>{story}<table>{cells}</table></main></body></html>", encoding="utf-8")
    claims = {(c.kind, c.low): c for c in read_text(page)}
    assert set(claims) == {("weather", 7.8), ("capacity", 35)}
    cell = claims["capacity", 35]
    assert load_text(page)[cell.start : cell.end] == cell.quote == "٣٥"


def test_several_texts_are_marked_on_one_page(tmp_path: Path) -> None:
    texts = [tmp_path / "one.txt", tmp_path / "two.txt"]
    for text, number in zip(texts, (20, 30), strict=True):
        text.write_text(f"On 4 May 2020, {number} buses left Tarn.\n", encoding="utf-8")
    page = tmp_path / "marked.html"
    result = CliRunner().invoke(app, ["read", *map(str, texts), "--html", str(page)])
    assert result.exit_code == 0
    marked = page.read_text(encoding="utf-8")
    assert all(words in marked for words in ("one.txt", "two.txt", ">20 buses", ">30 buses"))


@pytest.mark.parametrize(
    ("text", "kind", "low", "high"),
    [
        ("How many people are left inside is anyone's guess.", "remaining", None, None),
        ("Combien d'habitants sont encore pris au piège ? « Aucune idée », dit le maire.", "remaining", None, None),
        ("Le maire parle de 900 assiégés encore sur place, le gouvernement de moins de 400.", "remaining", None, 400),
        ("The bus was hit; two of them later died.", "casualty", 2, 2),
        ("Temperatures dropped to minus 6 overnight.", "weather", -6, -6),
        ("The river crested at 7.8 metres.", "weather", 7.8, 7.8),
        ("Plus personne sur le quai, dit un matelot.", "remaining", 0, 0),
        ("لم يبق أحد على الرصيف.", "remaining", 0, 0),
        ("غادر آلاف السكان المدينة صباح اليوم.", "count_out", 1000, 9999),
        ("وقالت الشرطة إن صيادين غرقا وإن ستا وعشرين حافلة غادرت.", "fleet", 26, 26),
        ("ما زال صيادان في عداد المفقودين.", "casualty", 2, 2),
    ],
)
def test_what_is_counted_without_its_noun(text: str, kind: str, low: float | None, high: float | None) -> None:
    assert (kind, low, high) in {(c.kind, c.low, c.high) for c in read_text(text + "\n", doc="x")}


@pytest.mark.parametrize(
    "text",
    [
        "A mother of four said she was tired.",
        "Elle est arrivée avec ses trois filles, dit-elle.",
        "Les hommes de 18 à 45 ans devront se soumettre à un contrôle.",
        "The blockade has lasted 19 months, a deal says.",
    ],
)
def test_kin_ages_and_the_length_of_a_siege_are_no_counts(text: str) -> None:
    assert [c for c in read_text(text + "\n", doc="x") if c.low and c.kind != "context"] == []
