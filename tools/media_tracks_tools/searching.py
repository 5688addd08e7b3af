"""Searching accounts side by side, and scanning them for what lacks subtitles."""

import base64
from collections.abc import Awaitable, Callable, Sequence

import anyio
from pydantic import TypeAdapter

from media_tracks_tools import languages
from media_tracks_tools.capabilities import require
from media_tracks_tools.errors import MediaTracksError, NotSupported, bad_cursor
from media_tracks_tools.models import TrackStatus, Video, VideoPage
from media_tracks_tools.ports import FindsVideos, ListsSubtitles, VideoQuery
from media_tracks_tools.services import Accounts

SCAN_SECONDS = 20.0
"""A scan stops after this long, wherever it is; its cursor goes on."""
_AT_ONCE = 5
"""Videos of one account whose tracks are listed at the same time."""
_PAGE = 10

_Cursors = TypeAdapter(dict[str, str])
Asked = dict[str, tuple[FindsVideos, str | None]]
Told = Callable[[int], Awaitable[None]]
"""Hears how many videos have been checked so far."""


def asked(accounts: Accounts, account: str | None, cursor: str | None) -> Asked:
    """The accounts to ask, each with where to go on. Raises when there is none."""
    if cursor is not None:
        return {
            name: (require(accounts, accounts.named(name), FindsVideos), start or None)
            for name, start in _parse(cursor).items()
        }
    if account is not None:
        return {account: (require(accounts, accounts.named(account), FindsVideos), None)}
    found: Asked = {
        provider.account.name: (provider, None)
        for provider in accounts.all()
        if isinstance(provider, FindsVideos)
    }
    if not found:
        raise NotSupported(
            "No account is configured.",
            code="no_account",
            next_step=" ".join(accounts.notes()) or "Set MEDIA_TRACKS_LOCAL_ROOTS or a token.",
        )
    return found


async def search(wanted: Asked, query: VideoQuery) -> VideoPage:
    """One page of all these accounts, newest first; each gets its share of the limit."""
    share = query.model_copy(update={"limit": max(1, query.limit // max(1, len(wanted)))})

    async def page(finder: FindsVideos, start: str | None) -> VideoPage:
        return await finder.find_videos(share.model_copy(update={"cursor": start}))

    return merged(await _side_by_side(wanted, page))


async def scan(wanted: Asked, query: VideoQuery, language: str, told: Told) -> VideoPage:
    """The videos without subtitles in `language`, as far as the time and the limit go.

    An account that can't list subtitles is said; `scanned` of `total` videos were checked.
    """
    share = query.model_copy(update={"limit": max(1, query.limit // max(1, len(wanted)))})
    deadline = anyio.current_time() + SCAN_SECONDS
    checked = 0

    async def count(number: int) -> None:
        nonlocal checked
        checked += number
        await told(checked)

    async def page(finder: FindsVideos, start: str | None) -> VideoPage:
        return await _scan_one(finder, share, start, language, deadline, count)

    found = merged(await _side_by_side(wanted, page))
    of_all = f" of {found.total}" if found.total is not None else ""
    note = f"Checked {found.scanned or 0}{of_all} videos for subtitles in {language!r}."
    if found.next_cursor:
        note += " There are more to check: call again with the cursor."
    return found.model_copy(update={"notes": (note, *(found.notes or ()))})


async def _scan_one(
    finder: FindsVideos,
    query: VideoQuery,
    start: str | None,
    language: str,
    deadline: float,
    told: Told,
) -> VideoPage:
    if not isinstance(finder, ListsSubtitles):
        return VideoPage(videos=(), notes=("An account here can't list subtitles.",))
    lacking: list[Video] = []
    notes: list[str] = []
    scanned, total = 0, None
    while True:
        size = min(_PAGE, query.limit - len(lacking))
        page = await finder.find_videos(
            query.model_copy(update={"limit": size, "cursor": start or None})
        )
        lacks = await _lacking(finder, page.videos, language, notes)
        lacking += lacks
        scanned += len(page.videos)
        total = page.total if page.total is not None else total
        start = page.next_cursor
        await told(len(page.videos))
        if start is None or len(lacking) >= query.limit or anyio.current_time() >= deadline:
            return VideoPage(
                videos=tuple(lacking),
                next_cursor=start,
                scanned=scanned,
                total=total,
                notes=tuple(notes) or None,
            )


async def _lacking(
    lister: ListsSubtitles, videos: Sequence[Video], language: str, notes: list[str]
) -> list[Video]:
    """Those of them that have no usable track in the language, or in a variant of it."""
    lacks: dict[str, bool] = {}
    turn = anyio.CapacityLimiter(_AT_ONCE)

    async def look(video: Video) -> None:
        video_id = video.video.partition("/")[2]
        try:
            async with turn:
                tracks = (await lister.list_subtitles(video_id)).tracks
        except MediaTracksError as error:
            notes.append(f"{video.video!r} was not checked: {error.message}")
            return
        usable = [track for track in tracks if track.status is not TrackStatus.ERROR]
        lacks[video.video] = not any(languages.covers(one.language, language) for one in usable)

    async with anyio.create_task_group() as group:
        for video in videos:
            group.start_soon(look, video)
    return [video for video in videos if lacks.get(video.video)]


async def _side_by_side(
    wanted: Asked, page: Callable[[FindsVideos, str | None], Awaitable[VideoPage]]
) -> dict[str, VideoPage | MediaTracksError]:
    pages: dict[str, VideoPage | MediaTracksError] = {}

    async def ask(name: str, finder: FindsVideos, start: str | None) -> None:
        try:
            pages[name] = await page(finder, start)
        except MediaTracksError as error:
            pages[name] = error

    async with anyio.create_task_group() as group:
        for name, (finder, start) in wanted.items():
            group.start_soon(ask, name, finder, start)
    return {name: pages[name] for name in wanted}


def merged(pages: dict[str, VideoPage | MediaTracksError]) -> VideoPage:
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
    totals = [page.total for page in good.values()]
    scanned = [page.scanned for page in good.values() if page.scanned is not None]
    return VideoPage(
        videos=tuple(videos),
        next_cursor=base64.urlsafe_b64encode(_Cursors.dump_json(cursors)).decode()
        if cursors
        else None,
        scanned=sum(scanned) if scanned else None,
        total=sum(total for total in totals if total is not None) if None not in totals else None,
        notes=tuple(notes) or None,
    )


def _parse(cursor: str) -> dict[str, str]:
    try:
        return _Cursors.validate_json(base64.urlsafe_b64decode(cursor))
    except ValueError as error:
        raise bad_cursor("find_videos") from error
