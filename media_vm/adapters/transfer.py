"""Reading a response's body within a cap on bytes, which httpx has none of; `deadline.py` limits the time."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import httpx

from media_vm.adapters.disk_failures import disk_may_be_full
from media_vm.errors import GiveUp, TryAgain
from media_vm.failpoints import failpoint


@dataclass(frozen=True, slots=True)
class Transfer:
    """How many bytes a body may have. Raw bytes are read: a gzip bomb stays as small as it was sent."""

    limit: int

    def copy(self, response: httpx.Response, into: Path) -> tuple[int, str]:
        """Write the body; returns its size and SHA-256. GiveUp over the limit, with a fingerprint that tells
        the same file again; TryAgain when fewer or more bytes came than were announced; ProviderDown when the
        disk is full."""
        announced = _announced(response)
        if announced is not None and announced > self.limit:
            raise too_big(f"length:{announced}", self.limit)
        size, sha256 = 0, hashlib.sha256()
        with disk_may_be_full(), into.open("wb") as file:
            for chunk in response.iter_raw():
                within = chunk[: self.limit - size]
                sha256.update(within)
                failpoint("downloading")
                file.write(within)
                size += len(within)
                if len(within) < len(chunk):
                    raise too_big(f"head:{sha256.hexdigest()}", self.limit)
        if announced is not None and size != announced:
            raise TryAgain("cut_off", f"{size} of {announced} bytes came")
        return size, sha256.hexdigest()

    def read(self, response: httpx.Response) -> bytes:
        """The whole body in memory; TryAgain over the limit."""
        body = bytearray()
        for chunk in response.iter_raw():
            body += chunk
            if len(body) > self.limit:
                raise TryAgain("answer_too_long", f"the answer is longer than {self.limit} bytes")
        return bytes(body)


def too_big(fingerprint: str, limit: int) -> GiveUp:
    """The one refusal that is made before any byte is looked at."""
    return GiveUp("too_many_bytes", f"larger than {limit} bytes", fingerprint=fingerprint)


def _announced(response: httpx.Response) -> int | None:
    text = response.headers.get("Content-Length", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
