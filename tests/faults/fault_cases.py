"""What is honest for each fault at each request that writes, and the run that shows it.

The rule: exactly the effects, the end and the tracks of the run without a fault. Everything else
is an exception that stands in `_exception`, in words of the vendor's log.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from changes import Change, Write
from fault_site import Site, site
from fault_world import World, world
from media_tracks_server.sandbox import Fault
from media_tracks_server.sandbox.faults import FaultOrder, RequestKind
from media_tracks_tools.models import Job, JobState

_LOST = frozenset({Fault.SERVER_ERROR_BEFORE, Fault.DROP_BEFORE})
"""Nothing happened, and nobody can tell."""
_HAPPENED = frozenset({Fault.SERVER_ERROR_AFTER, Fault.DROP_AFTER, Fault.TIMEOUT_AFTER})
"""It happened, and nobody can tell."""
_UNREAD = frozenset({Fault.SLOW_BODY, Fault.HTML, Fault.BAD_JSON, Fault.EMPTY})
"""It happened, and the answer says no more than that."""
_BROKEN = frozenset({Fault.JOB_FAILS, Fault.TRACK_ERRORS})
_BUSY = frozenset({Fault.TOO_MANY, Fault.TOO_MANY_NO_WAIT})
_REFILL = 170.0
"""Seconds after which the limiter has its burst again."""
_SEEN = {
    Fault.TOO_MANY: 429,
    Fault.TOO_MANY_NO_WAIT: 429,
    Fault.SERVER_ERROR_BEFORE: 500,
    Fault.SERVER_ERROR_AFTER: 500,
    Fault.TRANSIENT: 503,
    Fault.DROP_BEFORE: 0,
    Fault.DROP_AFTER: 0,
    Fault.TIMEOUT_AFTER: 0,
    Fault.LATE_EFFECT: 0,
    Fault.TOKEN_DIES: 401,
}
"""The status in the log of the request that met the fault; all others are answered with a 2xx."""


@dataclass(frozen=True)
class Case:
    """A change, the request of it that writes (from 0), and the fault that this one meets."""

    change: Change
    at: int
    fault: Fault

    def __str__(self) -> str:
        return f"{self.change.name}-{self.write.name}-{self.fault}"

    @property
    def write(self) -> Write:
        return self.change.writes[self.at]

    @property
    def order(self) -> str:
        return f"{self.fault}@any" if self.write.kind is RequestKind.OTHER else self.fault.value


@dataclass(frozen=True)
class Expected:
    """The end of a job: its state, its error's code, all effects, and the tracks then."""

    state: JobState
    code: str | None
    effects: Counter[str]
    tracks: tuple[str, ...]


def cases(changes: tuple[Change, ...]) -> list[Case]:
    """Every fault at every write that it can befall."""
    return [case for case in combinations(changes) if left_out(case) is None]


def combinations(changes: tuple[Change, ...]) -> Iterator[Case]:
    """Every fault at every write."""
    for change in changes:
        for at in range(len(change.writes)):
            for fault in Fault:
                yield Case(change, at, fault)


def left_out(case: Case) -> str | None:
    """Why a combination is not played."""
    kind = case.write.kind
    if not FaultOrder(case.fault, fits_any=kind is RequestKind.OTHER).fits(kind):
        return f"{case.fault} is about what a request starts, and this one starts none"
    if kind is RequestKind.OTHER and not case.change.alone:
        return "the same upload goes before every text"
    if case.write.name == "store" and case.fault is Fault.TOKEN_DIES:
        return "a file is stored without a token"
    return None


def expected(case: Case, before: tuple[str, ...]) -> Expected:
    """The honest end."""
    writes = case.change.writes
    exception = _exception(case)
    done = writes[: case.at] if exception and exception.stops else writes
    tracks = set(before)
    for one in done:
        tracks = one.after(tracks)
    effects = Counter(effect for one in done for effect in one.effects)
    if exception is None:
        return Expected(JobState.SUCCEEDED, None, effects, tuple(sorted(tracks)))
    tracks |= set(exception.tracks)
    effects.update(exception.effects)
    return Expected(exception.state, exception.code, effects, tuple(sorted(tracks)))


@dataclass(frozen=True)
class _Exception:
    """`stops`: at this request; then `effects` and `tracks` are in the place of its own."""

    effects: tuple[str, ...] = ()
    state: JobState = JobState.SUCCEEDED
    code: str | None = None
    stops: bool = False
    tracks: tuple[str, ...] = ()


def _exception(case: Case) -> _Exception | None:
    fault, write = case.fault, case.write
    if fault is Fault.TOKEN_DIES:
        code = "not_put_back" if case.change.clears and case.at else "credential_refused"
        return _Exception(state=JobState.FAILED, code=code, stops=True)
    if fault is Fault.NEVER_ENDS:
        return _Exception(
            write.effects[:1],
            JobState.NEEDS_ATTENTION,
            "vendor_silent",
            stops=True,
            tracks=write.unfinished,
        )
    if fault in _BROKEN:
        return _broken(case)
    if fault in _LOST and write.once and case.change.vendor == "datocms":
        return _Exception(state=JobState.NEEDS_ATTENTION, code="outcome_unknown", stops=True)
    again = _done_again(case)
    return _Exception(again) if again else _late(case)


def _broken(case: Case) -> _Exception:
    """DatoCMS's jobs fail before there is a track; Cloudflare's generation is tried once more."""
    fault, write = case.fault, case.write
    if case.change.vendor == "datocms":
        if fault is Fault.JOB_FAILS:
            return _Exception(write.effects[:1], JobState.FAILED, "MUX_ERROR", stops=True)
        return _Exception(
            write.effects, JobState.FAILED, "track_errored", stops=True, tracks=write.broken
        )
    if write.name == "generate":
        return _Exception(("caption-deleted", "caption-created"))
    return _Exception(
        write.effects, JobState.FAILED, "audio_failed", stops=True, tracks=write.broken
    )


def _done_again(case: Case) -> tuple[str, ...]:
    """The effects of a request that may be repeated, and that was; none of them is billed."""
    fault, write = case.fault, case.write
    maybe = fault in _HAPPENED or fault is Fault.LATE_EFFECT
    match write.name:
        case "reserve" if maybe or fault in _UNREAD:
            return write.effects
        case "store" if fault not in _UNREAD:
            return ("upload-request-created", *(write.effects if maybe else ()))
        case "delete" | "delete_old" if maybe and case.change.vendor == "datocms":
            return ("job-created",)
        case "put" if fault is Fault.LATE_EFFECT:
            return write.effects
        case _:
            return ()


def _late(case: Case) -> _Exception | None:
    """A DELETE that comes after its own repetition takes away what was begun meanwhile."""
    if case.write.name != "clear" or case.fault is not Fault.LATE_EFFECT:
        return None
    effects = ("caption-deleted", "caption-created", "caption-deleted", "caption-uploaded")
    return _Exception(effects, JobState.FAILED, "track_gone", stops=True)


async def play(case: Case, shared: Site, folder: Path) -> Job:
    """Run the change with its fault; everything is as expected. A token that dies is a site's."""
    own = site(case.change.vendor) if case.fault is Fault.TOKEN_DIES else nullcontext(shared)
    with own as place:
        async with world(place, folder) as here:
            return await _play(case, place, here)


async def _play(case: Case, place: Site, here: World) -> Job:
    wanted = await case.change.ask(here)
    before, begun = place.holds(here.video), len(place.log())
    here.wire.before = lambda number: place.arm(case.order) if number == case.at + 1 else None
    job = await here.end(await here.ask(wanted), _REFILL if case.fault in _BUSY else 0.0)
    place.settle()
    log = place.log()[begun:]
    effects = [entry.effect.value for entry in log if entry.effect]
    met = [one for one in log if one.method not in {"GET", "JOB", "LATE"}][case.at]
    assert met.status == _SEEN.get(case.fault, met.status)
    assert (case.fault in _SEEN) is not (200 <= met.status < 300)
    assert Expected(
        job.state, job.error.code if job.error else None, Counter(effects), place.holds(here.video)
    ) == expected(case, before)
    if {"track-created", "track-deleted"} <= set(effects):
        assert effects.index("track-created") < effects.index("track-deleted")
    return job
