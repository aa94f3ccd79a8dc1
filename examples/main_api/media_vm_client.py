"""Every call that this main API makes to media VM: wake, status, analysis and the pictures themselves."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from examples.main_api.settings import Settings

Json = dict[str, Any]
log = logging.getLogger("main_api")
# One request for each format: a browser of today, one of yesterday, everybody else.
ACCEPTS = ("image/avif", "image/webp", "*/*")
# An answer from the same house: what takes longer than this is down, and nobody should wait for it.
TIMEOUT = httpx.Timeout(10, connect=2)


class MediaVM:
    """One connection pool to media VM. Verbs raise httpx.HTTPError unless they say otherwise."""

    def __init__(self, settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        """transport: another way to reach media VM, for tests."""
        self._key = {"Authorization": f"Bearer {settings.media_vm_api_key}"}
        # trust_env=False: no proxy of the environment may see our key or come between us and our neighbour.
        self._http = httpx.AsyncClient(
            base_url=settings.media_vm_url, timeout=TIMEOUT, transport=transport, trust_env=False
        )

    async def close(self) -> None:
        """Let go of all connections."""
        await self._http.aclose()

    async def wake(self, pending_image_ids: Sequence[int]) -> None:
        """Hint that there is work; polling alone finds everything, so a failure is logged and forgotten."""
        try:
            answer = await self._http.post(
                "/api/media/wake", json={"pending_image_ids": list(pending_image_ids)}, headers=self._key
            )
            answer.raise_for_status()
        except httpx.HTTPStatusError as refusal:
            log.warning("media VM answered the wake call with %d", refusal.response.status_code)
        except httpx.HTTPError as error:
            log.warning("media VM did not hear the wake call: %s", type(error).__name__)

    async def ask_analysis(self, media_id: str) -> httpx.Response:
        """Media VM's answer to `GET /api/media/analysis/{media_id}`, whatever its status."""
        return await self._http.get(f"/api/media/analysis/{media_id}", headers=self._key)

    async def analysis(self, media_id: str) -> Json:
        """What media VM knows of a picture; empty while it does not answer that."""
        analysis = (await self._found(f"/api/media/analysis/{media_id}")).get("analysis")
        return analysis if isinstance(analysis, dict) else {}

    async def status(self, pending_image_id: int) -> Json:
        """How far a pending image is, and what went wrong; empty while media VM does not answer that."""
        return await self._found(f"/api/media/status/{pending_image_id}")

    async def weights(self, media_id: str) -> dict[str, int]:
        """Bytes at gallery size by Content-Type, of the formats kept; empty unless all are answered."""
        url = f"/serve/{media_id}?size=grid"
        try:
            answers = await asyncio.gather(*(self._http.head(url, headers={"Accept": one}) for one in ACCEPTS))
            headers = [answer.raise_for_status().headers for answer in answers]
            weights = {one["content-type"]: int(one["content-length"]) for one in headers}
        except (httpx.HTTPError, LookupError, ValueError):
            return {}
        return weights if all(type_.startswith("image/") for type_ in weights) else {}

    async def picture(self, method: str, media_id: str, query: str, headers: Mapping[str, str]) -> httpx.Response:
        """A picture's answer with its body still to be streamed: the caller closes it. httpx.InvalidURL."""
        asked = httpx.URL(f"/serve/{media_id}?{query}" if query else f"/serve/{media_id}")
        request = self._http.build_request(method, asked, headers=headers)
        return await self._http.send(request, stream=True)

    async def _found(self, path: str) -> Json:
        """A JSON object that needs our key; empty for any other answer."""
        try:
            answer = await self._http.get(path, headers=self._key)
            found = answer.json() if answer.is_success else None
        except (httpx.HTTPError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}
