"""Google Vision and a vision model, each behind the till."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from media_vm.ai_ports import Question
from media_vm.rules.findings import Provider, Seen, Told
from media_vm.rules.pictures import DataType
from media_vm.rules.prices import Prices, most_of_features, most_of_model
from media_vm.vision.google import MODEL, GoogleVision
from media_vm.vision.google_features import billed
from media_vm.vision.model import ModelVision
from media_vm.vision.prompts import prompt_for
from media_vm.vision.till import Till

MOST_TOKENS_IN: Final = 8_000
"""Of one question: some 2,000 for the words and the schema, and for 1024 × 1024 px 1,300 of most models (notes on
prices: ⌈w/32⌉ × ⌈h/32⌉ × 1.2), three times that of the hungriest."""
MOST_TOKENS_OUT: Final = 4_000


@dataclass(frozen=True, slots=True)
class PaidGoogle:
    """`GoogleVision`, no question paid for twice."""

    google: GoogleVision
    till: Till
    prices: Prices

    def look(self, picture: bytes, data_type: DataType) -> Seen:
        """As `GoogleVision.look`, and as `Till.answer`."""
        features = self.google.features(data_type)
        asked = f"{MODEL}.{_digest('+'.join(features).encode())[:8]}"
        question = Question(_digest(picture), Provider.GOOGLE, MODEL, asked, _digest(b""))
        most = most_of_features(billed(features), self.prices)
        return self.till.answer(question, most, lambda: self.google.look(picture, data_type), Seen)


@dataclass(frozen=True, slots=True)
class PaidModel:
    """`ModelVision`, the same."""

    vision: ModelVision
    till: Till
    prices: Prices

    @property
    def provider(self) -> Provider:
        """Whose model it is."""
        return self.vision.provider

    def look(self, picture: bytes, data_type: DataType, context: str, *, within: timedelta | None = None) -> Told:
        """As `ModelVision.look`, and as `Till.answer`: finding a model, and a turn, is of the budget."""
        setup = self.vision.setup
        budget = setup.budget if within is None else within
        ends = time.monotonic() + budget.total_seconds()
        model = self.vision.model(budget)
        version = prompt_for(data_type).version
        question = Question(_digest(picture), setup.provider, model, version, _digest(context.encode()))
        most = most_of_model(setup.provider, model, MOST_TOKENS_IN, MOST_TOKENS_OUT, self.prices)
        return self.till.answer(
            question,
            most,
            lambda: self.vision.look(picture, data_type, context, within=_left(ends)),
            Told,
            within=_left(ends),
        )


def _left(ends: float) -> timedelta:
    return timedelta(seconds=max(0.0, ends - time.monotonic()))


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
