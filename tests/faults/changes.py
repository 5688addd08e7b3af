"""Every change of a track that a vendor can be asked for, and how it is asked."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import anyio.to_thread

from fault_world import World
from media_tracks_server.providers.cloudflare import CloudflareStream
from media_tracks_server.sandbox.faults import RequestKind
from media_tracks_tools.plans import Plan
from media_tracks_tools.requests import (
    AddAudioTrack,
    AddSubtitles,
    DeleteAudioTrack,
    DeleteSubtitles,
    EditSubtitles,
    GenerateSubtitles,
    TrackRequest,
    UpdateAudioTrack,
    digest,
)
from media_tracks_tools.services import Wanted

SOURCE = "https://example.com/pl.mp3"
OURS = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nOur own words\n"
Ask = Callable[[World], Awaitable[Wanted]]


def _wanted(world: World, request: TrackRequest) -> Wanted:
    return Wanted(world.located, request, _plan(world, request))


def _plan(world: World, request: TrackRequest) -> Plan:
    provider = world.provider
    match request:
        case AddAudioTrack():
            return provider.plan_add_audio(request)
        case UpdateAudioTrack():
            assert isinstance(provider, CloudflareStream)
            return provider.plan_update_audio(request)
        case DeleteAudioTrack():
            return provider.plan_delete_audio(request)
        case GenerateSubtitles():
            return provider.plan_generate_subtitles(request)
        case AddSubtitles():
            return provider.plan_add_subtitles(request)
        case EditSubtitles():
            return provider.plan_edit_subtitles(request)
        case DeleteSubtitles():
            return provider.plan_delete_subtitles(request)


@dataclass(frozen=True)
class Write:
    """A request that writes, and what it does at the vendor.

    `makes` are a track in words without its status, and what is said of it when it is ready;
    `removes` is a track as it was. `once`: the vendor would do it twice.
    """

    name: str
    kind: RequestKind
    effects: tuple[str, ...]
    makes: tuple[str, str] | None = None
    removes: str | None = None
    once: bool = False
    in_progress: str | None = None
    """The status of what is not finished; None where that is not listed."""

    def after(self, tracks: set[str]) -> set[str]:
        """The tracks once it is done."""
        made = {f"{self.makes[0]} ready{self.makes[1]}"} if self.makes else set[str]()
        return (tracks - {self.removes}) | made

    @property
    def unfinished(self) -> tuple[str, ...]:
        """What is listed of a track that is never done."""
        return (f"{self.makes[0]} {self.in_progress}",) if self.makes and self.in_progress else ()

    @property
    def broken(self) -> tuple[str, ...]:
        """What is listed of a track that failed."""
        status = "error" if self.in_progress else "errored"
        return (f"{self.makes[0]} {status}",) if self.makes else ()


@dataclass(frozen=True)
class Change:
    """A change at a vendor, in its requests that write.

    `clears`: the first takes away what the last puts back. `alone`: no other change has the same
    upload before it.
    """

    vendor: str
    name: str
    ask: Ask
    writes: tuple[Write, ...]
    clears: bool = False
    alone: bool = True


async def add_by_url(world: World) -> Wanted:
    return await _add_audio(world, SOURCE)


async def add_by_file(world: World) -> Wanted:
    return await _add_audio(world, "it.m4a")


async def _add_audio(world: World, source: str, *, make_default: bool = False) -> Wanted:
    request = AddAudioTrack(
        video_id=world.located.video_id,
        source=source,
        label="Polski",
        language="pl",
        make_default=make_default,
    )
    return await anyio.to_thread.run_sync(_wanted, world, request)


async def add_default(world: World) -> Wanted:
    return await _add_audio(world, SOURCE, make_default=True)


async def _audio(world: World) -> tuple[str, str]:
    """The id and the label of the one audio track; Cloudflare's is made here."""
    vendor = world.site.info.cloudflare
    if vendor is not None:
        path = f"accounts/{vendor.account_id}/stream/{world.located.video_id}/audio/copy"
        world.site.http.post(
            f"{vendor.base_url}/{path}",
            json={"label": "Default", "url": SOURCE},
            headers={"Authorization": f"Bearer {vendor.token}"},
        ).raise_for_status()
        world.site.settle()
    [track] = (await world.provider.list_audio_tracks(world.located.video_id)).tracks
    return track.track_id, track.label


async def rename(world: World) -> Wanted:
    track_id, label = await _audio(world)
    request = UpdateAudioTrack(
        video_id=world.located.video_id, track_id=track_id, label=label, new_label="Svenska"
    )
    return _wanted(world, request)


async def delete_audio(world: World) -> Wanted:
    track_id, label = await _audio(world)
    request = DeleteAudioTrack(video_id=world.located.video_id, track_id=track_id, label=label)
    return _wanted(world, request)


async def generate(world: World) -> Wanted:
    video_id = world.located.video_id
    return _wanted(world, GenerateSubtitles(video_id=video_id, language="en", name="English"))


async def _italian(world: World) -> str:
    [track] = (await world.provider.list_subtitles(world.located.video_id)).tracks
    return track.track_id


async def regenerate(world: World) -> Wanted:
    there = await _italian(world)
    request = GenerateSubtitles(
        video_id=world.located.video_id, language="it", name="Italiano", replaces=there
    )
    return _wanted(world, request)


async def add_text(world: World) -> Wanted:
    video_id = world.located.video_id
    request = AddSubtitles(video_id=video_id, language="en", name="English", text=OURS)
    return _wanted(world, request)


async def replace_text(world: World) -> Wanted:
    there = await _italian(world)
    request = AddSubtitles(
        video_id=world.located.video_id,
        language="it",
        name="Italiano",
        text=OURS,
        replaces=there,
    )
    return _wanted(world, request)


async def edit_text(world: World) -> Wanted:
    there = await _italian(world)
    before = await world.provider.read_subtitles(world.located.video_id, there)
    request = EditSubtitles(
        video_id=world.located.video_id,
        track_id=there,
        language="it",
        name="Italiano",
        text=OURS,
        before=digest(before),
    )
    return _wanted(world, request)


async def delete_text(world: World) -> Wanted:
    there = await _italian(world)
    request = DeleteSubtitles(
        video_id=world.located.video_id, track_id=there, language="it", name="Italiano"
    )
    return _wanted(world, request)
