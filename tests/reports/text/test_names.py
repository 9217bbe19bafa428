"""Who speaks, as wires name them: abbreviations with dots, names with an office beside them, clauses set against."""

from __future__ import annotations

import pytest

from corridor.reports.text import read_text

SAID = [
    ("Around 50,000 people were waiting to be evacuated, the U.N. envoy said.", "U.N. envoy"),
    ("The U.S. Coast Guard said its crews rescued 215 people from rooftops.", "U.S. Coast Guard"),
    ("According to the U.N., 300 people left the town.", "U.N."),
    ("At least 35 people were killed, said the U.N. The road is closed.", "U.N."),
    (
        "“Thousands of people need evacuation,” said Ada Lind, the U.N. adviser for the valley.",
        "Ada Lind, the U.N. adviser for the valley",
    ),
    ("Ada Lind, a spokeswoman for the harbour board, said 300 people had left.", "Ada Lind, a spokeswoman for"),
    ("Al Marsa TV said 300 people had left the town.", "Al Marsa TV"),
    ("Ada Lind, porte-parole de la mairie, a indiqué que 350 personnes avaient quitté la ville.", "Ada Lind, porte-"),
    ("« 350 personnes sont sorties », a déclaré à l'AFP un responsable du Croissant-Rouge.", "responsable du Cro"),
    ("WHO reports that 301 patients have been transferred to hospitals.", "WHO"),
    ("US officials said 300 people had left the town.", "US officials"),
    ("Depuis jeudi, 8.500 personnes, dont 3.000 combattants, ont quitté la ville, selon l'ODH.", "ODH"),
    ("Ankara, de son côté, fait état de 4.500 personnes évacuées lundi.", "Ankara"),
    ("Le ministre local des Affaires étrangères, Ada Lind, a précisé que 200 personnes étaient sorties.", "ministre l"),
    ("وقال المبعوث إن خمسين ألف شخص لا يزالون في المدينة، في حين قدرت أنقرة العدد بـ80 ألفا.", "المبعوث"),
]


@pytest.mark.parametrize(("text", "source"), SAID)
def test_who_speaks_is_named_in_full(text: str, source: str) -> None:
    found = next(c for c in read_text(text) if c.low)
    assert found.source.startswith(source)
    assert text[found.start : found.end] == found.quote


def test_what_is_told_is_not_who_tells() -> None:
    text = "Ada Lind, a legal adviser to the mountain groups, said the truce took effect at 6.30 p.m."
    (truce,) = read_text(text)
    assert truce.source == "Ada Lind, a legal adviser to the mountain groups"


def test_dots_of_an_abbreviation_cut_no_sentence_and_a_sentence_still_ends_with_one() -> None:
    one = read_text("Ten buses left with U.N. observers aboard and 400 people.")
    assert {c.source for c in one} == {"article"}
    two = read_text("Ten buses left with observers of the U.N. In the town 400 people remain, the mayor said.")
    assert [c.source for c in two if c.kind == "remaining"] == ["mayor"]
    assert [c.source for c in two if c.kind == "fleet"] == ["article"]


def test_figures_of_a_part_are_not_those_of_all() -> None:
    text = "The envoy said 3,000 people had left. The mayor said 8,500 people, including 3,000 fighters, had left."
    assert sorted((c.low, c.group) for c in read_text(text) if c.kind == "count_out") == [
        (3000.0, "all"),
        (3000.0, "fighters"),
        (8500.0, "all"),
    ]


def test_what_would_be_done_is_not_done() -> None:
    (claim,) = read_text("State television said some 4,000 people would be evacuated.")
    assert claim.modality == "planned"
    (done,) = [c for c in read_text("On 3 May 4,000 people were evacuated.") if c.kind == "count_out"]
    assert done.modality == "done"


def test_a_capital_where_all_are_capitals_names_nobody() -> None:
    assert {c.source for c in read_text("...MILTON EXPECTED TO BRING HEAVY RAIN AND HIGH WINDS TONIGHT...")} == {
        "article"
    }


def test_a_word_of_a_proper_name_is_no_weather() -> None:
    assert [c.kind for c in read_text("The Sunshine Skyway Bridge was closed at noon.")] == ["route"]
    assert [c.kind for c in read_text("Snow closed the bridge at noon. Heavy Snow fell.")][-1] == "weather"


def test_people_taken_are_not_hurt_and_a_camp_for_people_is_room() -> None:
    taken = read_text(
        "Rebels said the militias had seized dozens of people from one of the convoys and shot dead four."
    )
    assert [c.low for c in taken if c.kind == "casualty"] == [4.0]
    (room,) = read_text("A tent camp for up to 80,000 people was being prepared near the border.")
    assert (room.kind, room.low, room.high) == ("capacity", None, 80000.0)
    reached = read_text("وتصل الطاقة الاستيعابية لمخيم قيد الإنشاء قرب الحدود إلى 80 ألف شخص.")
    assert [c.kind for c in reached] == ["capacity"]


def test_who_is_accused_says_nothing_and_what_stands_before_the_blame_is_told() -> None:
    text = "وتعرض موكب لإطلاق نار، وفق ما أفاد الجيش الذي اتهم قوات الدعم بالهجوم، ما أسفر عن إصابة مواطن."
    found = {c.kind: c.source for c in read_text(text)}
    assert found == {"incident": "الجيش", "accusation": "الجيش", "casualty": "الجيش"}


def test_a_number_told_as_the_size_of_what_stands_before_it_counts_that() -> None:
    counted = [
        (c.kind, c.unit, c.low) for c in read_text("Les autobus, au nombre de quatorze, sont attendus dimanche.")
    ]
    assert counted[0] == ("fleet", "buses", 14.0)
    (people,) = read_text("Les patients, au nombre de 14, ont quitté l'hôpital.")
    assert (people.kind, people.low) == ("count_out", 14.0)


def test_an_airport_is_a_way_though_people_shelter_in_one() -> None:
    assert [c.kind for c in read_text("وأغلق مطار المدينة منذ اليوم الأول.")] == ["route"]


def test_a_label_of_few_entries_heads_them_and_speaks_not() -> None:
    hours = "".join(f"1{n}h30 - La route est ouverte et {n + 20} bus roulent.\n" for n in range(8))
    found = read_text(hours + "18h45 - Incendie : un pompier a été blessé, 40 personnes évacuées.\n")
    assert {c.source for c in found} == {"article"}
    spoken = "18h45 - Karim : 12 bus sont partis.\n18h50 - Lina : 40 personnes sont arrivées.\n"
    assert {c.source for c in read_text(spoken)} == {"Karim", "Lina"}


def test_the_dead_tell_nothing_and_nobody_died_without_a_single_death() -> None:
    dead = read_text("وسجلت حالة وفاة واحدة لطفل رضيع، إضافة إلى 23 مصابا نقلوا إلى مشافي المدينة.")
    assert {c.source for c in dead} == {"article"}
    none = read_text("They had evacuated 165 patients from three campuses without a single death in transit.")
    assert [(c.low, c.modality) for c in none if c.kind == "casualty"] == [(0.0, "denied")]


def test_a_date_between_commas_parts_no_verb_from_its_subject() -> None:
    text = "وصلت إلى القلعة، فجر اليوم الأربعاء، الدفعة الرابعة من الأهالي."
    assert [c.kind for c in read_text(text)] == ["arrival"]


def test_a_ceiling_with_its_subject_behind_the_verb_is_a_ceiling() -> None:
    (most,) = read_text("ولا يجوز أن يتجاوز عدد الحافلات مئة في اليوم.")
    assert (most.low, most.high) == (None, 100.0)


def test_who_is_in_a_place_whose_room_was_told_is_received_there() -> None:
    found = read_text("The Cajundome can hold 1,200; it had 840 people on Tuesday night.")
    assert [(c.kind, c.low) for c in found] == [("capacity", 1200.0), ("reception", 840.0)]


def test_a_number_that_a_sum_is_brought_to_counts_those_out() -> None:
    text = "Two convoys left, bringing the number of people evacuated since the operation began to around 10,000."
    assert [(c.low, c.hedge) for c in read_text(text) if c.kind == "count_out"] == [(10000.0, "approx")]


def test_what_had_to_be_stopped_was_stopped() -> None:
    halted = [c for c in read_text("The operation had to be put on hold on Friday morning.") if c.kind == "halt"]
    assert [c.modality for c in halted] == ["done"]


def test_the_hurt_who_were_moved_are_hurt_and_fire_has_its_subject_inside() -> None:
    found = read_text("مما أدى إلى استشهاد 7 مدنيين وجرح 12 آخرين تم إخلاؤهم إلى المستشفى.")
    assert [(c.kind, c.low) for c in found] == [("casualty", 7.0), ("casualty", 12.0)]
    assert [c.kind for c in read_text("وأطلق الإرهابيون النار على العوائل الهاربة.")] == ["incident"]
