"""What single French sentences showed to be misread: words cut by a dash, parts and wholes, harm done to one."""

from __future__ import annotations

import pytest

from corridor.reports.text import read_text

Claims = list[tuple[str, float | None, float | None]]


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        # A cue with a dash in it, and no other word of the tables that could stir the sentence.
        ("L'avion a fait demi-tour.", [("halt", None, None)]),
        # The whole that opens a sentence is no count of its own; the part behind the comma is.
        (
            "Sur les quinze autocars promis, onze sont arrivés.",
            [("fleet", 15, 15), ("fleet", 11, 11), ("arrival", None, None)],
        ),
        ("Sur les 300 inscrits, 260 se sont présentés.", [("context", 300, 300), ("remaining", 260, 260)]),
        ("63 patients évacués sur 140.", [("count_out", 63, 63), ("context", 140, 140)]),
        # One person is the object of a verb of harm.
        ("Le viaduc s'est écroulé, tuant son conducteur.", [("casualty", 1, 1), ("incident", None, None)]),
        # What a number was before is no claim.
        ("Le nombre de passages autorisés est ramené de 500 à 350 par jour.", [("agreement", 350, 350)]),
        # Who only say who was counted are no movers beside them.
        ("Au total, 412 personnes, en majorité des femmes, ont gagné Tarsk.", [("arrival", 412, 412)]),
        # A bound of metres with the centimetres behind them.
        ("L'eau est à 1 m 40 dans la rue.", [("weather", 1.4, 1.4)]),
        # The speed of vehicles is no weather.
        ("Vitesse imposée au convoi : 40 km/h.", []),
        # What a movement is for, or was not wanted, is none.
        ("Ils font la queue pour quitter la ville.", []),
    ],
)
def test_a_sentence_tells_its_claims(text: str, claims: Claims) -> None:
    found = {(c.kind, c.low, c.high) for c in read_text(text)}
    assert {told for told in found if told[0] not in ("schedule", "statement")} == set(claims)
