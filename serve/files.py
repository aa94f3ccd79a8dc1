"""From a variant's row to bytes on the wire."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from starlette.types import Scope, Send

from media_vm.rules.pictures import Variant
from media_vm.rules.ranges import Part

_CHUNK_BYTES = 65_536


def located(root: Path, variant: Variant) -> str | None:
    """The variant's absolute path; None unless a file is there, inside the resolved root.

    A few calls to the local file system: less than a hand-over to a thread would cost.
    """
    try:
        path = os.path.realpath(root / variant.path, strict=True)
    except (OSError, ValueError):  # ValueError: a NUL in the path
        return None
    return path if path.startswith(f"{root}{os.sep}") else None


def is_whole(path: str, length: int) -> bool:
    """Is a file of that many bytes there?"""
    try:
        return os.stat(path).st_size == length  # noqa: PTH116 -- Path costs more than the call
    except OSError:
        return False


async def send_file(path: str, scope: Scope, send: Send) -> None:
    """Send the body: by the server itself where it can (ASGI `http.response.pathsend`), else in chunks."""
    if "http.response.pathsend" in (scope.get("extensions") or {}):
        await send({"type": "http.response.pathsend", "path": path})
    else:
        await send_part(path, None, send)


async def send_part(path: str, part: Part | None, send: Send) -> None:
    """Send a part of the file, or all of it, in chunks."""
    with Path(path).open("rb") as file:
        left = part.length if part else file.seek(0, os.SEEK_END)
        file.seek(part.first if part else 0)
        while chunk := await asyncio.to_thread(file.read, min(left, _CHUNK_BYTES)):
            left -= len(chunk)
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
