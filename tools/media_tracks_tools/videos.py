"""The tools that look at accounts: find videos, list accounts."""

from datetime import datetime
from typing import Annotated

import anyio
from mcp.types import CallToolResult
from pydantic import Field

from media_tracks_tools import capabilities, languages, replies, searching
from media_tracks_tools.arguments import AccountArg, CursorArg, LimitArg
from media_tracks_tools.catalogue import ToolSpec
from media_tracks_tools.models import AccountList, AccountStatus, VideoPage
from media_tracks_tools.moments import at
from media_tracks_tools.ports import GeneratesSubtitles, Provider, VideoQuery
from media_tracks_tools.services import Ctx, Needs

QueryArg = Annotated[
    str | None,
    Field(max_length=200, description="Words of the title or file name. Default: the newest."),
]
AfterArg = Annotated[
    datetime | None,
    Field(description="Only videos uploaded after this, e.g. '2026-11-01' (UTC)."),
]
CheckArg = Annotated[bool, Field(description="Also ask each vendor whether the credential works.")]

MissingArg = Annotated[
    str | None,
    Field(
        max_length=35,
        description="Only videos without subtitles in this language, e.g. 'it'; takes a while.",
    ),
]


async def find_videos(
    services: Needs,
    ctx: Ctx,
    query: QueryArg = None,
    account: AccountArg = None,
    missing_subtitles: MissingArg = None,
    uploaded_after: AfterArg = None,
    limit: LimitArg = 20,
    cursor: CursorArg = None,
) -> Annotated[CallToolResult, VideoPage]:
    """Find videos by title or file name in all accounts, or list the newest ones.

    Start here: every other tool takes the `video` value that this returns.
    """
    asked = searching.asked(services.accounts, account, cursor)
    wanted = VideoQuery(query=query, uploaded_after=at(uploaded_after), limit=limit)
    if missing_subtitles is None:
        return replies.videos_reply(await searching.search(asked, wanted))

    async def told(checked: int) -> None:
        await ctx.report_progress(checked, None, f"checked {checked} videos")

    tag = languages.standard(missing_subtitles)
    return replies.videos_reply(await searching.scan(asked, wanted, tag, told))


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


TOOLS = (
    ToolSpec(find_videos, "Find videos", read_only=True, depth=2),
    ToolSpec(list_accounts, "List accounts", read_only=True, depth=3),
)
