"""Who says it in Arabic: labels of live pages, agencies that relay, and verbs that are nobody's word."""

from __future__ import annotations

import pytest

from corridor.reports.text import read_text

LIVE = "تغطية مباشرة: حريق التلال\n\n16:45\n{line}\n\n17:20\nلا جديد.\n"
LINES = [
    ("هيئة الأرصاد: الرياح بين 50 و60 كم/س، ولا يتوقع أن تهدأ الليلة.", "weather", "هيئة الأرصاد"),
    ("خلفية: شردت الحرائق 300 شخص.", "", "article"),
    ("نفت إدارة مستشفى الوادي إخلاء أقسامه، وقالت إنها نقلت 21 مريضا.", "count_out", "إدارة مستشفى الوادي"),
    ('قال مدير الدفاع المدني للتلفزيون المحلي: "أخرجنا 35 عائلة".', "count_out", "مدير الدفاع المدني"),
    ("نقلت وكالة الأنباء الرسمية عن مصدر عسكري أن القافلة توقفت عند الجسر.", "halt", "مصدر عسكري"),
    ("خرج 300 شخص، وفقا للهلال الأحمر.", "count_out", "الهلال الأحمر"),
    ("خرج 300 شخص، وفقا لمديرية الصحة.", "count_out", "مديرية الصحة"),
    ("خرج 300 شخص، على ما أفاد مصدر في الهلال الأحمر وكالة فرانس برس.", "count_out", "مصدر في الهلال الأحمر"),
]


@pytest.mark.parametrize(("line", "kind", "source"), LINES)
def test_a_live_page_says_who_speaks(line: str, kind: str, source: str) -> None:
    found = read_text(LIVE.format(line=line))
    assert [c.source for c in found if kind in (c.kind, "")] == [source]


def test_a_label_in_what_was_issued_is_no_source() -> None:
    found = read_text("وزارة الداخلية\nبيان صحفي\n\nالشرطة: خرج 300 شخص من الحي.\n")
    assert {c.source for c in found} == {"وزارة الداخلية"}
