"""Whose request is it? The address that limits count by, when proxies stand between (`X-Forwarded-For`)."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
_Address = IPv4Address | IPv6Address

_ONE_HOLDERS_BITS = 64  # of an IPv6 address: the rest is the holder's to choose, 2^64 of them (RFC 6177)
UNKNOWN = "unknown"
"""Whoever comes without an address, as over a Unix socket."""


def networks_named(names: Sequence[str]) -> tuple[Network, ...]:
    """`127.0.0.1`, `10.0.0.0/8`, `::1` … as networks. ValueError: one is neither address nor network."""
    return tuple(ip_network(name) for name in names)


def client_of(peer: str | None, forwarded: str, trusted: Sequence[Network]) -> str:
    """Who asks, for counting: an IPv4 address, or the /64 of an IPv6 one.

    peer: the other end of the connection. forwarded: `X-Forwarded-For`, of which only what a trusted proxy wrote
    counts: read from its end, as long as who wrote an entry is trusted. All before that anybody can make up.
    """
    who = _address(peer or "")
    for hop in reversed(forwarded.split(",")):
        before = _address(hop) if _is_trusted(who, trusted) else None
        if before is None:
            break
        who = before
    return UNKNOWN if who is None else _holder(who)


def _is_trusted(who: _Address | None, trusted: Sequence[Network]) -> bool:
    return who is not None and any(who in network for network in trusted)


def _address(text: str) -> _Address | None:
    """`192.0.2.7`, `192.0.2.7:443`, `2001:db8::7`, `[2001:db8::7]:443`; None if it is no address."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _holder(address: _Address) -> str:
    if isinstance(address, IPv4Address):
        return str(address)
    return str(IPv6Network((int(address) >> (128 - _ONE_HOLDERS_BITS) << (128 - _ONE_HOLDERS_BITS), 64)))
