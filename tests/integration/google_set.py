"""A stand-in for Google Vision over either transport, and how a test asks it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from media_vm.rules.findings import Call
from media_vm.vision.google import GoogleSetup, GoogleVision, Transport
from media_vm.vision.google_features import Feature
from tests import canaries
from tests.pictures import photo
from tests.stand_ins.google_vision import (
    GoogleStandIn,
    google_over_grpc,
    google_over_rest,
)

KEY = canaries.GOOGLE_API_KEY
BUDGET = timedelta(seconds=0.8)
SERVERS = {Transport.GRPC: google_over_grpc, Transport.REST: google_over_rest}
ALL = ("label", "text", "properties", "object")
"""What costs something, of the features asked for by default."""


@dataclass
class Set:
    """A stand-in, and how to ask it."""

    server: GoogleStandIn
    transport: Transport
    bills: list[Call] = field(default_factory=list)

    def google(
        self, *, budget: timedelta = BUDGET, features: tuple[Feature, ...] | None = None, **changes: object
    ) -> GoogleVision:
        chosen = {"features": features} if features else {}
        setup = GoogleSetup(self.server.endpoint, self.transport, KEY, **(chosen | changes))  # type: ignore[arg-type]
        return GoogleVision(setup, self.bills.append, budget)


def jpeg_of(width: int, height: int) -> bytes:
    made: bytes = photo(width, height).jpegsave_buffer(Q=85, keep="none")
    return made
