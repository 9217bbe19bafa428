"""The same plain sentences below datelines, letterheads and hours, and between what is printed around them."""

from __future__ import annotations

import textwrap

import pytest

from corridor.reports.text import read_text
from tests.reports.text.test_layouts import CLAIMS, FILL, NOT_CORE, TOLD, claims, core

HOURS = ["{h}:40: ", "{h}:40 – ", "{h}.40am: ", "{h}h40 – ", "{h}.03.2026 – ", "2026-03-{h}: ", "{h}/03: "]
NAMED = {
    "en": ("At {h}:40, ", "{h} March: "),
    "fr": ("Le {h} mars, ", "{h} mars : "),
    "ar": ("الساعة {h}:40: ", "{h} مارس: "),
}


@pytest.mark.parametrize("ends", ["\n", "\n\n"])
@pytest.mark.parametrize("lang", TOLD)
def test_an_hour_or_a_day_in_front_is_nobody_and_counts_nothing(lang: str, ends: str) -> None:
    for front in (*HOURS, *NAMED[lang]):
        text = ends.join(front.format(h=10 + at) + told for at, told in enumerate(TOLD[lang]))
        assert claims(text) == CLAIMS
        assert {c.source for c in core(text)} == {"article"}


ISSUER = {"en": "Ministry of Transport", "fr": "Ministère des Transports", "ar": "وزارة النقل"}
HEADS = {
    "en": (
        "FOR IMMEDIATE RELEASE\n\n{i}\n12 March 2026\n\n",
        "{i}\nCommuniqué No. 14\n12 March 2026\n\n",
        "SITUATION REPORT No. 4\n{i}\n12 March 2026\nPresent: Omar Said (Police), Huda Nasser (Red Crescent)\n\n",
    ),
    "fr": (
        "POUR DIFFUSION IMMÉDIATE\n\n{i}\n12 mars 2026\n\n",
        "{i}\nCommuniqué n° 14\n12 mars 2026\n\n",
        "RAPPORT DE SITUATION n° 4\n{i}\n12 mars 2026\nPrésents : Omar Said (Police), Hélène Petit (Croix-Rouge)\n\n",
    ),
    "ar": (
        "للنشر الفوري\n\n{i}\n12 مارس 2026\n\n",
        "{i}\nبيان رقم 14\n12 مارس 2026\n\n",
        "تقرير الوضع رقم 4\n{i}\n12 مارس 2026\nالحضور: عمر سعيد، هدى ناصر\n\n",
    ),
}


@pytest.mark.parametrize("head", [0, 1, 2])
@pytest.mark.parametrize("lang", TOLD)
def test_a_text_with_a_letterhead_is_its_issuers(lang: str, head: int) -> None:
    text = HEADS[lang][head].format(i=ISSUER[lang]) + "\n\n".join(f"{told} {FILL[lang]}" for told in TOLD[lang])
    assert claims(text) == CLAIMS
    assert {c.source for c in core(text)} == {ISSUER[lang]}


def test_a_field_of_the_head_is_no_issuer() -> None:
    found = [c for c in read_text("Report\nStill inside: 340\nBuses: 14\n") if c.kind not in NOT_CORE]
    assert not {"Still inside", "Buses"} & {c.source for c in found}


AROUND = {
    "en": (
        "[Photo caption: 30 buses wait at the bridge.]",
        "Comments (12)\nJohn: 400 people are still there.",
        "Page {n} of 4",
    ),
    "fr": (
        "[Légende : 30 bus attendent au pont.]",
        "Commentaires (12)\nJean : 400 personnes sont encore là.",
        "Page {n} sur 4",
    ),
    "ar": ("[صورة: 30 حافلة تنتظر عند الجسر.]", "التعليقات (12)\nأحمد: ما زال 400 شخص هناك.", "صفحة {n} من 4"),
}


@pytest.mark.parametrize("lang", TOLD)
def test_captions_and_comments_are_not_read(lang: str) -> None:
    caption, comments, _ = AROUND[lang]
    paragraphs = [f"{told} {FILL[lang]}" for told in TOLD[lang]]
    text = "\n\n".join((*paragraphs[:3], caption, *paragraphs[3:], comments))
    assert claims(text) == CLAIMS


@pytest.mark.parametrize("ends", ["\n", "\n\x0c"])
@pytest.mark.parametrize("lang", TOLD)
def test_numbers_of_pages_between_the_lines_are_not_read(lang: str, ends: str) -> None:
    lines = textwrap.wrap(" ".join(f"{told} {FILL[lang]}" for told in TOLD[lang]), 72)
    pages = ["\n".join(lines[at : at + 6]) for at in range(0, len(lines), 6)]
    text = "".join(f"{page}\n\n{AROUND[lang][2].format(n=at)}\n{ends}" for at, page in enumerate(pages, start=1))
    assert {kind for kind, _, _ in claims(text)} <= {kind for kind, _, _ in CLAIMS}
    assert not {c.low for c in core(text)} - {85, 900, 3, 1200, 340, None}


@pytest.mark.parametrize("sign", ["|", "//", "•", "/"])
@pytest.mark.parametrize("lang", TOLD)
def test_sentences_set_apart_on_one_line_are_read_apart(lang: str, sign: str) -> None:
    assert claims(f" {sign} ".join(told.rstrip(".") for told in TOLD[lang])) == CLAIMS
