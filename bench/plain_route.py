"""The peer of `serve`: what FastAPI's own manual shows, under the same Granian settings.

`python -m bench.plain_route` serves the file that BENCH_FILE names at `/plain/{media_id}`, and its folder at
`/static`.
"""

from __future__ import annotations

import os
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

from media_vm.settings import Settings
from serve.main import server

FILE_VARIABLE = "BENCH_FILE"


def app() -> FastAPI:
    """A typed route with a FileResponse; static files, because a FileResponse never answers 304."""
    file = Path(os.environ[FILE_VARIABLE])
    plain = FastAPI()
    plain.mount("/static", StaticFiles(directory=file.parent))

    @plain.get("/plain/{media_id}")
    async def picture(media_id: int, size: str = "grid") -> FileResponse:
        return FileResponse(file, filename=f"{media_id}-{size}{file.suffix}", content_disposition_type="inline")

    return plain


if __name__ == "__main__":
    server(Settings(), "bench.plain_route:app").serve()
