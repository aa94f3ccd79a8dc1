"""What the reader may choose: ONCE, PHOTOS and DEMO_DATA_DIR out of the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parents[2]


class Usage(Exception):
    """The demo cannot start as it was asked to; the sentence says what to change."""


@dataclass(frozen=True, slots=True)
class Options:
    """once: leave when every picture is decided. photos: the reader's own. data_dir: emptied at each start."""

    once: bool
    photos: Path | None
    data_dir: Path

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Empty counts as not set, because `make` passes all three on; ONCE=0 means no."""
        photos, data_dir = environment.get("PHOTOS"), environment.get("DEMO_DATA_DIR")
        return cls(
            once=environment.get("ONCE", "") not in {"", "0"},
            photos=Path(photos).expanduser() if photos else None,
            data_dir=Path(data_dir or ROOT / ".demo").resolve(),
        )
