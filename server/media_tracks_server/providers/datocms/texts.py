"""The text of subtitles, which DatoCMS does not give: one try at Mux's public address."""

from media_tracks_server.http import segment
from media_tracks_server.providers.datocms.calls import Calls
from media_tracks_server.providers.datocms.tracks import status_of
from media_tracks_server.providers.datocms.wire import Track, Upload
from media_tracks_tools import captions
from media_tracks_tools.errors import CallerError, NotSupported, Refused, Unreadable
from media_tracks_tools.models import TrackStatus

DEFAULT_MUX_URL = "https://stream.mux.com"
_OWN_TEXT = "Find the text where it was made; add_subtitles with replace=true takes a changed one."


class Texts:
    """Reads texts at `{mux_url}/{mux_playback_id}/text/{track_id}.vtt` (Mux's documentation).

    That the id of a DatoCMS track is Mux's is inferred from its form. No credential is sent; a
    video with signed playback is refused there.
    """

    def __init__(self, calls: Calls, mux_url: str) -> None:
        self._calls = calls
        self._mux_url = mux_url.rstrip("/")

    async def read(self, upload: Upload, track: Track) -> str:
        """WebVTT, in one request. Raises NotSupported where Mux does not give it.

        Raises Unreachable, Unavailable and RateLimited where Mux may give it later.
        """
        if status_of(track) is not TrackStatus.READY:
            raise _not_given("the track is not ready", "Wait until it is ready, then read again.")
        playback_id = upload.attributes.mux_playback_id
        if not playback_id:
            raise _not_given("the video has no playback id at Mux", _OWN_TEXT)
        url = f"{self._mux_url}/{segment(playback_id)}/text/{segment(track.id)}.vtt"
        try:
            text = await self._calls.text_at(url)
        except Refused as refused:
            raise _not_given(f"{url} was tried: {refused.message}", _OWN_TEXT) from None
        except Unreadable:
            raise _not_given(f"{url} was tried and gave no text", _OWN_TEXT) from None
        if not text.startswith("WEBVTT"):
            raise _not_given(f"{url} was tried and gave no WebVTT", _OWN_TEXT)
        return text


def same_cues(one: str, other: str) -> bool:
    """Whether two WebVTT texts show the same; one that can't be parsed is like no other."""
    try:
        return captions.parse(one) == captions.parse(other)
    except CallerError:
        return False


def _not_given(why: str, next_step: str) -> NotSupported:
    return NotSupported(
        f"DatoCMS has no request for the text of subtitles, and Mux, which is behind it, did not "
        f"give it: {why.rstrip('.')}.",
        code="text_not_given",
        next_step=next_step,
    )
