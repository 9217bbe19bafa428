"""The same plain sentences in logs, chats and letters of every make: each is its sender's."""

from __future__ import annotations

import textwrap

import pytest

from tests.reports.text.test_layouts import CLAIMS, TOLD, core

NAMES = {
    "en": ("Samir", "Field Team", "Huda B."),
    "fr": ("Samir", "Equipe Nord", "Hélène B."),
    "ar": ("سمير", "القاعدة", "هدى"),
}
LINES = [
    "[12/03/2026, 14:{m}:11] {n}: {t}",
    "\u200e[12/03/2026, 14:{m}:11] {n}: \u200e{t}",
    "[3/12/26, 2:{m}:11\u202fPM] ~\u202f{n}: {t}",
    "3/12/26, 2:{m}\u202fPM - {n}: {t}",
    "12/03/2026 à 14:{m} - {n} : {t}",
    "12.03.26, 14:{m} - {n}: {t}",
    "2026-03-12 14:{m} - {n}: {t}",
    "2026-03-12T14:{m}:00Z {n}: {t}",
    "14:{m} {n}: {t}",
    "14:{m} <{n}> {t}",
    "[14:{m}] <{n}> {t}",
    "{n} (14:{m}): {t}",
    "{n}, 14:{m}: {t}",
    "{n}: {t}",
    "{n} > {t}",
    "14:{m}\t{n}\t{t}",
    "14:{m} | {n} | {t}",
    "14:{m};{n};{t}",
    "2026-03-12 14:{m}\t{n}\tBase\t{t}",
    "| 14:{m} | {n} | {t} |",
    "14:{m}    {n:<14}  {t}",
    "00{i} 14:{m} {n}: {t}",
    "12/03 14:{m} {n}: {t}",
    "12.03. 14:{m} {n}: {t}",
    "14:{m}\n{n}: {t}\n",
    "{n}\n14:{m}\n{t}\n",
    "14h{m} - {n} : {t}",
    "14.{m} - {n}: {t}",
    "14{m} {n}: {t}",
    "14{m}Z {n}: {t}",
    "(14{m}) {n}: {t}",
    "14{m}hrs {n}: {t}",
    "14{m}L - {n} - {t}",
    "1214{m}ZMAR26 {n}: {t}",
    "- 14:{m} {n}: {t}",
    "**{n}** (14:{m}): {t}",
    "{n}, [12.03.2026 14:{m}]\n{t}\n",
    "{n}  [2:{m} PM]\n{t}\n",
    "{n} 3/12/2026 2:{m} PM\n{t}\n",
    "From: {n}\nSent: 2026-03-12 14:{m}\nSubject: X\n\n{t}\n",
]


def _said(text: str) -> list[tuple[str, float | None, float | None, str]]:
    return [(c.kind, c.low, c.high, c.source) for c in core(text)]


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("lang", TOLD)
def test_each_message_is_its_senders(lang: str, line: str) -> None:
    who = [NAMES[lang][n] for n in (0, 1, 0, 2, 1, 0)]
    messages = [line.format(i=at, m=10 + 3 * at, n=who[at], t=told) for at, told in enumerate(TOLD[lang])]
    found = _said("\n".join(messages))
    assert sorted(told[:3] for told in found) == CLAIMS
    assert [told[3] for told in found if told[0] != "incident"] == who


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("lang", TOLD)
def test_the_second_line_of_a_message_is_its_senders_too(lang: str, line: str) -> None:
    told, names = [t.rstrip(".") for t in TOLD[lang]], NAMES[lang]
    pairs = [(0, names[0]), (2, names[1]), (4, names[0])]
    text = "\n".join(
        line.format(i=at, m=10 + at, n=name, t=f"{told[at]}\n{told[at + 1]}")
        for at, name in (*pairs, *((0, names[1]),))
    )
    sources = {kind: source for kind, _, _, source in reversed(_said(text))}
    assert sources["count_out"] == sources["remaining"] == names[0]
    assert sources["route"] == sources["casualty"] == names[1]
    assert sources["arrival"] == sources["capacity"] == names[0]


@pytest.mark.parametrize(("lang", "to"), [("en", "to"), ("fr", "à"), ("ar", "إلى")])
def test_the_first_of_two_parties_speaks(lang: str, to: str) -> None:
    one, other = NAMES[lang][0], NAMES[lang][1]
    text = "\n".join(f"14{10 + at} {one} {to} {other}: {told}" for at, told in enumerate(TOLD[lang]))
    assert {told[3] for told in _said(text)} == {one}


HEAD = {
    "en": "From: {n} <x@site.example>\nSent: 12 March 2026 14:05\nTo: all\nSubject: Update\n\n",
    "fr": "De : {n} <x@site.example>\nEnvoyé : 12 mars 2026 14:05\nÀ : tous\nObjet : Point\n\n",
    "ar": "من: {n} <x@site.example>\nأرسلت: 12 مارس 2026 14:05\nإلى: الجميع\nالموضوع: تحديث\n\n",
}
WROTE = {
    "en": ("On 12 March 2026 at 14:05, {n} wrote:", "On Thu, Mar 12, 2026 at 2:05 PM {n} <x@site.example> wrote:"),
    "fr": ("Le 12 mars 2026 à 14:05, {n} a écrit :", "Le jeu. 12 mars 2026 à 14:05, {n} <x@site.example> a écrit :"),
    "ar": ("في 12 مارس 2026، كتب {n}:", "في الخميس، 12 مارس 2026 في 2:05 م كتب {n} <x@site.example>:"),
}


@pytest.mark.parametrize("width", [0, 60])
@pytest.mark.parametrize("form", [0, 1])
@pytest.mark.parametrize("lang", TOLD)
def test_an_answered_letter_is_who_wrote_it(lang: str, form: int, width: int) -> None:
    one, other = NAMES[lang][0], NAMES[lang][1]
    bodies = [" ".join(TOLD[lang][:3]), " ".join(TOLD[lang][3:])]
    first, second = [textwrap.fill(body, width) if width else body for body in bodies]
    quoted = "\n".join(f"> {line}" for line in second.split("\n"))
    text = (
        HEAD[lang].format(n=one) + first + "\n\n" + WROTE[lang][form].format(n=other) + "\n" + quoted + "\n> \n> --\n"
    )
    found = _said(text)
    assert sorted(told[:3] for told in found) == CLAIMS
    assert {told[3] for told in found if told[0] in ("count_out", "remaining", "route")} == {one}
    assert {told[3] for told in found if told[0] in ("casualty", "incident", "arrival", "capacity")} == {other}
