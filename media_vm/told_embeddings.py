"""What a person is told of texts that become vectors."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from media_vm.rules.features import Feature
from media_vm.told_costs import printed

NO_VECTORS = (
    "nobody is set up to turn texts into vectors: set a key of OpenAI or OpenRouter, EMBEDDING_MODEL with an "
    "Ollama, or MEDIA_VM_EMBEDDING_FOLDER"
)
SWITCHED_OFF = "MEDIA_VM_FEATURES does not list embeddings"


def why_no_vectors(features: Collection[Feature], by: object) -> str | None:
    """Why no text becomes a vector; None: they do. by: who is set up to do it."""
    if Feature.EMBEDDINGS not in features:
        return SWITCHED_OFF
    return NO_VECTORS if by is None else None


def tell_embeddings(story: Mapping[str, Any]) -> str:
    """How many texts have become vectors, in a line of `media-vm status`."""
    told = f"{story['embedded']} texts embedded, {story['stale']} to be renewed, {story['waiting']} waiting"
    if story["model"]:
        told += f"; {printed(story['model'])}, {story['dim']} numbers"
    if story["off"]:
        return f"{told}; off: {story['off']}"
    trouble, again = story["trouble"], story["next_try"]
    return f"{told}; held up ({printed(trouble)}), tried again {again}" if trouble else told
