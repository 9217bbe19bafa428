"""Whose text it is, by the head of a communique, a bulletin, a report or a log."""

from __future__ import annotations

import pytest

from corridor.reports.text import read_text

TOLD = {
    "en": "\n\nSome 1,200 people are still waiting at the school.\n",
    "fr": "\n\nQuelque 1 200 personnes attendent encore à l'école.\n",
    "ar": "\n\nلا يزال نحو 1200 شخص ينتظرون في المدرسة.\n",
}


@pytest.mark.parametrize(
    ("lang", "head", "issuer"),
    [
        (
            "en",
            "Calder Resilience Partnership\nBLACKMERE RESERVOIR - PUBLIC BULLETIN 5\nThursday 6 February, 6.30pm",
            0,
        ),
        ("en", "TRUCE OBSERVER GROUP NORTH\nWATCH LOG - Fort Delmar - Sunday, May 3", 0),
        ("en", "GOVERNMENT OF SUVARNA\nMinistry of Overseas Citizens\nPRESS NOTE No. 41/2023", 1),
        ("fr", "MRC de la Haute-Assinoue - Sécurité civile\nBulletin d'embâcle no 6", 0),
        ("ar", "تقرير الحالة رقم 14\nإجلاء مخيمات محلية أم سدرة\nمكتب التنسيق الإنساني في الإقليم الشرقي", 2),
    ],
)
def test_the_issuer_is_the_office_and_not_what_the_text_is_about(lang: str, head: str, issuer: int) -> None:
    (counted,) = (c for c in read_text(head + TOLD[lang]) if c.low == 1200)
    assert counted.source == head.split("\n")[issuer]
