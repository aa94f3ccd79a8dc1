"""What browsers may ask of media VM through us: pictures (`/api/images/…`) and analyses."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping

import httpx
from fastapi import HTTPException, Request, Response
from fastapi.responses import StreamingResponse

from examples.main_api.festival import HasFestival, MediaId

AN_HOUR = 3600
ASKED = ("accept", "if-none-match")
ANSWERED = (
    "content-type", "content-length", "etag", "vary", "content-disposition", "x-content-type-options",
    "retry-after",
)  # fmt: skip


async def image(media_id: MediaId, request: Request, festival: HasFestival) -> Response:
    """`GET|HEAD /api/images/{media_id}?size=…`: media VM's answer, streamed; 502 when it does not answer."""
    # identity: a picture is compressed already, and the bytes go through as they come.
    headers = {"Accept-Encoding": "identity", **_picked(request.headers, ASKED)}
    try:
        answer = await festival.media_vm.picture(request.method, media_id, request.url.query, headers)
    except httpx.InvalidURL as error:
        raise HTTPException(400, "these parameters make no URL") from error
    except httpx.HTTPError as error:
        raise _unreachable() from error
    passed_on = _picked(answer.headers, ANSWERED) | {"Cache-Control": cache_control(answer)}
    return StreamingResponse(_streamed(answer), answer.status_code, headers=passed_on)


async def analysis(media_id: MediaId, festival: HasFestival) -> Response:
    """`GET /api/media/analysis/{media_id}`: media VM's answer, fetched with our key; 502 without one."""
    try:
        answer = await festival.media_vm.ask_analysis(media_id)
    except httpx.HTTPError as error:
        raise _unreachable() from error
    headers = _picked(answer.headers, ("content-type", "retry-after"))
    return Response(answer.content, answer.status_code, headers=headers | {"Cache-Control": "no-store"})


def cache_control(answer: httpx.Response) -> str:
    """One hour, or media VM's own where shorter, private or no-store; no-store where it says nothing."""
    own = answer.headers.get("cache-control", "no-store")
    max_age = re.search(r"\bmax-age=(\d{1,10})\b", own)
    is_longer = max_age is not None and int(max_age[1]) > AN_HOUR
    return f"public, max-age={AN_HOUR}" if is_longer and "public" in own else own


def _picked(headers: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    return {name: headers[name] for name in names if name in headers}


async def _streamed(answer: httpx.Response) -> AsyncIterator[bytes]:
    """The raw bytes; the connection goes back to the pool even if the browser leaves half-way."""
    try:
        async for chunk in answer.aiter_raw():
            yield chunk
    finally:
        await answer.aclose()


def _unreachable() -> HTTPException:
    return HTTPException(502, "media VM does not answer", headers={"Cache-Control": "no-store"})
