"""The reader: spans that hold, numbers in three languages, furniture that changes nothing, claims told once."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.errors import InputError
from corridor.reports.report import Candidate, Report
from corridor.reports.text import accept, load_text, marked_html, read_text, to_json_line
from corridor.reports.text.extractors import checked
from corridor.reports.text.numbers import parse_digits
from corridor.reports.vocabulary import facts

CORPUS = Path(__file__).parent / "corpus"
TEXTS = sorted(p for p in CORPUS.glob("*/*.txt"))
DAY = datetime(2019, 3, 14, tzinfo=UTC)


def claims(candidates: list[Candidate]) -> list[tuple[Any, ...]]:
    return sorted(
        (c.kind, c.low, c.high, c.unit, c.group) for c in candidates if c.low is not None or c.high is not None
    )


@pytest.mark.parametrize("path", TEXTS, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_every_quote_stands_where_it_says(path: Path) -> None:
    text = load_text(path)
    found = read_text(path)
    assert found
    for candidate in found:
        assert text[candidate.start : candidate.end] == candidate.quote
        assert candidate.reason
        for start, end in candidate.spans:
            assert text[start:end].strip()


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(TEXTS), st.randoms(use_true_random=False))
def test_shuffled_paragraphs_invent_no_numbers(path: Path, chance: random.Random) -> None:
    text = load_text(path)
    paragraphs = [p for p in text.split("\n") if p.strip()]
    chance.shuffle(paragraphs)
    known = {(c.low, c.high) for c in read_text(path)}
    mixed = read_text("\n\n".join(paragraphs) + "\n")
    assert all((c.low, c.high) in known or c.low == c.high for c in mixed)
    assert all(c.quote in text for c in mixed)


FURNITURE = {
    "fr": (
        "Publicité",
        "©AFP",
        "Lire aussi\n\nDes milliers de civils fuient la ville\n\nTrêve : les combats reprennent",
    ),
    "en": (
        "Advertisement",
        "Share this article",
        "Read more\n\nThousands flee the city\n\nFighting resumes after truce",
    ),
    "ar": ("إعلان", "شارك المقال", "اقرأ أيضا\n\nآلاف المدنيين يغادرون المدينة"),
}


@pytest.mark.parametrize("name", ["fr/01-depeche-siege", "en/01-agency-siege", "ar/01-khabar-hisar"])
def test_page_furniture_changes_no_candidate(name: str) -> None:
    text = load_text(CORPUS / f"{name}.txt")
    paragraphs = text.strip().split("\n\n")
    first, second, last = FURNITURE[name[:2]]
    dressed = "\n\n".join([paragraphs[0], first, *paragraphs[1:3], second, *paragraphs[3:], last]) + "\n"
    plain, found = read_text(text), read_text(dressed)
    assert [(c.kind, c.quote, c.source, c.low, c.high) for c in found] == [
        (c.kind, c.quote, c.source, c.low, c.high) for c in plain
    ]


def test_a_page_and_its_text_give_the_same_claims() -> None:
    text = load_text(CORPUS / "en/01-agency-siege.txt")
    body = "".join(f"<p>{p}</p>" for p in text.strip().split("\n\n"))
    page = (
        f"<!doctype html><html><head><title>x</title><script>var a = '900 people left'</script></head><body>"
        f"<nav>Home | 40 buses left</nav><article>{body}</article><div class='related-links'>300 people left</div>"
        f"<footer>5,000 people subscribed</footer></body></html>"
    )
    assert claims(read_text(page)) == claims(read_text(text))
    extracted = load_text(page)
    assert all(extracted[c.start : c.end] == c.quote for c in read_text(page))


SEPARATORS = {"fr": " .\u202f\u00a0", "en": ",\u2009", "ar": ",٬"}
SENTENCE = {"fr": "{} civils ont été évacués.", "en": "{} civilians were evacuated.", "ar": "تم إجلاء {} مدني."}
ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@settings(max_examples=120, deadline=None)
@given(
    lang=st.sampled_from(["fr", "en", "ar"]),
    number=st.integers(min_value=3, max_value=9_999_999),
    which=st.integers(0, 3),
    arabic=st.booleans(),
)
def test_numbers_survive_every_separator(lang: str, number: int, which: int, *, arabic: bool) -> None:
    separators = SEPARATORS[lang]
    digits = f"{number:,}".replace(",", separators[which % len(separators)])
    if arabic and lang == "ar":
        digits = digits.translate(ARABIC_DIGITS)
    found = [c for c in read_text(SENTENCE[lang].format(digits) + "\n") if c.kind == "count_out"]
    assert [(c.low, c.high) for c in found] == [(number, number)]


@pytest.mark.parametrize(
    ("text", "low", "high", "hedge"),
    [
        ("Plus de deux cents civils ont été évacués.", 200, None, "min"),
        ("Une quinzaine de civils ont été évacués.", 15, 15, "approx"),
        ("Entre 1.500 et 5.000 civils ont été évacués.", 1500, 5000, "range"),
        ("Jusqu'à quatre-vingt-dix-sept civils ont été évacués.", None, 97, "max"),
        ("Des milliers de civils ont été évacués.", 1000, 9999, "order"),
        ("About a dozen civilians were evacuated.", 12, 12, "approx"),
        ("At least one hundred and twenty civilians were evacuated.", 120, None, "min"),
        ("Between 80,000 and 100,000 civilians were evacuated.", 80000, 100000, "range"),
        ("Tens of thousands of civilians were evacuated.", 10000, 99999, "order"),
        ("Fewer than 2.5 thousand civilians were evacuated.", None, 2500, "max"),
        ("تم إجلاء ما لا يقل عن خمسة وعشرين مدنيا.", 25, None, "min"),
        ("تم إجلاء ما بين ثلاثة آلاف وخمسة آلاف مدني.", 3000, 5000, "range"),
        ("تم إجلاء عشرات المدنيين.", 10, 99, "order"),
        ("تم إجلاء نحو ألف ومئتي مدني.", 1200, 1200, "approx"),
    ],
)
def test_bounds_and_words(text: str, low: float | None, high: float | None, hedge: str) -> None:
    (found,) = [c for c in read_text(text + "\n") if c.kind == "count_out"]
    assert (found.low, found.high, found.hedge) == (low, high, hedge)


@pytest.mark.parametrize("digits", ["", "1.2.3", "1,23,4", "12.5.6"])
def test_what_is_no_number_has_no_value(digits: str) -> None:
    assert parse_digits(digits) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Aucun bus n'est arrivé.", "fleet"),
        ("No buses arrived.", "fleet"),
        ("لم تصل أي حافلة.", "fleet"),
        ("Personne n'a été blessé.", "casualty"),
        ("No one was hurt.", "casualty"),
        ("لم يصب أحد.", "casualty"),
    ],
)
def test_a_negated_count_is_zero_and_denied(text: str, kind: str) -> None:
    (found,) = [c for c in read_text(text + "\n") if c.kind == kind]
    assert (found.low, found.high, found.modality) == (0, 0, "denied")


def test_an_unknown_number_stays_unknown() -> None:
    (found,) = read_text("Nobody knows how many people are still inside, an ICRC official said.\n")
    assert (found.kind, found.low, found.high, found.hedge) == ("remaining", None, None, "unknown")
    assert found.source == "ICRC official"


def test_a_pronoun_without_antecedent_is_unknown_not_the_nearest_name() -> None:
    text = (
        "The army said 20 buses were ready.\n\nThe province is in the north.\n\nThe weather was calm there.\n\n"
        "He said 200 people would be evacuated.\n"
    )
    by_kind = {c.kind: c for c in read_text(text)}
    assert by_kind["fleet"].source == "army"
    assert by_kind["count_out"].source == "unknown"


def test_nested_sources_are_nearest_then_first() -> None:
    (found,) = read_text("The Northern Times, quoting the governor, said 40 people were killed.\n")
    assert set(found.source.split(" / ")) == {"Northern Times", "governor"}


def test_a_repeat_is_one_candidate_and_a_contradiction_two() -> None:
    text = (
        "The UN said 300 people were evacuated. Buses came late. The 300 people were evacuated at dawn.\n\n"
        "The army said 450 people were evacuated.\n"
    )
    found = [c for c in read_text(text) if c.kind == "count_out"]
    assert [(c.low, len(c.spans)) for c in found] == [(300, 1), (450, 0)]


def test_a_correction_takes_the_withdrawn_figure_back() -> None:
    text = "53 people were evacuated on Monday.\n\nCorrection: 35 people were evacuated, not 53.\n"
    found = [c for c in read_text(text) if c.kind == "count_out"]
    assert [c.low for c in found] == [35]
    assert "corrects 53" in found[0].reason


def test_the_same_text_gives_the_same_answer() -> None:
    path = CORPUS / "fr/07-direct.txt"
    assert [to_json_line(c) for c in read_text(path)] == [to_json_line(c) for c in read_text(path)]


def test_a_line_of_json_has_the_fields_others_rely_on() -> None:
    line = json.loads(to_json_line(read_text(CORPUS / "en/01-agency-siege.txt")[0]))
    wanted = "doc fact kind value low high unit group place source observed said modality hedge quote start end"
    assert {*wanted.split(), "confidence", "reason"} <= set(line)
    assert line["doc"] == "01-agency-siege.txt"
    assert line["observed"].startswith("2014-05-07")


def test_an_empty_file_and_a_binary_one_are_told_apart_kindly(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text(" \n")
    (tmp_path / "picture.txt").write_bytes(b"\x89PNG\x00\x00\x01")
    with pytest.raises(InputError, match="nothing to read"):
        read_text(tmp_path / "empty.txt")
    with pytest.raises(InputError, match="binary"):
        read_text(tmp_path / "picture.txt")
    with pytest.raises(InputError):
        read_text(tmp_path / "missing.txt")


def test_mixed_encodings_are_read_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "mixed.txt"
    path.write_bytes(
        "Quelque 300 civils ont été évacués.\n".encode() + "120 blessés ont été évacués.\n".encode("cp1252")
    )
    assert [c.low for c in read_text(path) if c.kind == "count_out"] == [300, 120]
    path.write_bytes("تم إجلاء 300 مدني من المدينة القديمة.\n".encode("cp1256"))
    assert [c.low for c in read_text(path)][:1] == [300]


def test_a_thousand_nested_quotes_and_a_long_line_end() -> None:
    assert read_text('"' * 1000 + " 30 people were evacuated " + '"' * 1000 + "\n")
    assert read_text("il a dit que " * 20_000 + "30 civils ont été évacués.\n") is not None
    with pytest.raises(InputError, match="too many"):
        read_text("a\n" * 10_000_001)


def test_marks_cover_the_text_and_escape_it() -> None:
    text = "<b>30 people</b> were evacuated & 4 buses left.\n"
    page = marked_html(text, read_text(text, doc="x"))
    assert "<b>" not in page.partition("<body>")[2]
    assert page.count("<mark") >= 2
    assert "&amp; " in page


def test_accepting_names_the_role_and_turns_people_into_offices() -> None:
    text = "UN envoy Staffan de Mistura said 40,000 civilians were still trapped.\n"
    (report,) = accept(read_text(text, published=DAY), by_role="duty officer")
    assert type(report) is Report
    assert report.source == "UN special envoy"
    assert "accepted by duty officer" in report.received_rule
    assert report.fact == "people_inside"
    assert report.value == 40000


@pytest.mark.parametrize("path", TEXTS, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_all_candidates_of_a_text_can_be_accepted(path: Path) -> None:
    found = read_text(path, published=DAY)
    reports = accept(found, by_role="analyst")
    assert all(report.fact in facts() for report in reports)
    assert len(reports) == sum(bool(c.fact) for c in found)


def test_a_text_without_a_date_is_not_accepted() -> None:
    found = read_text("30 people were evacuated.\n")
    with pytest.raises(InputError, match="cannot be accepted"):
        accept(found, by_role="analyst")
    with pytest.raises(InputError, match="nobody accepts"):
        accept(found, by_role=" ")


def test_an_extractor_that_invents_a_quote_is_refused() -> None:
    text = "30 people were evacuated.\n"
    (found,) = read_text(text)
    invented = Candidate(**{f: getattr(found, f) for f in found.__struct_fields__ if f != "quote"}, quote="90 people")
    kept, refused = checked(text, [found, invented])
    assert kept == [found]
    assert refused == [invented]


def test_sites_lend_their_ids_to_places() -> None:
    found = read_text("300 people left Kafraya.\n", sites=[("kefraya", "Kefraya", "Kafraya")])
    assert found[0].place == "kefraya"


def test_a_zone_is_kept() -> None:
    (found,) = read_text("La trêve est entrée en vigueur jeudi à 17H00 GMT.\n", published=DAY)
    assert found.observed == datetime(2019, 3, 14, 17, tzinfo=UTC)


def test_random_text_never_breaks_the_reader() -> None:
    chance = random.Random(7)
    words = " ".join(p.read_text() for p in TEXTS[:6]).split()
    for _ in range(20):
        chance.shuffle(words)
        text = " ".join(words[:200])
        assert all(text[c.start : c.end] == c.quote for c in read_text(text + "\n"))


def test_what_an_agency_says_in_its_own_voice_has_the_agency_as_its_origin() -> None:
    found = read_text(CORPUS / "en/01-agency-siege.txt")
    (route,) = [c for c in found if c.kind == "halt"]
    assert route.origin == "Harbour Press"
