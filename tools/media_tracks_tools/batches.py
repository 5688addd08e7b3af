"""Making one batch of many videos: those that can't be begun are said, the others go on."""

from collections.abc import Iterable

from media_tracks_tools.capabilities import require
from media_tracks_tools.errors import CallerError, SetupError
from media_tracks_tools.models import Problem
from media_tracks_tools.ports import GeneratesSubtitles
from media_tracks_tools.requests import GenerateBatch, GenerateSubtitles, RefusedVideo
from media_tracks_tools.services import Services, Wanted

_SHOWN = 200


def batch_of(
    services: Services, videos: Iterable[str], language: str, name: str
) -> tuple[GenerateBatch, tuple[Wanted, ...]]:
    """The batch and its jobs, each video once. Raises what refused them where none can be begun."""
    children: dict[str, Wanted] = {}
    refused: dict[str, Problem] = {}
    last: CallerError | SetupError | None = None
    for video in videos:
        try:
            child = _child(services, video, language, name)
        except (CallerError, SetupError) as error:
            refused[video[:_SHOWN]] = Problem.of(error)
            last = error
        else:
            children[child.located.video] = child
    if last is not None and not children:
        raise last
    batch = GenerateBatch(
        language=language,
        videos=tuple(children),
        refused=tuple(RefusedVideo(video=video, error=why) for video, why in refused.items()),
    )
    return batch, tuple(children.values())


def _child(services: Services, video: str, language: str, name: str) -> Wanted:
    located = services.accounts.locate(video)
    generator = require(services.accounts, located.provider, GeneratesSubtitles)
    request = GenerateSubtitles(video_id=located.video_id, language=language, name=name)
    return Wanted(located, request, generator.plan_generate_subtitles(request))
