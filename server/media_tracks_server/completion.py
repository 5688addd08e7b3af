"""Completing the arguments of prompts and the variables of resource templates, as they are typed.

A completion is a convenience: whatever goes wrong, there is just nothing to offer.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence

import anyio
import anyio.to_thread
from mcp.types import (
    Completion,
    CompletionArgument,
    CompletionContext,
    PromptReference,
    ResourceTemplateReference,
)

from media_tracks_server import common_languages
from media_tracks_tools import searching
from media_tracks_tools.capabilities import require
from media_tracks_tools.errors import MediaTracksError
from media_tracks_tools.ports import ListsSubtitles, VideoQuery
from media_tracks_tools.services import JobQuery, Services

log = logging.getLogger(__name__)

WITHIN_SECONDS = 2.0
"""Somebody is typing; a vendor that takes longer is not waited for."""
MOST = 20
LONGEST_TYPED = 200
LONGEST_VALUE = 1000

Context = Mapping[str, str]
"""The arguments that are filled in already."""
Supply = Callable[[], Awaitable[Services]]


class Completer:
    """Offers languages, accounts, videos, subtitle tracks and jobs, by the argument's name."""

    def __init__(self, supply: Supply) -> None:
        self._supply = supply
        self._offers: Mapping[str, Callable[[str, Context], Awaitable[Sequence[str]]]] = {
            "language": _languages,
            "spoken": _languages,
            "account": self._accounts,
            "video": self._videos,
            "id": self._ids,
            "track": self._tracks,
            "job_id": self._jobs,
        }

    async def complete(
        self,
        ref: PromptReference | ResourceTemplateReference,  # noqa: ARG002 - names mean the same
        argument: CompletionArgument,
        context: CompletionContext | None,
    ) -> Completion:
        """At most 20 values that can be passed as they are. Never raises."""
        given = (context.arguments if context else None) or {}
        found: Sequence[str] = ()
        offer = self._offers.get(argument.name)
        if offer is not None:
            with anyio.move_on_after(WITHIN_SECONDS):
                try:
                    found = await offer(argument.value[:LONGEST_TYPED], given)
                except MediaTracksError as error:
                    log.info("nothing to offer for %s: %s", argument.name, error.message)
                except Exception:
                    log.exception("completing %s met a bug", argument.name)
        fit = [value for value in found if value.isprintable() and len(value) <= LONGEST_VALUE]
        return Completion(values=fit[:MOST], has_more=len(fit) > MOST)

    async def _accounts(self, typed: str, _: Context) -> Sequence[str]:
        every = (await self._supply()).accounts.all()
        return [one.account.name for one in every if _begins(one.account.name, typed)]

    async def _videos(self, typed: str, given: Context) -> Sequence[str]:
        """The handles of videos; `typed` is words of a title, or the beginning of a handle."""
        services = await self._supply()
        account = given.get("account") or None
        name, slash, rest = typed.partition("/")
        if slash and name in {one.account.name for one in services.accounts.all()}:
            account, typed = name, rest
        query = VideoQuery(query=typed.strip() or None, limit=MOST)
        page = await searching.search(searching.asked(services.accounts, account, None), query)
        return [video.video for video in page.videos]

    async def _ids(self, typed: str, given: Context) -> Sequence[str]:
        """The ids of one account's videos; a handle without its account."""
        if not given.get("account"):
            return ()
        return [video.partition("/")[2] for video in await self._videos(typed, given)]

    async def _tracks(self, typed: str, given: Context) -> Sequence[str]:
        """The subtitle tracks of the video that is filled in already."""
        accounts = (await self._supply()).accounts
        video = given.get("video") or f"{given.get('account', '')}/{given.get('id', '')}"
        located = accounts.locate(video)
        lister = require(accounts, located.provider, ListsSubtitles)
        tracks = (await lister.list_subtitles(located.video_id)).tracks
        return [
            track.track_id
            for track in tracks
            if any(_begins(word, typed) for word in (track.track_id, track.name, track.language))
        ]

    async def _jobs(self, typed: str, _: Context) -> Sequence[str]:
        """The newest jobs; `typed` is the beginning of an id, or of the video's title or handle."""
        page = await (await self._supply()).jobs.list(JobQuery(limit=MOST))
        return [
            job.job_id
            for job in page.jobs
            if any(_begins(word, typed) for word in (job.job_id, job.title or "", job.video))
        ]


async def _languages(typed: str, _: Context) -> Sequence[str]:
    return await anyio.to_thread.run_sync(common_languages.starting_with, typed)


def _begins(word: str, typed: str) -> bool:
    return word.casefold().startswith(typed.strip().casefold())
