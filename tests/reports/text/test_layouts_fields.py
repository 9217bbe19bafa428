"""Labels with their numbers, in every way that forms, briefs and boards set them apart."""

from __future__ import annotations

import pytest

from tests.reports.text.test_layouts import FILL, core

FIELDS = {
    "en": (
        ("People evacuated", 1200, "count_out"),
        ("Still inside", 340, "remaining"),
        ("Buses", 14, "fleet"),
        ("Shelter capacity", 900, "capacity"),
        ("Killed", 3, "casualty"),
        ("People in shelters", 275, "reception"),
        ("Arrivals at the camp", 85, "arrival"),
    ),
    "fr": (
        ("Personnes évacuées", 1200, "count_out"),
        ("Encore bloquées", 340, "remaining"),
        ("Bus", 14, "fleet"),
        ("Capacité d'accueil", 900, "capacity"),
        ("Disparus", 3, "casualty"),
        ("Personnes hébergées", 275, "reception"),
        ("Arrivées au camp", 85, "arrival"),
    ),
    "ar": (
        ("تم إجلاؤهم", 1200, "count_out"),
        ("ما زالوا عالقين", 340, "remaining"),
        ("حافلات", 14, "fleet"),
        ("سعة المركز", 900, "capacity"),
        ("قتلى", 3, "casualty"),
        ("مقيمون في المراكز", 275, "reception"),
        ("الواصلون إلى المخيم", 85, "arrival"),
    ),
}
FORMS = [
    "{k}: {v}",
    "{k} : {v}",
    "- {k}: {v}",
    "{i}. {k}: {v}",
    "**{k}:** {v}",
    "*{k}*: {v}",
    "{k} = {v}",
    "{k} - {v}",
    "{k} – {v}",
    "{k} → {v}",
    "{k} ........ {v}",
    "{k}\t{v}",
    "{k:<30}{v:>8}",
    "| {k} | {v} |",
    "{k} | {v}",
    "{k}; {v}",
    "{k} ({v})",
    "{k}\n{v}\n",
    "{k}:\n{v}\n",
    "{v}\n{k}\n",
    "{v} {k}",
    "{k}: +{v}",
    "{k}: ~{v}",
    "{k} (10:00): {v}",
    "{k} (12/03): {v}",
    "{k}*: {v}",
    "{k} [1]: {v}",
    "{k}[1]: {v}",
    "🔹 {k}: {v}",
]


def _figure(value: int, lang: str) -> str:
    return f"{value:,}".replace(",", " " if lang == "fr" else ",")


@pytest.mark.parametrize("prose", [0, 4])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("lang", FIELDS)
def test_a_field_is_read_however_its_number_is_set_apart(lang: str, form: str, prose: int) -> None:
    fields = FIELDS[lang]
    lines = [form.format(k=k, v=_figure(v, lang), i=at + 1) for at, (k, v, _) in enumerate(fields)]
    text = f"{FILL[lang]} {FILL[lang]}\n" * prose + "\n" + "\n".join(lines) + "\n\n" + f"{FILL[lang]}\n" * prose
    assert sorted((c.kind, c.low, c.high) for c in core(text)) == sorted((kind, v, v) for _, v, kind in fields)


@pytest.mark.parametrize("sign", [";", ",", " |", " /", " –", ".", " •"])
@pytest.mark.parametrize("lang", FIELDS)
def test_fields_on_one_line_are_told_apart(lang: str, sign: str) -> None:
    line = f"{sign} ".join(f"{k}: {_figure(v, lang)}" for k, v, _ in FIELDS[lang])
    assert sorted((c.kind, c.low) for c in core(line)) == sorted((kind, v) for _, v, kind in FIELDS[lang])


def test_who_speaks_from_a_place_is_no_field() -> None:
    text = (
        "Leila (hospital): 14 patients are still here\nKarim: road 4 is closed\nLeila (hospital): 2 ambulances left\n"
    )
    assert {c.source for c in core(text) if c.kind in ("remaining", "fleet")} == {"Leila (hospital)"}
