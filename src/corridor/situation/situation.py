"""The situation: everything believed at one moment, with the reports it rests on."""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import cached_property

import msgspec

from corridor.files import not_so
from corridor.reports.report import Report
from corridor.situation import summary
from corridor.situation.agreement import Agreement, Halt
from corridor.situation.estimate import Component, Estimate
from corridor.situation.fleet import Fleet
from corridor.situation.road import Corridor, Leg, legs_for
from corridor.situation.site import Group, Site

FORMAT = "corridor-situation/1"


class Headcount(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who is believed inside at the start, the share that leaves by the corridor, and who is out, for one operation.

    `unused` are claims about the same quantity that a later claim of their source replaced, or that measure another
    set of people; they stay attached with the reason.
    """

    operation: str
    area: str
    start: Estimate
    share: Estimate
    out: Estimate
    unused: tuple[Component, ...] = ()


class Operation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One named movement of people: from an area over pickups to receptions, linked to others by reciprocity."""

    id: str
    area: str
    pickups: tuple[str, ...]
    receptions: tuple[str, ...]
    linked_to: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()


class Situation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, dict=True, forbid_unknown_fields=True):
    """Everything believed at the moment `at`, a fold of the reports received by then.

    `reports` holds every report the fold has seen, so that each figure can be traced without another file.
    """

    at: datetime
    sites: tuple[Site, ...] = ()
    groups: tuple[Group, ...] = ()
    fleet: Fleet = Fleet()
    legs: tuple[Leg, ...] = ()
    corridors: tuple[Corridor, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    operations: tuple[Operation, ...] = ()
    headcounts: tuple[Headcount, ...] = ()
    halts: tuple[Halt, ...] = ()
    reports: tuple[Report, ...] = ()
    format: str = FORMAT

    @cached_property
    def _sites(self) -> dict[str, Site]:
        return {site.id: site for site in self.sites}

    @cached_property
    def _reports(self) -> dict[str, Report]:
        return {report.id: report for report in self.reports}

    @cached_property
    def legs_by_step(self) -> dict[tuple[str, str], Leg]:
        """The legs that hold for all types of vehicles, by (start, end)."""
        return {(leg.start, leg.end): leg for leg in self.legs if not leg.type}

    @cached_property
    def _legs_for(self) -> dict[str, dict[tuple[str, str], Leg]]:
        if not any(leg.type for leg in self.legs):
            return {}
        return {
            operation.id: legs_for(
                self.legs, {vehicles.type for vehicles in self.fleet.vehicles if vehicles.operation == operation.id}
            )
            for operation in self.operations
        }

    def legs_for(self, operation: str) -> dict[tuple[str, str], Leg]:
        """Return the legs that an operation drives, by (start, end): each as its slowest type of vehicle drives it."""
        return self._legs_for.get(operation, self.legs_by_step)

    @property
    def unreviewed(self) -> int:
        """How many of the reports were read from prose and accepted without a person having read them."""
        return sum(report.is_unreviewed for report in self.reports)

    def site(self, name: str) -> Site:
        """Return a site by id; raises KeyError where there is none."""
        return self._sites[name]

    def report(self, name: str) -> Report | None:
        """Return a report by id, or None."""
        return self._reports.get(name)

    def leg(self, start: str, end: str) -> Leg | None:
        """Return the directed leg between two sites, or None."""
        return self.legs_by_step.get((start, end))

    def corridor(self, operation: str) -> Corridor | None:
        """Return the corridor of an operation, or None where none is agreed."""
        return next((c for c in self.corridors if c.operation == operation), None)

    def agreement(self, operation: str) -> Agreement | None:
        """Return the agreement of an operation, or None."""
        return next((a for a in self.agreements if a.operation == operation), None)

    def headcount(self, operation: str) -> Headcount | None:
        """Return who is inside and out for an operation, or None where no source gives a number."""
        return next((h for h in self.headcounts if h.operation == operation), None)

    def __str__(self) -> str:
        """Return the situation as a page of text."""
        return summary.summary(self)

    def to_json(self) -> bytes:
        """Return the situation as JSON, the same bytes for the same situation."""
        return msgspec.json.encode(self)

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the situation's JSON, as plan.json carries it.

        It is taken over what a reader of the file gets, so that a whole number in a field of fractions changes nothing.
        """
        read_back = msgspec.json.decode(self.to_json(), type=Situation)
        return hashlib.sha256(msgspec.json.encode(read_back)).hexdigest()

    @staticmethod
    def from_json(data: bytes | str, *, place: str = "situation") -> Situation:
        """Read a situation; raises `InputError` with the path inside the file where it is malformed."""
        try:
            return msgspec.json.decode(data, type=Situation)
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
            hint = "make one with: corridor assess reports.csv"
            raise not_so("a situation", data, error, place=place, hint=hint) from None


def assumed(situation: Situation, estimate: Estimate) -> bool:
    """Return whether nobody stated an estimate: no report is behind it, or only Corridor's own assumptions."""
    behind = [report for name in estimate.reports if (report := situation.report(name)) is not None]
    return all(report.is_assumption for report in behind)


def schema() -> dict[str, object]:
    """Return the JSON Schema of situation.json."""
    return msgspec.json.schema(Situation)
