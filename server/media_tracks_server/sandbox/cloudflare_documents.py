"""Videos, audio tracks and captions, and the JSON that Cloudflare Stream answers for them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from media_tracks_server.sandbox.languages import own_name
from media_tracks_server.sandbox.wire import Json

_CUSTOMER = "https://customer-m033z5x00ks6nunl.cloudflarestream.com"

UNKNOWN = -1
"""A duration, width or height that is not known yet."""


@dataclass(frozen=True)
class Video:
    """One video; the fields from meta on are what POST …/stream/:uid can edit."""

    uid: str
    created: str
    duration: float
    size: int
    width: int
    height: int
    state: str = "ready"
    pct_complete: str = "100.000000"
    error_reason_code: str = ""
    error_reason_text: str = ""
    is_silent: bool = False
    modified: str | None = None
    meta: Mapping[str, object] = field(default_factory=dict[str, object])
    creator: str | None = None
    require_signed_urls: bool = False
    public_details: Mapping[str, object] = field(default_factory=dict[str, object])
    allowed_origins: tuple[str, ...] = ()
    thumbnail_timestamp_pct: float = 0.0
    scheduled_deletion: str | None = None

    @property
    def name(self) -> str:
        """meta.name; a video may have none."""
        name = self.meta.get("name")
        return name if isinstance(name, str) else ""

    @property
    def is_ready(self) -> bool:
        """Whether the video plays, which captions need before they can be generated."""
        return self.state == "ready"

    def document(self) -> Json:
        """The video of GET …/stream/:uid; the OpenAPI has no nulls, so the unset is left out."""
        fields = self._media() | self._links() | self._editable()
        return {name: value for name, value in fields.items() if value is not None}

    def _media(self) -> Json:
        return {
            "uid": self.uid,
            "created": self.created,
            "modified": self.modified or self.created,
            "uploaded": self.created,
            "duration": self.duration,
            "size": self.size,
            "input": {"width": self.width, "height": self.height},
            "readyToStream": self.is_ready,
            "readyToStreamAt": self.created if self.is_ready else None,
            "status": {
                "state": self.state,
                "pctComplete": self.pct_complete,
                "errorReasonCode": self.error_reason_code,
                "errorReasonText": self.error_reason_text,
            },
        }

    def _links(self) -> Json:
        """The SDK's types: thumbnail and preview are omitted until encoding is complete."""
        place = f"{_CUSTOMER}/{self.uid}"
        links: Json = {
            "playback": {
                "hls": f"{place}/manifest/video.m3u8",
                "dash": f"{place}/manifest/video.mpd",
            }
        }
        if self.is_ready:
            links["thumbnail"] = f"{place}/thumbnails/thumbnail.jpg"
            links["preview"] = f"{place}/watch"
        return links

    def _editable(self) -> Json:
        return {
            "meta": dict(self.meta),
            "creator": self.creator,
            "requireSignedURLs": self.require_signed_urls,
            "publicDetails": dict(self.public_details),
            "allowedOrigins": list(self.allowed_origins),
            "thumbnailTimestampPct": self.thumbnail_timestamp_pct,
            "scheduledDeletion": self.scheduled_deletion,
        }


@dataclass(frozen=True)
class Audio:
    """One additional audio track, `queued` until ready_at; the upload's own sound is not one."""

    uid: str
    label: str
    is_default: bool
    ready_at: float
    has_failed: bool = False
    """Whether it ends in `error` instead."""
    visible_at: float = -math.inf
    """Until then the track exists and is not listed."""

    def document(self, now: float) -> Json:
        """All there is: no language, no duration, no error reason."""
        return {
            "uid": self.uid,
            "label": self.label,
            "default": self.is_default,
            "status": self._status(now),
        }

    def _status(self, now: float) -> str:
        if now < self.ready_at:
            return "queued"
        return "error" if self.has_failed else "ready"


@dataclass(frozen=True)
class Caption:
    """The caption of one language, `inprogress` until ready_at."""

    language: str
    text: bytes
    ready_at: float
    is_generated: bool = False
    has_failed: bool = False
    visible_at: float = -math.inf
    """Until then the caption exists and can't be read."""

    def status(self, now: float) -> str:
        """One of the vendor's three words."""
        if now < self.ready_at:
            return "inprogress"
        return "error" if self.has_failed else "ready"

    def document(self, now: float) -> Json:
        """The caption; its label follows from the language and cannot be set."""
        suffix = " (auto-generated)" if self.is_generated else ""
        return {
            "language": self.language,
            "label": own_name(self.language) + suffix,
            "generated": self.is_generated,
            "status": self.status(now),
        }
