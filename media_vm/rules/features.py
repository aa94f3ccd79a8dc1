"""What can be switched off."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum


class Feature(StrEnum):
    """The words of `MEDIA_VM_FEATURES`."""

    BACKGROUND_REMOVAL = "background_removal"
    POLISH = "polish"
    EMBEDDINGS = "embeddings"


def may_polish(features: Collection[Feature], cpu_slots: int) -> bool:
    """Is it switched on, and a slot left for what comes meanwhile? A lone one would be taken for half a minute."""
    return Feature.POLISH in features and cpu_slots > 1
