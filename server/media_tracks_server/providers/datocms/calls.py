"""The requests that this adapter makes, one method each, answers parsed.

Headers and bodies: DatoCMS, Making requests, Upload tracks and Uploads pages. Base URL without a
path; `X-Api-Version: 3` on every call.
"""

from collections.abc import Mapping
from pathlib import Path

from media_tracks_server.http import Answer, Ask, VendorClient, segment
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
    UploadRequest,
    UploadRequestDocument,
)
from media_tracks_tools.errors import NotFound, Refused
from media_tracks_tools.plans import Ref

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
            f"uploads/{segment(upload_id)}", _ask("reading", upload_id)
        )
        return answer.parse(UploadDocument).data

    async def any_upload(self) -> None:
        """GET /uploads, for one of them. Raises PermissionMissing where they may not be read."""
        ask = Ask("reading the uploads")
        answer = await self._client.read("uploads", ask, {"page[limit]": 1})
        answer.parse(UploadListDocument)

    async def videos(
        self, filters: Mapping[str, str], limit: int, offset: int
    ) -> UploadListDocument:
        """GET /uploads, only videos that pass the filters, newest first; `limit` at most 500."""
        params: dict[str, str | int] = {
            "filter[fields][type][eq]": "video",
            "order_by": "_created_at_DESC",
            "page[limit]": limit,
            "page[offset]": offset,
            **filters,
        }
        answer = await self._client.read("uploads", Ask("listing the videos"), params)
        return answer.parse(UploadListDocument)

    async def tracks(self, upload_id: str) -> tuple[Track, ...]:
        """GET /uploads/:id/tracks: all of them. Raises NotFound when the upload is gone."""
        path = f"uploads/{segment(upload_id)}/tracks"
        answer = await self._client.read(path, _ask("listing the tracks of", upload_id))
        return answer.parse(TrackListDocument).data

    async def job_result(self, job_id: str) -> JobResultAttributes | None:
        """GET /job-results/:id; None for a 404: the job runs, or nobody knows it."""
        ask = Ask("asking for the result of a job")
        try:
            answer = await self._client.read(f"job-results/{segment(job_id)}", ask)
        except NotFound:
            return None
        return answer.parse(JobResultDocument).data.attributes

    async def reserve(self, filename: str) -> UploadRequest:
        """POST /upload-requests: a place for a file, which nothing uses until a track is made."""
        answer = await self._client.write(
            "POST",
            "upload-requests",
            Ask("reserving a place for a file"),
            json={"data": {"type": "upload_request", "attributes": {"filename": filename}}},
        )
        return answer.parse(UploadRequestDocument).data

    async def store(self, place: UploadRequest, content: bytes | Path, content_type: str) -> None:
        """PUT the bytes into the place that was reserved, at the storage behind DatoCMS."""
        where = place.attributes
        ask = Ask("storing a file for DatoCMS")
        headers = where.request_headers
        await self._client.put_file(where.url, headers, content, content_type, ask)

    async def create(self, upload_id: str, attributes: Mapping[str, str | bool | None]) -> Ref:
        """POST /uploads/:id/tracks: a job, or at once the track."""
        answer = await self._client.write(
            "POST",
            f"uploads/{segment(upload_id)}/tracks",
            _ask("adding a track to", upload_id),
            json={"data": {"type": _TRACK, "attributes": attributes}},
        )
        return _accepted(answer)

    async def generate(self, upload_id: str, language: str, name: str) -> Ref:
        """POST /uploads/:id/tracks/generate-subtitles: a job, or at once the track.

        The request's `type` is the newest official client's; where a server that knows only the
        documentation's older one refuses it, that one is sent, once, and remembered.
        """
        attributes = {"language_code": language, "name": name}
        try:
            return await self._generate(upload_id, attributes, self._generate_type)
        except Refused as refused:
            about_type = refused.code in (INVALID_TYPE, "INVALID_FORMAT")
            if not about_type or self._generate_type == _TRACK:
                raise
        made = await self._generate(upload_id, attributes, _TRACK)
        self._generate_type = _TRACK
        return made

    async def _generate(self, upload_id: str, attributes: Mapping[str, str], kind: str) -> Ref:
        answer = await self._client.write(
            "POST",
            f"uploads/{segment(upload_id)}/tracks/generate-subtitles",
            _ask("generating subtitles for", upload_id),
            json={"data": {"type": kind, "attributes": attributes}},
        )
        return _accepted(answer)

    async def destroy(self, upload_id: str, track_id: str) -> Ref | None:
        """DELETE /uploads/:id/tracks/:id: the job, None where there is none. Raises NotFound."""
        answer = await self._client.write(
            "DELETE",
            f"uploads/{segment(upload_id)}/tracks/{segment(track_id)}",
            _ask("deleting a track of", upload_id),
        )
        accepted = _accepted(answer)
        return accepted if accepted.what == "job" else None

    async def text_at(self, url: str) -> str:
        """GET a text outside DatoCMS, without the token. Raises what `Elsewhere.get` does."""
        answer = await self._client.read_elsewhere(url, Ask("reading the text of subtitles"))
        return answer.text()


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
