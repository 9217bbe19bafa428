"""The page: every figure has its footnote, nothing is loaded, hostile words stay words, the same bytes twice."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path

import msgspec
import pytest

from corridor.errors import UsageError
from corridor.forecasting.forecast import Forecast
from corridor.publishing.page import page
from corridor.publishing.publish import publish
from corridor.publishing.words import LANGUAGES, plural_form, words
from corridor.reports.report import Report
from corridor.situation.situation import Situation
from tests.publishing import sample


class Elements(HTMLParser):
    """Every element of a page with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {key: value or "" for key, value in attrs}))


@pytest.fixture(scope="module")
def forecast() -> Forecast:
    return sample.forecast()


@pytest.fixture(scope="module")
def english(forecast: Forecast) -> str:
    return page(forecast, findings=sample.FINDINGS).decode()


def test_every_report_behind_an_estimate_has_its_footnote(forecast: Forecast, english: str) -> None:
    situation = forecast.plan.situation
    behind: set[str] = set()
    for head in situation.headcounts:
        behind |= {*head.start.reports, *head.share.reports, *head.out.reports}
    for group in situation.groups:
        behind |= set(group.people.reports)
    assert len(behind) > 8
    for name in behind:
        assert f'href="https://example.org/{name}"' in english, name


def test_every_footnote_number_leads_to_a_note_and_ids_are_unique(english: str) -> None:
    found = Elements(english).found
    ids = [attributes["id"] for _, attributes in found if "id" in attributes]
    assert len(ids) == len(set(ids))
    anchors = {a["href"][1:] for tag, a in found if tag == "a" and a.get("href", "").startswith("#")}
    assert anchors <= set(ids)
    assert {name for name in ids if re.fullmatch(r"[rm]-\w+", name)} <= anchors


def test_a_footnote_has_both_clocks_the_source_and_our_wording(english: str) -> None:
    note = next(part for part in english.split("<li ") if "example.org/un-observers" in part)
    for said in ("UN senior adviser", "true Thu 15 Dec, 09:00", "known Thu 15 Dec, 23:59", "only that morning"):
        assert said in note


def test_the_page_loads_nothing_and_runs_nothing(english: str) -> None:
    for tag, attributes in Elements(english).found:
        assert tag not in ("script", "iframe", "object", "embed", "img", "base"), tag
        assert not [key for key in attributes if key.startswith("on")]
        assert "src" not in attributes
        if attributes.get("href", "").startswith("http"):
            assert tag == "a"
    style = english[english.index("<style>") : english.index("</style>")]
    assert "http" not in style
    assert "@import" not in style


def test_the_same_forecast_gives_the_same_bytes(forecast: Forecast, english: str) -> None:
    again = Forecast.from_json(forecast.to_json())
    assert page(again, findings=sample.FINDINGS).decode() == english


def test_the_order_of_the_page_is_picture_day_claims_plan_forecast_sources(english: str) -> None:
    order = ("map", "day", "claims", "plan", "forecast", "findings", "assumptions", "sources")
    places = [english.index(f'id="{name}"') for name in order]
    assert places == sorted(places)


def test_the_day_tells_the_failed_night_the_convoys_the_shots_and_the_inscription(english: str) -> None:
    day = english[english.index('id="day"') : english.index('id="claims"')]
    for said in (
        "nobody aboard",
        "The agreement fails",
        "Convoy 1 leaves Al-Amiriyah",
        "Convoy 3",
        "ICRC and Syrian Arab Red Crescent",
        "according to Civil Defence",
        "we will return one day",
        "the linked movement",
    ):
        assert said in day, said
    assert day.index("Convoy 1") < day.index("Convoy 2") < day.index("Convoy 3")


def test_the_unknown_is_drawn_and_not_left_out(english: str) -> None:
    assert "nobody knows" in english
    assert english.count('class="nobody"') == 2  # the wide and the narrow drawing


HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"' & </style>"


def test_hostile_words_stay_words() -> None:
    changed = {"note": HOSTILE, "source": HOSTILE, "publisher": HOSTILE, "quote": HOSTILE}
    reports = tuple(msgspec.structs.replace(report, **changed) for report in sample.REPORTS)
    bad = msgspec.structs.replace(reports[0], reference="javascript:alert(1)")
    text = page(sample.forecast((bad, *reports[1:]))).decode()
    tags = {tag for tag, _ in Elements(text).found}
    assert not tags & {"script", "img"}
    assert "javascript:" not in [a.get("href", "")[:11] for _, a in Elements(text).found]
    assert text.count("</style>") == 1


def test_nothing_received_later_stands_on_the_page() -> None:
    late = msgspec.structs.replace(
        sample.REPORTS[1], id="late", value="failed", note="LATER", received=sample.moment("16T12:00")
    )
    assert "LATER" not in page(sample.forecast((*sample.REPORTS, late))).decode()


def catalogue(lang: str) -> dict[str, str]:
    folder = resources.files("corridor.publishing").joinpath("catalogue")
    found: dict[str, str] = {}
    for name in (f"{lang}.json", f"release.{lang}.json"):
        told = json.loads(folder.joinpath(name).read_text(encoding="utf-8"))
        assert not set(told) & set(found)
        found |= told
    return found


@pytest.mark.parametrize("lang", [lang for lang in LANGUAGES if lang != "en"])
def test_a_catalogue_has_the_keys_and_the_fields_of_the_english_one(lang: str) -> None:
    english, other = catalogue("en"), catalogue(lang)
    counted = {key.rpartition(".")[0] for key in english if key.endswith(".one")}
    forms = {plural_form(lang, count) for count in range(200)}
    for stem in counted:
        assert {key.rpartition(".")[2] for key in other if key.rpartition(".")[0] == stem} == forms
    single = [key for key in english if key.rpartition(".")[0] not in counted]
    assert single == [key for key in other if key.rpartition(".")[0] not in counted]
    for key in single:
        assert sorted(re.findall(r"{(\w+)}", english[key])) == sorted(re.findall(r"{(\w+)}", other[key])), key


def test_arabic_counts_in_six_forms() -> None:
    w = words("ar")
    assert [w.plural("severity.warning", n) for n in (0, 1, 2, 3, 11, 100)] == [
        "لا تنبيه",
        "تنبيه واحد",
        "تنبيهان",
        "3 تنبيهات",
        "11 تنبيهًا",
        "100 تنبيه",
    ]


def test_french_numbers_and_words(forecast: Forecast) -> None:
    text = page(forecast, lang="fr").decode()
    assert '<html lang="fr" dir="ltr">' in text
    assert "Qui dit quoi" in text
    assert "1\u202f198" in text
    w = words("fr")
    assert w.count(1234567.5) == "1\u202f234\u202f567,5"
    assert w.about(45678) == "46\u202f000"
    assert w.percent(0.138) == "14\u00a0%"


@pytest.mark.parametrize(("value", "shown"), [(0, "0"), (47, "47"), (953, "950"), (45678, "46,000"), (0.0123, "0.012")])
def test_estimates_are_rounded_to_two_digits(value: float, shown: str) -> None:
    assert words("en").about(value) == shown


def test_an_unknown_language_or_format_is_refused_before_anything_is_written(
    forecast: Forecast, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="xx"):
        publish(forecast, tmp_path / "out", lang="xx")
    with pytest.raises(UsageError, match="pdf"):
        publish(forecast, tmp_path / "out", formats=("pdf",))
    assert not (tmp_path / "out").exists()


def test_a_bare_forecast_still_gives_a_page() -> None:
    empty = Situation(at=sample.AT)
    bare = msgspec.structs.replace(
        sample.forecast(),
        plan=msgspec.structs.replace(
            sample.forecast().plan, situation=empty, convoys=(), bounds=(), status="nothing to move"
        ),
        clearance_hours=(),
        unfinished=1000,
        bands=(),
        closes=(),
        assumptions=(),
    )
    text = page(bare).decode()
    assert "No convoy is planned" in text
    assert "No place has a known position yet" in text


def test_publish_writes_all_its_files_whole(forecast: Forecast, tmp_path: Path) -> None:
    written = publish(forecast, tmp_path / "out", findings=sample.FINDINGS)
    assert [path.name for path in written] == [
        "index.html",
        "movement-table.csv",
        "map.geojson",
        "plan.json",
        "forecast.json",
    ]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(path.name for path in written)
    assert Forecast.from_json((tmp_path / "out" / "forecast.json").read_bytes()).runs == forecast.runs


def test_a_folder_that_cannot_be_written_is_named_kindly(forecast: Forecast, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be written") as caught:
        publish(forecast, tmp_path / "file")
    assert caught.value.hint


def test_the_sample_has_reports_of_the_story() -> None:
    assert len(sample.REPORTS) >= 40
    assert all(isinstance(report, Report) for report in sample.REPORTS)
