"""One HTTP exchange after the other, read within a cap and told as it was: for `doctor` and `contract-test`."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import httpx

from media_vm.adapters.deadline import DeadlineTransport
from media_vm.adapters.http_failures import translated
from media_vm.errors import StepFailed
from media_vm.rules.checkup_answers import Answered, Exchange, Unanswered
from media_vm.timed_sockets import deadline

MOST = 64_000_000  # bytes, as of a pending list


class HttpAsking:
    """The `Asking` port. No redirect is followed, no compression asked for, no proxy of the environment used."""

    def __init__(self, limit: timedelta = timedelta(seconds=15)) -> None:
        """limit: of one whole exchange."""
        self._limit = limit
        self._client = httpx.Client(
            headers={"Accept-Encoding": "identity", "User-Agent": "media-vm"},
            timeout=httpx.Timeout(limit.total_seconds()),
            follow_redirects=False,
            transport=DeadlineTransport(),
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        body: str | None = None,
        most: int = MOST,
    ) -> Answered:
        """most: bytes of the answer's body that are read."""
        try:
            with translated("it"), deadline(self._limit):
                return self._asked(method, url, headers or {}, body, most)
        except StepFailed as failure:
            return Unanswered(failure.detail)

    def _asked(self, method: str, url: str, headers: Mapping[str, str], body: str | None, most: int) -> Exchange:
        content = body.encode() if body is not None else None
        with self._client.stream(method, url, headers=dict(headers), content=content) as response:
            until = _certificate_until(response)  # before the end, when the connection may be closed
            read, is_cut = bytearray(), False
            for chunk in response.iter_raw():
                read += chunk
                if len(read) > most:
                    is_cut = True
                    break
            told = {name.lower(): value for name, value in response.headers.items()}
            return Exchange(response.status_code, told, bytes(read[:most]), is_cut, until)


def _certificate_until(response: httpx.Response) -> datetime | None:
    """Of whom the connection goes to; it was found valid before."""
    tls = response.extensions["network_stream"].get_extra_info("ssl_object")
    told = tls.getpeercert() if tls is not None else None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(told["notAfter"]), UTC) if told else None
