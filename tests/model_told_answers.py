"""The stand-in's right answers, changed as a test needs it, as what is told of a picture."""

from __future__ import annotations

from typing import Any

from media_vm.rules.findings import Provider, Told
from media_vm.rules.pictures import DataType
from media_vm.vision.model_told import read_answer, told_of
from tests.stand_ins.model_answers import ART, LOGO, SITE

RIGHT = {DataType.PRODUCT: ART, DataType.LOGO: LOGO, DataType.SITES: SITE}


def told(data_type: DataType = DataType.PRODUCT, **changes: Any) -> Told:
    found = RIGHT[data_type] | changes
    return told_of(read_answer(found, data_type), found, Provider.OPENAI, "m", "v")
