"""Any sequence of events, crashes, cancels and clock changes: what must hold in all of them."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from media_tracks_server.jobs import events as ev
from media_tracks_server.jobs import problems
from media_tracks_server.jobs.events import Effect, Event
from media_tracks_server.jobs.machine import advance
from media_tracks_server.jobs.schedule import LONGEST_WAIT
from media_tracks_server.jobs.work import Phase, Work
from media_tracks_tools.plans import Plan, StepKind
from plans_and_rows import (
    BATCH,
    KEYED,
    LOCAL,
    NOW,
    OTHER_TRACK,
    PROBLEM,
    SURVEY,
    TRACK,
    TRACK_REF,
    UNKEYED,
    row,
)

_HICCUP = ev.Hiccup(error=PROBLEM, retry_after=2)
_FAILED = ev.VendorFailed(error=PROBLEM)
_REFUSED = ev.RefusedByVendor(error=PROBLEM)
_CHANGED = ev.VendorFailed(
    error=PROBLEM.model_copy(update={"code": problems.CHANGED_MEANWHILE}),
)
_NOTHING_HAPPENED = (ev.NotSent(error=PROBLEM, retry_after=2), _REFUSED)
_OUTCOMES: dict[Effect, tuple[Event, ...]] = {
    Effect.SURVEY: (
        ev.Surveyed(survey=SURVEY),
        ev.Surveyed(survey=SURVEY.model_copy(update={"existing": TRACK})),
        _REFUSED,
        _HICCUP,
        _FAILED,
    ),
    Effect.SEND: (
        *_NOTHING_HAPPENED,
        ev.Accepted(refs=()),
        ev.Accepted(refs=(TRACK_REF,)),
        ev.AcceptedUnread(),
        ev.OutcomeUnknown(error=PROBLEM),
    ),
    Effect.LOOK: (
        ev.LookedFor(found=()),
        ev.LookedFor(found=(TRACK,)),
        ev.LookedFor(found=(TRACK, OTHER_TRACK)),
        _HICCUP,
        _FAILED,
    ),
    Effect.POLL: (
        ev.StillGoing(progress=None),
        ev.Finished(result=TRACK),
        ev.Vanished(),
        _HICCUP,
        _FAILED,
    ),
    Effect.BEGIN: (ev.Began(refs=()), _FAILED),
    Effect.RUN: (ev.Finished(result=TRACK), ev.ChildLost(error=PROBLEM), _FAILED),
    Effect.PUBLISH: (ev.Finished(), _CHANGED, _FAILED),
}


class Walk(RuleBasedStateMachine):
    """One row and what its driver is doing; a crash leaves the row and forgets the effect."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.work: Work = row()
        self.effect = Effect.WAIT
        self.doubtful_sends = 0

    @initialize(plan=st.sampled_from((UNKEYED, KEYED, LOCAL, BATCH)))
    def ask(self, plan: Plan) -> None:
        self.work = row(plan=plan)

    @property
    def open(self) -> bool:
        return self.work.phase is not Phase.DONE

    def happen(self, event: Event) -> None:
        before = self.work
        self.work, self.effect = advance(before, event, self.now)
        if self.work.step != before.step:
            self.doubtful_sends = 0
        if self.open and self.effect is Effect.WAIT:
            assert self.work.next_at <= self.now + LONGEST_WAIT
            assert event == ev.Claimed() or self.work.next_at >= self.now
        if self.effect is Effect.SEND:
            self.check_send()
            self.doubtful_sends += 1

    def check_send(self) -> None:
        assert not self.work.want_stop
        assert self.work.phase is Phase.SENT
        if self.work.current.kind is StepKind.ONCE:
            assert self.doubtful_sends == 0 or self.work.current.keyed
            assert not self.work.effect_sure

    @precondition(lambda self: self.open and self.effect in _OUTCOMES)
    @rule(data=st.data())
    def outcome(self, data: st.DataObject) -> None:
        event = data.draw(st.sampled_from(_OUTCOMES[self.effect]))
        if self.effect is Effect.SEND and event in _NOTHING_HAPPENED:
            self.doubtful_sends -= 1
        self.happen(event)

    @precondition(lambda self: self.open and self.effect is Effect.WAIT)
    @rule(late=st.sampled_from((0.0, 1.0, 700.0, 8000.0, 100_000.0)))
    def time_comes(self, late: float) -> None:
        self.now = max(self.now, self.work.next_at) + late
        self.happen(ev.Claimed())

    @precondition(lambda self: self.open)
    @rule(later=st.sampled_from((2.0, 100.0)))
    def process_dies_and_another_takes_over(self, later: float) -> None:
        self.now += later
        self.happen(ev.Claimed())

    @precondition(lambda self: self.open)
    @rule(wanted=st.booleans())
    def handles_come_and_go(self, wanted: bool) -> None:
        """As the store does it: the wish is in the row at the next claim."""
        self.work = self.work.model_copy(update={"want_stop": not wanted})
        if self.effect in {Effect.SEND, Effect.SURVEY, Effect.BEGIN, Effect.PUBLISH}:
            return
        self.effect = Effect.WAIT

    @rule()
    def clock_is_set_back(self) -> None:
        self.now -= 3600

    @precondition(lambda self: not self.open)
    @rule(event=st.sampled_from((_FAILED, ev.Claimed(), ev.Accepted(refs=()))))
    def nothing_changes_the_end(self, event: Event) -> None:
        assert advance(self.work, event, self.now) == (self.work, Effect.WAIT)

    @invariant()
    def the_end_has_an_outcome_and_only_the_end(self) -> None:
        assert (self.work.outcome is not None) == (not self.open)
        assert self.work.state.ended == (not self.open)


TestWalk = Walk.TestCase
TestWalk.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
