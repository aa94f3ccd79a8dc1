"""Who says what a picture shows, put together: Settings → `Providers`. Part of the composition root.

How a step's time is shared, as parts of MEDIA_VM_STEP_SECONDS:

    0.1  the small copy       0.1  at most, waiting for Google's turn (MEDIA_VM_BACKOFF_SECONDS if that is less)
    0.2  Google               0.5  all models together, their turns included

What is left is for measuring, which takes a second at most.
"""

from __future__ import annotations

import base64
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

import structlog
from pydantic import SecretStr
from sqlalchemy import Engine

from media_vm.adapters.ai_answers import DatabaseAnswers
from media_vm.adapters.ai_pace import DatabasePace
from media_vm.adapters.counted import CountedSpending
from media_vm.adapters.worker_counts import WorkerCounts
from media_vm.ai_turns import ProcessTurns
from media_vm.environment import SettingsProblem
from media_vm.imaging.pool import ChildPool
from media_vm.imaging.tasks import copy_to_send, read_raster
from media_vm.price_file import read_prices
from media_vm.rules.analysis import Measured
from media_vm.rules.budget import cap_of
from media_vm.rules.findings import Call, Provider
from media_vm.rules.pictures import DataType
from media_vm.rules.prices import (
    MICRO,
    USUAL_TOKENS_IN,
    USUAL_TOKENS_OUT,
    Prices,
    most_of_features,
    most_of_model,
)
from media_vm.settings import Settings
from media_vm.vision.capability import Capabilities
from media_vm.vision.google import GoogleSetup, GoogleVision
from media_vm.vision.google_features import features_for
from media_vm.vision.local import LocalVision
from media_vm.vision.model import ModelVision
from media_vm.vision.model_ladder import Ladder
from media_vm.vision.model_setup import USUAL_MODELS, ModelSetup
from media_vm.vision.paid import PaidGoogle, PaidModel
from media_vm.vision.providers import Providers
from media_vm.vision.till import Till

log = structlog.get_logger()

COPY_PART: Final = 0.1
TURN_PART: Final = 0.1
GOOGLE_PART: Final = 0.2
MODELS_PART: Final = 0.5
LONGEST_GOOGLE_CALL: Final = timedelta(seconds=30)
LONGEST_MODEL_CALL: Final = timedelta(seconds=60)
_BY_LIST: Final = (Provider.OPENAI, Provider.OLLAMA)  # whose calls cost what our list says, if anything does


def build_till(
    settings: Settings,
    engine: Engine,
    counts: WorkerCounts | None = None,
    *,
    worker: str,
    now: Callable[[], datetime],
    pause: Callable[[float], bool],
) -> Till:
    """What every paid call of this process goes through. WrongUse: a price list of one's own is none.

    counts: what calls are counted in, for whoever tells it. worker: who spends. now: the database's time. pause:
    rest for so many seconds; True: stop waiting.
    """
    step, cap = timedelta(seconds=settings.step_seconds), cap_of(settings.ai_daily_usd)
    return Till(
        CountedSpending(engine, prices_of(settings), cap, worker, counts or WorkerCounts()),
        ProcessTurns(DatabasePace(engine), settings.ai_per_minute, settings.ai_concurrency, time.monotonic, pause),
        DatabaseAnswers(engine),
        wait=min(settings.policy.backoff, TURN_PART * step),
        lasts=step,
        now=now,
    )


@contextmanager
def build_vision(settings: Settings, children: ChildPool, till: Till) -> Iterator[Providers]:
    """The `Vision` port, its connections let go of at the end. SettingsProblem: a file is not there."""
    step = timedelta(seconds=settings.step_seconds)
    allowed = frozenset(settings.allowed_types)
    run: Callable[..., Measured] = partial(children.run, limit=step)
    local = LocalVision(run, partial(read_raster, limits=settings.limits, allowed=allowed))
    copy = partial(_small_copy, children, settings, COPY_PART * step)
    if not settings.providers:
        yield Providers(local, copy)
        return
    _require_credentials(settings)
    prices = prices_of(settings)
    _tell_what_no_cap_holds(settings, prices)
    with ExitStack() as open_:
        google = None
        if Provider.GOOGLE in settings.providers:
            google = PaidGoogle(open_.enter_context(closing(google_vision(settings, till.bill))), till, prices)
        models = [open_.enter_context(closing(one)) for one in model_visions(settings, till.bill)]
        paid = tuple(PaidModel(one, till, prices) for one in models)
        yield Providers(local, copy, google, paid, MODELS_PART * step)


def _require_credentials(settings: Settings) -> None:
    """Better said once at the start than of every picture."""
    file = settings.google_credentials
    is_used = Provider.GOOGLE in settings.providers and not settings.google_api_key
    if is_used and file is not None and not os.access(file, os.R_OK):
        raise SettingsProblem(["GOOGLE_APPLICATION_CREDENTIALS: the file is not there or cannot be read by us"])


def _tell_what_no_cap_holds(settings: Settings, prices: Prices) -> None:
    """A model without a price counts like the day's dearest call, and like nothing where there is no other. What
    OpenRouter's cost their answers say."""
    for provider in settings.providers if settings.ai_daily_usd is not None else ():
        if provider not in _BY_LIST:
            continue
        model = setup_of(provider, settings).model or USUAL_MODELS.get(provider, "")
        if most_of_model(provider, model, 1, 1, prices) is None:
            remedy = "give it a price by MEDIA_VM_AI_PRICES, or MEDIA_VM_AI_DAILY_USD does not hold its calls back"
            log.warning("model_without_price", provider=provider.value, model=model, remedy=remedy)


def prices_of(settings: Settings) -> Prices:
    """What is taken where. WrongUse: a price list of one's own is none."""
    return read_prices(settings.ai_prices, settings.providers_here)


def estimated_usd(kinds: Mapping[DataType, int], settings: Settings, prices: Prices) -> float | None:
    """So many pictures of each type at Google and at the first model, if those are set up. None: nobody knows."""
    models = [setup_of(one, settings) for one in settings.providers if one is not Provider.GOOGLE]
    micro = 0
    for kind, number in kinds.items():
        costs: list[int | None] = []
        if Provider.GOOGLE in settings.providers:
            costs.append(most_of_features(features_for(settings.google_features, kind), prices))
        for setup in models[:1]:
            name = setup.model or USUAL_MODELS.get(setup.provider, "")
            costs.append(most_of_model(setup.provider, name, USUAL_TOKENS_IN, USUAL_TOKENS_OUT, prices))
        known = [one for one in costs if one is not None]
        if len(known) < len(costs):
            return None
        micro += number * sum(known)
    return micro / MICRO


def google_vision(settings: Settings, bill: Callable[[Call], None]) -> GoogleVision:
    """As it is set up; nothing is connected, or loaded, before it is asked."""
    budget = GOOGLE_PART * timedelta(seconds=settings.step_seconds)
    setup = GoogleSetup(
        endpoint=settings.google_endpoint,
        transport=settings.google_transport,
        api_key=_told(settings.google_api_key),
        service_account_file=settings.google_credentials,
        features=settings.google_features,
        limit=min(budget, LONGEST_GOOGLE_CALL),
    )
    return GoogleVision(setup, bill, budget)


def model_visions(settings: Settings, bill: Callable[[Call], None]) -> list[ModelVision]:
    """Those that are set up, in their order; what is learned of one endpoint all of them know."""
    ladder, capabilities = Ladder(), Capabilities()
    return [
        ModelVision(setup_of(provider, settings), bill, ladder=ladder, capabilities=capabilities)
        for provider in settings.providers
        if provider is not Provider.GOOGLE
    ]


def setup_of(provider: Provider, settings: Settings) -> ModelSetup:
    """How a model's endpoint is reached."""
    places = {
        Provider.OPENAI: settings.openai_base_url,
        Provider.OPENROUTER: settings.openrouter_base_url,
        Provider.OLLAMA: settings.ollama_base_url,
    }
    keys = {Provider.OPENAI: settings.openai_api_key, Provider.OPENROUTER: settings.openrouter_api_key}
    budget = MODELS_PART * timedelta(seconds=settings.step_seconds)
    return ModelSetup(
        provider,
        base_url=places.get(provider),
        key=_told(keys.get(provider)),
        model=(settings.vision_model or {}).get(provider),
        budget=budget,
        call_timeout=min(budget, LONGEST_MODEL_CALL),
    )


def _small_copy(children: ChildPool, settings: Settings, limit: timedelta, source: Path) -> bytes:
    allowed = frozenset(settings.allowed_types)
    return base64.b64decode(children.run(copy_to_send, source, settings.limits, allowed, limit=limit))


def _told(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
