"""Where a text or a sound comes from: files under the roots, and URLs."""

import codecs
import os
from pathlib import Path

import anyio
import pytest

from loopback_host import OPEN, answer, host
from media_tracks_server.fetching import Fetcher
from media_tracks_server.providers.local.roots import Root
from media_tracks_server.sources import MAX_TEXT_BYTES, Sources
from media_tracks_tools import services
from media_tracks_tools.errors import CallerError, NotFound, SetupError

WORDS = "WEBVTT\n\n00:01.000 --> 00:02.000\nGrüße 👋\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "videos"
    (folder / "talks").mkdir(parents=True)
    (folder / "talks" / "de.vtt").write_text(WORDS, encoding="utf-8")
    (tmp_path / "outside.vtt").write_text(WORDS)
    (tmp_path / "private").mkdir()
    (folder / "link.vtt").symlink_to(tmp_path / "outside.vtt")
    (folder / "way").symlink_to(tmp_path / "private")
    return folder


@pytest.fixture
def sources(root: Path) -> services.Sources:
    return Sources((Root(name="mine", path=root),), OPEN)


@pytest.mark.parametrize("named", ["talks/de.vtt", "mine/talks/de.vtt", "./talks/../talks/de.vtt"])
async def test_a_file_under_a_root_is_found_and_read(
    sources: services.Sources, root: Path, named: str
) -> None:
    assert sources.file(named) == root / "talks" / "de.vtt"
    assert await sources.text(named) == WORDS
    assert await sources.text(str(root / named.removeprefix("mine/"))) == WORDS


@pytest.mark.parametrize(
    "named",
    ["../outside.vtt", "link.vtt", "way", "../private", "/etc/hostname", "/etc", "no.vtt", "a\0b"],
)
async def test_outside_is_not_found_whether_it_is_there_or_not(
    sources: services.Sources, named: str
) -> None:
    """Folders outside are not even told to be folders."""
    with pytest.raises(NotFound, match="is no file in the configured folders"):
        sources.file(named)
    with pytest.raises(NotFound):
        await sources.text(named)


async def test_half_a_character_is_told(sources: services.Sources) -> None:
    with pytest.raises(CallerError, match="a character that is no text"):
        await sources.text("\ud800.vtt")


@pytest.mark.parametrize("named", ["talks", "mine/talks", ".", "talks/"])
async def test_a_folder_is_said_to_be_one(sources: services.Sources, named: str) -> None:
    with pytest.raises(CallerError, match="is a folder") as caught:
        await sources.text(named)
    assert type(caught.value) is CallerError


async def test_without_a_root_only_urls_are_sources() -> None:
    none = Sources((), OPEN)
    with pytest.raises(SetupError) as caught:
        await none.text("talks/de.vtt")
    assert caught.value.code == "no_local_root"
    assert "MEDIA_TRACKS_LOCAL_ROOTS" in str(caught.value.next_step)
    async with host(answer(WORDS.encode())) as seen:
        assert await none.text(f" {seen.url}/de.vtt") == WORDS


@pytest.mark.parametrize(
    "data",
    [
        codecs.BOM_UTF8 + WORDS.encode(),
        codecs.BOM_UTF16_LE + WORDS.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + WORDS.encode("utf-16-be"),
    ],
)
async def test_a_byte_order_mark_tells_the_encoding_and_is_no_part_of_the_text(
    sources: services.Sources, root: Path, data: bytes
) -> None:
    await anyio.Path(root / "new.vtt").write_bytes(data)
    assert await sources.text("new.vtt") == WORDS
    async with host(answer(data)) as seen:
        assert await sources.text(seen.url) == WORDS


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (WORDS.encode("latin-1", "replace"), "not_text"),
        (codecs.BOM_UTF16_LE + b"x", "not_text"),
        (b"\x1aE\xdf\xa3\0\0", "not_text"),
        (b"text\0with a NUL", "not_text"),
        (b"x" * (MAX_TEXT_BYTES + 1), "too_large"),
    ],
)
async def test_what_is_no_text_is_told_in_the_same_words_wherever_it_lies(
    sources: services.Sources, root: Path, data: bytes, code: str
) -> None:
    await anyio.Path(root / "new.vtt").write_bytes(data)
    async with host(answer(data)) as seen:
        for named in ("new.vtt", f"{seen.url}/new.vtt"):
            with pytest.raises(CallerError, match=r"new\.vtt") as caught:
                await sources.text(named)
            assert caught.value.code == code
            assert caught.value.next_step


async def test_exactly_as_much_as_is_allowed_is_read(sources: services.Sources, root: Path) -> None:
    await anyio.Path(root / "long.vtt").write_bytes(b"x" * MAX_TEXT_BYTES)
    assert len(await sources.text("long.vtt")) == MAX_TEXT_BYTES


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
async def test_a_file_that_may_not_be_read_says_so(sources: services.Sources, root: Path) -> None:
    await anyio.Path(root / "talks" / "de.vtt").chmod(0)
    with pytest.raises(CallerError, match="can't be read: Permission denied"):
        await sources.text("talks/de.vtt")


@pytest.mark.parametrize("url", ["HTTP://127.0.0.1/a", "https://localhost/a", "ftp://h.test/a"])
async def test_an_address_is_never_taken_for_a_file(root: Path, url: str) -> None:
    """And is refused by the fetcher's rules."""
    closed = Sources((Root(name="mine", path=root),), Fetcher(allow_private=False))
    with pytest.raises(CallerError) as caught:
        await closed.text(url)
    assert caught.value.code in ("private_address", "bad_url")
