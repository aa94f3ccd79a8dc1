"""A provider's embedding model behind the till."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from media_vm.rules.embedding import KIND
from media_vm.rules.prices import Prices, most_of_model
from media_vm.vision.embeddings import ModelEmbeddings
from media_vm.vision.till import Till


@dataclass(frozen=True, slots=True)
class PaidEmbedder:
    """The `Embedder` port: each call in its turn, within the day's money, and on the bill."""

    embeddings: ModelEmbeddings
    till: Till
    prices: Prices
    model: str
    dim: int

    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """As `ModelEmbeddings.embed`, and as `Till.pay`."""
        provider = self.embeddings.setup.provider
        most = most_of_model(provider, self.model, _most_tokens(texts), 0, self.prices)
        return self.till.pay(provider, KIND, most, lambda: self.embeddings.embed(texts, self.model, self.dim))


def _most_tokens(texts: Sequence[str]) -> int:
    """A token is a byte of UTF-8 at least."""
    return sum(len(one.encode(errors="replace")) for one in texts)
