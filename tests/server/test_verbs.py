"""Every verb of the command line either has its doors on the server or a reason to stay local."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, cast, get_args

import pytest
import typer

from corridor.cli import app
from corridor.publishing.publish import FORMATS
from corridor.server import bodies as b
from corridor.server.routes import ROUTES
from corridor.server.verbs import LOCAL, SERVED
from docs.pages import ROOT

# What an option of a verb means where no file is read or written: the rest is where it goes and how it looks.
OF_THE_TERMINAL = {
    "file",
    "first",
    "second",
    "output",
    "as_json",
    "lang",
    "chart",
    "aloud",
    "workers",
    "cluster",
    "help",
}


def verbs(group: Any = None, above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each verb of the command line with its command, those of a group under the group's name."""
    group = group or cast("Any", typer.main.get_command(app))
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from verbs(command, f"{name} ")
        else:
            yield above + name, command


def unplaced(names: Collection[str], served: Collection[str], local: Collection[str]) -> set[str]:
    """Return the verbs that stand in neither list or in both, and what is listed but is no verb."""
    listed = set(served) | set(local)
    return (set(names) ^ listed) | (set(served) & set(local))


def test_every_verb_is_served_or_says_why_not() -> None:
    assert unplaced([name for name, _ in verbs()], SERVED, LOCAL) == set()
    assert all(len(why) > 20 for why in LOCAL.values())


def test_a_verb_in_neither_list_or_in_both_is_found() -> None:
    names = [name for name, _ in verbs()]
    assert unplaced([*names, "stranger"], SERVED, LOCAL) == {"stranger"}
    assert unplaced(names, {name: () for name in SERVED if name != "plan"}, LOCAL) == {"plan"}
    assert unplaced(names, SERVED, {**LOCAL, "plan": "also here"}) == {"plan"}


def test_the_doors_that_are_named_are_there_and_none_is_idle() -> None:
    known = {route.name: route for route in ROUTES}
    for verb, doors in SERVED.items():
        assert doors, verb
        assert set(doors) <= set(known), verb
    # A door whose summary names a verb belongs to that verb.
    for route in ROUTES:
        if "(corridor " in route.summary:
            told = route.summary.partition("(corridor ")[2].partition(")")[0].split(" --")[0]
            assert route.name in SERVED[told], route.name


@pytest.mark.parametrize(
    ("verb", "body", "besides"),
    [
        ("plan", b.PlanWork, {"previous"}),  # the adopted plan is the previous one
        ("forecast", b.ForecastWork, {"keep"}),  # each is kept in the log
        ("levers", b.LeversWork, set()),
        ("compare", b.WhatIf, set()),
        # By whom is who is signed in, the log is the one that is served, the report before is the one let go before;
        # the layers of a map are a file of the machine that it runs on.
        ("publish", b.PublishWork, {"folder", "by", "log", "previous", "preview", "layers"}),
    ],
)
def test_the_options_of_a_verb_can_be_sent(verb: str, body: type[b.Strict], besides: set[str]) -> None:
    options = {parameter.name for parameter in dict(verbs())[verb].params} - OF_THE_TERMINAL - besides
    assert options <= set(body.__struct_fields__)


def test_the_formats_that_can_be_asked_for_are_those_that_are_made() -> None:
    assert get_args(b.Form) == FORMATS


def test_the_page_names_every_verb() -> None:
    page = (ROOT / "docs" / "serving.md").read_text(encoding="utf-8")
    for verb in [*SERVED, *LOCAL]:
        assert f"`{verb}`" in page, verb
    for verb, why in LOCAL.items():
        assert why in page, verb
