"""Contract §3 as the main API sees it, and its proxy of pictures (§8): are answers what they should be?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from media_vm.rules.checkup_answers import Answered, Exchange
from media_vm.rules.contract import Seen, broken, judged, kept, shown, untested
from media_vm.rules.contract_answers import json_in, told

AN_HOUR: Final = 3600
EVERYBODYS: Final = ("image/jpeg", "image/png")
_SAME: Final = ("content-type", "etag", "content-disposition")
_STATUS: Final = ("id", "status", "steps")


def items_of(answer: Answered) -> list[Mapping[str, Any]] | None:
    """Of `GET /api/media`; None: it is no such list."""
    body = json_in(answer)
    items = body.get("items") if isinstance(body, dict) else None
    is_fine = isinstance(answer, Exchange) and answer.status == 200 and isinstance(items, list)
    return [one for one in items or [] if isinstance(one, dict)] if is_fine else None


def judge_status(answer: Answered, pending_id: int) -> Seen:
    """Of an id that is pending."""
    if isinstance(answer, Exchange) and answer.status == 404:
        return kept("calls.status", "404: media VM has not seen it yet")
    body = json_in(answer)
    if not isinstance(answer, Exchange) or answer.status != 200 or not isinstance(body, dict):
        return broken("calls.status", told(answer))
    wrong = [f"it has no {name}" for name in _STATUS if name not in body]
    if body.get("id") != pending_id:
        wrong.append(f"id is {shown(body.get('id'))}, not {pending_id}")
    return judged("calls.status", wrong, f"200, {shown(body.get('status'))}")


def is_no_proxy(answer: Answered) -> bool:
    """A main API need not have one: pages may name media VM itself."""
    return isinstance(answer, Exchange) and answer.status == 404


def judge_proxied(proxied: Answered, direct: Answered) -> Seen:
    """The same picture through the proxy and from media VM itself."""
    if not isinstance(direct, Exchange) or direct.status != 200:
        return untested("proxy.picture", f"media VM itself: {told(direct)}")
    if not isinstance(proxied, Exchange) or proxied.status != 200:
        return broken("proxy.picture", told(proxied))
    differing = [
        f"{name} is {shown(proxied.headers.get(name))}, media VM's {shown(direct.headers.get(name))}"
        for name in _SAME
        if proxied.headers.get(name) != direct.headers.get(name)
    ]
    if proxied.body != direct.body:
        differing.append("the bytes are others")
    return judged("proxy.picture", differing, f"200, {proxied.headers.get('content-type')}")


def judge_negotiated(plain: Answered, modern: Answered) -> Seen:
    """Asked for by who names no format, and by who names AVIF."""
    if not isinstance(plain, Exchange) or not isinstance(modern, Exchange):
        return broken("proxy.accept", told(modern if isinstance(plain, Exchange) else plain))
    kind = plain.headers.get("content-type", "")
    wrong = [] if kind in EVERYBODYS else [f"`Accept: */*` gets {shown(kind)}"]
    if "accept" not in modern.headers.get("vary", "").lower():
        wrong.append("there is no Vary: Accept: a cache would give one browser's format to all")
    return judged("proxy.accept", wrong, f"`*/*` gets {kind}, `image/avif` {modern.headers.get('content-type')}")


def judge_revalidated(answer: Answered) -> Seen:
    """Asked again with the ETag that it gave."""
    is_304 = isinstance(answer, Exchange) and answer.status == 304
    return (kept if is_304 else broken)("proxy.revalidates", told(answer))


def judge_age(answer: Answered) -> Seen:
    """An hour at most: an owner's new crop is to be seen some day."""
    control = answer.headers.get("cache-control", "") if isinstance(answer, Exchange) else ""
    found = re.search(r"\bmax-age=(\d{1,10})\b", control)
    is_fine = found is not None and int(found[1]) <= AN_HOUR
    return (kept if is_fine else broken)("proxy.age", shown(control))
