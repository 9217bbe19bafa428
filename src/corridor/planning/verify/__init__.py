"""Every rule of a plan, derived again from its embedded situation by code that shares nothing with the planner."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from corridor.finding import Finding
from corridor.planning.plan import Plan
from corridor.planning.verify import convoys, figures, groups, objectives, passage, road, tied, travel, vehicles
from corridor.planning.verify.case import Case
from corridor.planning.verify.reading import Breach

Rule = Callable[[Case], Iterator[Breach]]

# Rules that read no clock; they can be judged even where a time lacks its zone.
TIMELESS: dict[str, Rule] = {
    "hash": figures.situation_is_the_one_named,
    "known": figures.names_exist,
    "identity": convoys.ids_are_unique,
    "places": groups.everyone_has_a_place,
    "companions": groups.companions_ride_along,
    "capacity": groups.receptions_can_take_them,
    "convoy size": convoys.convoys_are_whole,
    "mode": convoys.shuttles_go_alone,
    "smallest convoy": passage.convoys_are_large_enough,
    "destination clause": convoys.destinations_are_agreed,
    "acceptance": travel.receptions_accept_them,
    "choice": travel.choices_are_kept,
    "families": travel.families_stay_together,
    "crossing": travel.lines_are_not_crossed,
    "trailing": travel.cars_trail_once,
    "who is planned": groups.everyone_is_planned_once,
    "people left": objectives.people_left_are_a_choice,
    "pickup of group": groups.people_board_where_they_wait,
}
# These compare times; "order of times" comes first, as it says which of them cannot be compared.
TIMED: dict[str, Rule] = {
    "order of times": vehicles.times_follow_each_other,
    "continuity": vehicles.one_vehicle_one_place,
    "availability": travel.vehicles_are_there,
    "gathering": travel.nobody_boards_before_coming,
    "transfer": travel.transfers_take_their_time,
    "daily reception": travel.days_are_not_overfull,
    "approach": road.approaches_are_possible,
    "one lane": road.lanes_alternate,
    "stops": road.drivers_rest,
    "overnight": road.nights_are_agreed,
    "way": vehicles.drives_are_long_enough,
    "bays": vehicles.bays_hold_the_vehicles,
    "headway": convoys.convoys_keep_their_distance,
    "window": convoys.drives_lie_in_windows,
    "margin": passage.margins_are_kept,
    "checkpoint": passage.checks_have_their_time,
    "aid": passage.aid_has_the_road,
    "escorts": passage.escorts_come_back,
    "hold": passage.nobody_is_held_long,
    "reciprocity": tied.reciprocity_is_kept,
    "phase": tied.phases_are_kept,
    "vehicles clause": convoys.vehicles_on_the_road_are_agreed,
    "reserve": groups.reserve_comes_last,
    "priority": groups.first_things_first,
    "objectives": objectives.objectives_are_right,
    "clearance": figures.figures_are_right,
}
RULES: dict[str, Rule] = TIMELESS | TIMED


def verify(plan: Plan) -> list[Finding]:
    """Return what is wrong with a plan, rule by rule; an empty list means that every rule holds.

    Where a time lacks its zone only that and the rules that read no clock are judged: the others would have to guess.
    """
    case = Case(plan)
    zoned = not any(vehicles.times_without_zone(case))
    judged = RULES if zoned else TIMELESS | {"order of times": TIMED["order of times"]}
    return [
        Finding(rule=name, about=breach.about, what=breach.what, remedy=breach.remedy, reports=breach.reports)
        for name, rule in judged.items()
        for breach in rule(case)
    ]


__all__ = ["RULES", "verify"]
