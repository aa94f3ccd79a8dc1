"""Reading a response's body within limits. httpx has neither a byte cap nor a total deadline of its own."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import BinaryIO

import httpx

from media_vm.errors import GiveUp, TooSlow, TryAgain


@dataclass(frozen=True, slots=True)
class Transfer:
    """How much and how long a body may be."""

    limit: int
    deadline: timedelta

    def capped(self, limit: int) -> Transfer:
        """The same deadline, another cap on bytes."""
        return replace(self, limit=limit)

    def copy(self, response: httpx.Response, into: BinaryIO) -> tuple[int, str]:
        """Write the body; returns its size and SHA-256. GiveUp over the limit, with a fingerprint that tells
        the same file again; TooSlow; TryAgain when fewer or more bytes came than were announced."""
        announced = _announced(response)
        if announced is not None and announced > self.limit:
            raise too_big(f"length:{announced}", self.limit)
        size, sha256 = 0, hashlib.sha256()
        for chunk in self._chunks(response):
            within = chunk[: self.limit - size]
            sha256.update(within)
            into.write(within)
            size += len(within)
            if len(within) < len(chunk):
                raise too_big(f"head:{sha256.hexdigest()}", self.limit)
        if announced is not None and size != announced:
            raise TryAgain("cut_off", f"{size} of {announced} bytes came")
        return size, sha256.hexdigest()

    def read(self, response: httpx.Response) -> bytes:
        """The whole body in memory; TryAgain over the limit."""
        body = bytearray()
        for chunk in self._chunks(response):
            body += chunk
            if len(body) > self.limit:
                raise TryAgain("answer_too_long", f"the answer is longer than {self.limit} bytes")
        return bytes(body)

    def _chunks(self, response: httpx.Response) -> Iterator[bytes]:
        """Raw bytes: a gzip bomb stays as small as it was sent. Whatever arrives is handed on at once: httpx
        would gather chunks of a given size, and a drip would never reach the clock."""
        ends = time.monotonic() + self.deadline.total_seconds()
        for chunk in response.iter_raw():
            yield chunk
            if time.monotonic() > ends:
                limit = f"{self.deadline.total_seconds():g} s"
                raise TooSlow("too_slow", f"the transfer took longer than {limit}")


def too_big(fingerprint: str, limit: int) -> GiveUp:
    """The one refusal that is made before any byte is looked at."""
    return GiveUp("too_many_bytes", f"larger than {limit} bytes", fingerprint=fingerprint)


def _announced(response: httpx.Response) -> int | None:
    text = response.headers.get("Content-Length", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
