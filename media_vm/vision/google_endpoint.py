"""Where Google Vision is: Google's own, another over TLS, or a stand-in on this machine in plain text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from media_vm.errors import WrongUse
from media_vm.rules.endpoints import host_of

_GOOGLES_OWN: Final = "vision.googleapis.com"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """host: with its port, where one was given. is_plain: no TLS, so on this machine alone."""

    host: str
    is_plain: bool

    @property
    def url(self) -> str:
        """As the REST client takes it."""
        return f"{'http' if self.is_plain else 'https'}://{self.host}"


def endpoint(text: str | None) -> Endpoint:
    """From the setting; None is Google's own. WrongUse: as `host_of`."""
    if text is None:
        return Endpoint(_GOOGLES_OWN, is_plain=False)
    try:
        return Endpoint(*host_of(text))
    except ValueError as error:
        raise WrongUse(f"MEDIA_VM_GOOGLE_ENDPOINT {error}") from None
