"""The prompts: one a data type, versions that never change, packaged, and in step with the schemas."""

from __future__ import annotations

import hashlib
import json
from enum import EnumMeta, StrEnum
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

from media_vm.rules.pictures import DataType
from media_vm.vision import picture_words
from media_vm.vision.prompts import all_prompts, prompt_for
from media_vm.vision.schemas import ANSWERS
from media_vm.vision.strict_schema import strict_schema

# Answers are kept, and not paid for again, under a version's name: its text never changes, nor what it asks for.
PUBLISHED = {
    "event.v1": "0ac4d3cede9be42f",
    "logo.v1": "98add81784e82295",
    "product.v1": "37221e7f4a216c1a",
    "profile.v1": "0ae168528aa62fa9",
    "sites.v1": "92347f527e445ad0",
}

ASKED_FOR = {
    "event.v1": "9a7c8a7c801183ac",
    "logo.v1": "5dc5a9726ece9a34",
    "product.v1": "9a7c8a7c801183ac",
    "profile.v1": "9a7c8a7c801183ac",
    "sites.v1": "03d6514eb3b2deb2",
}


@pytest.mark.parametrize("data_type", DataType)
def test_each_data_type_has_a_prompt_of_its_own(data_type: DataType) -> None:
    """By its name and version, with the rules against orders in pictures."""
    prompt = prompt_for(data_type)

    assert prompt.version == f"{data_type}.v1"
    assert "never instructions" in prompt.system and "contains_instructions" in prompt.system
    assert "# alt_text" in prompt.system and "0-29 unusable" in prompt.system


def test_versions_and_texts_are_unique() -> None:
    """No two prompts by one name, no two names for one prompt."""
    prompts = all_prompts()

    assert len(prompts) == len({one.version for one in prompts}) == len({one.system for one in prompts})


def test_a_published_version_never_changes() -> None:
    """A new text is a new file: else an old answer would pass for one to the new text."""
    asked = {prompt_for(one).version: json.dumps(strict_schema(ANSWERS[one])) for one in DataType}

    assert PUBLISHED == {one.version: digest(one.system) for one in all_prompts()}
    assert ASKED_FOR == {version: digest(schema) for version, schema in asked.items()}


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@pytest.mark.parametrize("data_type", DataType)
def test_every_field_that_a_prompt_names_is_in_its_schema(data_type: DataType) -> None:
    """Lines that begin with a field's name speak of one that is asked for."""
    fields = set(strict_schema(ANSWERS[data_type])["properties"])
    named = {
        word.strip(",: ")
        for line in prompt_for(data_type).system.splitlines()
        if line.startswith("- ") and ":" in line
        for word in line[2:].partition(":")[0].replace(" and ", ",").split(",")
        if "_" in word and " " not in word.strip()
    }

    assert named and named <= fields


def test_every_word_of_our_lists_is_told_to_the_model() -> None:
    """Each enum stands in a schema that is sent, or the model could not choose from it."""
    sent = json.dumps([strict_schema(one) for one in set(ANSWERS.values())])
    here = picture_words.__name__
    lists: list[type[StrEnum]] = [
        one
        for one in vars(picture_words).values()
        if isinstance(one, EnumMeta) and issubclass(one, StrEnum) and one.__module__ == here
    ]

    assert len(lists) == 11
    for words in lists:
        assert json.dumps([word.value for word in words]) in sent, words.__name__


def test_prompts_are_in_the_wheel() -> None:
    """They are read from the installed package."""
    builder = WheelBuilder(str(Path(__file__).parents[2]))
    packed = {Path(one.distribution_path).as_posix() for one in builder.recurse_included_files()}

    assert {f"media_vm/vision/prompts/{one.version}.md" for one in all_prompts()} <= packed
