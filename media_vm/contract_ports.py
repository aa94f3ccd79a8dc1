"""What the contract's tests ask of the world."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from media_vm.rules.checkup_answers import Answered


class Asking(Protocol):
    """HTTP, one exchange after the other."""

    def ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        body: str | None = None,
        most: int = ...,
    ) -> Answered:
        """One exchange; no redirect is followed. most: bytes of the answer's body that are read."""


def bearer(key: str | None) -> dict[str, str]:
    """The header that shows a key; none for None."""
    return {} if key is None else {"Authorization": f"Bearer {key}"}
