"""Texts to vectors on this machine, by a folder of the operator's (`embedding_folder.py`): no key, no network, no
torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from media_vm.errors import NoRoom, TryAgain
from media_vm.vision.embedding_folder import Encoder, Pooling, Unusable, read_encoder

_A_TEXT: Final = "a picture"


class LocalEmbedder:
    """The `Embedder` port. Safe to share among threads. The weights stay in memory: 90 MB of all-MiniLM-L6-v2."""

    def __init__(self, folder: Path) -> None:
        """Unusable: the folder's encoder cannot be used, or makes no vector of a simple text."""
        self._encoder = read_encoder(folder)
        self._model = f"local:{self._encoder.digest[:16]}"
        try:
            self.embed([_A_TEXT])
        except (TryAgain, NoRoom) as error:
            raise Unusable(f"model.safetensors: {error.detail}") from None

    @property
    def model(self) -> str:
        """Another one for other weights, words or pooling."""
        return self._model

    @property
    def dim(self) -> int:
        """The encoder's own."""
        return self._encoder.bert.shape.hidden

    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """One vector a text, of length one. TryAgain (`bad_vectors`), NoRoom."""
        try:
            with np.errstate(all="ignore"):  # whatever overflows is seen in the end
                return [_unit(_pooled(self._encoder, text)) for text in texts]
        except MemoryError:
            raise NoRoom("no_memory", "there is no memory left to embed a text") from None


def _pooled(encoder: Encoder, text: str) -> NDArray[np.float32]:
    """One vector of its pieces' vectors, [CLS] and [SEP] among them."""
    vocabulary = encoder.pieces.vocabulary
    inner = encoder.pieces.numbers(text, encoder.most - 2)
    rows = encoder.bert([vocabulary["[CLS]"], *inner, vocabulary["[SEP]"]])
    match encoder.pooling:
        case Pooling.FIRST:
            pooled: NDArray[np.float32] = rows[0]
        case Pooling.LARGEST:
            pooled = rows.max(axis=0)
        case Pooling.MEAN:
            pooled = rows.mean(axis=0)
    return pooled


def _unit(vector: NDArray[np.float32]) -> list[float]:
    length = float(np.linalg.norm(vector.astype(np.float64)))
    if not np.isfinite(length) or length < 1e-12:
        raise TryAgain("bad_vectors", "the encoder's vector is not finite, or has no direction")
    return [float(one) for one in vector.astype(np.float64) / length]
