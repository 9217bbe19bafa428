"""Arabic as it is printed: digits do not join their notes, and lines of a drawing run from right to left."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from corridor.publishing.footnotes import Footnotes
from corridor.publishing.paper import Paper
from corridor.publishing.typeset import drawing
from corridor.publishing.words import words
from tests.publishing import sample


def test_the_sign_of_a_note_is_set_apart_from_the_number_it_stands_at() -> None:
    """Without it "8,100" with note 9 to 15 is printed as "15-8,100" with note 9: a range that nobody gave."""
    situation = sample.situation()
    ids = [report.id for report in situation.reports][:9]
    arabic = str(Footnotes(situation, words("ar")).cite(ids))
    assert arabic.startswith('<sup class="fn" dir="ltr">')
    assert re.search("#super\\[\u2066.*\u2069\\]", Paper().convert(f"<p>8,100{arabic}</p>"))
    assert "dir=" not in str(Footnotes(situation, words("en")).cite(ids))


def test_arabic_words_of_a_drawing_are_held_as_a_line_from_right_to_left() -> None:
    day = words("ar").short_day(datetime(2016, 12, 17, tzinfo=UTC))
    svg = f'<svg viewBox="0 0 9 9"><text x="1">{day}</text><text x="2">5,000</text><text x="3">Atarib</text></svg>'
    made = drawing(svg)
    assert f'<text x="1">\u2067{day}\u2069</text>' in made
    assert '<text x="2">5,000</text><text x="3">Atarib</text>' in made


def test_months_have_their_names_in_words() -> None:
    for lang in ("en", "fr", "ar"):
        months = words(lang).texts["months"].split(" ")
        assert len(months) == len(set(months)) == 12
        assert not any(re.search(r"\d", month) for month in months)
