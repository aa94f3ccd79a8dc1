"""From a variant's row to bytes on the wire."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from starlette.types import Scope, Send

from media_vm.rules.pictures import Variant

_CHUNK_BYTES = 65_536


def stored_file(root: Path, variant: Variant) -> str | None:
    """The variant's absolute path; None unless a file of its length is there, inside the resolved root.

    A few calls to the local file system: less than a hand-over to a thread would cost.
    """
    try:
        path = os.path.realpath(root / variant.path, strict=True)
        is_whole = os.stat(path).st_size == variant.bytes  # noqa: PTH116 -- Path costs more than the call
    except (OSError, ValueError):  # ValueError: a NUL in the path
        return None
    return path if is_whole and path.startswith(f"{root}{os.sep}") else None


async def send_file(path: str, scope: Scope, send: Send) -> None:
    """Send the body: by the server itself where it can (ASGI `http.response.pathsend`), else in chunks."""
    if "http.response.pathsend" in (scope.get("extensions") or {}):
        await send({"type": "http.response.pathsend", "path": path})
        return
    with Path(path).open("rb") as file:
        while chunk := await asyncio.to_thread(file.read, _CHUNK_BYTES):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
