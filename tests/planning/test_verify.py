from __future__ import annotations

import random
from collections import Counter

import pytest

from corridor.finding import Finding
from corridor.planning.plan import Plan
from corridor.planning.verify import RULES, verify
from tests import agreed_worlds, travel_worlds, worlds
from tests.planning import by_hand, by_hand_agreed, by_hand_travel
from tests.planning.mutate import MUTATIONS, mutate

SEEDS = range(3)
PLANS = by_hand.PLANS | by_hand_agreed.PLANS | by_hand_travel.PLANS
WORLDS = worlds.WORLDS | agreed_worlds.WORLDS | travel_worlds.WORLDS
CLEARANCE_MINUTES = worlds.CLEARANCE_MINUTES | agreed_worlds.CLEARANCE_MINUTES | travel_worlds.CLEARANCE_MINUTES
BY_HAND = {name: make() for name, make in PLANS.items()}


def rules_named(findings: list[Finding]) -> set[str]:
    return {finding.rule for finding in findings}


@pytest.mark.parametrize("name", PLANS)
def test_a_valid_plan_has_no_findings(name: str) -> None:
    assert verify(BY_HAND[name]) == []


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_read_back_from_its_file_has_no_findings(name: str) -> None:
    assert verify(Plan.from_json(BY_HAND[name].to_json())) == []


def test_every_world_has_a_plan_by_hand_that_ends_when_its_closed_form_says() -> None:
    assert PLANS.keys() == WORLDS.keys()
    assert {name: BY_HAND[name].clearance_minutes for name in CLEARANCE_MINUTES} == CLEARANCE_MINUTES


@pytest.mark.parametrize("kind", MUTATIONS)
def test_every_corrupted_plan_is_found_and_named_by_its_rule(kind: str) -> None:
    rule, _ = MUTATIONS[kind]
    corrupted = [(name, seed, mutate(plan, kind, seed)) for name, plan in BY_HAND.items() for seed in SEEDS]
    made = [(name, seed, plan) for name, seed, plan in corrupted if plan is not None]
    assert made, f"no plan can be corrupted by: {kind}"
    for name, seed, plan in made:
        findings = verify(plan)
        assert rule in rules_named(findings), f"{kind}, {name}, seed {seed}: {findings}"
        assert all(finding.what and finding.about and finding.remedy for finding in findings)


def test_hundreds_of_corrupted_plans_are_made() -> None:
    made = [mutate(plan, kind, seed) for kind in MUTATIONS for plan in BY_HAND.values() for seed in SEEDS]
    different = {plan.to_json() for plan in made if plan is not None}
    assert len(different) > 500


def test_every_rule_is_broken_by_at_least_one_kind() -> None:
    broken = Counter(rule for rule, _ in MUTATIONS.values())
    assert broken.keys() == RULES.keys()


def test_every_rule_says_in_one_sentence_what_it_holds() -> None:
    for name, rule in RULES.items():
        first = (rule.__doc__ or "").split("\n", maxsplit=1)[0]
        assert first.endswith("."), name


@pytest.mark.parametrize("seed", range(150))
def test_a_plan_with_many_faults_is_judged_without_failing(seed: int) -> None:
    rng = random.Random(seed)
    plan = BY_HAND[rng.choice(list(BY_HAND))]
    for kind in rng.sample(list(MUTATIONS), 3):
        try:
            plan = mutate(plan, kind, seed) or plan
        except (KeyError, IndexError, ValueError, TypeError, AttributeError):
            continue  # The mutator expects a plan that is whole; the checker may expect nothing.
    verify(plan)
