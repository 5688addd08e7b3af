"""Fetching what a URL names, from real hosts on the loopback."""

import asyncio
import gzip
import resource
import ssl
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from loopback_host import LIMIT, OPEN, Writes, answer, host, leads_to
from media_tracks_server.fetching import Fetched, Fetcher, Times
from media_tracks_tools.errors import (
    CallerError,
    MediaTracksError,
    NotFound,
    RateLimited,
    SetupError,
    Unavailable,
    Unreachable,
    Unreadable,
)

SHORT = Times(connect=0.2, stalled=0.2)


async def unheard(_done: int, _total: int | None) -> None:
    """A report that nobody reads."""


async def test_a_text_is_fetched_without_credentials_cookies_or_a_proxy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Neither the environment's proxy nor its netrc, nor the cookie of a redirect, is used."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for proxy in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(proxy, "http://127.0.0.1:9")

    async def writes(head: bytes, writer: asyncio.StreamWriter) -> None:
        if head.startswith(b"GET /a?sign=1 "):
            moved = answer(b"", "Location: /b", "Set-Cookie: who=me", status="302 Found")
            await moved(head, writer)
        else:
            await answer("WEBVTT ü".encode())(head, writer)

    async with host(writes) as seen:
        assert await OPEN.fetch_text(f"{seen.url}/a?sign=1", LIMIT) == "WEBVTT ü"
    assert [head.splitlines()[0] for head in seen.heads] == [
        "get /a?sign=1 http/1.1",
        "get /b http/1.1",
    ]
    assert not any(
        word in head for head in seen.heads for word in ("cookie", "authorization", "referer")
    )


async def test_five_redirects_are_followed_and_no_more() -> None:
    async with host(answer(b"", "Location: /on", status="307 Temporary Redirect")) as seen:
        with pytest.raises(CallerError, match="redirects too often"):
            await OPEN.fetch_text(seen.url, LIMIT)
    assert len(seen.heads) == 6


async def test_the_next_address_is_tried_where_one_does_not_answer() -> None:
    async with host(answer(b"there"), "127.0.0.2") as seen:
        fetcher = Fetcher(allow_private=True, resolve=leads_to(["127.0.0.1", "127.0.0.2"]))
        assert await fetcher.fetch_text(f"http://name.invalid:{seen.port}/", LIMIT) == "there"
    assert f"host: name.invalid:{seen.port}" in seen.heads[0]


def certified(folder: Path, name: str) -> ssl.SSLContext:
    """A server's side of TLS for this name; its own authority is `folder`/ca.pem."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "ca.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "ca.pem", folder / "key.pem")
    return context


async def test_tls_asks_for_and_checks_the_name_of_the_url_not_the_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls = certified(tmp_path, "good.test")
    asked: list[str | None] = []
    tls.sni_callback = lambda _socket, name, _context: asked.append(name)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    fetcher = Fetcher(allow_private=True, resolve=leads_to(["127.0.0.1"], ["127.0.0.1"]))
    async with host(answer(b"safe"), tls=tls) as seen:
        assert await fetcher.fetch_text(f"https://good.test:{seen.port}/", LIMIT) == "safe"
        with pytest.raises(Unreachable, match=r"The certificate of evil\.test is not valid"):
            await fetcher.fetch_text(f"https://evil.test:{seen.port}/", LIMIT)
    assert asked == ["good.test", "evil.test"]


async def test_a_host_without_an_address_or_a_connection_is_unreachable() -> None:
    async with host(answer(b"")) as gone:
        pass
    with pytest.raises(Unreachable, match="can't be reached"):
        await OPEN.fetch_text(gone.url, LIMIT)
    with pytest.raises(Unreachable, match="No address was found for a"):
        await OPEN.fetch_text(f"http://a{'b' * 70}.invalid/", LIMIT)


async def test_a_look_up_that_never_ends_is_given_up() -> None:
    async def silent(_host: str, _port: int) -> Sequence[str]:
        await anyio.sleep_forever()
        return ()

    fetcher = Fetcher(allow_private=True, resolve=silent, times=SHORT)
    with pytest.raises(Unreachable, match=r"No address was found for slow\.test"):
        await fetcher.fetch_text("http://slow.test/", LIMIT)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((401, CallerError), (403, CallerError), (404, NotFound), (410, NotFound)),
        *((400, CallerError), (429, RateLimited), (408, Unavailable), (500, Unavailable)),
        *((204, Unavailable), (206, Unavailable), (304, Unavailable), (302, Unavailable)),
    ],
)
async def test_a_status_says_whose_turn_it_is(status: int, kind: type[MediaTracksError]) -> None:
    async with host(answer(b"", status=f"{status} Some")) as seen:
        with pytest.raises(kind) as caught:
            await OPEN.fetch_text(f"{seen.url}/x?signature=s3cret", LIMIT)
    assert type(caught.value) is kind
    assert f"(HTTP {status})" in caught.value.message
    assert "s3cret" not in f"{caught.value.message}{caught.value.next_step}"


async def endless(head: bytes, writer: asyncio.StreamWriter) -> None:
    """A body without a length and without an end; under /packed, one that holds nothing."""
    packing = b"/packed " in head
    writer.write(b"HTTP/1.1 200 OK\r\n" + b"Content-Encoding: gzip\r\n" * packing + b"\r\n")
    while True:
        writer.write(gzip.compress(b"") * 3000 if packing else b"x" * 65536)
        await writer.drain()


async def announcing(_head: bytes, writer: asyncio.StreamWriter) -> None:
    """Says how long it is, and sends none of it."""
    writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {LIMIT + 1}\r\n\r\n".encode())


def packed(body: bytes) -> Writes:
    return answer(body, "Content-Encoding: gzip")


@pytest.mark.parametrize(
    ("writes", "path"),
    [
        (announcing, "announced"),
        (endless, "endless"),
        (packed(gzip.compress(b"\0" * (50 * LIMIT))), "bomb"),
        (endless, "packed"),
    ],
)
async def test_what_is_too_large_is_given_up(writes: Writes, path: str) -> None:
    async with host(writes) as seen:
        with pytest.raises(CallerError, match=f"{path} is larger than 1 MB") as caught:
            await OPEN.fetch_text(f"{seen.url}/{path}", LIMIT)
    assert caught.value.code == "too_large"


@given(st.lists(st.text(), min_size=1, max_size=3), st.integers(0, 9))
async def test_gzip_that_nobody_asked_for_is_undone(parts: list[str], level: int) -> None:
    """As a storage sends it; in several members too."""
    text = "".join(parts).replace("\0", "") + "end"
    members = [gzip.compress(text.encode()[:3], level), gzip.compress(text.encode()[3:], level)]
    async with host(packed(b"".join(members))) as seen:
        assert await OPEN.fetch_text(seen.url, LIMIT) == text.removeprefix("\ufeff")


@pytest.mark.parametrize(
    "writes",
    [
        packed(gzip.compress(b"WEBVTT" * 99)[:-9]),
        packed(b"WEBVTT"),
        answer(zlib.compress(b"WEBVTT"), "Content-Encoding: br"),
    ],
)
async def test_an_encoding_that_lies_is_the_hosts_fault(writes: Writes) -> None:
    async with host(writes) as seen:
        with pytest.raises(Unreadable):
            await OPEN.fetch_text(seen.url, LIMIT)


async def stalled(_head: bytes, writer: asyncio.StreamWriter) -> None:
    """Half a body, then silence until the client hangs up."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")
    await writer.drain()
    await asyncio.wait_for(writer.wait_closed(), 30)


async def dripping(_head: bytes, writer: asyncio.StreamWriter) -> None:
    """Never silent for long, and never done."""
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.01)


async def test_a_body_that_stalls_drips_or_breaks_off_is_given_up() -> None:
    async with host(dripping) as seen:
        fetcher = Fetcher(allow_private=True, times=Times(text=0.3))
        with pytest.raises(Unavailable, match=r"did not arrive within 0\.3 s"):
            await fetcher.fetch_text(seen.url, LIMIT)
    async with host(answer(b"12345", "Content-Length: 10")) as seen:
        with pytest.raises(Unavailable, match="in the middle of its answer"):
            await OPEN.fetch_text(seen.url, LIMIT)


async def test_a_file_is_streamed_with_its_progress(tmp_path: Path) -> None:
    body, told = bytes(range(256)) * 2000, list[tuple[int, int | None]]()

    async def report(done: int, total: int | None) -> None:
        told.append((done, total))

    async with host(answer(body, "Content-Type: audio/mp4")) as seen:
        fetched = await OPEN.fetch_file(seen.url, tmp_path / "new.m4a", LIMIT, report)
    assert fetched == Fetched(len(body), "audio/mp4")
    assert (tmp_path / "new.m4a").read_bytes() == body
    assert told[-1] == (len(body), len(body))
    assert told == sorted(told)
    assert len(told) > 1


@pytest.mark.parametrize("writes", [endless, stalled, answer(b"", status="404 Gone")])
async def test_of_a_file_that_did_not_become_whole_nothing_is_left(
    writes: Writes, tmp_path: Path
) -> None:
    fetcher = Fetcher(allow_private=True, times=SHORT)
    async with host(writes) as seen:
        with pytest.raises((CallerError, Unavailable)):
            await fetcher.fetch_file(seen.url, tmp_path / "new", LIMIT, unheard)
    assert [path async for path in anyio.Path(tmp_path).iterdir()] == []


async def test_a_cancelled_fetch_leaves_nothing(tmp_path: Path) -> None:
    """As when its job is cancelled in the middle of the body."""
    async with host(stalled) as seen, anyio.create_task_group() as tasks:

        async def stop(_done: int, _total: int | None) -> None:
            tasks.cancel_scope.cancel()

        await OPEN.fetch_file(seen.url, tmp_path / "new", LIMIT, stop)
    assert [path async for path in anyio.Path(tmp_path).iterdir()] == []


async def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(SetupError, match="File exists"):
        await OPEN.fetch_file("http://127.0.0.1:9/", tmp_path / "mine", LIMIT, unheard)
    assert (tmp_path / "mine").read_text() == "mine"


@pytest.mark.parametrize("size", [2000, 200_000])
async def test_a_disk_that_is_full_is_the_setups_fault(tmp_path: Path, size: int) -> None:
    """Whether that shows while writing or only when the rest is written at the end."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    async with host(answer(b"x" * size)) as seen:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
        try:
            with pytest.raises(SetupError, match="can't be written to this server's disk: File"):
                await OPEN.fetch_file(seen.url, tmp_path / "new", LIMIT, unheard)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [path async for path in anyio.Path(tmp_path).iterdir()] == []
