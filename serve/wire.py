"""What our plain ASGI applications hear from the server and say to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.types import Scope, Send

Raw = Sequence[tuple[bytes, bytes]]

_CONDITIONS = {b"if-none-match", b"range", b"if-range"}
_READ = _CONDITIONS | {b"accept", b"origin", b"authorization", b"access-control-request-method"}


def headers_read(scope: Scope) -> dict[bytes, str]:
    """Those headers of a request that a picture hangs on, each as one line, however many lines it came in
    (RFC 9110 §5.2)."""
    found: dict[bytes, str] = {}
    for name, value in scope["headers"]:
        if name in _READ:
            text = value.decode("latin-1")
            found[name] = f"{found[name]}, {text}" if name in found else text
    return found


def raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Headers as the server takes them."""
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]


async def start(send: Send, status: int, headers: Raw) -> None:
    """The head of an answer; its body follows."""
    await send({"type": "http.response.start", "status": status, "headers": headers})


async def send_whole(send: Send, status: int, headers: Raw, body: bytes = b"") -> None:
    """An answer in one go."""
    await start(send, status, headers)
    await send({"type": "http.response.body", "body": body})
