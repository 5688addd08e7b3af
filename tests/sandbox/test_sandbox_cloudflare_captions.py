"""The Cloudflare sandbox's captions, driven by the official SDK."""

import cloudflare as sdk
import httpx
import pytest
from cloudflare import Cloudflare
from cloudflare.types.stream import Caption

from media_tracks_server.sandbox import Effect, ManualClock, SandboxInfo
from media_tracks_server.sandbox.cloudflare_seed import (
    ACCOUNT_ID,
    FEATURED_VIDEO_UID,
    INTERVIEW_UID,
    PROCESSING_VIDEO_UID,
    PRODUCT_TOUR_UID,
    SILENT_VIDEO_UID,
    TOWN_HALL_UID,
)

CAPTION = f"/stream/{FEATURED_VIDEO_UID}/captions/fr"
TEXT = "WEBVTT\n\n00:00.000 --> 00:02.000\nBonjour\n"


def get(cloudflare: Cloudflare, language: str, video: str = FEATURED_VIDEO_UID) -> Caption:
    """One caption that must exist."""
    caption = cloudflare.stream.captions.language.get(
        language, account_id=ACCOUNT_ID, identifier=video
    )
    assert caption
    return caption


def listed(cloudflare: Cloudflare, video: str = FEATURED_VIDEO_UID) -> dict[str | None, Caption]:
    """The video's captions by language."""
    page = cloudflare.stream.captions.get(video, account_id=ACCOUNT_ID)
    return {caption.language: caption for caption in page.result}


def generate(cloudflare: Cloudflare, language: str, video: str = FEATURED_VIDEO_UID) -> Caption:
    """Begin to generate a caption."""
    caption = cloudflare.stream.captions.language.create(
        language, account_id=ACCOUNT_ID, identifier=video
    )
    assert caption
    return caption


def vtt(cloudflare: Cloudflare, language: str, video: str = FEATURED_VIDEO_UID) -> str:
    """The caption's text."""
    return cloudflare.stream.captions.language.vtt.get(
        language, account_id=ACCOUNT_ID, identifier=video
    )


def delete(cloudflare: Cloudflare, language: str, video: str = FEATURED_VIDEO_UID) -> str:
    """Remove a caption."""
    return cloudflare.stream.captions.language.delete(
        language, account_id=ACCOUNT_ID, identifier=video
    )


def effects(sandbox: SandboxInfo) -> list[Effect]:
    """All that really changed, in order."""
    return [entry.effect for entry in sandbox.log() if entry.effect]


def test_a_generated_caption_is_in_progress_and_then_ready(
    cloudflare: Cloudflare, clock: ManualClock, sandbox: SandboxInfo
) -> None:
    caption = generate(cloudflare, "en")
    assert caption.to_dict() == {
        "language": "en",
        "label": "English (auto-generated)",
        "generated": True,
        "status": "inprogress",
    }
    clock.advance(9.9)
    assert listed(cloudflare)["en"].status == "inprogress"
    with pytest.raises(sdk.NotFoundError):
        vtt(cloudflare, "en")
    clock.advance(0.1)
    assert get(cloudflare, "en").status == "ready"
    text = vtt(cloudflare, "en")
    assert text.startswith("WEBVTT\n\n00:00:00.000 --> ")
    assert effects(sandbox) == ["caption-created"]


def test_the_text_is_bare_webvtt(stream: httpx.Client) -> None:
    response = stream.get(f"/stream/{INTERVIEW_UID}/captions/en/vtt")
    assert response.headers["content-type"].startswith("text/vtt")
    assert response.text.startswith("WEBVTT")


@pytest.mark.parametrize(
    ("language", "video"),
    [
        ("sv", FEATURED_VIDEO_UID),
        ("en", PROCESSING_VIDEO_UID),
        ("en", SILENT_VIDEO_UID),
        ("e", FEATURED_VIDEO_UID),
    ],
)
def test_what_cannot_be_generated_is_a_bad_request(
    cloudflare: Cloudflare, sandbox: SandboxInfo, language: str, video: str
) -> None:
    with pytest.raises(sdk.BadRequestError):
        generate(cloudflare, language, video)
    assert effects(sandbox) == []


@pytest.mark.parametrize(
    ("language", "video"), [("en", INTERVIEW_UID), ("en", PRODUCT_TOUR_UID), ("de", TOWN_HALL_UID)]
)
def test_a_caption_that_exists_is_deleted_before_another_is_generated(
    cloudflare: Cloudflare, sandbox: SandboxInfo, language: str, video: str
) -> None:
    with pytest.raises(sdk.ConflictError):
        generate(cloudflare, language, video)
    assert delete(cloudflare, language, video) == ""
    assert language not in listed(cloudflare, video)
    generate(cloudflare, language, video)
    assert effects(sandbox) == ["caption-deleted", "caption-created"]


def test_a_region_has_a_caption_of_its_own(cloudflare: Cloudflare) -> None:
    assert generate(cloudflare, "en-GB").label == "English (GB) (auto-generated)"
    assert generate(cloudflare, "en").language == "en"
    assert list(listed(cloudflare)) == ["en-GB", "en"]


def test_a_failed_caption_is_listed_and_has_no_text(cloudflare: Cloudflare) -> None:
    assert listed(cloudflare, TOWN_HALL_UID)["de"].status == "error"
    with pytest.raises(sdk.NotFoundError):
        vtt(cloudflare, "de", TOWN_HALL_UID)


def test_an_uploaded_file_is_ready_at_once(
    stream: httpx.Client, cloudflare: Cloudflare, sandbox: SandboxInfo
) -> None:
    response = stream.put(CAPTION, files={"file": ("fr.vtt", TEXT.encode(), "text/vtt")})
    assert response.json()["result"] == {
        "language": "fr",
        "label": "Français",
        "generated": False,
        "status": "ready",
    }
    assert vtt(cloudflare, "fr") == TEXT
    assert effects(sandbox) == ["caption-uploaded"]


def test_the_sdk_sends_its_text_as_a_field(cloudflare: Cloudflare, sandbox: SandboxInfo) -> None:
    generate(cloudflare, "fr")
    caption = cloudflare.stream.captions.language.update(
        "fr", account_id=ACCOUNT_ID, identifier=FEATURED_VIDEO_UID, file=TEXT
    )
    assert caption
    assert (caption.generated, caption.status) == (False, "ready")
    assert vtt(cloudflare, "fr").splitlines() == TEXT.splitlines()
    assert effects(sandbox) == ["caption-created", "caption-uploaded"]


def test_a_language_without_a_known_name_is_labelled_by_its_tag(stream: httpx.Client) -> None:
    response = stream.put(CAPTION.replace("/fr", "/mi-NZ"), files={"file": ("a.vtt", TEXT)})
    assert response.json()["result"]["label"] == "mi-NZ"


@pytest.mark.parametrize("content", [b"", b"1\n00:00:00,000 --> 00:00:02,000\nBonjour\n"])
def test_only_webvtt_can_be_uploaded(
    stream: httpx.Client, sandbox: SandboxInfo, content: bytes
) -> None:
    assert stream.put(CAPTION, files={"file": ("fr.srt", content)}).status_code == 400
    assert stream.put(CAPTION).status_code == 400
    assert effects(sandbox) == []


def test_a_caption_file_has_at_most_10_mb(stream: httpx.Client, sandbox: SandboxInfo) -> None:
    content = b"WEBVTT\n".ljust(10_000_001)
    assert stream.put(CAPTION, files={"file": ("fr.vtt", content)}).status_code == 413
    assert effects(sandbox) == []


def test_a_language_without_a_caption_is_not_found(
    cloudflare: Cloudflare, sandbox: SandboxInfo
) -> None:
    for call in (get, vtt, delete):
        with pytest.raises(sdk.NotFoundError):
            call(cloudflare, "fr")
    assert effects(sandbox) == []
