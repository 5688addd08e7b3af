"""The account that the Cloudflare sandbox starts with."""

from media_tracks_server.sandbox.cloudflare_documents import UNKNOWN, Audio, Caption, Video
from media_tracks_server.sandbox.cloudflare_state import Library
from media_tracks_server.sandbox.webinars import Webinar, webinars
from media_tracks_server.sandbox.webvtt import spoken_text

ACCOUNT_ID = "023e105f4ecef8ad9ca31a8372d0c353"
FEATURED_VIDEO_UID = "ea95132c15732412d22c1476fa83f27a"
INTERVIEW_UID = "6b9e68b07dfee8cc2d116e4c51d6a957"
PRODUCT_TOUR_UID = "dd5d531a12de0c724bd1275a3b2bc9c6"
SILENT_VIDEO_UID = "a3f2c1d09e8b47569c0e5d4b3a291807"
PROCESSING_VIDEO_UID = "5d5bc37ffcf54c9b82e996823bffbb81"
FAILED_VIDEO_UID = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
TOWN_HALL_UID = "9c4f1be2a07d43d5b6e87f1029384756"
UNNAMED_VIDEO_UID = "31c9291ab41fac05471db4e73aa11717"

INTERVIEW_AUDIO_UID = "b87eb6ac9a7b42b4a9f3d6f0c5e1d2a3"
LAUNCH_AUDIO_UID = "1b42e0a8d7c64f5e9b3a2c1d0e9f8a7b"


def seeded_library(now: float, more: int = 0) -> Library:
    """Eight videos, among them a silent, an unfinished, a failed and a nameless one; webinars."""
    added = tuple(webinars(more))
    return Library(
        account_id=ACCOUNT_ID,
        videos=(*_VIDEOS, *_troublesome_videos(), *map(_webinar, added)),
        audio={
            FEATURED_VIDEO_UID: (
                Audio(LAUNCH_AUDIO_UID, "Français", is_default=False, ready_at=now),
            ),
            INTERVIEW_UID: (Audio(INTERVIEW_AUDIO_UID, "English", is_default=True, ready_at=now),),
        },
        captions={
            INTERVIEW_UID: (
                Caption("en", spoken_text(1287).encode(), ready_at=now),
                Caption("es-MX", spoken_text(1287).encode(), ready_at=now),
            ),
            PRODUCT_TOUR_UID: (
                Caption("en", spoken_text(241).encode(), ready_at=now, is_generated=True),
            ),
            TOWN_HALL_UID: (Caption("de", b"", ready_at=now, is_generated=True, has_failed=True),),
            **{one.hex_id("video"): _captions(one, now) for one in added},
        },
    )


def _webinar(webinar: Webinar) -> Video:
    return Video(
        webinar.hex_id("video"),
        created=f"{webinar.created_at:%Y-%m-%dT%H:%M:%S}.000000Z",
        duration=float(webinar.duration),
        size=webinar.size,
        width=1920,
        height=1080,
        is_silent=webinar.is_silent,
        meta={"name": webinar.title},
    )


def _captions(webinar: Webinar, now: float) -> tuple[Caption, ...]:
    text = spoken_text(webinar.duration).encode()
    return tuple(Caption(language, text, ready_at=now) for language in webinar.subtitles)


_VIDEOS: tuple[Video, ...] = (
    Video(
        FEATURED_VIDEO_UID,
        created="2026-11-04T10:00:00.104215Z",
        duration=94.2,
        size=48_230_114,
        width=1920,
        height=1080,
        meta={"name": "Launch video", "filename": "launch-video.mp4", "filetype": "video/mp4"},
        creator="marketing",
    ),
    Video(
        INTERVIEW_UID,
        created="2026-10-21T14:00:00.550018Z",
        duration=1287.4,
        size=310_442_870,
        width=1920,
        height=1080,
        meta={"name": "Interview, part 2"},
        public_details={"title": "An interview with our founders, part 2"},
    ),
    Video(
        PRODUCT_TOUR_UID,
        created="2026-09-22T10:00:00.993407Z",
        duration=241.0,
        size=96_104_551,
        width=2560,
        height=1440,
        meta={"name": "Product tour"},
        creator="marketing",
        require_signed_urls=True,
    ),
    Video(
        TOWN_HALL_UID,
        created="2026-08-03T09:30:00.020771Z",
        duration=3604.9,
        size=1_204_998_176,
        width=1280,
        height=720,
        meta={"name": "Town hall, August"},
    ),
    Video(
        UNNAMED_VIDEO_UID,
        created="2026-06-01T10:00:00.718264Z",
        duration=58.3,
        size=22_870_145,
        width=1920,
        height=1080,
    ),
)


def _troublesome_videos() -> tuple[Video, ...]:
    return (
        Video(
            SILENT_VIDEO_UID,
            created="2026-08-25T10:00:00.301926Z",
            duration=27.5,
            size=15_907_332,
            width=3840,
            height=2160,
            is_silent=True,
            meta={"name": "Drone footage, no sound"},
        ),
        Video(
            PROCESSING_VIDEO_UID,
            created="2026-11-21T10:00:00.647703Z",
            duration=UNKNOWN,
            size=902_118_406,
            width=UNKNOWN,
            height=UNKNOWN,
            state="inprogress",
            pct_complete="39.000000",
            meta={"name": "Autumn webinar"},
        ),
        Video(
            FAILED_VIDEO_UID,
            created="2026-07-14T16:45:00.482950Z",
            duration=UNKNOWN,
            size=48_112,
            width=UNKNOWN,
            height=UNKNOWN,
            state="error",
            pct_complete="0.000000",
            error_reason_code="ERR_MALFORMED_VIDEO",
            error_reason_text="The video was deemed to be corrupted or malformed.",
            meta={"name": "Broken upload"},
        ),
    )
