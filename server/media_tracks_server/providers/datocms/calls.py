"""The requests to DatoCMS that this adapter makes, one method each, answers parsed.

Headers and bodies: DatoCMS, Making requests, Upload tracks and Uploads pages. Base URL without a
path; `X-Api-Version: 3` on every call.
"""

from urllib.parse import quote

from media_tracks_server.http import Answer, Ask, VendorClient
from media_tracks_server.providers.datocms.codes import INVALID_TYPE
from media_tracks_server.providers.datocms.wire import (
    AcceptedDocument,
    JobResultAttributes,
    JobResultDocument,
    SiteAttributes,
    SiteDocument,
    Track,
    TrackListDocument,
    Upload,
    UploadDocument,
    UploadListDocument,
)
from media_tracks_tools.errors import NotFound, Refused
from media_tracks_tools.plans import AddAudioTrack, GenerateSubtitles, Ref

_GENERATION = "subtitles_generation"
_TRACK = "upload_track"


class Calls:
    """One project's API."""

    def __init__(self, client: VendorClient) -> None:
        self._client = client
        self._generate_type = _GENERATION

    async def aclose(self) -> None:
        """Close the connections that were opened here."""
        await self._client.aclose()

    async def site(self) -> SiteAttributes:
        """GET /site."""
        answer = await self._client.read("site", Ask("checking the token"))
        return answer.parse(SiteDocument).data.attributes

    async def upload(self, upload_id: str) -> Upload:
        """GET /uploads/:id. Raises NotFound."""
        answer = await self._client.read(
            f"uploads/{_segment(upload_id)}", _ask("reading", upload_id)
        )
        return answer.parse(UploadDocument).data

    async def videos(self, text: str | None, limit: int, offset: int) -> UploadListDocument:
        """GET /uploads, newest first; `limit` is at most 500.

        The words of `text` are looked for in all texts of an upload; the index lags some 30 s.
        """
        params: dict[str, str | int] = {
            "filter[fields][type][eq]": "video",
            "order_by": "_created_at_DESC",
            "page[limit]": limit,
            "page[offset]": offset,
        }
        if text:
            params["filter[query]"] = text
        answer = await self._client.read("uploads", Ask("listing the videos"), params)
        return answer.parse(UploadListDocument)

    async def tracks(self, upload_id: str) -> tuple[Track, ...]:
        """GET /uploads/:id/tracks: all of them. Raises NotFound when the upload is gone."""
        path = f"uploads/{_segment(upload_id)}/tracks"
        answer = await self._client.read(path, _ask("listing the tracks of", upload_id))
        return answer.parse(TrackListDocument).data

    async def job_result(self, job_id: str) -> JobResultAttributes | None:
        """GET /job-results/:id; None for a 404: the job runs, or nobody knows it."""
        ask = Ask("asking for the result of a job")
        try:
            answer = await self._client.read(f"job-results/{_segment(job_id)}", ask)
        except NotFound:
            return None
        return answer.parse(JobResultDocument).data.attributes

    async def create_audio(self, request: AddAudioTrack) -> Ref:
        """POST /uploads/:id/tracks with a URL: a job, or at once the track."""
        attributes = {
            "url_or_upload_request_id": request.source,
            "type": "audio",
            "language_code": request.language,
            "name": request.label,
        }
        answer = await self._client.write(
            "POST",
            f"uploads/{_segment(request.video_id)}/tracks",
            _ask("adding an audio track to", request.video_id),
            json={"data": {"type": _TRACK, "attributes": attributes}},
        )
        return _accepted(answer)

    async def generate(self, request: GenerateSubtitles) -> Ref:
        """POST /uploads/:id/tracks/generate-subtitles: a job, or at once the track.

        The request's `type` is the newest official client's; where a server that knows only the
        documentation's older one refuses it, that one is sent, once, and remembered.
        """
        try:
            return await self._generate(request, self._generate_type)
        except Refused as refused:
            about_type = refused.code in (INVALID_TYPE, "INVALID_FORMAT")
            if not about_type or self._generate_type == _TRACK:
                raise
        made = await self._generate(request, _TRACK)
        self._generate_type = _TRACK
        return made

    async def _generate(self, request: GenerateSubtitles, kind: str) -> Ref:
        attributes = {"language_code": request.language, "name": request.name}
        answer = await self._client.write(
            "POST",
            f"uploads/{_segment(request.video_id)}/tracks/generate-subtitles",
            _ask("generating subtitles for", request.video_id),
            json={"data": {"type": kind, "attributes": attributes}},
        )
        return _accepted(answer)


def _accepted(answer: Answer) -> Ref:
    """What was promised: a job (any endpoint may answer 202), or the track itself."""
    accepted = answer.parse(AcceptedDocument).data
    if answer.status == 202 or accepted.type == "job":
        return Ref(what="job", id=accepted.id)
    if accepted.type == _TRACK:
        return Ref(what="track", id=accepted.id)
    raise answer.unreadable()


def _ask(doing: str, upload_id: str) -> Ask:
    return Ask(f"{doing} video {upload_id}", f"DatoCMS has no video {upload_id!r} in this project")


def _segment(text: str) -> str:
    return quote(text, safe="")
