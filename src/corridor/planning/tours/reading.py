"""A file to a problem: our own instance format as JSON or TOML, and the text format of the published instances."""

from __future__ import annotations

import json
import math
import re
import tomllib
from pathlib import Path
from typing import NoReturn

import numpy as np

from corridor.errors import Fault, InputError
from corridor.planning.tours.problem import FAR, FORMAT, LONGEST, MOST_CELLS, Problem, make_problem

MOST_BYTES = 64_000_000
MOST_ROWS = 8_000_000  # of all tables: as many as fit the pairs and the buses
LONGEST_TOML = 8_000_000  # reading it takes that much longer than JSON
MOST_FAULTS = 20
LISTS = ("buses", "loads", "capacity")
TABLES = {
    "depot_pickup": ("buses", "loads"),
    "pickup_reception": ("loads", "capacity"),
    "reception_pickup": ("capacity", "loads"),
}
EXAMPLE = 'see the format "corridor-instance/1": buses, loads, capacity, minutes'


def read_problem(path: str | Path) -> Problem:
    """Return the problem of a file: `.json` or `.toml` for our format, any other name for the published text format.

    Raises `InputError` with every fault of the file, `Infeasible` where it is sound and no plan can exist.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            hint = f"the planner takes up to {MOST_CELLS:,} pickup-reception pairs; plan the regions one by one"
            raise InputError(
                f"is {size // 1_000_000} MB, more than {MOST_BYTES // 1_000_000}", place=str(path), hint=hint
            )
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        hint = "give the path of an instance file"
        raise InputError(error.strerror or "cannot be read", place=str(path), hint=hint) from None
    except UnicodeDecodeError:
        raise InputError("is not a text file in UTF-8", place=str(path), hint=EXAMPLE) from None
    if path.suffix == ".toml":
        return read_text(text, "toml", name=path.stem)
    return read_text(text, "json" if path.suffix == ".json" else "public", name=path.stem)


def read_text(text: str, form: str, *, name: str = "instance") -> Problem:
    """Return the problem of a text in one of the forms `json`, `toml` and `public`; raises as `read_problem` does."""
    if form == "public":
        return _read_public(text, name)
    rows, longest = text.count("["), LONGEST_TOML if form == "toml" else MOST_BYTES
    if rows > MOST_ROWS or len(text) > longest:
        size = f"{rows:,} rows" if rows > MOST_ROWS else f"{len(text):,} letters"
        hint = "merge neighbouring sites, or plan the regions one by one"
        raise InputError(f"holds {size}, more than the planner takes", place=name, hint=hint)
    try:
        value = tomllib.loads(text) if form == "toml" else json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise InputError(f"is not {form.upper()}: {error}", place=name, hint=EXAMPLE) from None
    return _from_value(value, name)


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a number")


def _from_value(value: object, name: str) -> Problem:
    faults: list[Fault] = []
    if not isinstance(value, dict):
        raise InputError("is not an instance: the file holds no table of names", place=name, hint=EXAMPLE)
    if value.get("format") != FORMAT:
        faults.append(Fault("format", f"is {value.get('format')!r}", f'expected "{FORMAT}"'))
    minutes = value.get("minutes")
    if not isinstance(minutes, dict):
        faults.append(Fault("minutes", "is missing or no table", f"with {', '.join(TABLES)}"))
        minutes = {}
    known = {"format", "minutes", "name", *LISTS}
    faults += [Fault(str(key), "is not a name of this format", EXAMPLE) for key in value if key not in known]
    faults += [Fault(f"minutes.{key}", "is not a name of this format", "") for key in minutes if key not in TABLES]
    lists = {key: _numbers(value.get(key), key, faults, most=2**31 - 1) for key in LISTS}
    # a list that is no list has its own fault; what is measured against it would only repeat that
    sizes = {key: len(lists[key]) if isinstance(value.get(key), list) else None for key in LISTS}
    tables = {
        key: _table(minutes[key], f"minutes.{key}", tuple(sizes[x] for x in TABLES[key]), faults)
        for key in TABLES
        if key in minutes
    }
    faults += [Fault(f"minutes.{key}", "is missing", "") for key in TABLES if key not in minutes and minutes]
    if faults:
        more = [Fault("...", f"and {len(faults) - MOST_FAULTS} more")] if len(faults) > MOST_FAULTS else []
        cause = f"has {len(faults)} {'fault' if len(faults) == 1 else 'faults'}"
        raise InputError(cause, place=name, hint=EXAMPLE, faults=faults[:MOST_FAULTS] + more)
    return make_problem(*(lists[key] for key in LISTS), *(tables[key] for key in TABLES), name=name)


def _numbers(values: object, place: str, faults: list[Fault], *, most: int, blank: bool = False) -> list[int]:
    """Return whole numbers from 0 to `most`; a blank is `FAR` where it is allowed."""
    if not isinstance(values, list):
        faults.append(Fault(place, "is missing" if values is None else "is not a list", "a list of whole numbers"))
        return []
    if len(values) > MOST_CELLS:
        what = f"holds {len(values):,} numbers; the planner takes up to {MOST_CELLS:,}"
        faults.append(Fault(place, what, "merge neighbouring sites, or plan the regions one by one"))
        return []
    numbers = []
    for index, number in enumerate(values):
        if len(faults) > 10 * MOST_FAULTS:  # a file that is wrong throughout needs no longer list
            break
        here = f"{place}[{index}]"
        numbers.append(0)  # stands in for a number at fault, so that those after it keep their places
        if number is None and blank:
            numbers[-1] = FAR
        elif isinstance(number, bool) or not isinstance(number, int):
            said = "is not finite" if isinstance(number, float) and not math.isfinite(number) else "is no whole number"
            faults.append(Fault(here, f"{number!r} {said}", "round minutes up" if blank else "count whole buses"))
        elif number < 0:
            faults.append(Fault(here, f"{number} is below 0", "null where there is no road" if blank else ""))
        elif number > most:
            faults.append(Fault(here, f"is above {most:,}", "are these minutes?" if blank else ""))
        else:
            numbers[-1] = number
    return numbers


def _table(rows: object, place: str, shape: tuple[int | None, ...], faults: list[Fault]) -> np.ndarray[tuple[int, int]]:
    """Return the minutes of a table; rows and columns are counted against the lists of sites, where those are sound."""
    before = len(faults)
    if not isinstance(rows, list):
        faults.append(Fault(place, "is not a list of rows", "one row for each row site"))
        rows = []
    elif shape[0] not in {None, len(rows)}:
        faults.append(Fault(place, f"has {len(rows)} rows, expected {shape[0]}", "one row for each row site"))
    numbers = []
    for index, row in enumerate(rows):
        if len(faults) > before and len(faults) > MOST_FAULTS:
            break
        here = f"{place}[{index}]"
        numbers.append(_numbers(row, here, faults, most=LONGEST, blank=True))
        if isinstance(row, list) and shape[1] not in {None, len(row)}:
            faults.append(Fault(here, f"has {len(row)} numbers, expected {shape[1]}", "one for each column site"))
        if len(faults) > 10 * MOST_FAULTS:
            break
    if len(faults) > before or None in shape:
        return np.zeros((0, 0), np.int64)  # never used: a file with a fault is refused
    return np.array(numbers, np.int64).reshape([size or 0 for size in shape])


def _read_public(text: str, name: str) -> Problem:
    """Return the problem of the text format of the random and Valparaiso instances (Loyola, Riff, Montero 2017).

    Whitespace-separated numbers: buses and places a bus; depots, then the buses of each; pickups, the people in all,
    then those of each; receptions, the places in all, then those of each; for each depot its number and the distance
    to each pickup; for each pickup its number and the distance to each reception. Returns take as long as the loaded
    drive. People become whole bus loads, up at pickups and down at receptions; a distance is rounded up to a whole.
    """
    words = (found.group() for found in re.finditer(r"\S+", text))  # one at a time: the file may be long
    read = 0

    def take(what: str) -> float:
        nonlocal read
        word = next(words, None)
        read += 1
        try:
            number = float(word) if word is not None else math.nan
        except ValueError:
            number = math.nan
        if not 0 <= number < 2**31:
            said = "the file ends" if word is None else f"{word!r} stands"
            hint = "expected the published text format; our own is read from .json and .toml files"
            raise InputError(f"{said} where {what} should be", place=f"{name}, number {read}", hint=hint)
        return number

    def several(count: int, what: str) -> list[int]:
        if count > MOST_CELLS:
            raise InputError(f"names {count:,} of {what}", place=name, hint="is this an instance file?")
        return [math.ceil(take(what)) for _ in range(count)]

    take("the number of buses")
    places = max(1, int(take("the places of a bus")))
    buses = several(int(take("the number of depots")), "the buses of a depot")
    pickups = int(take("the number of pickups"))
    take("the people in all")
    loads = [-(-people // places) for people in several(pickups, "the people at a pickup")]
    receptions = int(take("the number of receptions"))
    take("the places in all")
    capacity = [people // places for people in several(receptions, "the places of a reception")]
    if pickups * receptions > MOST_CELLS:
        raise InputError(f"has {pickups:,} x {receptions:,} pairs", place=name, hint="plan the regions one by one")
    start = [several(pickups + 1, "a distance from a depot")[1:] for _ in buses]
    go = [several(receptions + 1, "a distance from a pickup")[1:] for _ in loads]
    table = np.array(go, np.int64).reshape(pickups, receptions)
    starts = np.array(start, np.int64).reshape(len(buses), pickups)
    return make_problem(buses, loads, capacity, starts, table, table.T, name=name)
