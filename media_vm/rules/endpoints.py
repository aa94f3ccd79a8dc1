"""Is an endpoint this very machine? Then a key may go there in plain text, and what it does costs nothing."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

_FORM = (
    "should be a host such as eu-vision.googleapis.com or https://vision.example:8443; plain text, as "
    "http://127.0.0.1:8090 or 127.0.0.1:8090, is for an address of this machine alone"
)


def is_this_machine(name: str | None) -> bool:
    """Is a host's name or address a loopback one?"""
    try:
        return ipaddress.ip_address(name or "").is_loopback
    except ValueError:
        return name == "localhost"


def leads_here(url: str | None) -> bool:
    """The same of a URL, or of a host with its port. None leads elsewhere: to a provider's own."""
    if url is None:
        return False
    try:
        return is_this_machine(urlsplit(url if "://" in url else f"//{url}").hostname)
    except ValueError:
        return False


def host_of(text: str) -> tuple[str, bool]:
    """A host with its port, where it has one, and whether it is asked in plain text. ValueError: no host, more
    than a host, or plain text to elsewhere.

    A key sent in plain text to another machine is a key given away, so there is no setting that allows it.
    """
    try:
        parts = urlsplit(text if "://" in text else f"//{text}")
        name, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError(_FORM) from None
    has_more = parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc
    if not name or has_more or parts.scheme not in ("", "http", "https"):
        raise ValueError(_FORM)
    is_plain = parts.scheme == "http" or (parts.scheme == "" and port is not None)
    if is_plain and not is_this_machine(name):
        raise ValueError(_FORM)
    return parts.netloc, is_plain
