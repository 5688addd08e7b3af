"""Uploads and tracks, and the JSON:API documents that DatoCMS answers for them."""

import hashlib
import math
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from media_tracks_server.sandbox.wire import Json

TrackType = Literal["subtitles", "audio"]


@dataclass(frozen=True)
class Upload:
    """One file of the media area; a video is usable once it has a mux_playback_id."""

    id: str
    title: str | None
    filename: str
    created_at: str
    size: int
    width: int
    height: int
    duration: int | None = None
    mux_playback_id: str | None = None
    is_silent: bool = False
    localized_first: bool = False
    """The legacy shape of default_field_metadata: the locale outside, the fields inside."""
    mime_type: str = "video/mp4"

    @property
    def is_video(self) -> bool:
        """Whether `filter[fields][type][eq]=video` finds it."""
        return self.kind == "video"

    @property
    def kind(self) -> str:
        """The value of the `type` that uploads are filtered by."""
        return self.mime_type.split("/", 1)[0]

    def document(self) -> Json:
        """The upload of GET /uploads/:id, with every attribute that the client's types require."""
        return {
            "type": "upload",
            "id": self.id,
            "attributes": self._file() | self._video() | self._descriptions(),
            "relationships": {
                "upload_collection": {"data": None},
                "creator": {"data": {"type": "account", "id": "312"}},
            },
            "meta": {
                "antivirus": {
                    "status": "clean",
                    "checked_at": self.created_at,
                    "threat_name": None,
                }
            },
        }

    def _file(self) -> Json:
        name = PurePosixPath(self.filename)
        return {
            "size": self.size,
            "width": self.width,
            "height": self.height,
            "path": f"/7/{self.filename}",
            "basename": name.stem,
            "filename": self.filename,
            "url": f"https://www.datocms-assets.com/7/{self.filename}",
            "format": name.suffix.removeprefix("."),
            "md5": hashlib.sha256(self.id.encode()).hexdigest()[:32],
            "is_image": self.kind == "image",
            "mime_type": self.mime_type,
            "created_at": self.created_at,
            "updated_at": self.created_at,
        }

    def _video(self) -> Json:
        return {
            "duration": self.duration,
            "frame_rate": 25 if self.is_video and self.duration else None,
            "blurhash": None,
            "thumbhash": None,
            "mux_playback_id": self.mux_playback_id,
            "mux_mp4_highest_res": "high" if self.mux_playback_id else None,
        }

    def _descriptions(self) -> Json:
        return {
            "author": None,
            "copyright": None,
            "notes": None,
            "default_field_metadata": self._default_field_metadata(),
            "tags": [],
            "smart_tags": [],
            "exif_info": {},
            "colors": [],
        }

    def _default_field_metadata(self) -> Json:
        if self.localized_first:
            fields: Json = {
                "alt": None,
                "title": self.title,
                "custom_data": {},
                "focal_point": None,
                "poster_time": None,
            }
            return {"en": fields, "it": fields}
        return {
            "alt": {"en": None, "it": None},
            "title": {"en": self.title, "it": self.title},
            "custom_data": {"en": {}, "it": {}},
            "focal_point": None,
            "poster_time": None,
        }


@dataclass(frozen=True)
class Track:
    """One upload track; it is `preparing` until ready_at, then `errored` if it has an error."""

    id: str
    upload_id: str
    type: TrackType
    name: str
    language_code: str
    closed_captions: bool | None
    ready_at: float
    error: str | None = None
    visible_at: float = -math.inf
    """Until then the track exists and is not listed."""
    text: bytes | None = None
    """The WebVTT of subtitles."""

    def document(self, now: float) -> Json:
        """The upload_track of the tracks pages; it has no URL and no text."""
        is_over = now >= self.ready_at
        return {
            "type": "upload_track",
            "id": self.id,
            "attributes": {
                "type": self.type,
                "name": self.name,
                "language_code": self.language_code,
                "closed_captions": self.closed_captions,
                "status": ("errored" if self.error else "ready") if is_over else "preparing",
                "error": self.error if is_over else None,
            },
            "relationships": {"upload": {"data": {"type": "upload", "id": self.upload_id}}},
        }
