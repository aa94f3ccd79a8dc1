"""What Google Vision can be asked for, by the names of `MEDIA_VM_GOOGLE_FEATURES`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from media_vm.errors import WrongUse
from media_vm.rules.google_features import DEFAULT_FEATURES as DEFAULT_FEATURES
from media_vm.rules.google_features import Feature as Feature
from media_vm.rules.google_features import features_for as features_for
from media_vm.rules.google_features import features_named

_GOOGLES_NAMES: Final = {
    Feature.LABEL: "LABEL_DETECTION",
    Feature.SAFE_SEARCH: "SAFE_SEARCH_DETECTION",
    Feature.TEXT: "TEXT_DETECTION",
    Feature.PROPERTIES: "IMAGE_PROPERTIES",
    Feature.CROP_HINTS: "CROP_HINTS",
    Feature.OBJECT: "OBJECT_LOCALIZATION",
    Feature.LOGO: "LOGO_DETECTION",
    Feature.WEB: "WEB_DETECTION",
}
_MOST_RESULTS: Final = {Feature.LABEL: 50, Feature.OBJECT: 50, Feature.LOGO: 10, Feature.WEB: 20}
_FREE_WITH: Final = {Feature.SAFE_SEARCH: Feature.LABEL, Feature.CROP_HINTS: Feature.PROPERTIES}
"""Google's price list: the one costs nothing where the other is asked for too."""


def read_features(names: Iterable[str]) -> tuple[Feature, ...]:
    """Each once, in our order. WrongUse: an unknown name, or nothing that every data type is asked for."""
    try:
        return features_named(names)
    except ValueError as error:
        raise WrongUse(f"MEDIA_VM_GOOGLE_FEATURES {error}; e.g. label,text") from None


def billed(features: tuple[Feature, ...]) -> tuple[str, ...]:
    """Those that cost something when asked for together."""
    return tuple(one.value for one in features if _FREE_WITH.get(one) not in features)


def as_request(
    picture: bytes,
    features: tuple[Feature, ...],
    aspect_ratios: tuple[float, ...],
    language_hints: tuple[str, ...],
) -> dict[str, object]:
    """One `AnnotateImageRequest` as Google's client takes it."""
    context: dict[str, object] = {}
    if Feature.CROP_HINTS in features and aspect_ratios:
        context["crop_hints_params"] = {"aspect_ratios": list(aspect_ratios)}
    if Feature.TEXT in features and language_hints:
        context["language_hints"] = list(language_hints)
    return {
        "image": {"content": picture},
        "features": [{"type_": _GOOGLES_NAMES[one], "max_results": _MOST_RESULTS.get(one, 0)} for one in features],
        "image_context": context,
    }
