"""The site that the DatoCMS sandbox starts with."""

from dataclasses import replace

from media_tracks_server.sandbox.datocms_documents import Track, Upload
from media_tracks_server.sandbox.languages import own_name
from media_tracks_server.sandbox.webinars import Webinar, webinars
from media_tracks_server.sandbox.webvtt import spoken_text

FEATURED_UPLOAD_ID = "Vf3kQm9sRk2wTn7yPzB3Ga"
INTERVIEW_ID = "b7TqXo1LSzCw5uYdEn8MhA"
PRODUCT_TOUR_ID = "K2vRj6WfQ9aUeH4cXs0NpQ"
SILENT_UPLOAD_ID = "Jm5ZyB8gTtOq3iVxLr1KdA"
PROCESSING_UPLOAD_ID = "Pw9EuC4nRhSf7oMkDa2GxQ"
CUSTOMER_STORY_ID = "Hs6LbI0vQyWt8rNjZe3FcA"
UNTITLED_UPLOAD_ID = "Xa1OgU5mSdKp2qTbYw4ViQ"
NON_VIDEO_UPLOAD_ID = "Tq8NhF7eRjUz6cGvMy5BoA"


def seeded_uploads(more: int = 0) -> tuple[Upload, ...]:
    """Seven videos and a picture, then webinars; titles come in both shapes of the metadata."""
    added = (_webinar(one) for one in webinars(more))
    return (*_VIDEOS, *_troublesome_videos(), _picture(), *added)


_VIDEOS: tuple[Upload, ...] = (
    Upload(
        id=FEATURED_UPLOAD_ID,
        title="Launch video",
        filename="1762250400-launch-video.mp4",
        created_at="2026-11-04T10:00:00.000Z",
        size=48_230_114,
        width=1920,
        height=1080,
        duration=94,
        mux_playback_id="a4nOgmxGWg6gULfcBbAa00gXyfcwPnAFldF8RdsNyk8M",
    ),
    Upload(
        id=INTERVIEW_ID,
        title="Interview, part 2",
        filename="1761055200-interview_part-2.mp4",
        created_at="2026-10-21T14:00:00.000Z",
        size=310_442_870,
        width=1920,
        height=1080,
        duration=1287,
        mux_playback_id="DS00Spx1CV902MCtPj5WknGlR102V5HFkDe",
    ),
    Upload(
        id=PRODUCT_TOUR_ID,
        title="Product tour",
        filename="1758535200-product-tour.mov",
        created_at="2026-09-22T10:00:00.000Z",
        size=96_104_551,
        width=2560,
        height=1440,
        duration=241,
        mux_playback_id="uNbxnGLKJ00yfbijDO8COxTOyVKT01xpxW",
        localized_first=True,
        mime_type="video/quicktime",
    ),
    Upload(
        id=CUSTOMER_STORY_ID,
        title="Customer story: Aurora Bikes",
        filename="1751364000-aurora-bikes.mp4",
        created_at="2026-07-01T10:00:00.000Z",
        size=71_660_903,
        width=1920,
        height=1080,
        duration=183,
        mux_playback_id="qxb01i6T202018GFS02vp9RIe01icTcDCjVz",
        localized_first=True,
    ),
)


def _troublesome_videos() -> tuple[Upload, ...]:
    return (
        Upload(
            id=SILENT_UPLOAD_ID,
            title="Drone footage, no sound",
            filename="1756116000-drone-footage.mp4",
            created_at="2026-08-25T10:00:00.000Z",
            size=15_907_332,
            width=3840,
            height=2160,
            duration=27,
            mux_playback_id="4XYzhPXzqArkFI8d1vDsScBHD69Gh1b2",
            is_silent=True,
        ),
        Upload(
            id=PROCESSING_UPLOAD_ID,
            title="Autumn webinar",
            filename="1763719200-autumn-webinar.mp4",
            created_at="2026-11-21T10:00:00.000Z",
            size=902_118_406,
            width=1280,
            height=720,
        ),
        Upload(
            id=UNTITLED_UPLOAD_ID,
            title=None,
            filename="1748772000-dsc-0042-final.mp4",
            created_at="2026-06-01T10:00:00.000Z",
            size=22_870_145,
            width=1920,
            height=1080,
            duration=58,
            mux_playback_id="tBaYBiJTrIKBfPNUYy3DrD2eKGZN7OMc",
        ),
    )


def _picture() -> Upload:
    return Upload(
        id=NON_VIDEO_UPLOAD_ID,
        title="Team photo",
        filename="1760090400-team-photo.jpg",
        created_at="2026-10-10T10:00:00.000Z",
        size=2_440_119,
        width=4000,
        height=3000,
        mime_type="image/jpeg",
    )


def seeded_tracks(now: float, more: int = 0) -> tuple[Track, ...]:
    """Every video that is processed and not silent has its own sound as an audio track."""
    tracks = (*_tracks_of_small_library(now), *_tracks_of_webinars(now, more))
    durations = {upload.id: upload.duration or 0 for upload in seeded_uploads(more)}
    return tuple(
        replace(track, text=spoken_text(durations[track.upload_id]).encode())
        if track.type == "subtitles"
        else track
        for track in tracks
    )


def _tracks_of_small_library(now: float) -> tuple[Track, ...]:
    spoken = {
        FEATURED_UPLOAD_ID: "en",
        INTERVIEW_ID: "en",
        PRODUCT_TOUR_ID: "en",
        CUSTOMER_STORY_ID: "de",
        UNTITLED_UPLOAD_ID: "it",
    }
    sound = [
        Track(_mux_id(number), upload_id, "audio", "Default", language, None, now)
        for number, (upload_id, language) in enumerate(spoken.items(), start=1)
    ]
    return (
        *sound,
        Track(_mux_id(20), FEATURED_UPLOAD_ID, "audio", "Français", "fr", None, now),
        Track(_mux_id(21), INTERVIEW_ID, "subtitles", "English", "en", None, now),
        Track(
            _mux_id(22),
            INTERVIEW_ID,
            "subtitles",
            "English CC",
            "en",
            closed_captions=True,
            ready_at=now,
        ),
        Track(_mux_id(23), PRODUCT_TOUR_ID, "subtitles", "Italiano", "it-IT", None, now),
    )


def _webinar(webinar: Webinar) -> Upload:
    return Upload(
        id=webinar.short_id("upload"),
        title=webinar.title,
        filename=f"{webinar.created_at.timestamp():.0f}-webinar-{webinar.number}.mp4",
        created_at=f"{webinar.created_at:%Y-%m-%dT%H:%M:%S}.000Z",
        size=webinar.size,
        width=1920,
        height=1080,
        duration=webinar.duration,
        mux_playback_id=webinar.short_id("playback", 44),
        is_silent=webinar.is_silent,
    )


def _tracks_of_webinars(now: float, count: int) -> list[Track]:
    tracks: list[Track] = []
    for webinar in webinars(count):
        upload_id = webinar.short_id("upload")
        if not webinar.is_silent:
            sound = webinar.short_id("sound", 44)
            tracks.append(Track(sound, upload_id, "audio", "Default", "en", None, now))
        for code in webinar.subtitles:
            track_id, name = webinar.short_id(code, 44), own_name(code)
            tracks.append(Track(track_id, upload_id, "subtitles", name, code, None, now))
    return tracks


def _mux_id(number: int) -> str:
    return f"{number:02}Gq7fFxJQd02eY6sLZuWc5Tn9bKXhRvM1pAoCkIyE"
