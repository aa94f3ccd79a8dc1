"""The main API over HTTP (contract §2). It is ours, yet nothing that it says is believed unchecked."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import structlog
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_fixed

from media_vm.adapters.deadline import DeadlineTransport
from media_vm.adapters.http_failures import answered, failure_of, may_be_ours, retry_after_of, translated
from media_vm.adapters.pending_list import read_pending, read_total
from media_vm.adapters.site_contexts import SiteContexts
from media_vm.adapters.transfer import Transfer
from media_vm.errors import NotThere, ProviderDown, TryAgain
from media_vm.rules.callbacks import Event, EventKind
from media_vm.rules.known import SiteTold
from media_vm.rules.temp_names import is_safe_temp_path
from media_vm.timed_sockets import deadline
from media_vm.values import Answer, Download, PendingList

log = structlog.get_logger()

LONGEST_LIST = 64_000_000
LONGEST_ANSWER = 1_000_000
LONGEST_CONTEXT = 200_000
CONTEXT_LIMIT = timedelta(seconds=5)  # a picture waits for it; what is later is not worth that
UNKNOWN_THERE = (httpx.codes.NOT_FOUND, httpx.codes.GONE)


class HttpMainAPI:
    """The `MainAPI` port. The key goes to MAIN_API_URL's own origin alone, and no redirect is followed.

    asks_context: does it tell of users' sites? (MEDIA_VM_SITE_CONTEXT)
    """

    def __init__(
        self, url: str, key: str, transfer: Transfer, limit: timedelta, *, asks_context: bool = False
    ) -> None:
        self._url = url.rstrip("/")
        self._transfer = transfer
        self._limit = limit
        self._contexts = SiteContexts(self._context) if asks_context else None
        self._client = httpx.Client(
            headers={"Authorization": f"Bearer {key}", "Accept-Encoding": "identity"},
            timeout=httpx.Timeout(30, connect=10),
            follow_redirects=False,
            transport=DeadlineTransport(),
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def pending(self) -> PendingList:
        """One GET; a list that is no JSON, or no list, says that the party is away, whatever its status."""
        with self._exchange("the main API", "GET", "/api/media/pending/all", uuid.uuid4().hex) as response:
            if response.status_code != httpx.codes.OK:
                raise failure_of(response, "the main API's pending list")
            raw = Transfer(LONGEST_LIST).read(response)
        try:
            body = json.loads(raw, parse_int=_bounded)
            images, bad = read_pending(body)
        except (ValueError, RecursionError) as error:
            raise ProviderDown("not_a_list", f"the pending list is not what it should be: {error}") from None
        for problem in bad:
            log.warning("pending_entry_skipped", problem=problem)
        total = read_total(body)
        is_whole = not bad and total in (None, len(images))  # one that contradicts itself withdraws nothing
        return PendingList(tuple(images), is_whole, total, tuple(bad))

    def download(self, image_path: str, into: Path, request_id: str) -> Download:
        """Raw bytes to a file, with a cap on bytes and on time, and their announced length checked."""
        if not is_safe_temp_path(image_path):
            raise NotThere("path_refused", "the entry's image_path is no plain path under the main API")
        with self._exchange("the temp file's server", "GET", image_path, request_id) as response:
            if response.status_code in (httpx.codes.NOT_FOUND, httpx.codes.GONE):
                raise NotThere("temp_file_missing", f"the temp file answers {response.status_code}")
            if response.status_code == httpx.codes.TOO_MANY_REQUESTS or "Retry-After" in response.headers:
                raise ProviderDown("busy", "the temp file's server is busy", retry_after=retry_after_of(response))
            if response.status_code != httpx.codes.OK:
                raise TryAgain("temp_file_refused", f"the temp file answers {response.status_code}")
            if response.headers.get("Content-Encoding", "identity") != "identity":
                raise TryAgain("temp_file_encoded", "the temp file came compressed, though asked for plain")
            size, sha256 = self._transfer.copy(response, into)
        if size == 0:
            raise NotThere("empty", "the temp file is empty")
        return Download(size, sha256)

    def send(self, event: Event, request_id: str) -> Answer:
        """One POST or DELETE; 2xx, 404, 409 and 410 answer it (contract §5.6), but no page for people and no
        picture does: that is somebody in between, for the main API is away."""
        method, verb = ("DELETE", "cleanup") if event.kind is EventKind.CLEANUP else ("POST", "complete")
        headers = {"Idempotency-Key": event.key, "Content-Type": "application/json"}
        body = event.body.encode() if event.body is not None else None
        path = f"/api/media/{verb}/{event.pending_id}"
        with self._exchange("the main API", method, path, request_id, body=body, headers=headers) as response:
            content = Transfer(LONGEST_ANSWER).read(response)
            if not answered(response.status_code):
                raise failure_of(response, "the main API")
            if response.is_success and not may_be_ours(response.headers.get("Content-Type", ""), content):
                raise ProviderDown("not_the_api", "it answers with something that is not the main API's")
            return Answer(f"answered {response.status_code}", response.status_code in UNKNOWN_THERE)

    def site(self, user_id: int, asks: Callable[[], str]) -> SiteTold:
        """Asked once an hour and user, within seconds; nothing where that is not switched on."""
        return self._contexts.of(user_id, asks) if self._contexts else SiteTold()

    def _context(self, user_id: int, request_id: str) -> object:
        """Unchecked JSON; None where it has none (404)."""
        path, limit = f"/api/media/context/{user_id}", min(self._limit, CONTEXT_LIMIT)
        with self._exchange("the main API", "GET", path, request_id, limit=limit) as response:
            if response.status_code in UNKNOWN_THERE:
                return None
            if response.status_code != httpx.codes.OK:
                raise failure_of(response, "the main API's site context")
            raw = Transfer(LONGEST_CONTEXT).read(response)
        try:
            return json.loads(raw, parse_int=_bounded)
        except (ValueError, RecursionError):
            raise TryAgain("not_json", "the site context is no JSON") from None

    @contextmanager
    def _exchange(
        self,
        who: str,
        method: str,
        path: str,
        request_id: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        limit: timedelta | None = None,
    ) -> Iterator[httpx.Response]:
        named = {"X-Request-ID": request_id, **(headers or {})}
        request = self._client.build_request(method, self._url + path, content=body, headers=named)
        with translated(who), deadline(limit or self._limit), closing(self._sent(request)) as response:
            yield response

    @retry(
        retry=retry_if_exception_type((httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)),
        stop=stop_after_attempt(2),
        wait=wait_fixed(0.1),
        reraise=True,
    )
    def _sent(self, request: httpx.Request) -> httpx.Response:
        """Headers are here, the body is not yet read. One quick second try: the connection may have been idle
        for so long that the other side has just closed it. All our calls are idempotent."""
        return self._client.send(request, stream=True)


def _bounded(digits: str) -> int:
    """No id is longer than this; Python refuses to read numbers of thousands of digits, and the list with them."""
    return int(digits) if len(digits) < 20 else -1
