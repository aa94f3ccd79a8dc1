"""The `Vision` port: `local` measures every picture; Google and the first model that answers describe it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from media_vm.errors import StepFailed
from media_vm.rules.analysis import Measured
from media_vm.rules.context import context_of
from media_vm.rules.findings import Provider, Seen
from media_vm.rules.known import Known
from media_vm.rules.pictures import DataType
from media_vm.values import Described, Media
from media_vm.vision.chain import Looks, first_answer, said_by
from media_vm.vision.local import LocalVision
from media_vm.vision.till import asked_for


class Sees(Protocol):
    """Google Vision."""

    def look(self, picture: bytes, data_type: DataType) -> Seen:
        """As `GoogleVision.look`."""


@dataclass(frozen=True, slots=True)
class Providers:
    """small_copy: a JPEG of at most 1024 px without metadata, made in a child process. google: None where not
    set up. models: the first that answers is heard. budget: of all models together."""

    local: LocalVision
    small_copy: Callable[[Path], bytes]
    google: Sees | None = None
    models: tuple[Looks, ...] = ()
    budget: timedelta = timedelta(minutes=2)

    @property
    def choices(self) -> tuple[tuple[Provider, ...], ...]:
        """Who is set up beyond `local`: Google, and the models in their order."""
        models = tuple(one.provider for one in self.models)
        return tuple(filter(None, ((Provider.GOOGLE,) if self.google else (), models)))

    @property
    def is_configured(self) -> bool:
        """Is anybody set up beyond `local`?"""
        return bool(self.choices)

    def measure(self, source: Path, data_type: DataType) -> Measured:
        """As `LocalVision.measure`."""
        return self.local.measure(source, data_type)

    def describe(
        self, source: Path, media: Media, known: Known, away: Collection[Provider] = frozenset()
    ) -> Described:
        """Everybody is asked who is not away, whatever becomes of the others."""
        google = None if Provider.GOOGLE in away else self.google
        models = [one for one in self.models if one.provider not in away]
        if not google and not models:
            return Described()
        picture, seen, failures = self.small_copy(source), None, list[StepFailed]()
        with asked_for(media.id) as asked:
            if google:
                try:
                    seen = google.look(picture, media.data_type)
                except StepFailed as failure:
                    failures.append(said_by(Provider.GOOGLE, failure))
            told, of_models = first_answer(models, picture, media.data_type, context_of(known), self.budget)
        return Described(seen, told, (*failures, *of_models), frozenset(asked))
