"""Whom a picture's analysis still lacks."""

from __future__ import annotations

from collections.abc import Sequence

from media_vm.rules.analysis import Analysis
from media_vm.rules.findings import Provider

Choice = tuple[Provider, ...]
"""Providers of whom the first that answers is heard: Google alone, or the models in their order."""


def lacking(choices: Sequence[Choice], earlier: Analysis | None) -> tuple[Choice, ...]:
    """The choices that did not answer yet; all of them where none is missing, for then all are asked anew.
    earlier: the analysis as it is kept."""
    missing = tuple(one for one in choices if not _answered(one, earlier))
    return missing or tuple(choices)


def _answered(choice: Choice, earlier: Analysis | None) -> bool:
    """Whoever answered, if with nothing, left a raw answer."""
    if earlier is None:
        return False
    raw = earlier.raw_google_response if Provider.GOOGLE in choice else earlier.raw_gpt4_response
    return raw is not None
