"""A BERT encoder's forward pass in NumPy, one text at a time, so that nothing is padded and nothing masked.

After Devlin et al. 2018 (arXiv 1810.04805), with the names of Hugging Face's `BertModel`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from media_vm.vision.safetensors import Weights

Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Shape:
    """hidden: how many numbers stand for a piece. inner: within a layer. positions: of a text, at most."""

    hidden: int
    layers: int
    heads: int
    inner: int
    positions: int
    vocabulary: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Linear:
    """weight: out × in, bias: out."""

    weight: Matrix
    bias: Matrix

    def __call__(self, x: Matrix) -> Matrix:
        """Rows of `in` numbers to rows of `out`."""
        y: Matrix = x @ self.weight.T + self.bias
        return y


@dataclass(frozen=True, slots=True)
class Norm:
    """Each row with mean 0 and variance 1, then scaled and moved."""

    weight: Matrix
    bias: Matrix
    epsilon: float

    def __call__(self, x: Matrix) -> Matrix:
        """Rows of the same length."""
        centred = x - x.mean(axis=-1, keepdims=True)
        variance = (centred * centred).mean(axis=-1, keepdims=True)
        y: Matrix = centred / np.sqrt(variance + np.float32(self.epsilon)) * self.weight + self.bias
        return y


@dataclass(frozen=True, slots=True)
class Layer:
    """Attention, then two linear steps, each added to what came in and normalised."""

    query: Linear
    key: Linear
    value: Linear
    out: Linear
    out_norm: Norm
    wide: Linear
    narrow: Linear
    narrow_norm: Norm
    heads: int

    def __call__(self, x: Matrix) -> Matrix:
        """Pieces × hidden, as it came."""
        x = self.out_norm(x + self.out(self._attention(x)))
        return self.narrow_norm(x + self.narrow(gelu(self.wide(x))))

    def _attention(self, x: Matrix) -> Matrix:
        query, key, value = (self._in_heads(part(x)) for part in (self.query, self.key, self.value))
        scores = query @ key.transpose(0, 2, 1) / np.float32(math.sqrt(query.shape[-1]))
        together: Matrix = softmax(scores) @ value
        return together.transpose(1, 0, 2).reshape(x.shape)

    def _in_heads(self, x: Matrix) -> Matrix:
        """Pieces × hidden to heads × pieces × share."""
        return x.reshape(len(x), self.heads, -1).transpose(1, 0, 2)


class Bert:
    """The encoder of these weights. ValueError with a sentence: a tensor is missing or of another shape."""

    def __init__(self, weights: Weights, shape: Shape) -> None:
        prefix = "bert." if "bert.embeddings.word_embeddings.weight" in weights else ""
        self.shape = shape
        tables = (("word", shape.vocabulary), ("position", shape.positions), ("token_type", shape.types))
        self._words, self._positions, types = (
            weights.get(f"{prefix}embeddings.{name}_embeddings.weight", (rows, shape.hidden))
            for name, rows in tables
        )
        self._type = types[0]
        self._norm = _norm(weights, f"{prefix}embeddings.LayerNorm", shape)
        self._layers = [_layer(weights, f"{prefix}encoder.layer.{one}", shape) for one in range(shape.layers)]

    def __call__(self, numbers: Sequence[int]) -> Matrix:
        """One row of `hidden` numbers for each piece; what overflows is not finite."""
        x = self._norm(self._words[list(numbers)] + self._positions[: len(numbers)] + self._type)
        for layer in self._layers:
            x = layer(x)
        return x


def softmax(scores: Matrix) -> Matrix:
    """Each row's shares of 1."""
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares: Matrix = raised / raised.sum(axis=-1, keepdims=True)
    return shares


def gelu(x: Matrix) -> Matrix:
    """x · Φ(x). NumPy has no erf: Abramowitz and Stegun 7.1.26, off by 1.5e-7 at most, as float32 is."""
    z = np.abs(x) * np.float32(1 / math.sqrt(2))
    t = 1 / (1 + np.float32(0.3275911) * z)
    series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t
    erf = np.sign(x) * (1 - series * np.exp(-z * z))
    y: Matrix = (x * (1 + erf) / 2).astype(np.float32)
    return y


def _layer(weights: Weights, name: str, shape: Shape) -> Layer:
    hidden, inner = shape.hidden, shape.inner
    query, key, value = (
        _linear(weights, f"{name}.attention.self.{part}", hidden, hidden) for part in ("query", "key", "value")
    )
    return Layer(
        query,
        key,
        value,
        _linear(weights, f"{name}.attention.output.dense", hidden, hidden),
        _norm(weights, f"{name}.attention.output.LayerNorm", shape),
        _linear(weights, f"{name}.intermediate.dense", inner, hidden),
        _linear(weights, f"{name}.output.dense", hidden, inner),
        _norm(weights, f"{name}.output.LayerNorm", shape),
        shape.heads,
    )


def _linear(weights: Weights, name: str, rows: int, columns: int) -> Linear:
    return Linear(weights.get(f"{name}.weight", (rows, columns)), weights.get(f"{name}.bias", (rows,)))


def _norm(weights: Weights, name: str, shape: Shape) -> Norm:
    size = (shape.hidden,)
    return Norm(weights.get(f"{name}.weight", size), weights.get(f"{name}.bias", size), shape.epsilon)
