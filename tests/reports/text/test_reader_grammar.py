"""Rules of the language, each by a sentence: inverted speakers, nouns of movement, plans, wholes and parts."""

from __future__ import annotations

import pytest

from corridor.reports.text import read_text
from corridor.reports.text.patterns import spelt_out


def kinds(text: str) -> set[tuple[str, float | None, float | None]]:
    return {(c.kind, c.low, c.high) for c in read_text(text + "\n")}


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("« Il reste 300 habitants dans le bourg », raconte une boulangère.", "boulangère"),
        ("Trois soldats ont été blessés, ont fait savoir mardi soir les secours.", "secours"),
        ("« On est partis à l'aube. Nous étions 40 à bord », a dit le matelot.", "matelot"),
        ("Desert Doctors, an aid group, needs ten ambulances and says 45 people are trapped.", "Desert Doctors"),
    ],
)
def test_a_speaker_is_heard_behind_the_verb_and_before_it(text: str, source: str) -> None:
    assert source in {c.source for c in read_text(text + "\n")}


@pytest.mark.parametrize(
    "text",
    [
        "Les départs ont été interrompus à midi.",
        "An understanding on the departure of civilians was reached.",
        "Un car a glissé dans le fossé à la sortie du village.",
    ],
)
def test_a_noun_of_movement_is_no_movement(text: str) -> None:
    assert "departure" not in {kind for kind, _, _ in kinds(text)}


def test_a_part_is_counted_and_its_whole_is_context() -> None:
    found = kinds("À midi, 112 des 164 malades avaient quitté l'hôpital.")
    assert ("count_out", 112, 112) in found
    assert ("count_out", 164, 164) not in found


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Le convoi partira samedi à 7h30.", "schedule"),
        ("The truce expires on Saturday at midnight.", "schedule"),
        ("« Nous ne quitterons jamais ces murs », a dit le maire.", "statement"),
    ],
)
def test_what_is_to_come_and_what_is_only_said_are_proposed(text: str, kind: str) -> None:
    assert kind in {found for found, _, _ in kinds(text)}


def test_a_plan_stands_inside_its_verb_and_covers_joined_vehicles() -> None:
    assert {c.modality for c in read_text("Quelque 200 personnes doivent être évacuées.\n")} == {"planned"}
    found = read_text("L'évacuation se fera à bord de 20 bus et de 10 ambulances.\n")
    assert {c.modality for c in found if c.kind == "fleet"} == {"planned"}


def test_a_daily_ceiling_is_of_the_agreement() -> None:
    assert ("agreement", None, 700) in kinds("No more than 700 people may leave each day.")
    assert ("agreement", None, 700) in kinds("لا يجوز أن يغادر أكثر من 700 شخص كل يوم.")


def test_one_person_is_counted_whatever_the_noun() -> None:
    assert ("casualty", 1, 1) in kinds("A 62-year-old lamplighter was killed near the bridge.")
    assert ("casualty", 1, 1) not in kinds("A bus was hit and nobody was hurt.")


def test_prose_that_is_no_report_names_no_phrase_as_its_source() -> None:
    prose = (
        "# A library\n\nIt plans, forecasts and runs convoys of 40 buses, and no figure of a forecast is a promise.\n\n"
        "Reports say 300 people left. It keeps every figure, with its report.\n"
    )
    assert {c.source for c in read_text(prose)} <= {"article", "unknown", "Reports"}


def test_a_regular_verb_is_written_once() -> None:
    assert spelt_out("achemin~er", {"er": "[er;e;aient]"}) == ["acheminer", "achemine", "acheminaient"]


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("L'accord plafonne les sorties à 300 personnes par jour.", ("agreement", None, 300)),
        ("On est 53 ici à la chapelle.", ("remaining", 53, 53)),
        ("2.000 habitants n'ont pas quitté leur logement.", ("remaining", 2000, 2000)),
        ("Vents de 90 km/h, rafales à 140.", ("weather", 140, 140)),
        ("وفُقد ثلاثة من ركابه.", ("casualty", 3, 3)),
        ("الملعب الكبير: صار فل.", ("capacity", None, None)),
        ("ألا يتجاوز عدد المغادرين 200 في اليوم بحسب الاتفاق.", ("agreement", None, 200)),
    ],
)
def test_a_bound_a_state_and_a_loss_are_told_by_the_words_around(
    text: str, claim: tuple[str, float | None, float | None]
) -> None:
    filler = "Le boulanger se souvient de son jardin." if text[0] < "\u0600" else "الخباز يتذكر الحديقة."
    assert claim in kinds(f"{filler}\n\n{text}\n\n{filler}")


def test_the_items_of_a_list_of_terms_are_what_was_agreed() -> None:
    lead = "La Mission confirme ce qui suit dans son rapport du jour.\nLes termes de l'accord sont les suivants :\n"
    found = kinds(f"{lead}a) la restitution des corps des deux côtés ;\nb) au plus 400 personnes par jour.")
    assert ("agreement", None, None) in found
    assert ("agreement", None, 400) in found


def test_a_name_and_a_time_on_a_line_of_their_own_send_what_follows() -> None:
    text = "Mado, 07:12\nLe bus est arrivé\nSteeve, 07:20\nIl reste 12 personnes ici\nMado, 07:31\nLe pont est fermé\n"
    found = {c.kind: c.source for c in read_text(text)}
    assert found["remaining"] == "Steeve"
    assert found["route"] == "Mado"


def test_a_pronoun_that_stresses_the_subject_takes_nothing_from_it() -> None:
    said = (
        "L'émissaire de l'ONU a estimé à 40.000 le nombre de civils piégés dans la ville.\n\n"
        "La Turquie, qui a promis son aide, a elle estimé à 80.000 le nombre de civils qui restent.\n\n"
        "« Il en reste 500 », a-t-elle ajouté."
    )
    counted = {c.low: c.source for c in read_text(said) if c.kind == "remaining"}
    assert counted == {40_000: "émissaire de l'ONU", 80_000: "Turquie", 500: "Turquie"}


def test_a_share_that_a_deal_sets_is_its_term_and_any_other_is_context() -> None:
    for said in (
        "Under the deal, twenty per cent of the places are reserved for the wounded.",
        "Aux termes de l'accord, 20 % des places sont réservées aux blessés.",
        "وينص الاتفاق على تخصيص 20 في المئة من المقاعد للجرحى.",
    ):
        assert [(c.kind, c.low, c.high) for c in read_text(said) if c.low == 20] == [("agreement", 20, 20)]
    assert not [c for c in read_text("Some 20 per cent of the houses burned.") if c.kind == "agreement"]


def test_a_corridor_that_closes_stops_the_movement_and_a_road_that_closes_does_not() -> None:
    kinds = {said: [c.kind for c in read_text(said)] for said in SHUT}
    assert kinds == {said: [kind] for said, kind in SHUT.items()}


SHUT = {
    "The crossing was closed between noon and two.": "halt",
    "Le couloir a été fermé pendant deux heures.": "halt",
    "The corridor reopened at three.": "resume",
    "Le passage a été rouvert à 15 h 40.": "resume",
    "The northern road was closed at noon.": "route",
}
