"""Adding a track as the tests do it."""

from pathlib import Path

from making import Read
from media_tracks_server.providers.local.remux import AddedAudio, add_audio


def add(
    video: Path,
    audio: Path,
    *,
    label: str = "Italiano",
    language: str | None = "it-IT",
    make_default: bool = False,
    told: list[tuple[int, int]] | None = None,
) -> tuple[AddedAudio, Path]:
    """Add the track; what came of it and the new file beside the old one."""
    temp = video.with_name(f".new-{video.name}")
    reports: list[tuple[int, int]] = [] if told is None else told
    added = add_audio(
        video,
        audio,
        temp,
        label=label,
        language=language,
        make_default=make_default,
        on_progress=lambda done, total: reports.append((done, total)),
    )
    return added, temp


def of_type(streams: list[Read], *types: str) -> list[Read]:
    """The streams of these types; Matroska writes attachments behind the tracks."""
    return [stream for stream in streams if stream.type in types]
