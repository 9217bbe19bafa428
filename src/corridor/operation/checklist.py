"""Go or no-go: what must be so before a convoy leaves, what the reports say of it, and who signed."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources
from typing import Literal

import msgspec

from corridor.operation.agreements import precision
from corridor.operation.choices import choices
from corridor.operation.holding import limbo
from corridor.operation.known import SIGN, Known
from corridor.situation.situation import Situation

Verdict = Literal["go", "no-go", "not signed"]


class Item(msgspec.Struct, frozen=True):
    """One row of checklist.csv: the practice rule behind it and its sentence in three languages."""

    item: str
    rule: str
    label_en: str
    label_fr: str
    label_ar: str

    def label(self, lang: str) -> str:
        """Return the sentence in a language."""
        return str(getattr(self, f"label_{lang}", self.label_en))


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """An item with what the reports say against it (empty: nothing), and the last signature."""

    item: Item
    against: str
    signed: Verdict
    by: str
    reason: str


@cache
def items() -> dict[str, Item]:
    """Return the checklist by item, in the order of checklist.csv."""
    text = resources.files("corridor.operation").joinpath("checklist.csv").read_text(encoding="utf-8")
    return {row["item"]: msgspec.convert(row, Item) for row in csv.DictReader(text.splitlines())}


def checklist(known: Known, situation: Situation) -> list[Line]:
    """Return each item with what speaks against it now and who signed it last."""
    signed = {str(said.body.get("item")): said for said in known.of(SIGN)}
    against = _against(situation)
    found = []
    for name, item in items().items():
        said = signed.get(name)
        verdict: Verdict = "not signed"
        if said is not None:
            verdict = "go" if said.body.get("answer") == "go" else "no-go"
        found.append(
            Line(
                item=item,
                against=against.get(name, ""),
                signed=verdict,
                by=said.actor if said else "",
                reason=str(said.body.get("reason", "")) if said else "",
            )
        )
    return found


def go(lines: list[Line]) -> bool:
    """Return whether every item is signed "go"; where the reports speak against one, only with a reason."""
    return all(line.signed == "go" and (not line.against or line.reason) for line in lines)


def _against(situation: Situation) -> dict[str, str]:
    found: dict[str, str] = {}
    for operation in situation.operations:
        missing = [point for point, text in precision(situation, operation.id).items() if not text]
        if missing:
            found["agreement"] = _more(found, "agreement", f"{operation.id}: not said: {', '.join(missing)}")
    stopped = [halt for halt in situation.halts if halt.until is None]
    if stopped:
        found["guarantees"] = f"halted: {', '.join(sorted({halt.operation for halt in stopped}))}"
    said = choices(situation.reports)
    if not any(one.intentions for one in said):
        found["voluntary"] = "nobody reports that people were asked"
    if not any(one.destinations for one in said):
        found["destination"] = "nobody reports a chosen destination"
    told = [r for r in situation.reports if r.fact == "information_given" and r.modality == "done"]
    if not told:
        found["information"] = "nobody reports that people were told"
    receptions = {name for operation in situation.operations for name in operation.receptions}
    if any(site.id in receptions and site.capacity is None for site in situation.sites):
        found["reception"] = "a reception's room is not known"
    held = limbo(situation.reports, situation.at)
    if held:
        found["waiting"] = "; ".join(f"{one.about}: {one.what}" for one in held)
    seen = [r for r in situation.reports if r.fact == "observers" and r.modality == "done" and r.number != 0]
    if not seen:
        found["observers"] = "no observer is reported at any point"
    return found


def _more(found: dict[str, str], name: str, text: str) -> str:
    return f"{found[name]}; {text}" if name in found else text
