"""One true call to everybody who is set up: does the key work, is there credit, does the model see?"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from media_vm.build_vision import google_vision, model_visions
from media_vm.errors import StepFailed
from media_vm.rules.findings import Call, Provider
from media_vm.rules.pictures import DataType
from media_vm.rules.remedies import remedy_of
from media_vm.settings import Settings
from media_vm.vision.google import MODEL, GoogleVision
from media_vm.vision.google_probe import PROBE
from media_vm.vision.model import ModelVision

NO_CONTEXT = "{}"


@dataclass(frozen=True, slots=True)
class Probed:
    """How it went. model: None if it was not even found. reason, detail, remedy: None where it works. ms: all that
    was asked of it."""

    provider: Provider
    model: str | None
    ms: int
    reason: str | None = None
    detail: str | None = None
    remedy: str | None = None

    @property
    def works(self) -> bool:
        """Did it answer as it should?"""
        return self.reason is None


def probe_all(settings: Settings, bill: Callable[[Call], None]) -> list[Probed]:
    """All at once, in the order in which they are asked; each ends within its share of MEDIA_VM_STEP_SECONDS.

    A drawing of 32 × 32 px goes out. Google is asked for labels alone; a model is asked what it is asked of every
    picture: what listing its models would tell of keys, credit and answers is too little. bill: told every call.
    """
    probes: list[Callable[[], Probed]] = []
    if Provider.GOOGLE in settings.providers:
        probes.append(partial(_google, google_vision(settings, bill)))
    probes.extend(partial(_model, one) for one in model_visions(settings, bill))
    with ThreadPoolExecutor(len(probes)) as threads:
        return list(threads.map(lambda probe: probe(), probes))


def _google(google: GoogleVision) -> Probed:
    with closing(google):
        return _timed(Provider.GOOGLE, lambda: MODEL, lambda _: google.probe())


def _model(model: ModelVision) -> Probed:
    def look(left: timedelta) -> object:
        return model.look(PROBE, DataType.PRODUCT, NO_CONTEXT, within=left)

    with closing(model):
        return _timed(model.setup.provider, lambda: model.model(model.setup.budget), look, model.setup.budget)


def _timed(
    provider: Provider,
    find: Callable[[], str],
    ask: Callable[[timedelta], object],
    budget: timedelta = timedelta(0),
) -> Probed:
    began, name = time.monotonic(), None
    try:
        name = find()
        ask(budget - timedelta(seconds=time.monotonic() - began))
    except StepFailed as failure:
        remedy = remedy_of(provider, failure.reason)
        return Probed(provider, name, _ms_since(began), failure.reason, failure.detail, remedy)
    return Probed(provider, name, _ms_since(began))


def _ms_since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
