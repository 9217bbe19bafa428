"""Levers as a table, as half a page to read out, and as a chart; in English and French."""

from __future__ import annotations

from html import escape

from corridor.forecasting.change import Lever, lever_table
from corridor.forecasting.levers import Comparison, Effect, LeverTable
from corridor.publishing.words import Words
from corridor.publishing.words import words as words_of
from corridor.wording import table

WORDS = {
    "en": {
        "head": "What would help, as of {at}: {runs} runs, the same in every row",
        "base": "As it is: the last person safe after {p10} to {p90}, most likely {p50}; safe by {deadline}: {people}",
        "columns": ("lever", "one step", "sooner on average", "(95 %)", "safe by then", "(95 %)"),
        "none": "no effect beyond chance",
        "absent": "Nothing to act on in this situation: {names}.",
        "impossible": "No plan could be made with: {names}.",
        "pairs": "Together more than apart:",
        "pair": "{names}: {more} people more than the two alone",
        "now": "If nothing changes, the last person is safe after {p10} to {p90}, most likely {p50}. By {deadline} "
        "about {people} people would be safe.",
        "first": "If we may ask for one thing, it is {label}: about {people} more people safe by {deadline}, and the "
        "whole operation over about {hours} sooner on average.",
        "next": "Next comes {label}: about {people} more people by then.",
        "nothing": "Not worth a negotiation on their own: {names}.",
        "unsure": "These are middle figures of a model; between {low} and {high} for the first, by chance in the runs "
        "alone. What the model leaves out is not in that range.",
        "no_help": "None of the levers that can be tried here brings more people out by {deadline}.",
        "chart": "People more by {deadline}, for one step of each lever",
    },
    "fr": {
        "head": "Ce qui aiderait, au {at} : {runs} simulations, les mêmes à chaque ligne",
        "base": "En l'état : dernière personne en sécurité après {p10} à {p90}, le plus probable {p50} ; "
        "en sécurité au {deadline} : {people}",
        "columns": ("levier", "un pas", "plus tôt en moyenne", "(95 %)", "en sécurité alors", "(95 %)"),
        "none": "aucun effet au-delà du hasard",
        "absent": "Sans objet dans cette situation : {names}.",
        "impossible": "Aucun plan possible avec : {names}.",
        "pairs": "Ensemble plus que séparément :",
        "pair": "{names} : {more} personnes de plus que les deux séparément",
        "now": "Si rien ne change, la dernière personne est en sécurité après {p10} à {p90}, le plus probable {p50}. "
        "Au {deadline}, environ {people} personnes le seraient.",
        "first": "S'il n'y a qu'une chose à demander, c'est {label} : environ {people} personnes de plus en sécurité "
        "au {deadline}, et toute l'opération finie environ {hours} plus tôt en moyenne.",
        "next": "Ensuite, {label} : environ {people} personnes de plus à ce moment-là.",
        "nothing": "Ne valent pas une négociation à eux seuls : {names}.",
        "unsure": "Ce sont les valeurs moyennes d'un modèle ; entre {low} et {high} pour le premier, par le seul "
        "hasard des simulations. Ce que le modèle ignore n'est pas dans cet intervalle.",
        "no_help": "Aucun des leviers que l'on peut essayer ici ne met plus de personnes en sécurité au {deadline}.",
        "chart": "Personnes de plus au {deadline}, pour un pas de chaque levier",
    },
}


def _lever(key: str) -> Lever:
    return next(lever for lever in lever_table() if lever.key == key)


def _labels(keys: tuple[str, ...], lang: str) -> str:
    return ", ".join(_lever(key).label(lang) for key in keys)


def _signed(number: float, w: Words) -> str:
    return "0" if abs(number) < 0.5 else ("+" if number > 0 else "-") + w.about(round(abs(number)))


def _span_of_hours(number: float, w: Words) -> str:
    return ("-" if number < 0 else "") + w.hours(abs(round(number, 1)))


def helps(effect: Effect) -> bool:
    """Whether a lever brings at least one person more by the deadline, beyond chance."""
    return effect.people[0] > 0 and effect.people[1] >= 1


def as_table(found: LeverTable, lang: str = "en") -> str:
    """Return the ranked table as text."""
    words, w = WORDS[lang], words_of(lang, found.at.tzinfo)
    low, middle, high = found.base_hours
    rows = [words["columns"]]
    for effect in found.effects:
        lever = _lever(effect.levers[0])
        rows.append(
            (
                lever.label(lang),
                lever.amount(lang),
                _span_of_hours(effect.hours[1], w),
                f"({_span_of_hours(effect.hours[0], w)} / {_span_of_hours(effect.hours[2], w)})",
                _signed(effect.people[1], w),
                f"({_signed(effect.people[0], w)} / {_signed(effect.people[2], w)})",
            )
        )
    base = str(words["base"]).format(
        p10=w.hours(low), p50=w.hours(middle), p90=w.hours(high), deadline=w.moment(found.deadline),
        people=f"{w.about(found.base_people[1])} ({w.about(found.base_people[0])} - {w.about(found.base_people[2])})",
    )  # fmt: skip
    head = str(words["head"]).format(at=w.moment(found.at), runs=w.count(found.runs))
    lines = [head, base, table(rows, right=(2, 4))]  # type: ignore[arg-type]
    if found.pairs:
        lines.append(str(words["pairs"]))
        for pair in found.pairs:
            more = w.about((pair.together or (0, 0, 0))[1])
            lines.append("  " + str(words["pair"]).format(names=_labels(pair.levers, lang), more=more))
    if found.absent:
        lines.append(str(words["absent"]).format(names=_labels(found.absent, lang)))
    if found.impossible:
        lines.append(str(words["impossible"]).format(names=_labels(found.impossible, lang)))
    return "\n".join(lines)


def to_read_out(found: LeverTable, lang: str = "en") -> str:
    """Return half a page that a negotiator can read out: what to ask for first, next, and not at all."""
    words, w = WORDS[lang], words_of(lang, found.at.tzinfo)
    good = [effect for effect in found.effects if helps(effect)]
    deadline = w.moment(found.deadline)
    if not good:
        return str(words["no_help"]).format(deadline=deadline)
    low, middle, high = found.base_hours
    lines = [
        str(words["now"]).format(
            p10=w.hours(low),
            p50=w.hours(middle),
            p90=w.hours(high),
            deadline=deadline,
            people=w.about(found.base_people[1]),
        )
    ]
    for word, effect in zip(("first", "next", "next"), good[:3], strict=False):
        lever = _lever(effect.levers[0])
        text = str(words[word]).format(
            label=lever.said(lang), people=w.about(effect.people[1]), deadline=deadline,
            hours=w.hours(max(effect.hours[1], 0)),
        )  # fmt: skip
        lines.append(text)
    for pair in found.pairs[:1]:
        more = w.about((pair.together or (0, 0, 0))[1])
        lines.append(
            f"{words['pairs']} " + str(words["pair"]).format(names=_labels(pair.levers, lang), more=more) + "."
        )
    rest = tuple(effect.levers[0] for effect in found.effects if not helps(effect))
    if rest:
        lines.append(str(words["nothing"]).format(names=_labels(rest, lang)))
    lines.append(str(words["unsure"]).format(low=w.about(good[0].people[0]), high=w.about(good[0].people[2])))
    return "\n".join(lines)


def chart(found: LeverTable, lang: str = "en") -> str:
    """Return the levers as bars with their intervals: an SVG that follows the reader's light or dark setting."""
    left, width, row = 250, 720, 26
    most = max([abs(bound) for effect in found.effects for bound in effect.people] + [1.0])
    height = 52 + row * len(found.effects)
    zero = left + 40

    def x(people: float) -> float:
        return zero + max(min(people / most, 1.0), -0.2) * (width - zero - 60)

    w = words_of(lang, found.at.tzinfo)
    title = str(WORDS[lang]["chart"]).format(deadline=w.moment(found.deadline))
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
            f'aria-label="{escape(title)}">'
        ),
        "<style>text{font:13px sans-serif;fill:#222}.bar{fill:#4477aa}.line{stroke:#222}.ground{fill:#fff}",
        "@media(prefers-color-scheme:dark){text{fill:#eee}.bar{fill:#77aadd}.line{stroke:#eee}.ground{fill:#181a1b}}",
        f'</style><rect class="ground" width="{width}" height="{height}"/><text x="12" y="22">{escape(title)}</text>',
    ]
    for index, effect in enumerate(found.effects):
        y = 40 + row * index
        low, middle, high = effect.people
        begin, end = sorted((x(0), x(middle)))
        label = escape(f"{_lever(effect.levers[0]).label(lang)}")
        parts.append(
            f'<text x="{left}" y="{y + 14}" text-anchor="end">{label}</text>'
            f'<rect class="bar" x="{begin:.1f}" y="{y + 2}" width="{max(end - begin, 1):.1f}" height="15"/>'
            f'<line class="line" x1="{x(low):.1f}" x2="{x(high):.1f}" y1="{y + 9.5}" y2="{y + 9.5}"/>'
            f'<text x="{x(max(high, 0)) + 6:.1f}" y="{y + 14}">{_signed(middle, w)}</text>'
        )
    return "\n".join([*parts, "</svg>", ""])


def compared(found: Comparison) -> str:
    """Return two situations side by side as text."""
    w = words_of("en", found.deadline.tzinfo)
    rows = [("", "A", "B")]
    for index, name in enumerate(("P10", "P50", "P90")):
        rows.append((f"last person safe, {name}", w.hours(found.hours[0][index]), w.hours(found.hours[1][index])))
    by = w.moment(found.deadline)
    for index, name in enumerate(("P10", "P50", "P90")):
        rows.append((f"safe by {by}, {name}", w.about(found.people[0][index]), w.about(found.people[1][index])))
    low, middle, high = found.effect.hours
    few, mean, many = found.effect.people
    verdict = "B is over sooner" if low > 0 else "A is over sooner" if high < 0 else "neither is sooner beyond chance"
    gain = f"{_span_of_hours(middle, w)} sooner on average (95 %: {_span_of_hours(low, w)} / {_span_of_hours(high, w)})"
    more = f"{_signed(mean, w)} ({_signed(few, w)} / {_signed(many, w)})"
    return "\n".join(
        [
            f"Two situations on the same {w.count(found.runs)} runs (seed {found.seed})",
            table(rows, right=(1, 2)),
            f"B is over {gain}; people safe by then {more}: {verdict}",
        ]
    )
