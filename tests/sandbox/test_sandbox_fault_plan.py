"""The grammar of faults and the plan that hands them out."""

import pytest

from media_tracks_server.sandbox import Fault
from media_tracks_server.sandbox.faults import FaultOrder, FaultPlan, RequestKind, parse_fault
from media_tracks_tools.errors import SetupError

TRACK, JOB, CHANGE, OTHER = (
    RequestKind.TRACK,
    RequestKind.JOB,
    RequestKind.CHANGE,
    RequestKind.OTHER,
)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("429", FaultOrder(Fault.TOO_MANY)),
        ("5xx-after:0.25", FaultOrder(Fault.SERVER_ERROR_AFTER, probability=0.25)),
        ("drop-before@any", FaultOrder(Fault.DROP_BEFORE, fits_any=True)),
        ("html@any:1", FaultOrder(Fault.HTML, fits_any=True, probability=1.0)),
        ("job-fails:0", FaultOrder(Fault.JOB_FAILS, probability=0.0)),
    ],
)
def test_a_fault_is_read_with_its_reach_and_its_probability(text: str, order: FaultOrder) -> None:
    assert parse_fault(text) == order


@pytest.mark.parametrize("text", ["", "500", "429@all", "@any", "429 ", "HTML", "429\n"])
def test_a_fault_that_does_not_exist_is_refused_by_naming_all(text: str) -> None:
    with pytest.raises(SetupError) as refused:
        parse_fault(text)
    assert refused.value.next_step
    assert all(fault in refused.value.next_step for fault in Fault)


@pytest.mark.parametrize("text", ["429:", "429:x", "429:-0.1", "429:1.1", "429:nan", "429@any:2"])
def test_a_probability_is_from_0_to_1(text: str) -> None:
    with pytest.raises(SetupError, match="probability"):
        parse_fault(text)


@pytest.mark.parametrize("name", ["never-ends", "job-fails", "track-errors"])
def test_a_fault_of_a_job_cannot_befall_any_request(name: str) -> None:
    with pytest.raises(SetupError) as refused:
        parse_fault(f"{name}@any")
    assert refused.value.next_step == f"Write {name} without @any."


def test_a_single_fault_meets_the_first_request_that_changes_tracks() -> None:
    plan = FaultPlan([parse_fault("html")])
    assert plan.draw(OTHER) is None
    assert plan.draw(CHANGE) == FaultOrder(Fault.HTML)
    assert plan.draw(CHANGE) is None


def test_a_fault_for_any_request_meets_a_read() -> None:
    plan = FaultPlan([parse_fault("html@any")])
    assert plan.draw(OTHER)
    assert plan.draw(OTHER) is None


def test_faults_are_met_in_the_order_in_which_they_were_armed() -> None:
    plan = FaultPlan([parse_fault("html"), parse_fault("empty@any")])
    plan.arm([parse_fault("429")])
    drawn = [plan.draw(kind) for kind in (OTHER, CHANGE, JOB, TRACK)]
    assert [order and order.fault for order in drawn] == ["empty", "html", "429", None]


@pytest.mark.parametrize(
    ("name", "kinds"),
    [("never-ends", {JOB, TRACK}), ("job-fails", {JOB, TRACK}), ("track-errors", {TRACK})],
)
def test_a_fault_of_a_job_meets_what_was_started_and_not_the_request(
    name: str, kinds: set[RequestKind]
) -> None:
    for kind in RequestKind:
        plan = FaultPlan([parse_fault(name)])
        assert plan.draw(kind) is None
        assert plan.draw_for_job(kind) == (name if kind in kinds else None)
        assert plan.draw_for_job(TRACK) == (None if kind in kinds else name)


def test_a_fault_that_found_no_effect_comes_back_before_the_others() -> None:
    plan = FaultPlan([parse_fault("html"), parse_fault("empty")])
    drawn = plan.draw(TRACK)
    assert drawn
    plan.put_back(drawn)
    assert plan.draw(TRACK) == drawn


def test_a_fault_with_a_probability_is_there_for_good_and_never_twice() -> None:
    plan = FaultPlan([parse_fault("html:1")])
    for _ in range(3):
        drawn = plan.draw(TRACK)
        assert drawn
        plan.put_back(drawn)
    assert FaultPlan([parse_fault("html:0")]).draw(TRACK) is None


def test_the_same_seed_meets_the_same_faults() -> None:
    def met(seed: int) -> list[bool]:
        plan = FaultPlan([parse_fault("429:0.5")], seed)
        return [plan.draw(TRACK) is not None for _ in range(200)]

    assert met(1) == met(1)
    assert met(1) != met(2)
    assert 60 < sum(met(1)) < 140
