"""What Google Vision can be asked for, by the names of `MEDIA_VM_GOOGLE_FEATURES`, and over what."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from media_vm.rules.pictures import DataType


class Feature(StrEnum):
    """Each is billed for each picture. Faces are never asked for: who somebody is is not ours to know."""

    LABEL = "label"
    SAFE_SEARCH = "safe_search"
    TEXT = "text"
    PROPERTIES = "properties"
    CROP_HINTS = "crop_hints"
    OBJECT = "object"
    LOGO = "logo"
    WEB = "web"


class Transport(StrEnum):
    """How the client speaks. REST is easier behind proxies."""

    GRPC = "grpc"
    REST = "rest"


DEFAULT_FEATURES: Final = tuple(feature for feature in Feature if feature is not Feature.WEB)


def features_for(features: tuple[Feature, ...], data_type: DataType) -> tuple[Feature, ...]:
    """What a picture of that type is asked for: logos are looked for in logos alone."""
    return tuple(one for one in features if one is not Feature.LOGO or data_type is DataType.LOGO)


def features_named(names: Iterable[str]) -> tuple[Feature, ...]:
    """Each once, in our order. ValueError: an unknown name, or nothing that every data type is asked for."""
    asked = {name.strip().lower() for name in names if name.strip()}
    known = {feature.value for feature in Feature}
    if asked - known or not asked - {Feature.LOGO}:
        raise ValueError(f"should be some of {', '.join(Feature)}, and not logo alone")
    return tuple(feature for feature in Feature if feature in asked)
