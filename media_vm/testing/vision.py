"""Vision with one answer for all."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from copy import copy
from pathlib import Path

from media_vm.errors import StepFailed
from media_vm.rules.analysis import Measured, Quality, Swatch
from media_vm.rules.findings import Provider, Seen, Told
from media_vm.rules.known import Known
from media_vm.rules.pictures import DataType, FocalPoint
from media_vm.values import Described, Media


class MemoryVision:
    """The `Vision` port. is_configured: are Google and a model set up? seen, told: what they say of every picture.
    troubles: failures of the model that the next descriptions end in; down, google_down: those that all end in;
    own: the model's of single media, by id. calls: how many were asked for; asked: what was known of each;
    skipped: who was away. is_known: were the answers kept from before? trouble_measuring: what measuring ends
    in."""

    def __init__(self) -> None:
        self.is_configured = False
        self.is_known = False
        self.seen: Seen | None = None
        self.told: Told | None = None
        self.troubles: list[StepFailed] = []
        self.own: dict[int, StepFailed] = {}
        self.down: StepFailed | None = None
        self.google_down: StepFailed | None = None
        self.trouble_measuring: Exception | None = None
        self.calls = 0
        self.asked: list[Known] = []
        self.skipped: list[frozenset[Provider]] = []
        self.measured = Measured(
            palette=(Swatch("#FF5733", "red", 0.6),),
            quality=Quality(85, 90, 80, 85, 80),
            perceptual_hash="0123456789abcdef",
            thumbhash="1QcSHQRnh493V4dIh4eXh1h4kJUI",
            average_color="#AA5533",
            focal_point=FocalPoint(0.4, 0.6),
            has_transparency=False,
            logo_likeness=0.1,
        )

    def measure(self, source: Path, data_type: DataType) -> Measured:
        """The one measurement."""
        if self.trouble_measuring:
            raise self.trouble_measuring
        return self.measured

    @property
    def choices(self) -> tuple[tuple[Provider, ...], ...]:
        """Google, and one model; who is down is set up."""
        google = ((Provider.GOOGLE,),) if self.is_configured or self.google_down else ()
        return (*google, (Provider.OPENAI,)) if self.is_configured or self.down else google

    def describe(
        self, source: Path, media: Media, known: Known, away: Collection[Provider] = frozenset()
    ) -> Described:
        """The one answer, or the next trouble in its place; of who is away neither."""
        self.calls += 1
        self.asked.append(known)
        self.skipped.append(frozenset(away))
        google = None if Provider.GOOGLE in away else self.google_down
        model = self.down or self.own.get(media.id) or (self.troubles.pop(0) if self.troubles else None)
        model = None if Provider.OPENAI in away else model
        return Described(
            None if google or Provider.GOOGLE in away else self.seen,
            None if model or Provider.OPENAI in away else self.told,
            (*_said_by(Provider.GOOGLE, google), *_said_by(Provider.OPENAI, model)),
            frozenset() if self.is_known else frozenset({Provider.GOOGLE, Provider.OPENAI} - set(away)),
        )


def _said_by(provider: Provider, failure: StepFailed | None) -> Iterator[StepFailed]:
    """A failure of each one's own, for a script may give several the same."""
    if failure:
        own = copy(failure)
        own.provider = provider
        yield own
