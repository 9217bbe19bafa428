"""Orders as short text for radio and SMS, in French, English and Arabic, and whether each was read back."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Literal

import msgspec

from corridor.errors import UsageError
from corridor.operation.known import ORDER_SENT, READ_BACK, Known
from corridor.planning.plan import Convoy
from corridor.situation.situation import Situation

Lang = Literal["en", "fr", "ar"]
What = Literal["depart", "hold", "return", "resume"]
State = Literal["sent", "read back", "read back wrong"]
LANGS: tuple[Lang, ...] = ("en", "fr", "ar")
# One SMS holds 160 letters of the GSM alphabet or 70 of any other (3GPP TS 23.038); longer ones go in parts.
SMS = {"en": 160, "fr": 160, "ar": 70}
# Letters and digits that are not mistaken for each other on a bad line.
CLEAR = "ACDEFHJKLMNPRTUVWXY34679"

_BACK: dict[Lang, str] = {"en": "READ BACK {code}", "fr": "RELIRE {code}", "ar": "أعد {code}"}
_TEXT: dict[What, dict[Lang, str]] = {
    "depart": {
        "en": "{id} LEAVE {start} {time} TO {end} VIA {via}. {vehicles} VEH {people} PEOPLE. LEAD {lead}. "
        + _BACK["en"],
        "fr": "{id} PARTIR {start} {time} VERS {end} PAR {via}. {vehicles} VEH {people} PERS. TETE {lead}. "
        + _BACK["fr"],
        "ar": "{id} انطلاق {start} {time} إلى {end} عبر {via}. {vehicles} مركبة {people} شخص. القيادة {lead}. "
        + _BACK["ar"],
    },
    "hold": {
        "en": "{id} HOLD AT {place} FROM {time}. KEEP RADIO OPEN. READ BACK {code}",
        "fr": "{id} ATTENDRE A {place} DES {time}. RADIO OUVERTE. RELIRE {code}",
        "ar": "{id} توقف في {place} من {time}. أبق اللاسلكي مفتوحاً. أعد {code}",
    },
    "return": {
        "en": "{id} RETURN TO {place} NOW {time}. READ BACK {code}",
        "fr": "{id} RETOUR A {place} MAINTENANT {time}. RELIRE {code}",
        "ar": "{id} عودة إلى {place} الآن {time}. أعد {code}",
    },
    "resume": {
        "en": "{id} GO ON FROM {place} {time}. READ BACK {code}",
        "fr": "{id} REPRENDRE DEPUIS {place} {time}. RELIRE {code}",
        "ar": "{id} تابع من {place} {time}. أعد {code}",
    },
}
# Latin letters in the middle of an Arabic line turn its order around, on a telephone as on paper.
_OFFICES: dict[str, dict[Lang, str]] = {
    "ICRC": {"en": "ICRC", "fr": "CICR", "ar": "الصليب الأحمر الدولي"},
    "SARC": {"en": "SARC", "fr": "CROISSANT-ROUGE", "ar": "الهلال الأحمر"},
    "Syrian Arab Red Crescent": {"en": "SARC", "fr": "CROISSANT-ROUGE", "ar": "الهلال الأحمر"},
    "UN": {"en": "UN", "fr": "ONU", "ar": "الأمم المتحدة"},
    "WHO": {"en": "WHO", "fr": "OMS", "ar": "منظمة الصحة العالمية"},
}
_AND: dict[Lang, str] = {"en": " AND ", "fr": " ET ", "ar": " و"}
_EXERCISE = {"en": "EXERCISE ", "fr": "EXERCICE ", "ar": "تمرين "}


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """One order to one convoy, with the code that its crew reads back."""

    convoy: str
    what: What
    lang: Lang
    text: str
    code: str

    @property
    def parts(self) -> int:
        """How many SMS it takes."""
        most = SMS[self.lang]
        return 1 if len(self.text) <= most else -(-len(self.text) // (most - (7 if most == 160 else 3)))


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """An order that was sent, and whether it came back right."""

    id: str
    convoy: str
    text: str
    code: str
    at: datetime
    state: State


def order(
    situation: Situation,
    convoy: Convoy,
    *,
    what: What = "depart",
    lang: Lang = "en",
    place: str = "",
    at: datetime | None = None,
    exercise: bool = False,
) -> Order:
    """Return the text of an order; places stand by their names in that language, times in the plan's own zone."""
    if lang not in LANGS:
        raise UsageError(f"{lang!r} is no language of orders", place="--lang", hint="en, fr or ar")
    time = at or convoy.depart
    corridor = situation.corridor(convoy.operation)
    via = [name for name in (corridor.sites if corridor else ()) if name not in (convoy.pickup, convoy.reception)]
    fields = {
        "id": convoy.id.rpartition("/")[2] if convoy.operation == convoy.id.partition("/")[0] else convoy.id,
        "start": _name(situation, convoy.pickup, lang),
        "end": _name(situation, convoy.reception, lang),
        "via": ", ".join(_name(situation, name, lang) for name in via) or "-",
        "place": _name(situation, place or convoy.pickup, lang),
        "time": f"{time:%H:%M}",
        "vehicles": str(len(convoy.trips)),
        "people": str(convoy.people),
        "lead": lead(convoy.lead, lang),
    }
    # The code covers what the order says in any language, so that a crew may be told in one and answer in another.
    said = "|".join((convoy.id, what, convoy.pickup, convoy.reception, time.isoformat(), place, str(convoy.people)))
    code = _code(said)
    text = _TEXT[what][lang].format(**fields, code=code)
    return Order(convoy=convoy.id, what=what, lang=lang, text=(_EXERCISE[lang] if exercise else "") + text, code=code)


def _code(text: str) -> str:
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
    letters = []
    for _ in range(4):
        number, rest = divmod(number, len(CLEAR))
        letters.append(CLEAR[rest])
    return "".join(letters)


def lead(said: str, lang: Lang) -> str:
    """Return who leads as a crew hears it in its language; an office that is not in the table stays as it was said."""
    offices = [_OFFICES.get(each, {}).get(lang, each if lang == "ar" else each.upper()) for each in said.split(" and ")]
    return _AND[lang].join(offices)


def _name(situation: Situation, site: str, lang: str) -> str:
    found = next((one for one in situation.sites if one.id == site), None)
    name = found.name(lang) if found else site
    return name if lang == "ar" else name.upper()


def sent(known: Known) -> list[Sent]:
    """Return every order sent, in order, with its read-back: the last one decides."""
    answers: dict[str, str] = {}
    for said in known.of(READ_BACK):
        answers[str(said.body.get("order"))] = str(said.body.get("code", ""))
    found = []
    for said in known.of(ORDER_SENT):
        code = str(said.body.get("code", ""))
        state: State = "sent"
        if said.id in answers:
            state = "read back" if _heard(answers[said.id]) == code else "read back wrong"
        found.append(
            Sent(
                id=said.id,
                convoy=str(said.body.get("convoy", "")),
                text=str(said.body.get("text", "")),
                code=code,
                at=said.happened,
                state=state,
            )
        )
    return found


def _heard(code: str) -> str:
    return "".join(letter for letter in code.upper() if letter.isalnum())
