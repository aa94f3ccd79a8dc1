"""Whom a picture's analysis still lacks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from media_vm.rules.analysis import Analysis
from media_vm.rules.asking import Choice, lacking
from media_vm.rules.findings import Provider, Seen
from media_vm.rules.known import Known
from media_vm.rules.merging import merged
from media_vm.rules.pictures import DataType
from tests.said import MEASURED, TOLD, seen

GOOGLE: Choice = (Provider.GOOGLE,)
MODELS: Choice = (Provider.OPENAI, Provider.OLLAMA)
BOTH = (GOOGLE, MODELS)
KNOWN = Known(DataType.PRODUCT)

BY_NOBODY = merged(MEASURED, None, None, KNOWN)
BY_GOOGLE = merged(MEASURED, seen(text="OAF"), None, KNOWN)
BY_SILENT_GOOGLE = merged(MEASURED, Seen(), None, KNOWN)
BY_MODEL = merged(MEASURED, None, replace(TOLD, provider=Provider.OLLAMA), KNOWN)
BY_BOTH = merged(MEASURED, seen(text="OAF"), TOLD, KNOWN)


@pytest.mark.parametrize(
    ("choices", "earlier", "expected"),
    [
        (BOTH, None, BOTH),
        (BOTH, BY_NOBODY, BOTH),
        (BOTH, BY_GOOGLE, (MODELS,)),
        (BOTH, BY_SILENT_GOOGLE, (MODELS,)),
        (BOTH, BY_MODEL, (GOOGLE,)),
        (BOTH, BY_BOTH, BOTH),
        ((MODELS,), BY_GOOGLE, (MODELS,)),
        ((), BY_NOBODY, ()),
    ],
    ids=["new", "measured", "google", "google silent", "model", "both", "one choice", "nobody"],
)
def test_who_did_not_answer_yet(
    choices: tuple[Choice, ...], earlier: Analysis | None, expected: tuple[Choice, ...]
) -> None:
    """Any model will do for the models; where all answered, all are asked anew."""
    assert expected == lacking(choices, earlier)
