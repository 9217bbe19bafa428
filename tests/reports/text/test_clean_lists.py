"""What looks like a heading or like a row of buttons, and tells something all the same, is read."""

from __future__ import annotations

import pytest

from corridor.reports.text import read_text

PROSE = {
    "en": "The river has been falling slowly since dawn, the office said, but heavy rain is due on Thursday.\n",
    "fr": "Le fleuve baisse lentement depuis ce matin, dit le bureau, mais de fortes averses arrivent jeudi.\n",
    "ar": "ينخفض منسوب النهر ببطء منذ الصباح بحسب المكتب، غير أن أمطارا غزيرة متوقعة يوم الخميس في كل أنحاء الدلتا.\n",
}
ITEMS = {
    "en": "- 18,900 people evacuated since 28 February\n• 3,200 people still cut off\n",
    "fr": "- 18 900 personnes évacuées depuis le 28 février\n• 3 200 personnes toujours isolées\n",
    "ar": "- 18,900 شخص تم إجلاؤهم منذ 28 شباط\n• 3,200 شخص لا يزالون معزولين\n",
}


@pytest.mark.parametrize("lang", PROSE)
def test_items_of_a_list_are_read_in_a_text_of_full_sentences(lang: str) -> None:
    text = PROSE[lang] * 3 + ITEMS[lang] + PROSE[lang] * 3
    assert {("count_out", 18900), ("remaining", 3200)} <= {(c.kind, c.low) for c in read_text(text)}


def test_a_sentence_that_begins_like_a_button_is_read_and_the_button_is_not() -> None:
    told = "شاركت في عملية اليوم 16 حافلة.\n"
    assert [c.low for c in read_text(PROSE["ar"] * 2 + told) if c.kind == "fleet"] == [16]
    button = "شارك هذا الخبر مع 16 حافلة\n"
    assert not [c for c in read_text(PROSE["ar"] * 2 + button) if c.kind == "fleet"]
