"""Every text of an earlier stage that lands on the page has a phrase in the page's language, its names and numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path

import msgspec
import pytest

from corridor.errors import Infeasible
from corridor.forecasting.disruption import rows
from corridor.planning.solve import plan
from corridor.planning.verify import verify
from corridor.publishing import fields, phrases
from corridor.publishing.markup import text
from corridor.publishing.page import page
from corridor.publishing.tongue import tongue
from corridor.publishing.words import LANGUAGES, Words, words
from corridor.reports.report import Report
from corridor.reports.tables import read_reports
from corridor.situation.assess import assess
from corridor.situation.fleet import Fleet
from corridor.situation.pool import standard_pooling
from corridor.situation.situation import Situation
from tests import told, worlds
from tests.planning.by_hand import PLANS
from tests.planning.mutate import MUTATIONS, mutate
from tests.publishing import landing, sample

EXAMPLE = Path(__file__).parents[2] / "examples" / "aleppo-2016" / "reports.csv"
EVENINGS = [f"2016-12-{day}T23:59+02:00" for day in range(13, 24)]
OTHERS = [lang for lang in LANGUAGES if lang != "en"]


@cache
def reports() -> tuple[Report, ...]:
    return tuple(read_reports(EXAMPLE))


def evening(moment: str) -> Situation:
    return assess(reports(), as_of=datetime.fromisoformat(moment))


def without_a_phrase(said: set[str], situation: Situation, lang: str) -> dict[str, list[str]]:
    w = words(lang, situation.at.tzinfo)
    lacking = {each: phrases.missing(each, situation, w) for each in sorted(said)}
    return {each: parts for each, parts in lacking.items() if parts}


def shown(said: str, situation: Situation, lang: str) -> str:
    return re.sub(r"<[^>]+>", "", text(phrases.sentence(said, situation, words(lang, situation.at.tzinfo))))


@pytest.mark.parametrize("lang", OTHERS)
@pytest.mark.parametrize("moment", EVENINGS)
def test_every_text_of_the_example_has_a_phrase(moment: str, lang: str) -> None:
    situation = evening(moment)
    said = landing.texts(situation)
    assert said or not situation.operations
    assert without_a_phrase(said, situation, lang) == {}


@pytest.mark.parametrize("lang", OTHERS)
@pytest.mark.parametrize("name", worlds.WORLDS)
def test_every_text_of_a_small_world_has_a_phrase(name: str, lang: str) -> None:
    situation = worlds.WORLDS[name]()
    said = landing.texts(situation)
    assert len(said) > 10
    assert without_a_phrase(said, situation, lang) == {}


@pytest.mark.parametrize("lang", OTHERS)
@pytest.mark.parametrize("kind", MUTATIONS)
def test_every_finding_on_a_corrupted_plan_has_a_phrase(kind: str, lang: str) -> None:
    for make in PLANS.values():
        made = mutate(make(), kind, 0)
        if made is not None:
            said = set(landing.of_findings(verify(made)))
            assert without_a_phrase(said, made.situation, lang) == {}


def no_buses(world: Situation) -> Situation:
    return msgspec.structs.replace(world, fleet=Fleet())


def no_legs(world: Situation) -> Situation:
    return msgspec.structs.replace(world, legs=())


def nobody(world: Situation) -> Situation:
    return msgspec.structs.replace(world, groups=())


def lying(world: Situation) -> Situation:
    return msgspec.structs.replace(world, groups=(worlds.group("stretcher", 3, place="stretcher"),))


def accompanied(world: Situation) -> Situation:
    fleet = Fleet(vehicles=(worlds.vehicles("ambulance", 1, {"stretcher": 2}),))
    group = worlds.group("stretcher", 3, place="stretcher", companions=1)
    return msgspec.structs.replace(world, groups=(group,), fleet=fleet)


def no_room(world: Situation) -> Situation:
    sites = (worlds.site("pickup", "pickup"), worlds.site("reception", "reception", capacity=10))
    return msgspec.structs.replace(world, sites=sites)


def short_windows(world: Situation) -> Situation:
    agreement = world.agreements[0]
    clauses = tuple(msgspec.structs.replace(c, ends=(c.begins or world.at)) for c in agreement.clauses)
    return msgspec.structs.replace(world, agreements=(msgspec.structs.replace(agreement, clauses=clauses),))


def one_window(world: Situation) -> Situation:
    agreement = world.agreements[0]
    few = msgspec.structs.replace(agreement, clauses=agreement.clauses[:1])
    return msgspec.structs.replace(world, agreements=(few,))


@pytest.mark.parametrize(
    ("world", "change"),
    [
        (worlds.one_bus, no_buses),
        (worlds.one_bus, no_legs),
        (worlds.one_bus, nobody),
        (worlds.one_bus, lying),
        (worlds.one_bus, accompanied),
        (worlds.one_bus, no_room),
        (worlds.closed_window, short_windows),
        (worlds.closed_window, one_window),
    ],
)
@pytest.mark.parametrize("lang", OTHERS)
def test_every_reason_why_nothing_can_be_planned_has_a_phrase(
    world: Callable[[], Situation], change: Callable[[Situation], Situation], lang: str
) -> None:
    situation = change(world())
    with pytest.raises(Infeasible) as caught:
        plan(situation)
    assert without_a_phrase({caught.value.cause}, situation, lang) == {}


@pytest.mark.parametrize("lang", OTHERS)
def test_every_row_of_the_shipped_tables_has_a_phrase(lang: str) -> None:
    situation = worlds.one_bus()
    said = {row.source for row in standard_pooling().settings.values()}
    for row in rows():
        said |= {row.key.replace("_", " "), f"{row.value:g}: {row.meaning}", row.source}
    assert without_a_phrase(said, situation, lang) == {}


@pytest.mark.parametrize("lang", OTHERS)
def test_reasons_that_the_example_lacks_have_a_phrase(lang: str) -> None:
    told_twice = [
        told.inside("i-1", 900, hour=0),
        told.inside("i-2", 400, source="AFP", hour=1, hedge="min", low=400, grade="B2"),
        told.inside("i-3", 5000, source="ICRC", hour=1, hedge="max", high=5000),
        told.out("o-1", "convoy-1", 100, 2),
        told.out("o-2", "convoy-2", 50, 3),
        told.out("o-3", "", 60, 3, scope="daily", since=2, source="WHO"),
        told.out("o-4", "", 60, 3, scope="daily", source="AFP"),
        told.out("o-5", "convoy-2", 90, 3),
        told.out("o-6", "", 60, 3, scope=None, source="SAMS"),
    ]
    situation = assess([*told.world(), *told_twice], as_of=told.at(20))
    said = set(landing.of_situation(situation))
    assert any("one origin, grade B2" in each for each in said)
    assert any("for the same moment" in each for each in said)
    assert without_a_phrase(said, situation, lang) == {}


def test_a_text_without_a_phrase_is_found_and_stays_english() -> None:
    situation = worlds.one_bus()
    said = "as said; nobody has heard of this reason; one origin"
    assert without_a_phrase({said}, situation, "fr") == {said: ["nobody has heard of this reason"]}
    assert text(phrases.sentence(said, situation, words("fr"))) == (
        'Telle que déclarée\u00a0; <span lang="en">nobody has heard of this reason</span>\u00a0; une seule origine.'
    )
    assert shown(said, situation, "en") == "As said; nobody has heard of this reason; one origin."


@pytest.mark.parametrize("lang", OTHERS)
def test_both_sides_of_a_phrase_have_the_same_fields(lang: str) -> None:
    table = phrases.table(lang)
    assert len(table) > 200
    assert len({said for said, _ in table}) == len(table)
    for said, other in table:
        assert other, said
        assert set(phrases.FIELD.findall(said)) == set(phrases.FIELD.findall(other)), said
        assert {kind for kind, _ in phrases.FIELD.findall(said)} <= fields.KINDS.keys(), said
        assert "{" not in phrases.FIELD.sub("", said + other), said


@pytest.mark.parametrize("lang", OTHERS)
def test_every_phrase_matches_its_own_english(lang: str) -> None:
    situation = worlds.one_bus()
    w = words(lang, situation.at.tzinfo)
    for said, _ in phrases.table(lang):
        written = phrases.FIELD.sub(lambda field: WRITTEN.get(field[1], "pickup"), said)
        assert phrases.missing(written, situation, w) == [], written


WRITTEN = {
    "n": "1,234.5",
    "about": "1,234",
    "numbers": "12 and 1,300",
    "percent": "51%",
    "moment": "15 Dec 13:30",
    "clock": "2016-12-15 13:30",
    "hours": "2016-12-15 08:00 to 2016-12-15 10:00",
    "claims": "AFP: pickup;reception; UN: 4000",
    "people": "civilians",
    "phrases": "12 buses; 3 bays at pickup",
    "place": "seat",
    "step": "departure",
    "fact": "people_out",
}


def names(situation: Situation) -> set[str]:
    """The ids that must not stand in a sentence, those that are also words of the language left out."""
    return {site.id for site in situation.sites} & {"khanasal", "amiriyah", "rashidin4", "ramousah", "east-aleppo"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_ids_of_sites_stand_by_their_names(lang: str) -> None:
    situation = evening("2016-12-15T23:59+02:00")
    said = {shown(each, situation, lang) for each in landing.texts(situation)}
    assert len(names(situation)) == 5
    for each in said:
        assert not [name for name in names(situation) if re.search(rf"\b{name}\b", each)], each
        assert "aleppo" not in re.sub("east aleppo", "", each.replace("Aleppo", "")), each


def test_numbers_moments_and_names_are_those_of_the_language() -> None:
    situation = evening("2016-12-16T23:59+02:00")
    cases = {
        "bays of amiriyah: boarding at amiriyah fills its 11 bays for 12085 vehicle-minutes": (
            "Quais\u00a0: à Al-Amiriyah, l’embarquement occupe les 11 quais pendant 12\u202f085 minutes-véhicule."
        ),
        "No source says how many people khanasal can take; about 34,248 are to come.": (
            "Capacité d’accueil (Khan al-Assal)\u00a0: aucune source ne l’indique\u00a0; environ 34\u202f000 personnes "
            "doivent arriver."
        ),
        "The movement stands since 16 Dec 10:30 (AFP: No movement; families slept in ruins.).": (
            "Le mouvement est arrêté depuis le ven. 16 déc., 10 h 30 (AFP: No movement; families slept in ruins.)."
        ),
    }
    for said, wanted in cases.items():
        assert shown(said, situation, "fr").replace("10\u00a0h\u00a030", "10 h 30") == wanted
    rival = "The sources do not agree on this term (Hezbollah: amiriyah;ramousah; AFP: khanasal)."
    assert "Hezbollah\u00a0: Al-Amiriyah, Ramoussa\u00a0; AFP\u00a0: Khan al-Assal" in shown(rival, situation, "fr")
    assert "Hezbollah: Al-Amiriyah, Ramousah crossing; AFP: Khan al-Asal" in shown(rival, situation, "en")


def test_a_moment_that_the_calendar_lacks_stays_as_it_was_written() -> None:
    said = "The movement stands since 31 Feb 10:30 (x)."
    assert "31 Feb 10:30" in shown(said, worlds.one_bus(), "fr")


def test_words_of_others_keep_their_language() -> None:
    situation = evening("2016-12-16T23:59+02:00")
    said = "The movement stands since 16 Dec 10:30 (WHO: Aid agencies were told to leave and were given no reason.)."
    marked = text(phrases.sentence(said, situation, words("fr", situation.at.tzinfo)))
    assert '<span lang="en">WHO: Aid agencies were told' in marked
    assert tongue("The convoy was stopped at the crossing.") == "en"
    assert tongue("Le convoi est arrêté au point de passage.") == "fr"
    assert tongue("توقفت القافلة") == "ar"
    assert tongue("AFP 20") is None


def test_the_notes_of_reports_say_their_language() -> None:
    french = page(sample.forecast(), lang="fr").decode()
    listing = french[french.index('id="sources"') :]
    assert listing.count('lang="en"') > 10
    assert ' lang="en"' not in page(sample.forecast()).decode().replace('<html lang="en"', "")


def test_the_same_page_gives_the_same_bytes_in_every_language() -> None:
    for lang in LANGUAGES:
        first = page(sample.forecast(), lang=lang, findings=sample.FINDINGS)
        phrases.templates.cache_clear()
        assert page(sample.forecast(), lang=lang, findings=sample.FINDINGS) == first


def test_a_phrase_of_the_page_is_escaped() -> None:
    w: Words = words("fr")
    assert "<b>" not in text(phrases.phrase("<b> says that nobody knows how many people remain.", worlds.one_bus(), w))


def test_so_many_vehicles_stand_in_the_form_that_the_language_has_for_that_many() -> None:
    assert [words("en").some("ambulance", n) for n in (1, 3)] == ["1 ambulance", "3 ambulances"]
    assert [words("fr").some("ambulance", n) for n in (1, 3)] == ["1 ambulance", "3 ambulances"]
    arabic = [words("ar").some("bus", n) for n in (1, 2, 5, 20)]
    assert arabic == ["حافلة واحدة", "حافلتان", "5 حافلات", "20 حافلة"]
    assert words("en").some("mule", 2) == "2 mule"
