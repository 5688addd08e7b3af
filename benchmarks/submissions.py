"""Submissions: 1,000 changes on 20 accounts, with faults, late lists and killed processes.

Ten DatoCMS and ten Cloudflare sandboxes, called inside this process, on one clock that moves only
when nothing is due. Three drivers share one SQLite file; any of them dies at any transaction and
just before or after any request, keeps its rows like a process that was killed on another machine,
and another one starts. What is asked, what fails and who dies follows from a seed; which driver
takes a row does not. Reads are repeated without a pause, and a vendor's limit is kept on the clock.
"""

import logging
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import anyio
import stamina

from media_tracks_server.jobs.handles import Handle
from media_tracks_server.providers.cloudflare import CloudflareStream
from media_tracks_server.providers.datocms import DatoCMS
from media_tracks_server.sandbox import ManualClock
from media_tracks_server.sandbox.webinars import Webinar, webinars
from media_tracks_tools.errors import MediaTracksError
from media_tracks_tools.models import JobState, TrackStatus
from media_tracks_tools.requests import AddAudioTrack, AddSubtitles, GenerateSubtitles
from media_tracks_tools.services import Located, Wanted
from mortal_drivers import World
from report import Verdict, at_most, say
from vendors_in_process import Place, places

SEED = 20261122
SUBMISSIONS, ACCOUNTS, DRIVERS = 1000, 20, 3
EVERY = 0.25
"""Seconds between two submissions."""
GRID = 2.0
"""Seconds that the clock moves at least, at once."""
TAIL, TAIL_GRID = 900.0, 120.0
"""So long after the last submission it moves in longer steps."""
LONGEST = 6 * 3600.0
"""Seconds after which a job that goes on is lost."""
TEXT = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nOur own words\n"

_OPEN = (JobState.SUBMITTING, JobState.RUNNING)
_BILLED = frozenset({"track-created", "caption-created"})


def _wanted(world: World, number: int, videos: Sequence[Webinar]) -> Wanted:
    """The change with this number, each on a video of its own."""
    provider = world.providers[number % ACCOUNTS]
    datocms, video = isinstance(provider, DatoCMS), videos[number // ACCOUNTS]
    video_id = video.short_id("upload") if datocms else video.hex_id("video")
    located = Located(provider, video_id)
    match world.random.choices(("generate", "replace", "audio", "text"), (4, 2, 3, 2))[0]:
        case "audio":
            url = "https://example.com/pl.mp3"
            audio = AddAudioTrack(video_id=video_id, source=url, label="Polski", language="pl")
            return Wanted(located, audio, provider.plan_add_audio(audio))
        case "text":
            text = AddSubtitles(video_id=video_id, language="en", name="English", text=TEXT)
            return Wanted(located, text, provider.plan_add_subtitles(text))
        case "replace":
            there = video.short_id("it", 44) if datocms else "it"
            new = GenerateSubtitles(
                video_id=video_id, language="it", name="Italiano", replaces=there
            )
        case _:
            new = GenerateSubtitles(video_id=video_id, language="en", name="English")
    return Wanted(located, new, provider.plan_generate_subtitles(new))


async def _submit(world: World) -> Mapping[str, Wanted]:
    """Ask for everything, and let time pass until nothing more is to come."""
    videos = [one for one in webinars(Place.VIDEOS) if set(one.subtitles) == {"it"}]
    asked: dict[str, Wanted] = {}
    begun = world.clock.now
    while world.clock.now - begun < LONGEST:
        age = world.clock.now - begun
        while len(asked) < min(SUBMISSIONS, age / EVERY + 1):
            wanted = _wanted(world, len(asked), videos)
            asked[await world.handles.start(wanted)] = wanted
        world.ring()
        last = SUBMISSIONS * EVERY
        await _pass(world, TAIL_GRID if age > last + TAIL else GRID)
        if len(asked) == SUBMISSIONS and not await _open(world):
            break
    return asked


async def _open(world: World) -> bool:
    """Whether any job goes on."""
    for state in _OPEN:
        found = await world.handles.page(
            world.prints,
            state=state,
            account_fp=None,
            video_id=None,
            since=None,
            before=None,
            limit=1,
        )
        if found:
            return True
    return False


async def _pass(world: World, grid: float) -> None:
    """Wait until nothing is due and nobody is at work, then move the clock."""
    while True:
        if world.idle:
            due = await world.store.next_due(world.prints)
            if world.idle and (due is None or due > world.clock.now):
                break
            world.ring()
        await anyio.sleep(0.002)
    world.clock.advance(grid)
    if world.stale_at is not None and world.clock.now > world.stale_at:
        world.stale_at = None
        await world.store.release_stale((), world.prints)


@dataclass(frozen=True)
class _Told:
    """How it ended."""

    states: Counter[JobState]
    why: Counter[str]
    lost: Sequence[str]
    doubled: Sequence[str]


async def _tell(world: World, asked: Mapping[str, Wanted]) -> _Told:
    """Compare what the jobs say with what the vendors have."""
    states, why = Counter[JobState](), Counter[str]()
    lost: list[str] = []
    doubled: list[str] = []
    by_account = dict(zip(world.prints, world.places, strict=True))
    for job_id, wanted in asked.items():
        handle = await world.handles.get(job_id)
        states[handle.state] += 1
        if handle.work.error is not None:
            why[f"{handle.state}: {handle.work.error.code}"] += 1
        told = f"{wanted.located.video} {wanted.request.kind} {handle.state}"
        if handle.state in _OPEN or not await _is_there(handle, wanted):
            lost.append(told)
        billed = _billed(by_account[wanted.located.provider.account.fingerprint], wanted)
        if billed > 1 + handle.work.redone:
            doubled.append(f"{told}: {billed} times")
    return _Told(states, why, lost, doubled)


async def _is_there(handle: Handle, wanted: Wanted) -> bool:
    """Whether the track of a job that succeeded is listed as ready; others promise none."""
    if handle.state is not JobState.SUCCEEDED:
        return True
    provider, video_id = wanted.located.provider, wanted.located.video_id
    assert isinstance(provider, DatoCMS | CloudflareStream)
    while True:
        try:
            audio = (await provider.list_audio_tracks(video_id)).tracks
            texts = (await provider.list_subtitles(video_id)).tracks
        except MediaTracksError:
            continue  # a fault, of which even reads meet some
        ready = {one.track_id for one in (*audio, *texts) if one.status is TrackStatus.READY}
        return handle.work.result is not None and handle.work.result.track_id in ready


def _billed(place: Place, wanted: Wanted) -> int:
    """How often the vendor made a track, or accepted a job that makes one, for this video."""
    ours = [one for one in place.log() if f"/{wanted.located.video_id}/" in one.path]
    if place.datocms is None:
        return sum(one.effect in _BILLED for one in ours)
    made = ("/tracks", "/generate-subtitles")
    return sum(one.effect == "job-created" and one.path.endswith(made) for one in ours)


async def _all(folder: Path) -> Sequence[Verdict]:
    clock, random = ManualClock(1_800_000_000.0), Random(SEED)
    world = World(folder / "jobs.db", clock, random, places(ACCOUNTS, clock, random))
    begun = clock.now
    asked: Mapping[str, Wanted] = {}
    async with anyio.create_task_group() as group:
        for number in range(DRIVERS):
            group.start_soon(world.live, number)
        asked = await _submit(world)
        group.cancel_scope.cancel()
    minutes = (clock.now - begun) / 60
    clock.advance(1000.0)
    told = await _tell(world, asked)
    world.database.close()
    requests = sum(len(place.log()) for place in world.places)
    say(f"seed {SEED}: {len(asked)} submissions, {ACCOUNTS} accounts, {DRIVERS} drivers,")
    say(f"{world.killed} kills, {requests} requests and late effects, {minutes:.0f} min simulated")
    for state in (JobState.SUCCEEDED, JobState.NEEDS_ATTENTION, JobState.FAILED):
        say(f"  {state.value:<16} {told.states[state]}")
    for reason, times in told.why.most_common():
        say(f"    {reason:<40} {times}")
    for line in (*told.lost, *told.doubled):
        say(f"  !! {line}")
    return [
        at_most("submissions lost", len(told.lost), 0, "", 0),
        at_most("submissions doubled", len(told.doubled), 0, "", 0),
    ]


def run() -> Sequence[Verdict]:
    """One run of the seed; warnings of those who die are not shown."""
    logging.disable(logging.WARNING)
    stamina.set_testing(True, attempts=4)
    try:
        with tempfile.TemporaryDirectory() as name:
            return anyio.run(_all, Path(name))
    finally:
        stamina.set_testing(False)
        logging.disable(logging.NOTSET)
