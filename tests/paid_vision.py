"""Google Vision and a vision model behind the till, as the worker has them, before stand-ins on real sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import NoReturn

from media_vm.ai_ports import Answers, Spending, Turns
from media_vm.ai_turns import ProcessTurns
from media_vm.price_file import read_prices
from media_vm.rules.budget import next_day
from media_vm.rules.checklist import Checklist
from media_vm.rules.findings import Provider
from media_vm.rules.known import Known, SiteKnown
from media_vm.rules.pictures import DataType
from media_vm.testing import MemoryClock
from media_vm.testing.answers import MemoryAnswers
from media_vm.testing.spending import MemoryPace, MemorySpending
from media_vm.values import Described, Media
from media_vm.vision.capability import Capabilities
from media_vm.vision.google import GoogleSetup, GoogleVision, Transport
from media_vm.vision.local import LocalVision
from media_vm.vision.model import ModelVision
from media_vm.vision.paid import PaidGoogle, PaidModel
from media_vm.vision.providers import Providers
from media_vm.vision.till import Till
from tests import canaries
from tests.model_endpoints import setup_of
from tests.pictures import photo
from tests.stand_ins.google_vision import GoogleStandIn, google_over_rest
from tests.stand_ins.model_server import ModelServer, model_server

GOOGLE_KEY = canaries.GOOGLE_API_KEY
PRICES = read_prices()
GOOGLE_COST, MODEL_COST = 6_750, 870
"""Micro-USD of one answer of the stand-ins by `prices.toml`: four features of a product's picture; 388 new tokens,
512 that were read before and 120 of an answer."""
CAP = 1_000_000  # micro-USD a day
SMALL = photo(64, 64).jpegsave_buffer(keep="none")
BUDGET = timedelta(seconds=3)


@dataclass
class Desk:
    """Both servers, and who asks them. till: what both pay at."""

    google: GoogleStandIn
    model: ModelServer
    providers: Providers
    till: Till

    def describe(self, media: Media | None = None, source: Path = Path("1.jpg"), **known: object) -> Described:
        """As the step does."""
        media = media or media_of(1)
        return self.providers.describe(source, media, Known(media.data_type, **known))  # type: ignore[arg-type]

    @property
    def calls(self) -> tuple[int, int]:
        """On the wire, of Google and of the model."""
        return len(self.google.asked), len(self.model.calls)


def media_of(media_id: int, data_type: DataType = DataType.PRODUCT) -> Media:
    """One that a claim hands out."""
    return Media(media_id, media_id, 7, data_type, f"{media_id}.jpg", "/temp_images/1.jpg", None, Checklist())


def site(*colors: str) -> SiteKnown:
    """What is known of a user's site."""
    return SiteKnown(brand_colors=colors, context_used=("own",))


def own_turns(clock: MemoryClock, at_once: int = 5) -> Turns:
    """True ones, which never have to wait for a moment."""
    return ProcessTurns(MemoryPace(clock), 100_000, at_once, clock.seconds, lambda _: False)


@contextmanager
def desk(
    clock: MemoryClock,
    *,
    cap: int | None = None,
    spending: Spending | None = None,
    answers: Answers | None = None,
    turns: Turns | None = None,
    small_copy: Callable[[Path], bytes] = lambda _: SMALL,
    provider: Provider = Provider.OPENAI,
    wait: timedelta = timedelta(seconds=1),
    now: Callable[[], datetime] | None = None,
    budget: timedelta | None = None,
) -> Iterator[Desk]:
    """On memory where nothing else is given. cap: micro-USD a day. budget: each provider's, if not the usual."""
    with ExitStack() as stack:
        google_server = stack.enter_context(google_over_rest())
        model = stack.enter_context(model_server())
        till = Till(
            spending or MemorySpending(clock, PRICES, cap),
            turns or own_turns(clock),
            answers or MemoryAnswers(clock),
            wait=wait,
            lasts=timedelta(minutes=5),
            now=now or (lambda: clock.now),
        )
        setup = GoogleSetup(google_server.endpoint, Transport.REST, GOOGLE_KEY)
        google = stack.enter_context(closing(GoogleVision(setup, till.bill, budget or BUDGET)))
        vision = ModelVision(
            setup_of(model, provider, **({"budget": budget} if budget else {})),
            till.bill,
            capabilities=Capabilities(),
        )
        stack.enter_context(closing(vision))
        providers = Providers(
            LocalVision(_measured_elsewhere, _measured_elsewhere),
            small_copy,
            PaidGoogle(google, till, PRICES),
            (PaidModel(vision, till, PRICES),),
        )
        yield Desk(google_server, model, providers, till)


def tomorrow(clock: MemoryClock) -> timedelta:
    """How long until the next UTC day."""
    return next_day(clock.now) - clock.now


def _measured_elsewhere(*_: object) -> NoReturn:
    raise AssertionError("nothing is measured here")
