"""Whether the world is at the end as the conversation says; what is not is told in words."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from mcp import Client
from pydantic import JsonValue

from media_tracks_server.sandbox import Effect
from media_tracks_tools.models import (
    AudioTrackList,
    Job,
    JobPage,
    JobState,
    SubtitleText,
    SubtitleTrackList,
)
from scene import Asked, Scene, files_under
from script import Conversation, JobSeen, Model, TextSeen, TracksSeen


class _NothingToSee(Exception):
    """What should be looked at is not there; in the words of the server."""


async def faults(
    conversation: Conversation, scene: Scene, client: Client, user: Asked, heard: str
) -> tuple[str, ...]:
    """Everything that is not as it should be, a line each; `heard` is what reached the user."""
    end = conversation.end
    found = [f"the user was not told {word!r}" for word in end.told if not _said(word, heard)]
    found += _questions(conversation, user)
    looks = [
        *(_tracks(client, tracks) for tracks in end.tracks),
        *(_text(client, text) for text in end.texts),
        _jobs(client, end.jobs),
    ]
    for look in looks:
        try:
            found += await look
        except _NothingToSee as error:
            found.append(str(error))
    wanted = {vendor: dict(counts) for vendor, counts in end.effects.items()}
    if (happened := scene.effects()) != wanted:
        found.append(f"at the vendors happened {_counts(happened)}, not {_counts(wanted)}")
    if (changed := _changed(scene)) != end.files:
        found.append(f"of the files changed {changed}, not {end.files}")
    return tuple(found)


def _said(word: str, heard: str) -> bool:
    return word.casefold() in heard.casefold()


def _questions(conversation: Conversation, user: Asked) -> Iterator[str]:
    wanted = conversation.person.asked
    if len(user.questions) != len(wanted):
        yield f"the user was asked {len(user.questions)} questions, not {len(wanted)}"
    for words, question in zip(wanted, user.questions, strict=False):
        if words not in question:
            yield f"the user was asked {question!r}, without {words!r}"


async def _asked(client: Client, tool: str, arguments: dict[str, JsonValue]) -> object:
    answer = await client.call_tool(tool, arguments)
    if answer.is_error:
        raise _NothingToSee(f"{tool}({arguments}) answers: {answer.content}")
    return answer.structured_content


async def _tracks(client: Client, wanted: TracksSeen) -> list[str]:
    found: list[str] = []
    ask: dict[str, JsonValue] = {"video": wanted.video}
    if wanted.audio is not None:
        audio = await _asked(client, "list_audio_tracks", ask)
        there = AudioTrackList.model_validate(audio).tracks
        found += _compared(f"audio tracks of {wanted.video}", wanted.audio, there)
    if wanted.subtitles is not None:
        subtitles = await _asked(client, "list_subtitles", ask)
        texts = SubtitleTrackList.model_validate(subtitles).tracks
        found += _compared(f"subtitle tracks of {wanted.video}", wanted.subtitles, texts)
    return found


def _compared(what: str, wanted: Sequence[Model], there: Sequence[object]) -> list[str]:
    """Each wanted track has one of its own, and none is left over."""
    left = list(there)
    found: list[str] = []
    for one in wanted:
        fields = one.model_dump(exclude_none=True)
        fits = [seen for seen in left if all(getattr(seen, k) == v for k, v in fields.items())]
        if fits:
            left.remove(fits[0])
        else:
            found.append(f"of the {what} none is {fields}")
    return found + [f"of the {what} one should not be there: {seen}" for seen in left]


async def _text(client: Client, wanted: TextSeen) -> list[str]:
    ask: dict[str, JsonValue] = {"video": wanted.video, "track": wanted.track, "format": "text"}
    text = SubtitleText.model_validate(await _asked(client, "read_subtitles", ask)).text
    missing = [f"{wanted.track} lacks {word!r}" for word in wanted.contains if word not in text]
    return missing + [f"{wanted.track} still has {word!r}" for word in wanted.lacks if word in text]


async def _jobs(client: Client, wanted: Sequence[JobSeen]) -> list[str]:
    listed = await _asked(client, "list_jobs", {"limit": 100})
    left = list(JobPage.model_validate(listed).jobs)
    found: list[str] = []
    for one in wanted:
        fits = [job for job in left if (job.kind, job.state) == (one.kind, one.state)]
        if not fits:
            found.append(f"no job is {one.kind.value} {one.state.value}")
            continue
        left.remove(fits[0])
        if one.items is not None:
            found += await _items(client, fits[0].job_id, one.items)
    open_ones = [job.job_id for job in left if not job.state.ended]
    return found + [f"the job {job_id} was left open" for job_id in open_ones]


async def _items(client: Client, job_id: str, wanted: dict[JobState, int]) -> list[str]:
    whole = await _asked(client, "get_job_result", {"job_id": job_id, "wait_seconds": 0})
    counted = Counter(item.state for item in Job.model_validate(whole).items or ())
    return [] if counted == wanted else [f"the batch has {dict(counted)}, not {wanted}"]


def _changed(scene: Scene) -> dict[str, str]:
    now, before = files_under(scene.root), scene.files
    gone = dict.fromkeys(before.keys() - now.keys(), "gone")
    new = dict.fromkeys(now.keys() - before.keys(), "new")
    both = before.keys() & now.keys()
    return gone | new | {name: "changed" for name in both if now[name] != before[name]}


def _counts(effects: Mapping[str, Mapping[Effect, int]]) -> str:
    shown = [
        f"{vendor} {effect} {count}x"
        for vendor, counts in sorted(effects.items())
        for effect, count in sorted(counts.items(), key=str)
    ]
    return ", ".join(shown) or "nothing"
