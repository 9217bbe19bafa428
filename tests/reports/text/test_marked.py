"""The page with the spans marked: its words in three languages, several texts, what stands on a narrow screen."""

from __future__ import annotations

import csv
from importlib import resources

import pytest

from corridor.errors import UsageError
from corridor.reports.text import marked_html, read_text
from corridor.reports.text.marked import Words, marked_page, value_words
from corridor.reports.text.read import FACTS

TEXT = "At least 463 people are still trapped. Twenty buses left the town at dawn with 1,200 people aboard.\n"


def test_every_text_of_the_page_stands_in_every_language() -> None:
    table = resources.files("corridor.reports.text").joinpath("marked.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(table.splitlines()))
    assert all(row[lang] for row in rows for lang in ("en", "fr", "ar"))
    known = {row["key"] for row in rows}
    kinds = (*FACTS, "schedule", "accusation", "statement", "context")
    assert {f"kind.{kind}" for kind in kinds} <= known


def test_a_page_is_in_the_language_asked_for_and_runs_its_way() -> None:
    found = read_text(TEXT)
    page = marked_html(TEXT, found, lang="ar")
    assert '<html lang="ar" dir="rtl">' in page
    assert '<th scope="col">الاقتباس</th>' in page
    assert "463 على الأقل" in page
    assert "au moins 463" in marked_html(TEXT, found, lang="fr")


def test_a_number_in_the_text_leads_to_its_row() -> None:
    found = read_text(TEXT)
    page = marked_page([("one.txt", TEXT, found), ("two.txt", TEXT, [])])
    for n in range(1, len(found) + 1):
        assert f'href="#t1r{n}"' in page
        assert f'id="t1r{n}"' in page
    assert "Nothing was read in this text." in page
    assert page.count("<table>") == 1


def test_bounds_are_told_in_words() -> None:
    (trapped,) = [c for c in read_text(TEXT) if c.low == 463]
    assert value_words(trapped, Words("en")) == "at least 463"
    assert value_words(trapped, Words("fr")) == "au moins 463"


def test_a_language_without_words_is_refused() -> None:
    with pytest.raises(UsageError, match="no page in language 'xx'"):
        marked_html(TEXT, [], lang="xx")
