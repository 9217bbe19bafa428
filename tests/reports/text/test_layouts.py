"""The same plain sentences in every layout that such texts come in: what is read of each alone is read in all."""

from __future__ import annotations

import textwrap

import pytest

from corridor.reports.report import Candidate
from corridor.reports.text import read_text

FILL = {
    "en": "The office thanks everyone for the patience shown over the past few days of work.",
    "fr": "Le bureau remercie chacun pour la patience montrée au cours de ces derniers jours de travail.",
    "ar": "يشكر المكتب الجميع على الصبر الذي أبدوه خلال أيام العمل الماضية وعلى التعاون المستمر.",
}
TOLD = {
    "en": (
        "At least 1,200 people were evacuated from Marwa on Monday.",
        "Some 340 people are still trapped in the old quarter.",
        "The road to Tell Kabir is closed.",
        "Three people were killed in the shelling.",
        "A total of 85 people arrived at the camp.",
        "The shelter has room for 900 people.",
    ),
    "fr": (
        "Au moins 1 200 personnes ont été évacuées de Marwa lundi.",
        "Quelque 340 personnes sont toujours bloquées dans la vieille ville.",
        "La route de Tell Kabir est coupée.",
        "Trois personnes ont été tuées dans le bombardement.",
        "Au total, 85 personnes sont arrivées au camp.",
        "Le refuge a une capacité de 900 personnes.",
    ),
    "ar": (
        "تم إجلاء ما لا يقل عن 1,200 شخص من مروة يوم الاثنين.",
        "لا يزال نحو 340 شخصا عالقين في الحي القديم.",
        "الطريق إلى تل كبير مغلق.",
        "قتل ثلاثة أشخاص في القصف.",
        "وصل 85 شخصا إلى المخيم.",
        "يتسع المركز لـ900 شخص.",
    ),
}
CLAIMS = [
    ("arrival", 85, 85),
    ("capacity", 900, 900),
    ("casualty", 3, 3),
    ("count_out", 1200, None),
    ("incident", None, None),
    ("remaining", 340, 340),
    ("route", None, None),
]
NOT_CORE = ("schedule", "accusation", "statement", "context")


def core(text: str) -> list[Candidate]:
    """Return the candidates of the kinds that count; each must stand where it says."""
    found = [c for c in read_text(text) if c.kind not in NOT_CORE]
    assert all(text[c.start : c.end] == c.quote and c.quote for c in found)
    return found


def claims(text: str) -> list[tuple[str, float | None, float | None]]:
    return sorted((c.kind, c.low, c.high) for c in core(text))


@pytest.mark.parametrize("lang", TOLD)
def test_the_sentences_alone_tell_what_is_looked_for(lang: str) -> None:
    assert claims("\n\n".join(TOLD[lang])) == CLAIMS


ENDS = {"unix": "\n", "windows": "\r\n", "old mac": "\r", "form feeds": "\n\x0c"}


@pytest.mark.parametrize("ends", ["unix", "windows", "old mac"])
@pytest.mark.parametrize("width", [40, 65, 72, 80])
@pytest.mark.parametrize("lang", TOLD)
def test_wrapped_lines_are_one_paragraph(lang: str, width: int, ends: str) -> None:
    paragraphs = [" ".join((FILL[lang], *part, FILL[lang])) for part in (TOLD[lang][:3], TOLD[lang][3:])]
    text = "\n\n".join(textwrap.fill(part, width) for part in paragraphs).replace("\n", ENDS[ends])
    assert claims(text) == CLAIMS


def test_short_lines_are_not_one_paragraph() -> None:
    text = "Evacuated: 1,200 people\nStill inside: 340 people\nBuses: 14\nShelter capacity: 900 people\n"
    found = {(c.kind, c.low) for c in core(text)}
    assert found == {("count_out", 1200), ("remaining", 340), ("fleet", 14), ("capacity", 900)}


BULLETS = [
    "- ",
    "* ",
    "+ ",
    "• ",
    "– ",
    "▪ ",
    "o ",
    "→ ",
    "\uf0b7 ",
    "✅ ",
    "🚌 ",
    "⚠️ ",
    "- [ ] ",
    "- [x] ",
    "•",
    "\t• ",
]
NUMBERS = ["{n}. ", "{n}) ", "({n}) ", "{n} - ", "{n}- ", "{n}/ ", "{n}\t", "1.{n} ", "1.{n}. ", "{n}\ufe0f\u20e3 "]
LETTERS = ["{a}) ", "{a}. ", "({a}) ", "{A}. ", "{r}. ", "({r}) ", "{g}- ", "{g}. ", "{i}- ", "{i}. ", "{c} "]


def _item(mark: str, n: int) -> str:
    roman = ("i", "ii", "iii", "iv", "v", "vi")[n]
    signs = {"a": "abcdef"[n], "A": "ABCDEF"[n], "r": roman, "g": "أبجدهو"[n], "i": "١٢٣٤٥٦"[n], "c": "①②③④⑤⑥"[n]}
    return mark.format(n=n + 1, **signs)


@pytest.mark.parametrize("mark", [*BULLETS, *NUMBERS, *LETTERS])
@pytest.mark.parametrize("lang", TOLD)
def test_items_without_a_full_stop_are_read_whatever_marks_them(lang: str, mark: str) -> None:
    items = [_item(mark, n) + told.rstrip(".") for n, told in enumerate(TOLD[lang])]
    prose = f"{FILL[lang]} {FILL[lang]}\n"
    assert claims(prose * 4 + "\n".join(items) + "\n" + prose * 4) == CLAIMS


def _wrapped(lang: str, width: int, first: str = "", other: str = "", *, full_stop: bool = True) -> list[str]:
    parts = [f"{told} {FILL[lang]}" for told in TOLD[lang]]
    return [
        textwrap.fill(part, width, initial_indent=_item(first, n), subsequent_indent=other).rstrip(
            "" if full_stop else "."
        )
        for n, part in enumerate(parts)
    ]


@pytest.mark.parametrize("full_stop", [True, False])
@pytest.mark.parametrize("marks", [("- ", "  "), ("• ", ""), ("{n}. ", "   "), ("{n}) ", ""), ("{a}) ", "   ")])
@pytest.mark.parametrize("lang", TOLD)
def test_wrapped_items_end_where_the_next_begins(lang: str, marks: tuple[str, str], *, full_stop: bool) -> None:
    prose = textwrap.fill(f"{FILL[lang]} {FILL[lang]} {FILL[lang]}", 72)
    items = "\n".join(_wrapped(lang, 72, *marks, full_stop=full_stop))
    assert claims(f"{prose}\n\n{items}\n\n{prose}\n") == CLAIMS


@pytest.mark.parametrize("head", ["{}", "{}:", "## {}", "{}\n----------", "*** {} ***"])
@pytest.mark.parametrize("lang", TOLD)
def test_headings_stay_apart_from_the_wrapped_lines_below(lang: str, head: str) -> None:
    title = {"en": "Roads and bridges", "fr": "Routes et ponts", "ar": "الطرق والجسور"}[lang]
    assert claims("".join(f"{head.format(title)}\n{part}\n\n" for part in _wrapped(lang, 72))) == CLAIMS


@pytest.mark.parametrize("front", ["14:1{n} Base: ", "141{n}Z Base: ", "[12/03/2026, 14:1{n}:05] Base: "])
@pytest.mark.parametrize("lang", TOLD)
def test_wrapped_entries_of_a_log_end_where_the_next_begins(lang: str, front: str) -> None:
    text = "\n".join(_wrapped(lang, 70, front, "      "))
    assert claims(text) == CLAIMS
    assert {c.source for c in core(text)} == {"Base"}


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_very_short_lines_are_one_paragraph(lang: str) -> None:
    assert claims("\n\n".join(_wrapped(lang, 30))) == CLAIMS
