"""The tools to find videos and accounts."""

import base64
from datetime import datetime
from typing import Annotated

import anyio
from mcp.types import CallToolResult
from pydantic import Field, TypeAdapter

from media_tracks_tools import capabilities, replies
from media_tracks_tools.arguments import AccountArg, CursorArg, LimitArg
from media_tracks_tools.catalogue import ToolSpec
from media_tracks_tools.errors import MediaTracksError, NotSupported, bad_cursor
from media_tracks_tools.models import AccountList, AccountStatus, VideoPage
from media_tracks_tools.moments import at
from media_tracks_tools.ports import (
    Accounts,
    FindsVideos,
    GeneratesSubtitles,
    Needs,
    Provider,
    VideoQuery,
)

QueryArg = Annotated[
    str | None,
    Field(max_length=200, description="Words of the title or file name. Default: the newest."),
]
AfterArg = Annotated[
    datetime | None,
    Field(description="Only videos uploaded after this, ISO 8601, e.g. '2026-11-01' (UTC)."),
]
CheckArg = Annotated[bool, Field(description="Also ask each vendor whether the credential works.")]

_Cursors = TypeAdapter(dict[str, str])


async def find_videos(
    services: Needs,
    query: QueryArg = None,
    account: AccountArg = None,
    uploaded_after: AfterArg = None,
    limit: LimitArg = 20,
    cursor: CursorArg = None,
) -> Annotated[CallToolResult, VideoPage]:
    """Find videos by title or file name in all accounts, or list the newest ones.

    Start here: every other tool takes the `video` value that this returns.
    """
    asked = _asked(services.accounts, account, cursor)
    each = max(1, limit // max(1, len(asked)))
    pages: dict[str, VideoPage | MediaTracksError] = {}

    async def ask(finder: FindsVideos, name: str, start: str | None) -> None:
        wanted = VideoQuery(
            query=query, uploaded_after=at(uploaded_after), limit=each, cursor=start
        )
        try:
            pages[name] = await finder.find_videos(wanted)
        except MediaTracksError as error:
            pages[name] = error

    async with anyio.create_task_group() as group:
        for name, (finder, start) in asked.items():
            group.start_soon(ask, finder, name, start)
    return replies.videos_reply(_merged({name: pages[name] for name in asked}))


async def list_accounts(
    services: Needs, check: CheckArg = False
) -> Annotated[CallToolResult, AccountList]:
    """List the configured accounts, what each can and can't do, and what is not configured."""
    statuses: dict[str, AccountStatus] = {}

    async def look(provider: Provider) -> None:
        statuses[provider.account.name] = AccountStatus(
            account=provider.account.name,
            provider=provider.account.provider,
            capabilities=capabilities.of(provider),
            languages=provider.languages() if isinstance(provider, GeneratesSubtitles) else None,
            notes=provider.limits() or None,
            check=await provider.check() if check else None,
        )

    async with anyio.create_task_group() as group:
        for provider in services.accounts.all():
            group.start_soon(look, provider)
    found = tuple(statuses[provider.account.name] for provider in services.accounts.all())
    return replies.accounts_reply(
        AccountList(accounts=found, notes=services.accounts.notes() or None)
    )


def _asked(
    accounts: Accounts, account: str | None, cursor: str | None
) -> dict[str, tuple[FindsVideos, str | None]]:
    """The accounts to ask, each with where to go on. Raises when there is none."""
    if cursor is not None:
        return {
            name: (capabilities.require(accounts, accounts.named(name), FindsVideos), start)
            for name, start in _parse(cursor).items()
        }
    if account is not None:
        finder = capabilities.require(accounts, accounts.named(account), FindsVideos)
        return {account: (finder, None)}
    asked: dict[str, tuple[FindsVideos, str | None]] = {
        provider.account.name: (provider, None)
        for provider in accounts.all()
        if isinstance(provider, FindsVideos)
    }
    if not asked:
        raise NotSupported(
            "No account is configured.",
            code="no_account",
            next_step=" ".join(accounts.notes()) or "Set MEDIA_TRACKS_LOCAL_ROOTS or a token.",
        )
    return asked


def _merged(pages: dict[str, VideoPage | MediaTracksError]) -> VideoPage:
    """All pages as one, newest first; an account that failed is a note unless all did."""
    good = {name: page for name, page in pages.items() if isinstance(page, VideoPage)}
    bad = {name: error for name, error in pages.items() if isinstance(error, MediaTracksError)}
    if not good:
        raise next(iter(bad.values()))
    videos = sorted(
        (video for page in good.values() for video in page.videos),
        key=lambda video: video.created_at.timestamp() if video.created_at else 0.0,
        reverse=True,
    )
    cursors = {name: page.next_cursor for name, page in good.items() if page.next_cursor}
    notes = [note for page in good.values() for note in page.notes or ()]
    notes += [f"The account {name!r} was not searched: {e.message}" for name, e in bad.items()]
    return VideoPage(
        videos=tuple(videos),
        next_cursor=base64.urlsafe_b64encode(_Cursors.dump_json(cursors)).decode()
        if cursors
        else None,
        notes=tuple(notes) or None,
    )


def _parse(cursor: str) -> dict[str, str]:
    try:
        return _Cursors.validate_json(base64.urlsafe_b64decode(cursor))
    except ValueError as error:
        raise bad_cursor("find_videos") from error


TOOLS = (
    ToolSpec(find_videos, "Find videos", read_only=True),
    ToolSpec(list_accounts, "List accounts", read_only=True),
)
