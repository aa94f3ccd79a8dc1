"""Answers every permanent URL as serve would, as cheaply as can be: it is not what is tested here."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager

_ASKED = re.compile(rb"(?:HEAD|GET) /serve/(\d+)\?size=detail HTTP/1\.1\r\n")
_FOUND = b"HTTP/1.1 200 OK\r\nContent-Type: image/avif\r\nContent-Length: 0\r\n\r\n"
_MISSING = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
_GONE = b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"


@contextmanager
def picture_server(missing: Collection[int], gone: Collection[int] = ()) -> Iterator[str]:
    """`…/serve`, until the block ends. missing, gone: media that answer 404 or 410; they may change meanwhile."""
    loop = asyncio.new_event_loop()
    connections: set[asyncio.Task[None]] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        connections.add(task)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                asked = _ASKED.match(head)
                media_id = int(asked[1]) if asked else None
                is_there = media_id is not None and media_id not in missing
                writer.write(_GONE if media_id in gone else _FOUND if is_there else _MISSING)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            connections.discard(task)
            writer.close()

    server = loop.run_until_complete(asyncio.start_server(answer, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def end() -> None:
        server.close()
        for task in list(connections):
            task.cancel()
        await asyncio.sleep(0.01)

    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/serve"
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
