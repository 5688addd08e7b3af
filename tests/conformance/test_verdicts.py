"""What the suite's results are worth."""

import pytest

from conformance.suite import Check, Checks, Status
from conformance.verdicts import Expected, Verdict, expected, judge

EXCUSE = Expected(
    scenario="any",
    versions=("2026-07-28",),
    checks=frozenset({"one"}),
    reason="Because we do it otherwise.",
)


def checks(**statuses: Status) -> Checks:
    return tuple(Check(id=name, status=status) for name, status in statuses.items())


@pytest.mark.parametrize(
    ("found", "excuse", "verdict"),
    [
        (checks(one=Status.SUCCESS), None, Verdict.PASSED),
        (checks(one=Status.SUCCESS, two=Status.WARNING), None, Verdict.PASSED),
        (checks(one=Status.SUCCESS, two=Status.FAILURE), None, Verdict.FAILED),
        (checks(one=Status.FAILURE, two=Status.SUCCESS), EXCUSE, Verdict.EXPECTED),
        (checks(one=Status.FAILURE, two=Status.FAILURE), EXCUSE, Verdict.FAILED),
        (checks(one=Status.SUCCESS, two=Status.FAILURE), EXCUSE, Verdict.FAILED),
        (checks(one=Status.SUCCESS), EXCUSE, Verdict.SURPRISE),
        ((), EXCUSE, Verdict.SURPRISE),
    ],
)
def test_a_scenario_fails_in_exactly_the_checks_that_are_excused(
    found: Checks, excuse: Expected | None, verdict: Verdict
) -> None:
    assert judge(found, excuse, proves=True) is verdict


def test_a_pass_that_proves_nothing_is_not_counted() -> None:
    assert judge(checks(one=Status.SUCCESS), None, proves=False) is Verdict.VACUOUS


def test_a_failure_is_one_even_where_a_pass_would_prove_nothing() -> None:
    assert judge(checks(one=Status.FAILURE), None, proves=False) is Verdict.FAILED


def test_the_expected_failures_are_few_and_each_has_its_reason() -> None:
    assert all(one.reason for one in expected())
