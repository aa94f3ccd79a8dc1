"""The response headers of a picture (contract §8)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from media_vm.rules.caching import entity_tag
from media_vm.rules.negotiation import Choice
from media_vm.rules.shown import Shown
from media_vm.settings import Settings

_EXPOSED = "ETag, Media-Fallback, Retry-After, X-Request-ID"  # to the code of pages of other origins
_SENDABLE = "If-None-Match, If-Range, Range, X-Request-ID"  # by it
_LEAVE_SECONDS = 86_400  # browsers keep it for a day at most
_UNSAFE_IN_A_NAME = re.compile(r"[^A-Za-z0-9._-]+")


def of_any_answer(settings: Settings) -> dict[str, str]:
    """What pages of other origins may do with it, and `nosniff`: on pictures, 304s and errors alike.

    Embedding is what pictures are for; `MEDIA_VM_CORS_ORIGINS` says whose code may read them, and their timing.
    """
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Timing-Allow-Origin": ", ".join(settings.cors_origins),
        "Access-Control-Expose-Headers": _EXPOSED,
    }
    if "*" in settings.cors_origins:
        return headers | {"Access-Control-Allow-Origin": "*", "Timing-Allow-Origin": "*"}
    return headers | {"Vary": "Origin"}


def of_origin(settings: Settings, origin: str | None) -> dict[str, str]:
    """What hangs on who asks: a listed origin is let in by name."""
    if origin in settings.cors_origins and "*" not in settings.cors_origins:
        return {"Access-Control-Allow-Origin": str(origin)}
    return {}


def of_preflight(settings: Settings, sent: Mapping[bytes, str]) -> dict[str, str] | None:
    """Leave to read with the headers that a copy is revalidated by; None for what is no preflight, or another's.

    It asks about no media, and so it shows no key: a browser sends none along.
    """
    headers = of_any_answer(settings) | of_origin(settings, sent.get(b"origin"))
    is_preflight = b"origin" in sent and b"access-control-request-method" in sent
    if not is_preflight or "Access-Control-Allow-Origin" not in headers:
        return None
    return headers | {
        "Access-Control-Allow-Methods": "GET, HEAD",
        "Access-Control-Allow-Headers": _SENDABLE,
        "Access-Control-Max-Age": str(_LEAVE_SECONDS),
        "Cache-Control": "no-store",
    }


def of_media(media_id: int) -> dict[str, str]:
    """What a CDN purges a media's pictures by, all at once."""
    return {"Cache-Tag": f"media-{media_id}"}


def of_choice(settings: Settings, shown: Shown, choice: Choice) -> dict[str, str]:
    """What a picture and its 304 share, whoever asks and however long they may keep it."""
    headers = of_any_answer(settings) | of_media(shown.media_id)
    headers["ETag"] = entity_tag(choice.variant.sha256)
    if choice.is_negotiated:
        headers["Vary"] = ", ".join(["Accept", *filter(None, [headers.get("Vary")])])
    if choice.fallback:
        headers["Media-Fallback"] = choice.fallback
    return headers


def of_content(shown: Shown, choice: Choice) -> dict[str, str]:
    """What describes the bytes that follow, or that a GET would have brought, but for how many they are."""
    variant = choice.variant
    slug = _UNSAFE_IN_A_NAME.sub("-", shown.slug) or str(shown.media_id)
    name = f"{slug}-{variant.size}.{variant.format.extension}"
    return {
        "Content-Type": variant.format.media_type,
        "Content-Disposition": f'inline; filename="{name}"',
        "Accept-Ranges": "bytes",
    }
