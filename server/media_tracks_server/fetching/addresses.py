"""Which addresses are public: routed on the internet, and not part of anybody's own network.

`is_global` alone does not tell: Python 3.11.7 says it of multicast (224.0.0.1, ff0e::1), of
loopback in other clothes (::127.0.0.1, 64:ff9b::7f00:1, 2002:7f00:1::) and of fec0::1. So for
IPv6 only global unicast (2000::/3) is open, less the blocks that carry or translate others.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_CLOSED_V4 = (
    IPv4Network("192.0.0.0/24"),  # protocol assignments; Oracle's metadata is in it
    IPv4Network("192.88.99.0/24"),  # relays of 6to4
    IPv4Network("168.63.129.16/32"),  # Azure's host, reached only from inside
)
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_CLOSED_V6 = (
    IPv6Network("2001::/23"),  # protocol assignments; Teredo carries IPv4
    IPv6Network("2001:db8::/32"),
    IPv6Network("2002::/16"),  # 6to4 carries IPv4
    IPv6Network("3fff::/20"),  # documentation, since RFC 9637
)
_NAT64 = IPv6Network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Whether an address, as a resolver gives it, is one of the open internet.

    An IPv4 address within IPv6 (mapped, or NAT64's well-known prefix, which networks without
    IPv4 need for every such host) counts as what it carries. What is no address is not public.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return _open_v4(found) if isinstance(found, IPv4Address) else _open_v6(found)


def _open_v4(address: IPv4Address) -> bool:
    special = address.is_multicast or address.is_reserved or not address.is_global
    return not special and not any(address in network for network in _CLOSED_V4)


def _open_v6(address: IPv6Address) -> bool:
    if address.scope_id is not None:
        return False
    if address.ipv4_mapped is not None:
        return _open_v4(address.ipv4_mapped)
    if address in _NAT64:
        return _open_v4(IPv4Address(int(address) & 0xFFFF_FFFF))
    open_to_all = address in _GLOBAL_UNICAST and address.is_global
    return open_to_all and not any(address in network for network in _CLOSED_V6)
