"""Any sequence of events, crashes, cancels and clock changes: what must hold in all of them."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from media_tracks_server.jobs import events as ev
from media_tracks_server.jobs.doubt import choices
from media_tracks_server.jobs.events import Effect, Event
from media_tracks_server.jobs.machine import advance
from media_tracks_server.jobs.schedule import LONGEST_WAIT
from media_tracks_server.jobs.work import OnUncertain, Phase, Work
from media_tracks_tools.models import Choice, JobState
from media_tracks_tools.plans import Plan, StepKind
from plans_and_rows import (
    BATCH,
    KEYED,
    LOCAL,
    NOW,
    OTHER_TRACK,
    PROBLEM,
    REPLACE,
    SAVED,
    SURVEY,
    TRACK,
    TRACK_REF,
    UNKEYED,
    row,
)

_HICCUP = ev.Hiccup(error=PROBLEM, retry_after=2)
_FAILED = ev.VendorFailed(error=PROBLEM)
_REFUSED = ev.RefusedByVendor(error=PROBLEM)
_CHANGED = ev.VendorFailed(error=PROBLEM, again=True)
_NOTHING_HAPPENED = (ev.NotSent(error=PROBLEM, retry_after=2), _REFUSED)
_OUTCOMES: dict[Effect, tuple[Event, ...]] = {
    Effect.SURVEY: (
        ev.Surveyed(survey=SURVEY),
        ev.Surveyed(survey=SURVEY.model_copy(update={"existing": TRACK})),
        ev.Surveyed(survey=SURVEY.model_copy(update={"saved": SAVED})),
        ev.Surveyed(survey=SURVEY.model_copy(update={"skip": ("clear", "default")})),
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
        _CHANGED,
    ),
    Effect.BEGIN: (ev.Began(refs=()), _FAILED),
    Effect.RUN: (ev.Finished(result=TRACK), ev.ChildLost(error=PROBLEM), _FAILED),
    Effect.PUBLISH: (ev.Finished(), _CHANGED, _FAILED),
    Effect.COUNT: tuple(
        ev.Counted(running=running, waiting=waiting, succeeded=1, failed=failed, cancelled=0)
        for running, waiting, failed in ((2, 1, 0), (1, 1, 0), (0, 0, 1), (0, 0, 0))
    ),
}
_CHOSEN = tuple(ev.Chosen(choice=choice, track_id="t2") for choice in Choice)


class Walk(RuleBasedStateMachine):
    """One row and what its driver is doing; a crash leaves the row and forgets the effect."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.asked(row())

    def asked(self, work: Work) -> None:
        """Begin with this row, of which nothing was sent."""
        self.fresh = self.work = work
        self.effect = Effect.WAIT
        self.doubtful_sends = 0
        self.clears = 0
        self.restored = False
        self.restore_sent = False

    @initialize(
        plan=st.sampled_from((UNKEYED, KEYED, LOCAL, BATCH, REPLACE, REPLACE)),
        said=st.sampled_from(OnUncertain),
    )
    def ask(self, plan: Plan, said: OnUncertain) -> None:
        phase = Phase.KIDS if plan is BATCH else Phase.QUEUED
        self.asked(row(plan=plan, phase=phase, on_uncertain=said))

    @precondition(lambda self: not self.open)
    @rule()
    def the_same_is_asked_again(self) -> None:
        self.asked(self.fresh)

    @property
    def open(self) -> bool:
        return self.work.phase is not Phase.DONE

    def happen(self, event: Event) -> None:
        before = self.work
        self.work, self.effect = advance(before, event, self.now)
        if (self.work.step, self.work.undoing) != (before.step, before.undoing):
            self.doubtful_sends = 0
        if self.open and self.effect is Effect.WAIT:
            assert self.work.next_at <= self.now + LONGEST_WAIT
            assert event == ev.Claimed() or self.work.next_at >= self.now
        if self.effect is Effect.SEND:
            self.check_send()
            self.doubtful_sends += 1
            self.note_spoil(self.work.current.name)

    def note_spoil(self, step: str) -> None:
        """What the vendor may have done by now, apart from what the row says."""
        if step == "clear":
            self.clears += int(self.work.saved is not None)
        elif step == "restore":
            self.restore_sent = True

    def check_send(self) -> None:
        assert self.work.undoing or not self.work.want_stop
        assert self.work.undoing or self.work.current.name not in self.work.skip
        assert self.work.phase is Phase.SENT
        if self.work.current.kind is StepKind.ONCE:
            once_more = self.work.on_uncertain is OnUncertain.SUBMIT_AGAIN
            assert self.doubtful_sends <= int(once_more) or self.work.current.keyed
            assert not self.work.effect_sure

    @precondition(lambda self: self.open and self.effect in _OUTCOMES)
    @rule(data=st.data())
    def outcome(self, data: st.DataObject) -> None:
        event = data.draw(st.sampled_from(_OUTCOMES[self.effect]))
        if self.effect is Effect.SEND and event in _NOTHING_HAPPENED:
            self.doubtful_sends -= 1
            if self.work.current.name == "clear" and self.clears:
                self.clears -= 1
        restoring = self.effect is Effect.SEND and self.work.current.name == "restore"
        self.restored |= restoring and isinstance(event, ev.Accepted | ev.AcceptedUnread)
        self.happen(event)

    @precondition(lambda self: self.open and self.effect is Effect.WAIT)
    @rule(late=st.sampled_from((0.0, 1.0, 700.0, 8000.0, 100_000.0)))
    def time_comes(self, late: float) -> None:
        self.now = max(self.now, self.work.next_at) + late
        self.happen(ev.Claimed())

    @precondition(lambda self: bool(choices(self.work)))
    @rule(data=st.data())
    def a_person_decides(self, data: st.DataObject) -> None:
        """As the store does it: nobody does the effect, whoever claims the row next goes on."""
        allowed = [one for one in _CHOSEN if one.choice in choices(self.work)]
        self.doubtful_sends = 0
        self.work = self.work.model_copy(update={"want_stop": False})
        self.work, _ = advance(self.work, data.draw(st.sampled_from(allowed)), self.now)
        self.effect = Effect.WAIT
        if self.work.phase is Phase.SENT:
            self.note_spoil(self.work.current.name)

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

    @invariant()
    def what_was_taken_away_is_never_lost(self) -> None:
        if self.open or not self.clears or self.work.outcome is JobState.SUCCEEDED:
            return
        assert self.restored or self.work.saved == SAVED

    @invariant()
    def only_a_restore_that_failed_leaves_the_text_in_an_ended_row(self) -> None:
        if not self.open and self.work.saved is not None:
            assert self.work.outcome is JobState.FAILED
            assert self.restore_sent
            assert self.work.error is not None
            assert self.work.error.code == "not_put_back"


TestWalk = Walk.TestCase
TestWalk.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


class ReplacingWalk(Walk):
    """The same, where something was taken away or is about to be."""

    @initialize(said=st.sampled_from(OnUncertain))
    def ask(self, said: OnUncertain) -> None:
        self.asked(row(plan=REPLACE, on_uncertain=said, saved=SAVED))


TestReplacingWalk = ReplacingWalk.TestCase
TestReplacingWalk.settings = settings(max_examples=300, stateful_step_count=50, deadline=None)
