"""What the address of a page may carry: the moment, the choices of the reader, the filters of a table."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from corridor.server.bodies import Seq, Strict

Short = Annotated[str, Meta(max_length=200)]


class Look(Strict, frozen=True, kw_only=True):
    """The reader's choices, kept by cookies once made: language, theme, digits."""

    lang: Literal["", "en", "fr", "ar"] = ""
    theme: Literal["", "auto", "light", "dark"] = ""
    digits: Literal["", "latn", "arab"] = ""


class Entrance(Look, frozen=True, kw_only=True):
    """The sign-in page: the code of a one-time link, and whether the last try was wrong."""

    link: Short = ""
    wrong: Literal["", "1"] = ""


class Seen(Look, frozen=True, kw_only=True):
    """A page "as known at" a moment; `held` adds that the log itself must have held it by then. `table` picks one."""

    at: Annotated[str, Meta(max_length=40)] = ""
    held: Literal["", "1"] = ""
    table: Short = ""


class LogFilter(Seen, frozen=True, kw_only=True):
    """The log: entries before a number, of a kind, a name, an actor; or with a word in what they say."""

    before: Seq = 0
    kind: Literal["", "report", "decision", "act"] = ""
    name: Short = ""
    actor: Short = ""
    word: Short = ""
    limit: Annotated[int, Meta(ge=1, le=10_000)] = 100


class OfMovement(Seen, frozen=True, kw_only=True):
    """A page of one movement."""

    movement: Short = ""


class OfFigure(Seen, frozen=True, kw_only=True):
    """The reports behind one figure: its name, or the ids of its reports set apart by commas."""

    of: Short = ""
    reports: Annotated[str, Meta(max_length=8000)] = ""


class OfPlan(Seen, frozen=True, kw_only=True):
    """The plan: the adopted or the proposed one, and one convoy of it for a sheet."""

    which: Literal["", "adopted", "proposed"] = ""
    convoy: Short = ""


class OfPost(Seen, frozen=True, kw_only=True):
    """The sheet of one post: how many rows it has."""

    post: Short = ""
    rows: Annotated[int, Meta(ge=1, le=200)] = 24
