"""Vision with one answer for all."""

from __future__ import annotations

from pathlib import Path

from media_vm.errors import StepFailed
from media_vm.rules.analysis import Analysis, Measured, Quality, Swatch
from media_vm.rules.pictures import (
    DataType,
    FocalPoint,
)


class MemoryVision:
    """The `Vision` port with one answer for all. troubles: failures that the next calls end in. down: the failure
    that every call ends in."""

    def __init__(self) -> None:
        self.is_configured = False
        self.troubles: list[StepFailed] = []
        self.down: StepFailed | None = None
        self.calls = 0
        self.answer = Analysis(
            Measured(
                palette=(Swatch("#FF5733", "red", 0.6),),
                quality=Quality(85, 90, 80, 85, 80),
                perceptual_hash="0123456789abcdef",
                thumbhash="1QcSHQRnh493V4dIh4eXh1h4kJUI",
                average_color="#AA5533",
                focal_point=FocalPoint(0.4, 0.6),
                has_transparency=False,
                logo_likeness=0.1,
            )
        )

    def analyse(self, source: Path, data_type: DataType) -> Analysis:
        """The one answer."""
        self.calls += 1
        if self.down:
            raise self.down
        if self.troubles:
            raise self.troubles.pop(0)
        return self.answer
