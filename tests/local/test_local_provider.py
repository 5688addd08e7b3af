"""The provider itself: pages, files that go away while they are looked at, and what it refuses."""

import os
import shutil
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from making import write_sound, write_video
from media_tracks_server.providers.local.provider import LocalFiles
from media_tracks_server.providers.local.roots import Root, check_root, resolve, resolve_within
from media_tracks_tools.errors import CallerError, MediaTracksError, NotFound, SetupError
from media_tracks_tools.models import Progress
from media_tracks_tools.plans import Done, Failed, Task
from media_tracks_tools.ports import VideoQuery
from media_tracks_tools.requests import AddAudioTrack

NAME = "soon"
VTT = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nHi\n"


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small video, made once."""
    return write_video(tmp_path_factory.mktemp("made") / "video.mp4")


@pytest.fixture
def root(tmp_path: Path, video: Path) -> Root:
    """A root with two videos; `soon.mp4` has captions."""
    folder = tmp_path / "films"
    folder.mkdir()
    shutil.copy(video, folder / f"{NAME}.mp4")
    shutil.copy(video, folder / "stays.mp4")
    (folder / f"{NAME}.en.vtt").write_text(VTT)
    return Root(name="local", path=folder)


@pytest.fixture
def files(root: Root) -> LocalFiles:
    """The provider on that root."""
    return LocalFiles(root, (root,), model="none", threads=1)


@pytest.fixture(params=range(1, 8))
def vanishing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file system loses each file called `soon…` when it is looked at for the nth time."""
    looks: dict[str, int] = {}
    stat = Path.stat

    def looked(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        if path.name.startswith(NAME):
            looks[path.name] = looks.get(path.name, 0) + 1
            if looks[path.name] == request.param:
                path.unlink()
        return stat(path, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(Path, "stat", looked)


@pytest.mark.usefixtures("vanishing")
async def test_a_video_that_goes_away_is_left_out_or_noted(files: LocalFiles) -> None:
    page = await files.find_videos(VideoQuery(uploaded_after=datetime(2000, 1, 1, tzinfo=UTC)))
    ready = {video.video for video in page.videos if video.ready}
    assert ready in ({"local/stays.mp4"}, {"local/stays.mp4", f"local/{NAME}.mp4"})
    assert len(page.videos) - len(ready) == len(page.notes or ())


@pytest.mark.usefixtures("vanishing")
@pytest.mark.parametrize("read", ["get_video", "list_audio_tracks", "list_subtitles"])
async def test_a_video_that_goes_away_is_an_answer_in_words(files: LocalFiles, read: str) -> None:
    with suppress(NotFound):
        assert await getattr(files, read)(f"{NAME}.mp4")


@pytest.fixture
def losing(root: Root, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """The system refuses to open the captions with this error."""
    opened = Path.open
    captions = root.path / f"{NAME}.en.vtt"

    def refusing(path: Path, *arguments: object, **named: object) -> object:
        if path == captions:
            raise request.param
        return opened(path, *arguments, **named)  # pyright: ignore[reportCallIssue, reportArgumentType, reportUnknownVariableType]

    monkeypatch.setattr(Path, "open", refusing)


@pytest.mark.parametrize(
    ("losing", "kind"),
    [(FileNotFoundError(2, "gone"), NotFound), (PermissionError(13, "no"), SetupError)],
    indirect=["losing"],
)
@pytest.mark.usefixtures("losing")
async def test_captions_that_cannot_be_opened_are_listed_and_say_why_when_read(
    files: LocalFiles, kind: type[MediaTracksError]
) -> None:
    tracks = (await files.list_subtitles(f"{NAME}.mp4")).tracks
    assert [(track.track_id, track.generated) for track in tracks] == [("en", False)]
    with pytest.raises(kind, match=r"soon\.en\.vtt") as caught:
        await files.read_subtitles(f"{NAME}.mp4", "en")
    assert caught.value.next_step


@pytest.mark.parametrize("cursor", ["x", "-1", "²", "\u0661", "", " 1", "1" * 5000])
async def test_a_strange_cursor_is_refused(files: LocalFiles, cursor: str) -> None:
    with pytest.raises(CallerError, match="cursor") as caught:
        await files.find_videos(VideoQuery(cursor=cursor))
    assert caught.value.code == "bad_cursor"


def test_an_id_or_a_root_that_is_not_utf8_is_refused(root: Root, tmp_path: Path) -> None:
    strange = os.fsdecode(b"\xff.mp4")
    write_video(root.path / "x.mp4").rename(root.path / strange)
    with pytest.raises(CallerError, match="no text"):
        resolve(root, strange)
    with pytest.raises(NotFound):
        resolve_within((root,), strange)
    folder = tmp_path / os.fsdecode(b"\xff")
    folder.mkdir()
    assert "UTF-8" in (check_root(folder) or "")


def test_a_roots_name_wins_over_a_folder_of_that_name(root: Root, tmp_path: Path) -> None:
    other = Root(name="sounds", path=tmp_path / "sounds")
    (root.path / "sounds").mkdir()
    other.path.mkdir()
    for folder in (root.path / "sounds", root.path, other.path):
        (folder / "a.wav").write_bytes(b"x")
    (root.path / "sounds" / "b.wav").write_bytes(b"x")
    assert resolve_within((root, other), "a.wav") == root.path / "a.wav"
    assert resolve_within((other, root), "a.wav") == other.path / "a.wav"
    assert resolve_within((root, other), "sounds/a.wav") == other.path / "a.wav"
    assert resolve_within((root, other), "sounds/b.wav") == root.path / "sounds" / "b.wav"
    with pytest.raises(NotFound):
        resolve_within((root, other), "sounds//etc/passwd")


@pytest.mark.parametrize("label", ["Dub", "Sound"])
async def test_the_new_track_is_the_last_one_whatever_its_label_became(
    files: LocalFiles, root: Root, label: str
) -> None:
    """`Sound` is refused by the plan, but a row may hold it from before."""
    write_sound(root.path / "a.wav")
    request = AddAudioTrack(video_id="stays.mp4", source="a.wav", label=label)
    plan = files.plan_add_audio(request.model_copy(update={"label": "Dub"}))
    task = Task(work_id="w", request=request, step=plan.steps[0])
    made = await _made(files, task)
    told = files.publish(made)
    assert isinstance(told, Done)
    assert told.result is not None
    assert (told.result.track_id, told.result.name) == ("2", label)
    assert files.publish(made) == told


async def test_what_cannot_be_published_is_told_and_removed(files: LocalFiles, root: Root) -> None:
    """Somebody changed the video meanwhile, or it is gone; discarding twice does no harm."""
    write_sound(root.path / "a.wav")
    request = AddAudioTrack(video_id="stays.mp4", source="a.wav", label="Dub")
    task = Task(work_id="w", request=request, step=files.plan_add_audio(request).steps[0])
    before = set(root.path.iterdir())
    files.discard(task)
    made = await _made(files, task)
    (root.path / "stays.mp4").touch()
    assert isinstance(files.publish(made), Failed)
    assert set(root.path.iterdir()) == before
    made = await _made(files, task)
    (root.path / "stays.mp4").unlink()
    with pytest.raises(NotFound):
        files.publish(made)
    for _ in range(2):
        files.discard(made)
    assert set(root.path.iterdir()) == before - {root.path / "stays.mp4"}


async def _made(files: LocalFiles, task: Task) -> Task:
    """The task after its child, as the job core hands it on: with all refs."""

    async def ignore(_: Progress) -> None: ...

    begun = task.model_copy(update={"refs": files.begin(task)})
    done = await files.run(begun, ignore)
    assert isinstance(done, Done)
    return begun.model_copy(update={"refs": (*begun.refs, *done.refs)})
