"""Make the generated documentation: `make docs`, or `python -m docs.generate`.

The reference pages come from the code and its tables, the verbs of the README from the command line, and the output
shown in each page from running it. With names of pages (`tutorial.md`) the blocks of those pages alone are run.
"""

from __future__ import annotations

import csv
import inspect
import json
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from types import FunctionType
from typing import cast, get_args

import msgspec
import typer
from typer.testing import CliRunner

import corridor
from corridor.cli import app
from corridor.planning.verify import RULES
from corridor.reports.report import Modality, Scope
from corridor.reports.vocabulary import Combination, facts, groups
from corridor.server.limits import ACCOUNT_RATE, RATES
from corridor.server.rights import ROLES
from corridor.server.routes import PREFIX, ROUTES
from corridor.server.verbs import LOCAL, SERVED
from corridor.situation.check.agreement import MUST_SAY
from corridor.situation.check.registry import CHECKS
from corridor.situation.situation import schema
from docs import founding_case, performance
from docs.pages import ROOT, pages, run

NOTE = "<!-- made by docs/generate.py; change the code or the table it comes from, then run: make docs -->"
MARKER = re.compile(r"(<!-- begin (?P<name>[\w-]+) -->\n).*?(<!-- end (?P=name) -->)", re.DOTALL)
WIDTH = "80"

# What each way of combining does, in a sentence for the table of facts.
COMBINES: dict[str, str] = {
    "stock": "a level at a moment: the latest claim of each origin, brought to the start, pooled",
    "flow": "a movement: rival counts of one movement are pooled, distinct movements are summed",
    "parameter": "a property: the latest claim of each origin is pooled",
    "status": "a state: the latest report holds",
    "event": "something that happened: every report is kept beside the others",
}


def reference() -> dict[str, str]:
    """Return each generated reference file by its name."""
    makers: dict[str, Callable[[], str]] = {
        "facts.md": _facts,
        "verbs.md": _verbs,
        "python.md": _python,
        "rules.md": _rules,
        "pooling.md": _pooling,
        "situation.schema.json": _schema,
        "routes.md": _routes,
    }
    return {name: make() for name, make in makers.items()}


def write_reference(folder: Path) -> None:
    """Write the reference to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in reference().items():
        (folder / name).write_text(text, encoding="utf-8")


def fill(page: str) -> str:
    """Return a page with what stands between its markers made anew."""
    makers: dict[str, Callable[[], str]] = {
        "verbs": _verbs_table,
        "verbs-served": _served_table,
        "verbs-local": _local_table,
        "limits": _limits_table,
        "performance": lambda: performance.table(performance.results()),
        "performance-full": lambda: performance.full(performance.results()),
    }

    def made(match: re.Match[str]) -> str:
        return f"{match[1]}{makers[match['name']]()}{match[3]}"

    return MARKER.sub(made, page)


def _served_table() -> str:
    doors = {route.name: f"`{route.method} {route.path.removeprefix(PREFIX)}`" for route in ROUTES}
    rows = [(f"`{verb}`", ", ".join(doors[name] for name in names)) for verb, names in SERVED.items()]
    return _table(("Verb", "Over HTTP (all under `/api/v1`)"), [tuple(row) for row in rows])


def _local_table() -> str:
    return _table(("Verb", "Why it stays on the machine of whoever runs it"), [(f"`{k}`", v) for k, v in LOCAL.items()])


def _limits_table() -> str:
    doors = {kind: sum(route.limit == kind for route in ROUTES) for kind in RATES}
    most = {kind: max(route.largest for route in ROUTES if route.limit == kind) for kind in RATES}
    rows: list[tuple[object, ...]] = [
        (kind, doors[kind], f"{at_once:g}", f"{rate:g}", f"{most[kind] // 1024:,} KiB")
        for kind, (at_once, rate) in RATES.items()
    ]
    at_once, rate = ACCOUNT_RATE
    rows.append(("tries at one account from one address", "", f"{at_once:g}", f"{rate:.3f}", ""))
    return _table(("kind of door", "doors", "requests at once", "then a second", "largest body"), rows)


def _cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")


def _table(head: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _facts() -> str:
    parts = [
        "# Facts",
        NOTE,
        (
            "What a report can state, from `src/corridor/reports/facts.csv`. A fact has a subject (`about` in the "
            "table of reports), a unit, a type and a way in which several reports of it combine. A subject with a dot "
            "names a part of it."
        ),
        "## How reports of a fact combine",
        _table(("way", "meaning"), [(f"`{name}`", COMBINES[name]) for name in get_args(Combination)]),
        "## The facts",
    ]
    for fact in facts().values():
        parts += [
            f"### {fact.fact}",
            f"{fact.label_en} / {fact.label_fr} / {fact.label_ar}. {fact.description}",
            _table(
                ("subject", "unit", "type", "combines"),
                [(fact.subject, fact.unit, fact.type, fact.combines)],
            ),
        ]
    parts += [
        "## Groups",
        (
            "The people of a report, as worded by its source, from `src/corridor/reports/groups.csv`. A group lies "
            "within a wider one. Priority 0 leaves first."
        ),
        _table(
            ("group", "within", "place", "priority", "label", "meaning"),
            [(f"`{g.group}`", g.within, g.place, g.priority, g.label_en, g.description) for g in groups().values()],
        ),
        "## Words of a report",
        _table(
            ("column", "words"),
            [
                ("modality", ", ".join(f"`{word}`" for word in get_args(Modality))),
                ("scope", ", ".join(f"`{word}`" for word in get_args(Scope) if word)),
                ("hedge", "`exact`, `approx`, `min`, `max`, `range`, `order`, `unknown`"),
            ],
        ),
    ]
    return _page(parts)


def verbs() -> dict[str, str]:
    """Return each verb with the sentence that says what it does."""
    group = cast("typer.core.TyperGroup", typer.main.get_command(app))
    return {name: (command.help or "").strip() for name, command in group.commands.items()}


def _help(*words: str) -> str:
    answer = CliRunner().invoke(
        app, [*words, "--help"], prog_name="corridor", env={"COLUMNS": WIDTH, "TERMINAL_WIDTH": WIDTH}
    )
    if answer.exit_code:
        raise SystemExit(f"corridor {' '.join(words)} --help failed: {answer.output}")
    return "\n".join(line.rstrip() for line in answer.output.strip().splitlines())


def _verbs() -> str:
    parts = [
        "# Verbs",
        NOTE,
        (
            "Each verb reads a file, or standard input where the file is `-`, and writes to `-o FILE` or to standard "
            "output. Data goes to standard output, messages to standard error. Exit codes: 0 done, 1 the answer is "
            "no, 2 wrong use, 3 failure, 130 interrupted."
        ),
        "## corridor",
        f"```text\n{_help()}\n```",
    ]
    for name, sentence in verbs().items():
        parts += [f"## {name}", sentence, f"```text\n{_help(name)}\n```"]
    return _page(parts)


# What each verb reads and writes; a verb without a line here fails the build.
ARROWS: dict[str, tuple[str, str]] = {
    "read": ("tables (CSV, XLSX, JSON Lines), texts, web pages", "reports and candidates, one JSON object a line"),
    "form": ("nothing", "our XLSForm, a workbook for ODK and Kobo"),
    "accept": ("candidates", "reports, with the role that accepted them"),
    "assess": ("reports", "situation.json"),
    "check": ("situation.json", "findings"),
    "plan": ("situation.json, or a bare instance", "plan.json"),
    "verify": ("plan.json", "findings"),
    "forecast": ("plan.json", "forecast.json"),
    "publish": ("forecast.json, or a log", "what a level may see: reports, sheets, maps, open standards"),
    "tell": ("articles alone", "all of it, marked as unreviewed"),
    "demo": ("the Aleppo example", "all of it, and a summary"),
    "levers": ("plan.json", "what could be negotiated, by what it gives"),
    "compare": ("two situations", "their difference on the same random numbers"),
    "score": ("kept forecasts", "how often they were right"),
    "new": ("a name", "a log and its signing key, or the folder of a hazard pack"),
    "record": ("tables of reports, a log", "the log, each report once"),
    "adopt": ("plan.json, a log", "the log, with the decision"),
    "correct": ("a report's id, a log", "the log, both reports kept"),
    "order": ("a log with an adopted plan", "orders for radio and SMS in three languages; the log"),
    "sign": ("a log", "the go/no-go list; the log"),
    "status": ("a log", "alarms, convoys, ledgers"),
    "handover": ("a log", "the sheet for the next shift"),
    "positions": ("requests of vehicle trackers, a log", "the log, each position once"),
    "drill": ("reports of an old operation, an exercise log", "the log, with what is due"),
    "latest": ("forecast.json, the hour of a hazard", "by when the movement starts"),
    "roads": ("reports with sites, an OpenStreetMap extract", "travel-time reports, ways, layers"),
    "serve": ("a log", "the server: console, phones, live stream"),
    "log": ("a log", "verify, export, import, backup, restore, erase"),
}


def _verbs_table() -> str:
    rows: list[tuple[object, ...]] = [
        (f"[`corridor {name}`](docs/reference/verbs.md#{name})", sentence, *ARROWS[name])
        for name, sentence in verbs().items()
    ]
    return _table(("verb", "what it does", "reads", "writes"), rows)


def _python() -> str:
    parts = [
        "# Python",
        NOTE,
        (
            "The public names of `corridor`, in the order of the work. Everything is imported from `corridor` itself: "
            "`from corridor import assess, plan`. Each value is frozen; functions return new ones."
        ),
    ]
    for name in corridor.__all__:
        value = getattr(corridor, name)
        parts.append(f"## {name}")
        if isinstance(value, str):
            parts.append("The version of the package, as a string.")
        elif inspect.isclass(value):
            parts += _class(name, value)
        else:
            parts += [f"```text\n{name}{_signature(value)}\n```", _doc(value)]
    return _page(parts)


def _doc(value: object) -> str:
    return inspect.getdoc(value) or ""


def _signature(function: FunctionType, *, skip_self: bool = False) -> str:
    """Return a signature as it is written in the code."""
    found: list[str] = []
    star = False
    for parameter in inspect.signature(function).parameters.values():
        if skip_self and parameter.name == "self":
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and not star:
            found.append("*")
            star = True
        text = f"{parameter.name}: {parameter.annotation}"
        found.append(text if parameter.default is parameter.empty else f"{text} = {parameter.default!r}")
    returns = inspect.signature(function).return_annotation
    line = f"({', '.join(found)}) -> {returns}"
    if len(line) <= 100:
        return line
    return "(\n" + "".join(f"    {item},\n" for item in found) + f") -> {returns}"


def _class(name: str, value: type) -> Iterator[str]:
    bases = [base.__name__ for base in value.__bases__ if base.__name__ not in ("object", "Struct")]
    if issubclass(value, msgspec.Struct):
        yield f"A value{f', a kind of `{bases[0]}`' if bases else ''}."
    elif bases:
        yield f"A kind of `{bases[0]}`."
    yield _doc(value)
    if issubclass(value, msgspec.Struct):
        lines = []
        for field in msgspec.structs.fields(value):
            default = "" if field.required else f" = {_default(field)}"
            lines.append(f"{field.name}: {_annotation(value, field.name)}{default}")
        yield "```text\n" + f"{name}(\n" + "".join(f"    {line},\n" for line in lines) + ")\n```"
    rows = [
        (f"`{member}`", _first(thing)) for member, thing in sorted(vars(value).items()) if _public(value, member, thing)
    ]
    if rows:
        yield _table(("member", "what it gives"), cast("list[tuple[object, ...]]", rows))


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.default is not msgspec.NODEFAULT:
        return repr(field.default)
    factory = field.default_factory
    return f"{factory.__name__}()" if isinstance(factory, type) else "..."


def _annotation(value: type, name: str) -> str:
    for home in value.__mro__:
        if name in vars(home).get("__annotations__", {}):
            return str(vars(home)["__annotations__"][name])
    raise KeyError(name)


def _public(value: type, member: str, thing: object) -> bool:
    fields = getattr(value, "__struct_fields__", ())
    if member.startswith("_") or member in fields:
        return False
    described = getattr(thing, "__doc__", None)
    return bool(described) and (callable(thing) or isinstance(thing, property | staticmethod) or hasattr(thing, "func"))


def _first(thing: object) -> str:
    return _doc(thing).partition("\n\n")[0]


def _rules() -> str:
    parts = [
        "# Rules",
        NOTE,
        (
            "What `verify` re-derives for every plan, and what `check` looks for in every situation. Each finding "
            "names its rule, what it concerns, and a remedy."
        ),
        "## Rules of a plan",
        (
            "`corridor verify plan.json` judges these rules from the situation inside the plan, with code that shares "
            "nothing with the planner."
        ),
    ]
    for name, rule in RULES.items():
        parts += [f"### {name}", _doc(rule)]
    parts += [
        "## Checks of a situation",
        "`corridor check situation.json` looks for these contradictions and open points.",
    ]
    for name, look in CHECKS.items():
        parts += [f"### {name}", _doc(look)]
    parts += [
        "## What an agreement must say",
        "The check `left open` asks for these clauses.",
        _table(
            ("clause", "what it settles", "what to do where it is missing"),
            [(f"`{kind}`", what, remedy) for kind, (what, remedy) in MUST_SAY.items()],
        ),
    ]
    return _page(parts)


def _routes() -> str:
    rows: list[tuple[object, ...]] = []
    for route in ROUTES:
        marks = ["yes" if role in route.roles else "" for role in ROLES]
        marks = ["always" if mark and route.closed else mark for mark in marks]
        rows.append((f"`{route.method}` `{route.path}`", route.summary, *marks, "yes" if route.party else ""))
    return _page(
        [
            "# Routes",
            NOTE,
            (
                "Every door of the server (`corridor serve`), from the one table that makes the application, its "
                "checks and its tests (`src/corridor/server/routes.py`). *yes*: while the operation is live; "
                "*always*: on a closed operation too; *party*: also for one who is confined to a party's "
                "compartment. Every cell is "
                "tested on its own and on another operation, live and closed "
                "(`tests/server/test_roles.py::test_every_cell_of_the_table`). What is not here is answered 404 to "
                "everybody. The bodies are described by `/api/v1/openapi.json`."
            ),
            _table(("door", "what it does", *ROLES, "party"), rows),
        ]
    )


def _pooling() -> str:
    parts = [
        "# Pooling and disruption",
        NOTE,
        (
            "Every width, weight and default that Corridor uses, with its source. `corridor assess --show-pooling` "
            "prints the first table; `corridor assess --pooling FILE` reads your own, and rows that it lacks keep the "
            "value here."
        ),
        "## pooling.csv",
        _csv("corridor.situation", "pooling.csv"),
        "## disruption.csv",
        (
            "What the forecast draws from. A row counts only from the day in `known_since`: a forecast of an earlier "
            "moment does not see it, and an operation is left out of its own prior."
        ),
        _csv("corridor.forecasting", "disruption.csv"),
    ]
    return _page(parts)


def _csv(package: str, name: str) -> str:
    rows = list(csv.reader(resources.files(package).joinpath(name).read_text("utf-8").splitlines()))
    return _table(tuple(rows[0]), [(f"`{row[0]}`", *row[1:]) for row in rows[1:]])


def _schema() -> str:
    described = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "situation.json", **schema()}
    return json.dumps(described, indent=2, ensure_ascii=False) + "\n"


def _page(parts: list[str]) -> str:
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"


def main(*names: str) -> None:
    """Write everything that is generated, in place; run the blocks of the pages named, or of all pages."""
    write_reference(ROOT / "docs" / "reference")
    founding_case.PAGE.write_text(founding_case.render(founding_case.PAGE.read_text("utf-8")), encoding="utf-8")
    for path in pages():
        text = fill(path.read_text("utf-8"))
        if not names or path.name in names:
            print(f"running {path.relative_to(ROOT)}", file=sys.stderr)
            with tempfile.TemporaryDirectory() as folder:
                text = run(text, Path(folder))
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
