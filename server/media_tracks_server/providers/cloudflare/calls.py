"""The requests to Cloudflare that this adapter makes, one method each, answers parsed.

Paths and bodies: Cloudflare Stream API reference and how-to pages.
"""

from typing import BinaryIO

from media_tracks_server.http import Ask, VendorClient, segment
from media_tracks_server.providers.cloudflare.wire import (
    Audio,
    AudioEnvelope,
    AudioList,
    AudioListEnvelope,
    Caption,
    CaptionEnvelope,
    CaptionListEnvelope,
    StreamVideo,
    TokenEnvelope,
    VideoEnvelope,
    VideoRows,
)


class Calls:
    """One account's API."""

    def __init__(self, client: VendorClient, account_id: str) -> None:
        self._client = client
        self._account = f"accounts/{segment(account_id)}"

    async def aclose(self) -> None:
        """Close the connections that were opened here."""
        await self._client.aclose()

    async def account_token_status(self) -> str:
        """GET …/accounts/{id}/tokens/verify, which only knows account-owned tokens."""
        answer = await self._client.read(f"{self._account}/tokens/verify", _VERIFY)
        return answer.parse(TokenEnvelope).result.status

    async def user_token_status(self) -> str:
        """GET /user/tokens/verify, which only knows user-owned tokens."""
        answer = await self._client.read("user/tokens/verify", _VERIFY)
        return answer.parse(TokenEnvelope).result.status

    async def videos(self, limit: int, **filters: str) -> VideoRows:
        """GET …/stream, newest first; `limit` is at most 1000.

        `search` looks in meta.name (slow, maybe unavailable in large libraries), `video_name` is
        the whole of it (fast); `start` and `end` bound the creation date; `include_counts`.
        """
        params: dict[str, str | int] = {"limit": limit, **filters}
        ask = Ask("listing the videos")
        answer = await self._client.read(f"{self._account}/stream", ask, params)
        return answer.parse(VideoRows)

    async def video(self, uid: str) -> StreamVideo:
        """GET …/stream/{uid}. Raises NotFound."""
        answer = await self._client.read(self._video(uid), _ask("reading", uid))
        return answer.parse(VideoEnvelope).result

    async def audio(self, uid: str) -> tuple[Audio, ...]:
        """GET …/audio: the additional tracks, in either documented shape."""
        ask = _ask("listing the audio tracks of", uid)
        answer = await self._client.read(f"{self._video(uid)}/audio", ask)
        result = answer.parse(AudioListEnvelope).result
        return result.audio if isinstance(result, AudioList) else result

    async def copy_audio(self, uid: str, label: str, url: str) -> Audio:
        """POST …/audio/copy."""
        answer = await self._client.write(
            "POST",
            f"{self._video(uid)}/audio/copy",
            _ask("adding an audio track to", uid),
            json={"label": label, "url": url},
        )
        return answer.parse(AudioEnvelope).result

    async def upload_audio(
        self, uid: str, label: str, name: str, file: BinaryIO, extra_seconds: float
    ) -> Audio:
        """POST …/audio as a form (how-to page only), the file read while it is sent.

        httpx reads it in pieces of 64 KiB, on the event loop. `extra_seconds`: see
        `VendorClient.write`.
        """
        answer = await self._client.write(
            "POST",
            f"{self._video(uid)}/audio",
            _ask("adding an audio track to", uid),
            files={"file": (name, file, None), "label": (None, label.encode(), None)},
            extra_seconds=extra_seconds,
        )
        return answer.parse(AudioEnvelope).result

    async def edit_audio(
        self, uid: str, track_id: str, label: str | None = None, *, default: bool = False
    ) -> Audio:
        """PATCH …/audio/{track}; `default`: all others cease to be it. Raises NotFound."""
        wanted: dict[str, object] = {"label": label} if label is not None else {}
        if default:
            wanted["default"] = True
        answer = await self._client.write(
            "PATCH",
            f"{self._video(uid)}/audio/{segment(track_id)}",
            _ask("changing an audio track of", uid, f"or the video no audio track {track_id!r}"),
            json=wanted,
        )
        return answer.parse(AudioEnvelope).result

    async def delete_audio(self, uid: str, track_id: str) -> None:
        """DELETE …/audio/{track}; its answer says nothing more. Raises NotFound."""
        await self._client.write(
            "DELETE",
            f"{self._video(uid)}/audio/{segment(track_id)}",
            _ask("deleting an audio track of", uid, f"or the video no audio track {track_id!r}"),
        )

    async def captions(self, uid: str) -> tuple[Caption, ...]:
        """GET …/captions: all, also those in progress or in error."""
        ask = _ask("listing the captions of", uid)
        answer = await self._client.read(f"{self._video(uid)}/captions", ask)
        return answer.parse(CaptionListEnvelope).result

    async def generate(self, uid: str, language: str) -> Caption:
        """POST …/captions/{language}/generate, without a body."""
        answer = await self._client.write(
            "POST",
            f"{self._video(uid)}/captions/{segment(language)}/generate",
            _ask("generating captions for", uid),
        )
        return answer.parse(CaptionEnvelope).result

    async def put_captions(self, uid: str, language: str, text: str) -> Caption:
        """PUT …/captions/{language} as a form: takes the place of what the language has."""
        answer = await self._client.write(
            "PUT",
            f"{self._video(uid)}/captions/{segment(language)}",
            _ask("uploading captions to", uid),
            files={"file": (f"{language}.vtt", text.encode(), "text/vtt")},
        )
        return answer.parse(CaptionEnvelope).result

    async def delete_captions(self, uid: str, language: str) -> None:
        """DELETE …/captions/{language}, without a body. Raises NotFound."""
        await self._client.write(
            "DELETE",
            f"{self._video(uid)}/captions/{segment(language)}",
            _ask("deleting captions of", uid, f"or the video no captions in {language!r}"),
        )

    async def vtt(self, uid: str, language: str) -> str:
        """GET …/captions/{language}/vtt: WebVTT, in no envelope. Raises NotFound, Unreadable."""
        answer = await self._client.read(
            f"{self._video(uid)}/captions/{segment(language)}/vtt",
            Ask(
                f"reading the captions of video {uid}",
                f"Video {uid!r} has no captions in {language!r}, or they are not ready",
            ),
            accept="text/vtt",
        )
        text = answer.text()
        if not text.startswith("WEBVTT"):
            raise answer.unreadable()
        return text

    def _video(self, uid: str) -> str:
        return f"{self._account}/stream/{segment(uid)}"


_VERIFY = Ask("verifying the token")


def _ask(doing: str, uid: str, also: str = "") -> Ask:
    missing = f"This Cloudflare account has no video {uid!r}"
    return Ask(f"{doing} video {uid}", f"{missing}, {also}" if also else missing)
