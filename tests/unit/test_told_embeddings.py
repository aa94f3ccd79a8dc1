"""What a person is told of texts that become vectors."""

from __future__ import annotations

from typing import Any

import pytest

from media_vm.rules.features import Feature
from media_vm.rules.findings import Provider
from media_vm.told_embeddings import NO_VECTORS, SWITCHED_OFF, tell_embeddings, why_no_vectors

STORY: dict[str, Any] = {
    "model": "text-embedding-3-small",
    "dim": 1536,
    "embedded": 812,
    "stale": 3,
    "waiting": 15,
    "trouble": None,
    "next_try": None,
    "off": None,
}
COUNTS = "812 texts embedded, 3 to be renewed, 15 waiting"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, f"{COUNTS}; text-embedding-3-small, 1536 numbers"),
        ({"model": None, "dim": None}, COUNTS),
        ({"model": "a\x1b[31m", "dim": 2}, f"{COUNTS}; a?[31m, 2 numbers"),
        (
            {"trouble": "busy", "next_try": "2026-11-21T20:00:00.000Z", "model": None},
            f"{COUNTS}; held up (busy), tried again 2026-11-21T20:00:00.000Z",
        ),
        ({"off": SWITCHED_OFF, "trouble": "busy", "model": None}, f"{COUNTS}; off: {SWITCHED_OFF}"),
    ],
    ids=["well", "never", "strange", "trouble", "off"],
)
def test_one_line_of_the_status(changes: dict[str, Any], expected: str) -> None:
    """Counts first; whoever is switched off waits for nobody."""
    assert expected == tell_embeddings(STORY | changes)


@pytest.mark.parametrize(
    ("features", "by", "expected"),
    [
        ([*Feature], (Provider.OPENAI, "m"), None),
        ([*Feature], None, NO_VECTORS),
        ([Feature.POLISH], (Provider.OPENAI, "m"), SWITCHED_OFF),
        ([], None, SWITCHED_OFF),
    ],
)
def test_why_nobody_embeds(features: list[Feature], by: object, expected: str | None) -> None:
    """A switch, or nobody there."""
    assert expected == why_no_vectors(features, by)
