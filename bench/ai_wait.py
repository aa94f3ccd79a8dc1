"""Figure: what a provider that takes its time costs the pipeline, which has other pictures to work on meanwhile.

Everything lasts a tenth of what it does in life, so that the figure takes a minute and shares stay what they
are: a picture's variants hold one of two slots for 0.2 s, not for the 2 s of section `walk` (57 pictures a minute
on two cores), and the provider answers in 2 s, not in 20 s. Pixels, files and main API are memory; walk, database,
till and the model's client are the worker's, in a process of its own; the provider is a stand-in on a real socket.

The analysis comes before the variants, so the slots are idle until the first answer: whatever is in flight, a run
with the provider lasts one answer longer than one without.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from typing import Final, cast

import structlog
from alembic import command
from sqlalchemy import Engine

from bench.comparison import Comparison, NotMeasured
from bench.memory import resident_megabytes
from media_vm.adapters.ai_answers import DatabaseAnswers
from media_vm.adapters.ai_pace import DatabasePace
from media_vm.adapters.ai_usage import DatabaseSpending
from media_vm.adapters.database import DatabaseStore
from media_vm.adapters.engine import migrations_config, open_engine
from media_vm.adapters.leases import DatabaseLeases
from media_vm.adapters.outages import DatabaseOutages
from media_vm.ai_turns import ProcessTurns
from media_vm.pipeline import run_cycle
from media_vm.price_file import read_prices
from media_vm.rules.findings import Provider
from media_vm.rules.policy import Policy
from media_vm.testing import MemoryParts, MemoryPixels, memory_parts, picture
from media_vm.values import Rendering, RenderRequest
from media_vm.vision.local import LocalVision
from media_vm.vision.model import ModelVision
from media_vm.vision.model_setup import Dialect, ModelSetup
from media_vm.vision.paid import PaidModel
from media_vm.vision.providers import Providers
from media_vm.vision.till import Till
from tests.pictures import photo
from tests.side_by_side import Ready, side_by_side
from tests.stand_ins.model_server import model_server

MEDIA: Final = 200
IN_FLIGHT: Final = 40  # 20 pictures of 1 s each are in the 20 s of an answer, the others at their pixels
SLOTS: Final = 2
VARIANTS: Final = timedelta(seconds=0.2)
ANSWERS_IN: Final = timedelta(seconds=2)
MOST_RATIO: Final = 1.3  # what was asked for
POLICY: Final = Policy()
LONG: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Walked:
    """seconds: from the first poll until all was told. early, late: MB after a quarter and at the end.
    described: media that the provider was heard of."""

    seconds: float
    early: float
    late: float
    described: int


class SlowPixels(MemoryPixels):
    """Pictures that are words, yet their variants take one of a few slots for a while."""

    def __init__(self, disk: dict[Path, bytes], takes: timedelta) -> None:
        super().__init__(disk)
        self._slots, self._takes = threading.Semaphore(SLOTS), takes

    def render(self, source: Path, into: Path, request: RenderRequest) -> Rendering:
        """As ever, later."""
        with self._slots:
            time.sleep(self._takes.total_seconds())
        return super().render(source, into, request)


def compare_ai_wait(
    scratch: Path, media: int = MEDIA, takes: timedelta = VARIANTS, answers_in: timedelta = ANSWERS_IN
) -> Iterator[Comparison]:
    """Wall and memory with the provider beside those without. NotMeasured: not every picture was described."""
    folder = scratch / "ai_wait"
    folder.mkdir()
    without = walked(folder / "without.db", media, takes, None)
    with model_server() as server:
        server.delay = answers_in.total_seconds()
        described = walked(folder / "with.db", media, takes, server.url)
    if (media, 0) != (described.described, without.described):
        raise NotMeasured(f"{described.described} of {media} media were described")
    subject = f"{media} media, a provider that takes {answers_in / takes:.0f} times a picture's variants"
    yield Comparison(subject, "wall", "s", (described.seconds,), "without AI", (without.seconds,))
    ratio = described.seconds / without.seconds
    yield Comparison(subject, "wall with AI to without", "times", (ratio,), "asked for (stated)", (MOST_RATIO,))
    yield Comparison(subject, "most answers awaited at once", "calls", (server.at_once,), is_contest=False)
    yield Comparison(subject, "RSS", "MB", (described.late,), "after a quarter", (described.early,))


def walked(file: Path, media: int, takes: timedelta, url: str | None) -> Walked:
    """In a worker process of its own. url: of the provider; None: there is none."""
    command.upgrade(migrations_config(f"sqlite:///{file}"), "head")
    [only] = side_by_side(partial(_walk, f"sqlite:///{file}", media, takes, url), 1)
    return only


def _walk(database: str, media: int, takes: timedelta, url: str | None, _: int, ready: Ready) -> Walked:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    engine, parts = open_engine(database, connections=IN_FLIGHT + 2), memory_parts(POLICY)
    for number in range(1, media + 1):
        parts.api.upload(number, f"{number}.jpg", picture(width=1000 + number), user_id=number)
    pixels, store = SlowPixels(parts.files.disk, takes), DatabaseStore(engine, POLICY)
    with _providers(parts, engine, url) as vision:
        world = replace(
            parts.world,
            leases=DatabaseLeases(engine, POLICY, parts.world.lease),
            store=store,
            outages=DatabaseOutages(engine, POLICY.backoff),
            pixels=pixels,
            vision=vision or parts.vision,
            items_in_flight=IN_FLIGHT,
            clock=time.monotonic,
            new_key=lambda: str(uuid.uuid4()),
        )
        ready()
        early: list[float] = []
        began = time.monotonic()
        watch = threading.Thread(target=_watch, args=(parts, media // 4, early), daemon=True)
        watch.start()
        while len(parts.api.sent) < media:
            run_cycle(world)
        seconds = time.monotonic() - began
        watch.join()
    described = sum('"ai_enhanced":true' in (event.body or "") for event in parts.api.sent)
    engine.dispose()
    return Walked(seconds, early[0], resident_megabytes(), described)


def _watch(parts: MemoryParts, quarter: int, early: list[float]) -> None:
    while len(parts.api.sent) < quarter:
        time.sleep(0.01)
    early.append(resident_megabytes())


@contextmanager
def _providers(parts: MemoryParts, engine: Engine, url: str | None) -> Iterator[Providers | None]:
    """One model behind the till; measured is nothing, as without it."""
    if url is None:
        yield None
        return
    prices, stopping = read_prices(), threading.Event()
    till = Till(
        DatabaseSpending(engine, prices, None, "worker-1"),
        ProcessTurns(DatabasePace(engine), 100_000, IN_FLIGHT, time.monotonic, stopping.wait),
        DatabaseAnswers(engine),
        wait=LONG,
        lasts=LONG,
        now=DatabaseStore(engine, POLICY).now,
    )
    setup = ModelSetup(Provider.OPENAI, f"{url}/v1", "no-key", dialect=Dialect.RESPONSES)
    with ExitStack() as open_:
        model = open_.enter_context(closing(ModelVision(setup, till.bill)))
        local = cast("LocalVision", parts.vision)
        yield Providers(local, partial(_small_copy, parts), None, (PaidModel(model, till, prices),))


def _small_copy(parts: MemoryParts, source: Path) -> bytes:
    """Of each picture another, as large as such copies are."""
    return _jpeg() + parts.files.disk[source]


@cache
def _jpeg() -> bytes:
    body: bytes = photo(1024, 683).jpegsave_buffer(Q=85, keep="none")
    return body
