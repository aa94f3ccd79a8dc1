"""What can be switched off."""

from __future__ import annotations

from enum import StrEnum


class Feature(StrEnum):
    """The words of `MEDIA_VM_FEATURES`."""

    BACKGROUND_REMOVAL = "background_removal"
    POLISH = "polish"
