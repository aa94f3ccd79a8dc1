"""Whose request it is, when proxies stand between."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_vm.rules.addresses import UNKNOWN, client_of, networks_named

TRUSTED = networks_named(("127.0.0.1", "::1", "10.0.0.0/8"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("192.0.2.7", "", "192.0.2.7"),
        ("192.0.2.7", "198.51.100.1", "192.0.2.7"),  # made up by the client
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "203.0.113.9, 198.51.100.1", "198.51.100.1"),  # the first is what the client said of itself
        ("127.0.0.1", "203.0.113.9, 198.51.100.1, 10.1.2.3", "198.51.100.1"),
        ("127.0.0.1", "10.0.0.1, 10.0.0.2", "10.0.0.1"),
        ("127.0.0.1", "198.51.100.1,", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.1, evil", "127.0.0.1"),
        ("127.0.0.1", "unknown, 10.0.0.9", "10.0.0.9"),
        ("127.0.0.1", " 198.51.100.1:443 ", "198.51.100.1"),
        ("::1", "[2001:db8:1:2:3:4:5:6]:443", "2001:db8:1:2::/64"),
        ("::1", "2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:127.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
        ("fe80::1%eth0", "", "fe80::/64"),
        (None, "198.51.100.1", UNKNOWN),
        ("testclient", "198.51.100.1", UNKNOWN),
    ],
)
def test_only_what_a_trusted_proxy_wrote_counts(peer: str | None, forwarded: str, expected: str) -> None:
    """From the end, as far as trusted hands wrote it; an IPv6 address by what is not its holder's choice."""
    assert expected == client_of(peer, forwarded, TRUSTED)


def test_without_a_trusted_proxy_it_is_who_connected() -> None:
    """However loudly somebody else is named."""
    assert "127.0.0.1" == client_of("127.0.0.1", "198.51.100.1", ())


@given(st.text(alphabet="0123456789abcdef:.,[] %/x", max_size=80))
def test_no_header_breaks_it(forwarded: str) -> None:
    """Whatever stands there, somebody is named in a few characters, for it becomes a key of what is counted."""
    assert 0 < len(client_of("127.0.0.1", forwarded, TRUSTED)) <= len("ffff:ffff:ffff:ffff::/64")
