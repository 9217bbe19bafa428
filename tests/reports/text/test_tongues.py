"""Each paragraph of a text in several languages is read in its own; a name in another language changes nothing."""

from __future__ import annotations

import pytest

from corridor.reports.text import read_text
from corridor.reports.text.tongues import tongue

CHAT = """[10:02] Poste nord : 12 bus ont quitté le quartier, 480 personnes à bord
[10:05] Desk: The second convoy has been halted at the northern checkpoint, shots were fired.
[10:07] مركز الاستقبال: وصل 300 شخص إلى المخيم، ولا يزال 2000 مدني محاصرين في الحي
[10:09] Poste nord : le passage est rouvert, le convoi a repris la route
"""
NOTICE = {
    "en": "Some 1,200 people are still waiting at the school, the office said. The buses will not leave before noon.",
    "fr": "Quelque 350 personnes sont toujours au gymnase, a indiqué la mairie. Les bus ne partiront pas avant midi.",
    "ar": "لا يزال نحو 640 شخصا ينتظرون في المدرسة بحسب المكتب، ولن تغادر الحافلات قبل الظهر.",
}
REMAIN = {"en": 1200, "fr": 350, "ar": 640}


def test_a_chat_in_three_languages_is_read_in_three() -> None:
    found = {(c.kind, c.low) for c in read_text(CHAT)}
    assert {("fleet", 12), ("count_out", 480), ("arrival", 300), ("remaining", 2000)} <= found
    assert {("halt", None), ("incident", None), ("resume", None)} <= found


@pytest.mark.parametrize("order", ["en fr ar", "fr ar en", "ar en fr"])
def test_a_notice_in_three_languages_says_the_same_in_any_order(order: str) -> None:
    text = "\n\n".join(NOTICE[lang] for lang in order.split())
    assert {c.low for c in read_text(text) if c.kind == "remaining"} == set(REMAIN.values())


@pytest.mark.parametrize("lang", NOTICE)
def test_each_is_known_whatever_the_text_is_in(lang: str) -> None:
    assert {tongue(NOTICE[lang].lower(), other) for other in NOTICE} == {lang}


def test_names_and_short_lines_stay_in_the_language_of_the_text() -> None:
    assert tongue("doctors of medecins sans frontieres and of the croix-rouge treated them", "en") == "en"
    assert tongue("les equipes de desert doctors et du world food programme sont la", "fr") == "fr"
    assert tongue("وصلت سيارات unicef و world food programme إلى المخيم", "ar") == "ar"
    assert tongue("12:40 ok", "fr") == "fr"
