"""Resource URIs, always in the one canonical form that subscribers match as an exact string."""

from urllib.parse import quote

JOB = "job://{job_id}"
TRACKS = "tracks://{account}/{+id}"
SUBTITLES = "subtitles://{account}/{+id}/{track}"


def job_uri(job_id: str) -> str:
    """`job://{job_id}`."""
    return f"job://{job_id}"


def tracks_uri(video: str) -> str:
    """`tracks://{account}/{+id}` of a canonical video handle."""
    return _of_video("tracks", video)


def subtitles_uri(video: str, track_id: str) -> str:
    """`subtitles://{account}/{+id}/{track}` of a canonical video handle."""
    return f"{_of_video('subtitles', video)}/{quote(track_id, safe='')}"


def _of_video(scheme: str, video: str) -> str:
    # Not the SDK's UriTemplate.expand: it leaves `?` and `#` of a file name bare.
    account, _, video_id = video.partition("/")
    return f"{scheme}://{account}/{quote(video_id, safe='/')}"
