"""The response headers of a picture (contract §8)."""

from __future__ import annotations

import re

from media_vm.rules.asked import Asked
from media_vm.rules.caching import cache_control, entity_tag
from media_vm.rules.negotiation import Choice
from media_vm.rules.shown import Shown
from media_vm.settings import Settings

_UNSAFE_IN_A_NAME = re.compile(r"[^A-Za-z0-9._-]+")


def of_any_answer(settings: Settings, origin: str | None) -> dict[str, str]:
    """CORS by `MEDIA_VM_CORS_ORIGINS`, and `nosniff`: on pictures, 304s and errors alike."""
    headers = {"X-Content-Type-Options": "nosniff"}
    if "*" in settings.cors_origins:
        headers["Access-Control-Allow-Origin"] = "*"
        return headers
    headers["Vary"] = "Origin"
    if origin in settings.cors_origins:
        headers["Access-Control-Allow-Origin"] = str(origin)
    return headers


def of_choice(settings: Settings, choice: Choice, asked: Asked, origin: str | None) -> dict[str, str]:
    """What a picture and its 304 share."""
    headers = of_any_answer(settings, origin)
    headers["ETag"] = entity_tag(choice.variant.sha256)
    headers["Cache-Control"] = cache_control(choice, asked, settings.unversioned_max_age_seconds)
    if choice.is_negotiated:
        headers["Vary"] = ", ".join(["Accept", *filter(None, [headers.get("Vary")])])
    if choice.fallback:
        headers["Media-Fallback"] = choice.fallback
    return headers


def of_content(shown: Shown, choice: Choice) -> dict[str, str]:
    """What describes the bytes that follow, or that a GET would have brought."""
    variant = choice.variant
    slug = _UNSAFE_IN_A_NAME.sub("-", shown.slug) or str(shown.media_id)
    name = f"{slug}-{variant.size}.{variant.format.extension}"
    return {
        "Content-Type": variant.format.media_type,
        "Content-Length": str(variant.bytes),
        "Content-Disposition": f'inline; filename="{name}"',
    }
