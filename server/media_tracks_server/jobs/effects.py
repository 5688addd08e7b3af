"""Doing one effect: ask the provider, and turn what comes back into the next event."""

import anyio.to_thread

from media_tracks_server.jobs import events as ev
from media_tracks_server.jobs.events import Effect, Event
from media_tracks_server.jobs.work import Work
from media_tracks_tools.errors import (
    CallerError,
    DatabaseUnusable,
    InternalError,
    MediaTracksError,
    RateLimited,
    Refused,
    SetupError,
    Unreachable,
    Unreadable,
    WorkerDied,
)
from media_tracks_tools.models import Problem
from media_tracks_tools.plans import Done, Failed, Gone, NotYet, Watched
from media_tracks_tools.ports import DoesLocalSteps, DoesVendorSteps, Report, Surveys

_RETRY = 2.0


async def survey(provider: Surveys, work: Work) -> Event:
    """List what is there. A definite error ends the job: nothing was sent."""
    try:
        return ev.Surveyed(survey=await provider.survey(work.task))
    except DatabaseUnusable as error:
        return _hiccup(error)
    except (CallerError, SetupError, Refused, InternalError) as error:
        return ev.RefusedByVendor(error=Problem.of(error))
    except MediaTracksError as error:
        return _hiccup(error)


async def send(provider: DoesVendorSteps, work: Work) -> Event:
    """Send the one request of a ONCE or AGAIN step."""
    try:
        return ev.Accepted(refs=(await provider.send(work.task)).refs)
    except Unreadable:
        return ev.AcceptedUnread()
    except (Unreachable, RateLimited, DatabaseUnusable) as error:
        return ev.NotSent(error=Problem.of(error), retry_after=error.retry_after_seconds or _RETRY)
    except (CallerError, SetupError, Refused) as error:
        return ev.RefusedByVendor(error=Problem.of(error))
    except MediaTracksError as error:
        return ev.OutcomeUnknown(error=Problem.of(error))


async def look(provider: DoesVendorSteps, work: Work) -> Event:
    """Search the vendor's list for what may be ours."""
    try:
        return ev.LookedFor(found=await provider.find_ours(work.task))
    except CallerError as error:
        return ev.VendorFailed(error=Problem.of(error))
    except MediaTracksError as error:
        return _hiccup(error)


async def poll(provider: DoesVendorSteps, work: Work) -> Event:
    """Look once at how a WATCH step is going."""
    try:
        return _watched(await provider.watch(work.task))
    except CallerError as error:
        return ev.VendorFailed(error=Problem.of(error))
    except MediaTracksError as error:
        return _hiccup(error)


async def begin(provider: DoesLocalSteps, work: Work) -> Event:
    """Note what publishing will need, before a child starts."""
    try:
        return ev.Began(refs=await anyio.to_thread.run_sync(provider.begin, work.task))
    except MediaTracksError as error:
        return ev.VendorFailed(error=Problem.of(error))


async def run(provider: DoesLocalSteps, work: Work, report: Report) -> Event:
    """Run a child to its end."""
    try:
        return _watched(await provider.run(work.task, report))
    except WorkerDied as error:
        return ev.ChildLost(error=Problem.of(error))
    except MediaTracksError as error:
        return ev.VendorFailed(error=Problem.of(error))


async def publish(provider: DoesLocalSteps, work: Work) -> Event:
    """Put a finished file in its place."""
    try:
        return _watched(await anyio.to_thread.run_sync(provider.publish, work.task))
    except MediaTracksError as error:
        return ev.VendorFailed(error=Problem.of(error))


def _watched(watched: Watched) -> Event:
    match watched:
        case NotYet():
            return ev.StillGoing(progress=watched.progress)
        case Done():
            return ev.Finished(result=watched.result, refs=watched.refs)
        case Failed():
            return ev.VendorFailed(error=watched.error, again=watched.again)
        case Gone():
            return ev.Vanished()


def _hiccup(error: MediaTracksError) -> Event:
    return ev.Hiccup(error=Problem.of(error), retry_after=error.retry_after_seconds or _RETRY)


def unexpected(error: Exception, effect: Effect) -> Event:
    """A bug of ours in an effect: what a vendor may be doing for us meanwhile stays open."""
    problem = Problem.of(
        InternalError(
            f"media-tracks failed unexpectedly ({type(error).__name__}).",
            next_step="Look at the server's log, and report it with that text.",
        )
    )
    match effect:
        case Effect.SEND:
            return ev.OutcomeUnknown(error=problem)
        case Effect.LOOK | Effect.POLL:
            return ev.Hiccup(error=problem, retry_after=_RETRY)
        case _:
            return ev.VendorFailed(error=problem)


def not_in_time() -> Event:
    """The intent was written, but so long ago that another process may hold the row by now."""
    late = InternalError("This machine was asleep or busy when the request was due.")
    return ev.NotSent(error=Problem.of(late), retry_after=_RETRY)


async def perform(effect: Effect, provider: object, work: Work, report: Report) -> Event:
    """Do `effect` for `work`. The provider made the plan, so it can do the plan's steps."""
    if effect is Effect.SURVEY and isinstance(provider, Surveys):
        return await survey(provider, work)
    if effect in _VENDOR and isinstance(provider, DoesVendorSteps):
        return await _VENDOR[effect](provider, work)
    if effect is Effect.RUN and isinstance(provider, DoesLocalSteps):
        return await run(provider, work, report)
    if effect in _LOCAL and isinstance(provider, DoesLocalSteps):
        return await _LOCAL[effect](provider, work)
    raise InternalError(f"Nobody can do {effect.value} on the account {work.account!r}.")


_VENDOR = {Effect.SEND: send, Effect.LOOK: look, Effect.POLL: poll}
_LOCAL = {Effect.BEGIN: begin, Effect.PUBLISH: publish}
