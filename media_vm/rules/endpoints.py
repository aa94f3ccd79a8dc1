"""Is an endpoint this very machine? Then a key may go there in plain text, and what it does costs nothing.
And what an address to listen on looks like."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

_FORM = (
    "should be a host such as eu-vision.googleapis.com or https://vision.example:8443; plain text, as "
    "http://127.0.0.1:8090 or 127.0.0.1:8090, is for an address of this machine alone"
)
_BIND_FORM = "should be an address and a port, as 127.0.0.1:9464 or [::1]:9464"


@dataclass(frozen=True, slots=True)
class Bind:
    """Where somebody listens. host: a name or an address, an IPv6 one without its brackets."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def bind_of(text: str) -> Bind:
    """`host:port`. ValueError: it is something else."""
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError(_BIND_FORM) from None
    if not host or not port or parts.netloc != text or "@" in text:
        raise ValueError(_BIND_FORM)
    return Bind(host, port)


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
