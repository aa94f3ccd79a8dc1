"""The first of several vision models that answers (contract §10, `MEDIA_VM_VISION`)."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from media_vm.errors import GiveUp, StepFailed, TryAgain
from media_vm.rules.findings import Provider, Told
from media_vm.rules.pictures import DataType


class Looks(Protocol):
    """A vision model."""

    @property
    def provider(self) -> Provider:
        """Whose it is."""

    def look(self, picture: bytes, data_type: DataType, context: str, *, within: timedelta | None = None) -> Told:
        """As `ModelVision.look`."""


def first_answer(
    models: Sequence[Looks], picture: bytes, data_type: DataType, context: str, budget: timedelta
) -> tuple[Told | None, tuple[StepFailed, ...]]:
    """What the first says that answers, and the failures of those who were asked before it. They are asked in
    order, each with its share of the time that is left."""
    ends = time.monotonic() + budget.total_seconds()
    failures: list[StepFailed] = []
    for asked, model in enumerate(models):
        share = timedelta(seconds=max(0.0, ends - time.monotonic()) / (len(models) - asked))
        try:
            return model.look(picture, data_type, context, within=share), tuple(failures)
        except StepFailed as failure:
            failures.append(said_by(model.provider, failure))
    return None, tuple(failures)


def said_by(provider: Provider, failure: StepFailed) -> StepFailed:
    """A provider's failure as one. That it does not take a picture says nothing of the picture: it is ours to
    keep and to show."""
    known = TryAgain(failure.reason, failure.detail) if isinstance(failure, GiveUp) else failure
    known.provider = provider
    return known
