"""Numbers agree: each figure that stands in two outputs is the same one, read back from each by another's reader.

The truth is taken from the plan and the situation here, not from a writer. The report's own figures, and HXL, SQLite,
TEP and print beside it, are compared in test_sitrep.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, timedelta
from pathlib import Path

import msgspec
import pytest

from corridor.forecasting.forecast import Forecast
from corridor.planning.plan import Convoy
from corridor.publishing.convoys.notification import notification_html, notification_json
from corridor.publishing.convoys.sheets import sheets_html
from corridor.publishing.page import page
from corridor.publishing.publish import NEUTRAL
from corridor.publishing.release.stage import Release, released
from corridor.publishing.standards.calendar import calendar
from corridor.publishing.standards.gtfs import gtfs
from corridor.publishing.words import LANGUAGES, words
from corridor.situation.agreement import Clause
from corridor.situation.estimate import Component
from corridor.situation.site import left_to_move
from tests.publishing import parsed, sample
from tests.publishing.parsed import Figures

HOUR = timedelta(hours=1)
SEATS = 50  # of a bus of the sample; its ambulances have no known places
WINDOW = Clause(
    id="aleppo/hours", kind="window", begins=sample.moment("16T06:00"), ends=sample.moment("16T14:00"), version=2
)


def told() -> Forecast:
    """The forecast by hand with a stated window, and a convoy that is half empty beside one that is nearly so."""
    made = sample.forecast()
    situation = made.plan.situation
    first, *others = situation.agreements
    hours = msgspec.structs.replace(first, clauses=(*first.clauses, WINDOW))
    situation = msgspec.structs.replace(situation, agreements=(hours, *others))
    convoys = [*made.plan.convoys[:6], *made.plan.convoys[38:40]]  # of two days, the last ones in reserve
    for index, aboard in ((2, 30), (3, 3)):
        trips = tuple(msgspec.structs.replace(t, load={"aleppo-civilians": aboard}) for t in convoys[index].trips)
        convoys[index] = msgspec.structs.replace(convoys[index], trips=trips)
    plan = msgspec.structs.replace(made.plan, situation=situation, convoys=tuple(convoys))
    return msgspec.structs.replace(made, plan=plan)


FORECAST = told()


def truth(forecast: Forecast) -> Figures:
    """Every figure that an output can carry, from the plan and the situation alone."""
    situation = forecast.plan.situation
    found: Figures = {}
    for site in {group.site for group in situation.groups}:
        here = [group for group in situation.groups if group.site == site]
        found["waiting", site] = round(left_to_move(here)[1])
    for count in situation.headcounts:
        out = round(count.out.quantile(0.5))
        found["out", count.operation] = float(out)
        found["said out", count.operation] = round(out, 2 - len(str(out)))  # alerts speak to the public: two digits
    for clause in (each for agreement in situation.agreements for each in agreement.of_kind("window")):
        if clause.begins and clause.ends:
            found["window", clause.begins.astimezone(UTC).isoformat()] = clause.ends
    for convoy in forecast.plan.convoys:
        found |= {(what, convoy.id): value for what, value in _of(convoy).items()}
    days: dict[str, list[Convoy]] = {}
    for convoy in forecast.plan.convoys:
        days.setdefault(f"{convoy.operation} {convoy.depart:%Y-%m-%d}", []).append(convoy)
    for name, convoys in days.items():
        found |= {(f"{what} of a day", name): value for what, value in _day(convoys).items()}
    return found


def _of(convoy: Convoy) -> dict[str, object]:
    people = sum(sum(trip.load.values()) for trip in convoy.trips)
    room = SEATS * sum("bus" in trip.vehicle for trip in convoy.trips)
    share = people / room
    full = "FULL" if share >= 0.8 else "FEW_SEATS_AVAILABLE" if share >= 0.4 else "MANY_SEATS_AVAILABLE"
    ends = {"from": convoy.pickup, "to": convoy.reception, "depart": convoy.depart, "arrive": convoy.arrive}
    seen = {"leaves": f"{convoy.depart:%H:%M}", "arrives": f"{convoy.arrive:%H:%M}", "full": full}
    return ends | seen | {"vehicles": len(convoy.trips), "people": people}


def _day(convoys: list[Convoy]) -> dict[str, object]:
    kinds: Counter[str] = Counter()
    for convoy in convoys:
        kinds |= Counter(trip.vehicle.rpartition("/")[2].partition("-")[0] for trip in convoy.trips)
    first, last = min(each.depart for each in convoys), max(each.arrive for each in convoys)
    people = sum(sum(trip.load.values()) for each in convoys if not each.reserve for trip in each.trips)
    told = {"depart": first, "arrive": last, "leaves": f"{first:%H:%M}", "arrives": f"{last:%H:%M}"}
    return told | {"people": people, "convoys": len(convoys), "most vehicles": sum(kinds.values())}


def _gpkg(release: Release, folder: Path) -> Iterator[Figures]:
    yield parsed.geopackage(NEUTRAL["gpkg"](release)["operation.gpkg"], folder)


def _cap(release: Release, _: Path) -> Iterator[Figures]:
    for data in NEUTRAL["cap"](release).values():
        yield from parsed.alert(data)


def _notified(release: Release, _: Path) -> Iterator[Figures]:
    data = notification_json(release)
    told = parsed.notification(data)
    yield told
    days = [name for what, name in told if what == "people of a day"]
    yield from (parsed.notification_page(notification_html(release, lang=lang), days) for lang in LANGUAGES)


def _sheets(release: Release, _: Path) -> Iterator[Figures]:
    for lang in LANGUAGES:
        data = sheets_html(release, lang=lang)
        yield parsed.schedule(data)
        yield from parsed.sheets(data)


def _one(kind: str, read: Callable[[bytes], Figures]) -> Callable[[Release, Path], Iterator[Figures]]:
    def read_back(release: Release, _: Path) -> Iterator[Figures]:
        yield read(next(iter(NEUTRAL[kind](release).values())))

    return read_back


Outputs = dict[str, tuple[Callable[[Release, Path], Iterator[Figures]], set[str]]]
MOVED = {"depart", "arrive", "from", "to"}
COUNTED = {"vehicles", "people"}
SEEN = {"leaves", "arrives"}
DAYS = {f"{what} of a day" for what in ("people", "convoys", "most vehicles")}
DAYS |= {f"{what} of a day" for what in (*SEEN, "depart", "arrive")}
# What reads an output back, and which figures must be found in it: a reader that finds nothing would agree with all.
OUTPUTS: Outputs = {
    "movement table": (_one("csv", parsed.movement_table), MOVED | COUNTED),
    "plan": (_one("json", parsed.plan), MOVED | COUNTED),
    "database": (_one("sqlite", parsed.database), MOVED | COUNTED | {"out"}),
    "geopackage": (_gpkg, MOVED | COUNTED | {"waiting"}),
    "geojson": (_one("geojson", parsed.geojson), {"waiting"}),
    "hxl": (_one("hxl", parsed.tagged), {"waiting", "out"}),
    "gtfs": (lambda release, folder: iter([parsed.gtfs(gtfs(release.plan, words("fr")), folder)]), MOVED),
    "gtfs-rt": (_one("rt", parsed.realtime), MOVED | {"full"}),
    "cap": (_cap, {"said out"}),
    "notification": (_notified, DAYS),
    "sheets": (_sheets, SEEN | COUNTED),
    "page": (
        lambda release, _: (parsed.schedule(page(release.forecast, lang=lang)) for lang in LANGUAGES),
        SEEN | COUNTED,
    ),
    "calendar": (
        lambda release, _: (parsed.calendar(calendar(release.situation, words(x))) for x in LANGUAGES),
        {"window"},
    ),
}


def unlike(name: str, made: Forecast, meant: Figures, folder: Path) -> list[str]:
    """Where the figures of an output are others than those meant; where it lacks what it should hold."""
    read, needed = OUTPUTS[name]
    found, seen = [], set[str]()
    for figures in read(released(made), folder):
        found += [f"{key}: {value}, not {meant.get(key)}" for key, value in figures.items() if meant.get(key) != value]
        seen |= {what for what, _ in figures}
    return found + [f"no {what}" for what in needed ^ seen]


@pytest.mark.parametrize("name", OUTPUTS)
def test_one_figure_is_one_figure_in_every_file(name: str, tmp_path: Path) -> None:
    assert unlike(name, FORECAST, truth(FORECAST), tmp_path) == []


def altered() -> Forecast:
    """Another plan and situation: a convoy fewer, the others later, from elsewhere, with less; more out, more wait."""
    plan = FORECAST.plan
    situation = plan.situation
    head, *rest = situation.headcounts
    parts = tuple(_more(part) for part in head.out.components)
    head = msgspec.structs.replace(head, out=msgspec.structs.replace(head.out, components=parts))
    groups = tuple(msgspec.structs.replace(group, companions=group.companions + 1) for group in situation.groups)
    one, *others = situation.agreements
    clauses = tuple(msgspec.structs.replace(each, ends=each.ends and each.ends + HOUR) for each in one.clauses)
    situation = msgspec.structs.replace(
        situation,
        headcounts=(head, *rest),
        groups=groups,
        agreements=(msgspec.structs.replace(one, clauses=clauses), *others),
    )
    convoys = tuple(_other(convoy) for convoy in plan.convoys[:-1])
    return msgspec.structs.replace(FORECAST, plan=msgspec.structs.replace(plan, convoys=convoys, situation=situation))


def _more(part: Component) -> Component:
    return msgspec.structs.replace(part, low=part.low * 1.4, mode=part.mode * 1.4, high=part.high * 1.4)


def _other(convoy: Convoy) -> Convoy:
    trips = tuple(msgspec.structs.replace(trip, load={"aleppo-civilians": 25}) for trip in convoy.trips[1:])
    late = {"depart": convoy.depart + HOUR / 12, "arrive": convoy.arrive + HOUR / 12}
    pickup = "amiriyah" if convoy.pickup == "sukkari" else "sukkari"
    return msgspec.structs.replace(convoy, trips=trips, pickup=pickup, reception="idlib", **late)


@pytest.mark.parametrize("name", OUTPUTS)
def test_another_figure_is_found(name: str, tmp_path: Path) -> None:
    """A file made from other figures is one that the comparison must refuse, for each kind of figure it carries."""
    found = unlike(name, altered(), truth(FORECAST), tmp_path)
    for what in OUTPUTS[name][1]:
        assert any(each.startswith(f"('{what}'") for each in found), what
