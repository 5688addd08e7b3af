"""The requests to Cloudflare that this adapter makes, one method each, answers parsed.

Paths and bodies: Cloudflare Stream API reference and how-to pages.
"""

from urllib.parse import quote

from media_tracks_server.http import Ask, VendorClient
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
    VideoListEnvelope,
)


class Calls:
    """One account's API."""

    def __init__(self, client: VendorClient, account_id: str) -> None:
        self._client = client
        self._account = f"accounts/{_segment(account_id)}"

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

    async def videos(self, limit: int, **filters: str) -> tuple[StreamVideo, ...]:
        """GET …/stream, newest first; `limit` is at most 1000.

        `search` looks in meta.name; `start` and `end` bound the creation date.
        """
        params: dict[str, str | int] = {"limit": limit, **filters}
        ask = Ask("listing the videos")
        answer = await self._client.read(f"{self._account}/stream", ask, params)
        return answer.parse(VideoListEnvelope).result

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

    async def make_default(self, uid: str, track_id: str) -> Audio:
        """PATCH …/audio/{track}: all others cease to be the default."""
        answer = await self._client.write(
            "PATCH",
            f"{self._video(uid)}/audio/{_segment(track_id)}",
            _ask("making an audio track the default of", uid),
            json={"default": True},
        )
        return answer.parse(AudioEnvelope).result

    async def captions(self, uid: str) -> tuple[Caption, ...]:
        """GET …/captions: all, also those in progress or in error."""
        ask = _ask("listing the captions of", uid)
        answer = await self._client.read(f"{self._video(uid)}/captions", ask)
        return answer.parse(CaptionListEnvelope).result

    async def generate(self, uid: str, language: str) -> Caption:
        """POST …/captions/{language}/generate, without a body."""
        answer = await self._client.write(
            "POST",
            f"{self._video(uid)}/captions/{_segment(language)}/generate",
            _ask("generating captions for", uid),
        )
        return answer.parse(CaptionEnvelope).result

    async def vtt(self, uid: str, language: str) -> str:
        """GET …/captions/{language}/vtt: WebVTT, in no envelope. Raises NotFound, Unreadable."""
        answer = await self._client.read(
            f"{self._video(uid)}/captions/{_segment(language)}/vtt",
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
        return f"{self._account}/stream/{_segment(uid)}"


_VERIFY = Ask("verifying the token")


def _ask(doing: str, uid: str) -> Ask:
    return Ask(f"{doing} video {uid}", f"This Cloudflare account has no video {uid!r}")


def _segment(text: str) -> str:
    return quote(text, safe="")
