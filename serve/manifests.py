"""`/serve/{media_id}/manifest.json`: all that a page can know of a picture, in one answer (contract §8).

What changes in one moves its media's time, so that a manifest holds as long as its media is shown as it was then.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import dataclass

from starlette.types import Scope, Send

from media_vm.rules.caching import SHORT, cache_control, entity_tag, is_unchanged
from media_vm.rules.manifest import manifest_body
from media_vm.rules.signing import Admitted
from media_vm.settings import Settings
from serve import headers, problems
from serve.gate import Gate
from serve.presence import not_made_yet, present
from serve.problems import Problem
from serve.reader import Reader
from serve.shelf import Portrait, Shown
from serve.wire import raw, send_whole

_KEPT = 1024  # about 10 kB each


@dataclass(frozen=True, slots=True)
class Manifest:
    """One as it goes out. tag: its SHA-256."""

    body: bytes
    tag: str


@dataclass(slots=True)
class Known:
    """What one is made of, as long as `shown` is what is shown. plain: that of everybody, once somebody asked."""

    shown: Shown
    portrait: asyncio.Task[Portrait | None]
    plain: Manifest | None = None


class Manifests:
    """Answers for every media that has something to show."""

    def __init__(self, settings: Settings, reader: Reader, gate: Gate) -> None:
        self._settings = settings
        self._reader = reader
        self._gate = gate
        self._kept: dict[int, Known] = {}

    async def show(
        self, media_id: int, scope: Scope, sent: dict[bytes, str], admitted: Admitted | None, send: Send
    ) -> None:
        """Answer one GET or HEAD. Problem: unknown, gone or not made yet."""
        manifest = await self._manifest(media_id, self._gate.query(media_id, admitted))
        body, tag = manifest.body, manifest.tag
        answer = headers.of_any_answer(self._settings) | headers.of_media(media_id)
        answer |= headers.of_origin(self._settings, sent.get(b"origin"))
        answer |= {"ETag": entity_tag(tag), "Cache-Control": cache_control(SHORT, admitted, self._gate.clock())}
        if is_unchanged(sent.get(b"if-none-match", ""), tag):
            await send_whole(send, 304, raw(answer))
            return
        answer |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
        await send_whole(send, 200, raw(answer), b"" if scope["method"] == "HEAD" else body)

    async def _manifest(self, media_id: int, query: str) -> Manifest:
        """The one that is kept, or a new one; with a visitor's own query in its URLs it is nobody else's."""
        shown = present(await self._reader.shown(media_id))
        if not shown.variants:
            raise not_made_yet()
        known = self._kept.get(media_id)
        if known is None or known.shown is not shown:
            known = self._look(media_id, shown)
        # Shielded: one reader that hangs up must not cancel the look of all others.
        portrait = await asyncio.shield(known.portrait)
        if query:
            return self._made(portrait, query)
        known.plain = known.plain or self._made(portrait, query)
        return known.plain

    def _look(self, media_id: int, shown: Shown) -> Known:
        """One for all who ask at the same time, and after it."""
        look = asyncio.ensure_future(self._reader.ask(self._reader.shelf.portrait, media_id))
        known = Known(shown, look)
        self._kept.pop(media_id, None)
        if len(self._kept) >= _KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[media_id] = known
        look.add_done_callback(lambda _: self._drop_failed(media_id, known))
        return known

    def _drop_failed(self, media_id: int, known: Known) -> None:
        if (known.portrait.cancelled() or known.portrait.exception()) and self._kept.get(media_id) is known:
            del self._kept[media_id]

    def _made(self, portrait: Portrait | None, query: str) -> Manifest:
        if portrait is None:
            raise Problem(problems.NOT_FOUND, "No picture has this id.")
        if not present(portrait.shown).variants:
            raise not_made_yet()
        settings = self._settings
        told = manifest_body(
            portrait, settings.media_backend_url, settings.public_analysis, settings.logo_background, query
        )
        body = json.dumps(told, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
        return Manifest(body, hashlib.sha256(body).hexdigest())
