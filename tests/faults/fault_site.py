"""One vendor's sandbox on a clock that stands still, and an independent look at what it holds."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, Unpack

import httpx
from pydantic import BaseModel, ConfigDict

from media_tracks_server.sandbox import LogEntry, ManualClock, SandboxInfo, running
from media_tracks_server.sandbox.log import entries_from
from media_tracks_server.sandbox.settings import Options
from media_tracks_server.sandbox.webinars import Webinar, webinars

ALONE = httpx.Limits(max_keepalive_connections=0)
"""A connection for each request: the sandbox answers a second one on it 40 ms later (Nagle)."""
JOB_SECONDS = 5.0
VIDEOS = 3000
_SETTLED = 300.0
_BEGIN = 1_800_000_000.0


class MovedClock(Protocol):
    """A clock that stands still until it is moved; the sandbox's `ManualClock` is one."""

    def __call__(self) -> float: ...

    def advance(self, seconds: float) -> None: ...


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _DatoTrack(_Row):
    type: str
    name: str
    language_code: str
    status: str


class _DatoRow(_Row):
    id: str
    attributes: _DatoTrack


class _DatoRows(_Row):
    data: tuple[_DatoRow, ...]


class _Audio(_Row):
    label: str
    status: str
    default: bool


class _Caption(_Row):
    language: str
    status: str
    generated: bool


class _AudioResult(_Row):
    audio: tuple[_Audio, ...]


class _AudioRows(_Row):
    result: _AudioResult


class _CaptionRows(_Row):
    result: tuple[_Caption, ...]


@dataclass(frozen=True)
class Site:
    """A running sandbox of one vendor; every test takes a video of its own."""

    vendor: str
    info: SandboxInfo
    clock: MovedClock
    http: httpx.Client
    _free: Iterator[Webinar]

    def fresh_video(self) -> Webinar:
        """Processed, with sound, with Italian subtitles and none in English."""
        self.settle()
        return next(self._free)

    def id_of(self, video: Webinar) -> str:
        """Its id at the vendor."""
        return video.short_id("upload") if self.vendor == "datocms" else video.hex_id("video")

    def log(self) -> tuple[LogEntry, ...]:
        """Everything so far."""
        return entries_from(self.http.get(self.info.log_url).content)

    def arm(self, fault: str) -> None:
        """Let it play one more fault."""
        url = self.info.log_url.replace("/log", "/faults")
        self.http.post(url, json={"faults": [fault]}).raise_for_status()

    def settle(self) -> None:
        """Let so much time pass that nothing is to come any more."""
        self.clock.advance(_SETTLED)

    def holds(self, video: Webinar) -> tuple[str, ...]:
        """The video's tracks in words, each with its text; read with a token of its own."""
        return self._datocms(video) if self.info.datocms else self._cloudflare(video)

    def _datocms(self, video: Webinar) -> tuple[str, ...]:
        vendor = self.info.datocms
        assert vendor
        headers = {"Authorization": f"Bearer {vendor.read_only_token}", "X-Api-Version": "3"}
        url = f"{vendor.base_url}/uploads/{self.id_of(video)}/tracks"
        rows = _DatoRows.model_validate_json(self.http.get(url, headers=headers).content).data
        texts = f"{vendor.mux_base_url}/{video.short_id('playback', 44)}/text"
        found: list[str] = []
        for row in rows:
            track = row.attributes
            words = f"{track.type} {track.name} {track.status}"
            if track.type == "subtitles" and track.status == "ready":
                words += f": {said(self.http.get(f'{texts}/{row.id}.vtt').text)}"
            found.append(words)
        return tuple(sorted(found))

    def _cloudflare(self, video: Webinar) -> tuple[str, ...]:
        vendor = self.info.cloudflare
        assert vendor
        headers = {"Authorization": f"Bearer {vendor.read_only_token}"}
        url = f"{vendor.base_url}/accounts/{vendor.account_id}/stream/{self.id_of(video)}"

        def get(path: str) -> httpx.Response:
            return self.http.get(f"{url}/{path}", headers=headers)

        audio = _AudioRows.model_validate_json(get("audio").content).result.audio
        found = [f"audio {one.label} {one.status}{' default' * one.default}" for one in audio]
        for one in _CaptionRows.model_validate_json(get("captions").content).result:
            words = f"{'generated' if one.generated else 'uploaded'} {one.language} {one.status}"
            if one.status == "ready":
                words += f": {said(get(f'captions/{one.language}/vtt').text)}"
            found.append(words)
        return tuple(sorted(found))


def said(text: str) -> str:
    """The last line of a WebVTT text."""
    return text.strip().splitlines()[-1]


@contextmanager
def site(
    vendor: str, clock: MovedClock | None = None, **options: Unpack[Options]
) -> Generator[Site]:
    """Serve one vendor; what a request starts takes five seconds."""
    clock = clock or ManualClock()
    clock.advance(_BEGIN)
    options = {"hold_seconds": 5.0, "videos": VIDEOS, **options}
    with (
        running(vendor, JOB_SECONDS, clock=clock, **options) as info,
        httpx.Client(trust_env=False, limits=ALONE) as client,
    ):
        free = (one for one in webinars(VIDEOS) if set(one.subtitles) == {"it"})
        yield Site(vendor, info, clock, client, free)
