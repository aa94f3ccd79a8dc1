"""The other half of the contract from the main API's side: its calls to media VM (§3), and its proxy (§8)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from media_vm.contract_ports import Asking, bearer
from media_vm.rules.checkup_answers import Answered, Exchange
from media_vm.rules.contract import WANTS, Seen, broken, kept, untested
from media_vm.rules.contract_answers import judge_refusal, told
from media_vm.rules.contract_calls import (
    is_no_proxy,
    items_of,
    judge_age,
    judge_negotiated,
    judge_proxied,
    judge_revalidated,
    judge_status,
)

ONE: Final = "/api/media?status=completed&limit=1"
MODERN: Final = "image/avif,image/webp,*/*"
A_PICTURE: Final = 20_000_000  # bytes of one that are read
PROXY: Final = [name for name in WANTS if name.startswith("proxy.")]


@dataclass(frozen=True, slots=True)
class MediaVM:
    """url: as the main API reaches it. key: MEDIA_VM_API_KEY. strange: a key that nobody has."""

    asking: Asking
    url: str
    key: str
    strange: str

    def get(self, path: str, key: str | None = None, accept: str = "*/*") -> Answered:
        """key: None sends none."""
        return self.asking.ask("GET", self.url + path, bearer(key) | {"Accept": accept}, most=A_PICTURE)


def calls(media_vm: MediaVM | None, main_api: str, pending: Sequence[int]) -> Iterator[Seen]:
    """main_api: its URL. pending: ids of its list. Nothing is written."""
    if media_vm is None:
        names = [name for name in WANTS if name.startswith(("calls.", "proxy."))]
        yield from (untested(name, "--media-vm URL says where media VM is") for name in names)
        return
    answer = media_vm.get(ONE, media_vm.key)
    items = items_of(answer)
    yield broken("calls.reached", told(answer)) if items is None else kept("calls.reached", "200")
    yield judge_refusal("calls.key", media_vm.get(ONE), media_vm.get(ONE, media_vm.strange))
    yield _status(media_vm, pending)
    ids = [str(one.get("media_id", "")) for one in items or []]
    if not ids or not ids[0].isdigit():
        yield from (untested(name, "media VM has no completed picture yet") for name in PROXY)
    else:
        yield from _proxy(media_vm, main_api, ids[0])


def _status(media_vm: MediaVM, pending: Sequence[int]) -> Seen:
    if not pending:
        return untested("calls.status", "nothing is pending")
    return judge_status(media_vm.get(f"/api/media/status/{pending[0]}", media_vm.key), pending[0])


def _proxy(media_vm: MediaVM, main_api: str, media_id: str) -> Iterator[Seen]:
    def asked(**headers: str) -> Answered:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return media_vm.asking.ask("GET", f"{main_api}/api/images/{media_id}?size=grid", named, most=A_PICTURE)

    modern = asked(Accept=MODERN)
    if is_no_proxy(modern):
        yield from (untested(name, "there is no /api/images/{media_id}, which is fine") for name in PROXY)
        return
    yield judge_proxied(modern, media_vm.get(f"/serve/{media_id}?size=grid", accept=MODERN))
    yield judge_negotiated(asked(Accept="*/*"), modern)
    etag = modern.headers.get("etag", "") if isinstance(modern, Exchange) else ""
    yield judge_revalidated(asked(Accept=MODERN, If_None_Match=etag))
    yield judge_age(modern)
