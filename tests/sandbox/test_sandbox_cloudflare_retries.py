"""What the official SDK, which repeats requests on its own, makes of the sandbox's faults.

It repeats every method twice after 408, 409, 429, 5xx and a lost connection; the waits in between
are its own.
"""

from collections.abc import Callable, Iterator

import cloudflare as sdk
import pytest
from cloudflare import Cloudflare

from media_tracks_server.sandbox import ManualClock, SandboxInfo, running
from media_tracks_server.sandbox.cloudflare_seed import (
    ACCOUNT_ID,
    FEATURED_VIDEO_UID,
    INTERVIEW_UID,
    LAUNCH_AUDIO_UID,
)

TEXT = "WEBVTT\n\n00:00.000 --> 00:02.000\nBonjour\n"


@pytest.fixture
def retrying(cloudflare: Cloudflare) -> Cloudflare:
    """The SDK as it comes."""
    return cloudflare.copy(max_retries=sdk.DEFAULT_MAX_RETRIES)


def copy(client: Cloudflare) -> str | None:
    """Add an audio track."""
    track = client.stream.audio_tracks.copy(
        FEATURED_VIDEO_UID, account_id=ACCOUNT_ID, label="Deutsch", url="https://example.com/de.mp3"
    )
    return track.label if track else None


def edit(client: Cloudflare) -> str | None:
    """Rename an audio track."""
    track = client.stream.audio_tracks.edit(
        LAUNCH_AUDIO_UID, account_id=ACCOUNT_ID, identifier=FEATURED_VIDEO_UID, label="Deutsch"
    )
    return track.label if track else None


def delete(client: Cloudflare) -> str:
    """Remove an audio track."""
    return client.stream.audio_tracks.delete(
        LAUNCH_AUDIO_UID, account_id=ACCOUNT_ID, identifier=FEATURED_VIDEO_UID
    )


def generate(client: Cloudflare) -> str | None:
    """Begin to generate a caption."""
    caption = client.stream.captions.language.create(
        "fr", account_id=ACCOUNT_ID, identifier=FEATURED_VIDEO_UID
    )
    return caption.status if caption else None


def upload(client: Cloudflare) -> str | None:
    """Send a caption."""
    caption = client.stream.captions.language.update(
        "fr", account_id=ACCOUNT_ID, identifier=FEATURED_VIDEO_UID, file=TEXT
    )
    return caption.status if caption else None


def delete_caption(client: Cloudflare) -> str:
    """Remove a caption."""
    return client.stream.captions.language.delete(
        "en", account_id=ACCOUNT_ID, identifier=INTERVIEW_UID
    )


CHANGES: list[tuple[Callable[[Cloudflare], str | None], str, str]] = [
    (copy, "Deutsch", "track-created"),
    (edit, "Deutsch", "track-edited"),
    (delete, "ok", "track-deleted"),
    (generate, "inprogress", "caption-created"),
    (upload, "ready", "caption-uploaded"),
    (delete_caption, "", "caption-deleted"),
]


def log(sandbox: SandboxInfo) -> list[tuple[int, str | None]]:
    """Status and effect of every request."""
    return [(entry.status, entry.effect) for entry in sandbox.log()]


@pytest.mark.parametrize(("change", "answer", "effect"), CHANGES)
def test_a_change_that_was_refused_for_now_is_made_once(
    sandbox: SandboxInfo,
    retrying: Cloudflare,
    change: Callable[[Cloudflare], str | None],
    answer: str,
    effect: str,
) -> None:
    sandbox.arm("5xx-before", "drop-before")
    assert change(retrying) == answer
    assert log(sandbox) == [(500, None), (0, None), (200, effect)]


def test_the_wait_of_a_429_is_understood(sandbox: SandboxInfo, retrying: Cloudflare) -> None:
    sandbox.arm("429")
    assert copy(retrying) == "Deutsch"
    assert log(sandbox) == [(429, None), (200, "track-created")]


def test_a_429_that_goes_on_is_an_error_of_its_own(
    sandbox: SandboxInfo, retrying: Cloudflare
) -> None:
    sandbox.arm("429-no-wait:1")
    with pytest.raises(sdk.RateLimitError):
        copy(retrying)
    assert log(sandbox) == [(429, None)] * 3


@pytest.mark.parametrize(
    ("fault", "status"), [("5xx-after", 500), ("drop-after", 0), ("empty", 200)]
)
def test_without_retries_each_fault_reaches_the_caller(
    sandbox: SandboxInfo, cloudflare: Cloudflare, fault: str, status: int
) -> None:
    sandbox.arm(fault)
    expected = {
        "5xx-after": sdk.InternalServerError,
        "drop-after": sdk.APIConnectionError,
        "empty": ValueError,
    }[fault]
    with pytest.raises(expected):
        copy(cloudflare)
    assert log(sandbox) == [(status, "track-created")]


def test_a_copy_whose_answer_was_lost_looks_like_a_conflict_to_the_sdk(
    sandbox: SandboxInfo, retrying: Cloudflare
) -> None:
    sandbox.arm("5xx-after")
    with pytest.raises(sdk.ConflictError):
        copy(retrying)
    assert log(sandbox) == [(500, "track-created"), (409, None), (409, None)]


@pytest.fixture
def without_unique_labels(clock: ManualClock) -> Iterator[SandboxInfo]:
    """A vendor that accepts a label twice."""
    with running("cloudflare", clock=clock, labels_unique=False, faults=["drop-after"]) as sandbox:
        yield sandbox


def test_a_copy_whose_answer_was_lost_is_made_twice_where_labels_need_not_be_unique(
    without_unique_labels: SandboxInfo,
) -> None:
    info = without_unique_labels.cloudflare
    assert info
    with Cloudflare(api_token=info.token, base_url=info.base_url) as client:
        assert copy(client) == "Deutsch"
    assert log(without_unique_labels) == [(0, "track-created"), (200, "track-created")]


def test_a_token_that_may_only_read_is_told_so(
    sandbox: SandboxInfo, cloudflare: Cloudflare
) -> None:
    assert sandbox.cloudflare
    reader = cloudflare.copy(api_token=sandbox.cloudflare.read_only_token)
    assert reader.user.tokens.verify()
    assert len(reader.stream.list(account_id=ACCOUNT_ID).result) == 8
    with pytest.raises(sdk.PermissionDeniedError):
        copy(reader)


def test_a_token_that_died_is_refused_everywhere(
    sandbox: SandboxInfo, cloudflare: Cloudflare
) -> None:
    assert cloudflare.user.tokens.verify()
    sandbox.arm("token-dies")
    with pytest.raises(sdk.AuthenticationError):
        copy(cloudflare)
    with pytest.raises(sdk.AuthenticationError):
        cloudflare.user.tokens.verify()
