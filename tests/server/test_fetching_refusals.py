"""What is never fetched: addresses that are not public, and what is no address."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address

import pytest
import respx
from hypothesis import given
from hypothesis import strategies as st

from loopback_host import LIMIT, OPEN, answer, host, leads_to
from media_tracks_server.fetching import Fetcher
from media_tracks_server.fetching.addresses import is_public
from media_tracks_tools.errors import CallerError, MediaTracksError, Unreachable

PUBLIC = "93.184.215.14"
PIECES = (
    *("http://", "https:", "//", "[", "]", "::1", "@", ":", "%", "/", "?", "#", "a", "é", "\\"),
    *("..", "xn--", "\0", " ", "host.test", "99999", "\ud800", "\uff10", "\r\n"),
)


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://host.test/a", "file:///some/where", "http:///a", "http://h.test:99999/", "x"),
        *("http://me:pw@host.test/", "http://me@host.test/", "http://[::1/", "http://\0/", ""),
    ],
)
async def test_what_is_no_address_of_the_web_is_never_looked_up(url: str) -> None:
    with pytest.raises(CallerError) as caught:
        await Fetcher(allow_private=True, resolve=leads_to()).fetch_text(url, LIMIT)
    assert caught.value.code == "bad_url"
    assert "pw" not in caught.value.message


@pytest.mark.parametrize(
    "host_and_port",
    ["127.0.0.1", "localhost:80", "[::1]", "127.1", "2130706433", "0x7f.1", "0", "[::ffff:7f00:1]"],
)
async def test_this_machine_is_refused_however_it_is_written(host_and_port: str) -> None:
    """The system's own resolver reads them; no packet leaves for any of them."""
    with pytest.raises(CallerError) as caught:
        await Fetcher(allow_private=False).fetch_text(f"http://{host_and_port}/?key=1", LIMIT)
    assert caught.value.code == "private_address"
    assert "MEDIA_TRACKS_ALLOW_PRIVATE_URLS" in str(caught.value.next_step)


async def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    fetcher = Fetcher(allow_private=False, resolve=leads_to([PUBLIC, "10.0.0.7"]))
    with pytest.raises(CallerError, match=r"^evil\.test is not on the public internet") as caught:
        await fetcher.fetch_text("http://evil.test/", LIMIT)
    assert "10.0.0.7" not in f"{caught.value.message}{caught.value.next_step}"


async def test_the_address_that_was_checked_is_the_one_connected_to(
    respx_mock: respx.MockRouter,
) -> None:
    """A name that is public at first and this machine afterwards is looked up once a request."""
    route = respx_mock.get(f"https://{PUBLIC}:8443/a").respond(200, text="public")
    fetcher = Fetcher(allow_private=False, resolve=leads_to([PUBLIC], ["127.0.0.1"]))
    assert await fetcher.fetch_text("https://rebind.test:8443/a", LIMIT) == "public"
    request = route.calls.last.request
    assert request.headers["Host"] == "rebind.test:8443"
    assert request.extensions["sni_hostname"] == "rebind.test"
    with pytest.raises(CallerError, match="not on the public internet"):
        await fetcher.fetch_text("https://rebind.test:8443/a", LIMIT)
    assert route.call_count == 1


async def test_a_redirect_to_a_private_address_is_refused(respx_mock: respx.MockRouter) -> None:
    first = respx_mock.get(f"http://{PUBLIC}/").respond(
        301, headers={"Location": "http://metadata.test/latest?token=1"}
    )
    fetcher = Fetcher(allow_private=False, resolve=leads_to([PUBLIC], ["169.254.169.254"]))
    with pytest.raises(CallerError, match=r"metadata\.test is not on the public"):
        await fetcher.fetch_text("http://good.test/", LIMIT)
    assert first.call_count == 1


@pytest.mark.parametrize("location", ["file:///some/where", "http://me:pw@h.test/", "http://xn--/"])
async def test_a_redirect_is_held_to_the_same_rules(location: str) -> None:
    async with host(answer(b"", f"Location: {location}", status="302 Found")) as seen:
        with pytest.raises(CallerError) as caught:
            await OPEN.fetch_text(seen.url, LIMIT)
    assert caught.value.code == "bad_url"


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
async def test_no_url_whatever_its_form_is_more_than_a_wrong_one(url: str) -> None:
    """Nor as a redirect."""

    async def nowhere(_host: str, _port: int) -> tuple[str, ...]:
        return ()

    fetcher = Fetcher(allow_private=False, resolve=nowhere)
    with pytest.raises((CallerError, Unreachable)):
        await fetcher.fetch_text(url, LIMIT)
    with respx.mock() as router:
        location = url.encode("utf-8", "surrogatepass")
        router.get(f"http://{PUBLIC}/").respond(302, headers=[(b"Location", location)])
        fetcher = Fetcher(allow_private=False, resolve=leads_to([PUBLIC], []))
        with pytest.raises(MediaTracksError):
            await fetcher.fetch_text("http://first.test/", LIMIT)


V4_CLOSED = [
    IPv4Network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4"),
    )
]


@given(st.sampled_from(V4_CLOSED).flatmap(lambda net: st.ip_addresses(network=net)))
def test_no_closed_ipv4_address_is_public_in_any_clothes(closed: IPv4Address) -> None:
    """As it is, mapped, compatible, by NAT64 and its local form, 6to4, Teredo and translated."""
    number = int(closed)
    prefixes = ("::ffff:0:0", "::", "64:ff9b::", "64:ff9b:1::", "::ffff:0:0:0")
    dressed = [str(IPv6Address(int(IPv6Address(prefix)) | number)) for prefix in prefixes]
    six_to_four = str(IPv6Address((0x2002 << 112) | (number << 80) | 1))
    teredo = str(IPv6Address((0x2001 << 96) | (number ^ 0xFFFF_FFFF)))
    for text in (str(closed), *dressed, six_to_four, teredo):
        assert not is_public(text)


@given(st.ip_addresses(v=6))
def test_ipv6_is_public_only_where_it_is_routed_or_carries_public_ipv4(
    address: IPv6Address,
) -> None:
    if is_public(str(address)):
        carried = address.ipv4_mapped or IPv4Address(int(address) & 0xFFFF_FFFF)
        assert int(address) >> 125 == 1 or carried.is_global
        assert not address.is_private or address.ipv4_mapped


@pytest.mark.parametrize(
    ("text", "public"),
    [
        *((PUBLIC, True), ("8.8.8.8", True), ("2606:4700::1111", True), ("2a00:1450::1", True)),
        *(("::ffff:8.8.8.8", True), ("64:ff9b::808:808", True), ("2001:4860:4860::8888", True)),
        *(("168.63.129.16", False), ("192.0.0.192", False), ("100.100.100.200", False)),
        *(("fd00:ec2::254", False), ("fe80::1", False), ("fec0::1", False), ("ff0e::1", False)),
        *(("2606:4700::1%eth0", False), ("3fff::1", False), ("5f00::1", False), ("::", False)),
        *(("2001:db8::1", False), ("4000::1", False), ("no address", False), ("", False)),
    ],
)
def test_known_addresses(text: str, public: bool) -> None:
    assert is_public(text) is public
    assert public is False or ip_address(text)
