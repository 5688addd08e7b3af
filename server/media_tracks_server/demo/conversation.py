"""One conversation a video: find it, caption it, read the captions, add audio, read the job."""

import sys
from dataclasses import dataclass

from mcp import Client, StdioServerParameters
from mcp.types import CallToolResult, TextResourceContents

from media_tracks_server.demo import screen
from media_tracks_tools import links
from media_tracks_tools.errors import InternalError, MediaTracksError
from media_tracks_tools.models import Job, JobRef, VideoPage

WAIT_SECONDS = 50
PATIENCE = 40
"""How many times a job that still runs is waited for again."""


@dataclass(frozen=True)
class Subject:
    """What the conversation is about; `transcript` is the truth where it is known."""

    account: str
    title: str
    language: str
    audio: str
    label: str
    transcript: str | None


async def converse(
    environment: dict[str, str], subjects: tuple[Subject, ...]
) -> MediaTracksError | None:
    """Start the server over stdio with this environment and talk about each subject.

    Returns what went wrong: raised through the client it would arrive wrapped in groups.
    """
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "media_tracks_server", "serve"], env=environment
    )
    async with Client(server) as client:
        try:
            for subject in subjects:
                screen.heading(subject.account, subject.title)
                await _Talk(client, subject).all()
        except MediaTracksError as error:
            return error
    return None


class _Talk:
    """What a chat host does for one video, printed as it goes."""

    def __init__(self, client: Client, subject: Subject) -> None:
        self._client = client
        self._subject = subject

    async def all(self) -> None:
        subject = self._subject
        found = await self._call("find_videos", query=subject.title, account=subject.account)
        video = VideoPage.model_validate(found.structured_content).videos[0].video
        captioned = await self._job("generate_subtitles", video=video, language=subject.language)
        await self._show_captions(video, captioned)
        await self._call("list_audio_tracks", video=video)
        await self._job("add_audio_track", video=video, source=subject.audio, label=subject.label,
                        **({} if subject.account == "local" else {"language": "it"}))  # fmt: skip
        await self._call("list_audio_tracks", video=video)
        await self._read(links.job_uri(captioned.job_id))

    async def _show_captions(self, video: str, job: Job) -> None:
        if job.result is None or not job.result.readable:
            return screen.aside(f"{self._subject.account} has no way to read the text back.")
        uri = links.subtitles_uri(video, job.result.track_id)
        screen.captions(uri, await self._text(uri), self._subject.transcript)
        return None

    async def _job(self, tool: str, **arguments: object) -> Job:
        """Start a job and wait for its end, however long that takes."""
        result = await self._call(tool, **arguments)
        job_id = JobRef.model_validate(result.structured_content).job_id
        for _ in range(PATIENCE):
            job = await self._state(job_id)
            if job.state.ended:
                break
            await self._call("get_job_result", job_id=job_id, wait_seconds=WAIT_SECONDS)
        else:
            raise InternalError("The demo's job did not end.")
        if job.error is not None:
            raise MediaTracksError(
                f"The demo's job failed: {job.error.message}", next_step=job.error.next_step
            )
        return job

    async def _state(self, job_id: str) -> Job:
        return Job.model_validate_json(await self._text(links.job_uri(job_id)))

    async def _call(self, tool: str, **arguments: object) -> CallToolResult:
        with screen.calling(tool, arguments) as bar:
            result = await self._client.call_tool(tool, arguments, progress_callback=bar.move)
        screen.answer(result)
        if result.is_error:
            raise InternalError(
                f"The demo's call of {tool} failed.", next_step="Its answer is above."
            )
        return result

    async def _read(self, uri: str) -> None:
        screen.resource(uri, await self._text(uri))

    async def _text(self, uri: str) -> str:
        contents = (await self._client.read_resource(uri)).contents[0]
        if not isinstance(contents, TextResourceContents):
            raise InternalError(f"{uri} is no text.")
        return contents.text
