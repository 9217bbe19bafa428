"""The plainest sentences of such an operation, in three languages: each claim is there, and no other number."""

from __future__ import annotations

import pytest

from corridor.reports.text import read_text

Told = tuple[str, float | None, float | None]
SAID: list[tuple[tuple[str, str, str], set[Told]]] = [
    (
        (
            "Officials said 3,000 people are trapped in the city.",
            "Les autorités disent que 3 000 personnes sont piégées dans la ville.",
            "قال المسؤولون إن 3000 شخص محاصرون في المدينة.",
        ),
        {("remaining", 3000, 3000)},
    ),
    (
        (
            "Some 250 civilians were bused to the camp on Tuesday.",
            "Quelque 250 civils ont été conduits en bus au camp mardi.",
            "نُقل نحو 250 مدنيا بالحافلات إلى المخيم يوم الثلاثاء.",
        ),
        {("count_out", 250, 250)},
    ),
    (
        (
            "Twenty buses and ten ambulances entered the district at 11:00.",
            "Vingt bus et dix ambulances sont entrés dans le quartier à 11h00.",
            "دخلت عشرون حافلة وعشر سيارات إسعاف إلى الحي عند الساعة 11.",
        ),
        {("fleet", 20, 20), ("fleet", 10, 10), ("arrival", None, None)},
    ),
    (
        (
            "The evacuation was suspended after gunfire hit the first convoy, wounding three.",
            "L'évacuation a été suspendue après des tirs sur le premier convoi, qui ont fait trois blessés.",
            "توقف الإجلاء بعد إطلاق نار على القافلة الأولى أدى إلى إصابة ثلاثة أشخاص.",
        ),
        {("halt", None, None), ("incident", None, None), ("casualty", 3, 3)},
    ),
    (
        ("The evacuation resumed at noon.", "L'évacuation a repris à midi.", "استؤنف الإجلاء عند الظهر."),
        {("resume", None, None)},
    ),
    (
        (
            "About 50,000 people remain inside, the UN said; Turkey puts the figure at 100,000.",
            "Environ 50 000 personnes sont encore à l'intérieur, selon l'ONU ; la Turquie parle de 100 000.",
            "قالت الأمم المتحدة إن نحو 50 ألف شخص ما زالوا في الداخل، وتقدر تركيا العدد بمئة ألف.",
        ),
        {("remaining", 50_000, 50_000), ("remaining", 100_000, 100_000)},
    ),
    (
        (
            "Nobody knows how many people remain.",
            "Personne ne sait combien de personnes restent.",
            "لا أحد يعرف كم شخصا بقي.",
        ),
        {("remaining", None, None)},
    ),
    (
        (
            "The shelter can take 400 people and holds 310.",
            "Le centre peut accueillir 400 personnes et en abrite 310.",
            "يتسع المركز لـ400 شخص ويؤوي 310.",
        ),
        {("capacity", 400, 400), ("reception", 310, 310)},
    ),
    (
        (
            "Under the deal, 1,500 people will leave each day.",
            "Selon l'accord, 1 500 personnes partiront chaque jour.",
            "بموجب الاتفاق يغادر 1500 شخص كل يوم.",
        ),
        {("agreement", 1500, 1500)},
    ),
    (
        (
            "A first convoy of 21 buses left the town on Thursday.",
            "Un premier convoi de 21 bus a quitté la ville jeudi.",
            "غادرت أول قافلة من 21 حافلة البلدة يوم الخميس.",
        ),
        {("fleet", 21, 21), ("departure", None, None)},
    ),
    (
        (
            "The convoy arrived at the reception centre with 940 people aboard.",
            "Le convoi est arrivé au centre d'accueil avec 940 personnes à bord.",
            "وصلت القافلة إلى مركز الاستقبال وعلى متنها 940 شخصا.",
        ),
        {("arrival", None, None), ("count_out", 940, 940)},
    ),
]


@pytest.mark.parametrize(("text", "claims"), [(text, claims) for texts, claims in SAID for text in texts])
def test_a_plain_sentence_is_read(text: str, claims: set[Told]) -> None:
    found = {(one.kind, one.low, one.high) for one in read_text(text + "\n")}
    assert claims <= found
    assert {one for one in found if one[1:] != (None, None)} == {one for one in claims if one[1:] != (None, None)}


@pytest.mark.parametrize(
    "text", ["At least 200 people were still waiting, the governor said.", "By noon at least 200 were still waiting."]
)
def test_those_who_still_wait_remain(text: str) -> None:
    assert [(one.kind, one.low, one.high) for one in read_text(text + "\n")] == [("remaining", 200, None)]
