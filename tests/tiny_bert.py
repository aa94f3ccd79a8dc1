"""A sentence-transformers folder of some thousand random numbers, and its vectors by plain loops: the definition
of BERT written down once more, without NumPy."""

from __future__ import annotations

import json
import math
import random
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Row = list[float]
HIDDEN, LAYERS, HEADS, INNER, POSITIONS = 8, 2, 2, 12, 16
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "storm", "sea", "##side", "a", "over", "the", ".", "##s"]
CONFIG: dict[str, Any] = {
    "model_type": "bert",
    "hidden_act": "gelu",
    "hidden_size": HIDDEN,
    "num_hidden_layers": LAYERS,
    "num_attention_heads": HEADS,
    "intermediate_size": INNER,
    "max_position_embeddings": POSITIONS,
    "vocab_size": len(WORDS),
    "type_vocab_size": 2,
    "layer_norm_eps": 1e-12,
}
POOLING = {"word_embedding_dimension": HIDDEN, "pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False}
MODULES = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
    {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
]


@dataclass
class TinyBert:
    """The weights by name: each a shape and its numbers, row by row, as float32 holds them."""

    tensors: dict[str, tuple[list[int], Row]] = field(default_factory=dict)

    def matrix(self, name: str) -> list[Row]:
        (rows, columns), numbers = self.tensors[name]
        return [numbers[at * columns : (at + 1) * columns] for at in range(rows)]

    def row(self, name: str) -> Row:
        return self.tensors[name][1]

    def vector(self, numbers: list[int], pooling: str = "mean") -> Row:
        """Of these pieces, [CLS] and [SEP] among them."""
        rows = self._encoded(numbers)
        columns = list(zip(*rows, strict=True))
        pooled = {
            "mean": [sum(column) / len(column) for column in columns],
            "cls": rows[0],
            "max": [max(column) for column in columns],
        }[pooling]
        length = math.sqrt(sum(one * one for one in pooled))
        return [one / length for one in pooled]

    def _encoded(self, numbers: list[int]) -> list[Row]:
        words, places, types = (
            self.matrix(f"embeddings.{one}_embeddings.weight") for one in ("word", "position", "token_type")
        )
        x = [
            [words[number][i] + places[at][i] + types[0][i] for i in range(HIDDEN)]
            for at, number in enumerate(numbers)
        ]
        x = [self._norm(row, "embeddings.LayerNorm") for row in x]
        for layer in range(LAYERS):
            x = self._layer(x, f"encoder.layer.{layer}")
        return x

    def _layer(self, x: list[Row], name: str) -> list[Row]:
        query, key, value = (
            [self._linear(row, f"{name}.attention.self.{part}") for row in x] for part in ("query", "key", "value")
        )
        share = HIDDEN // HEADS
        seen = [[0.0] * HIDDEN for _ in x]
        for head in range(HEADS):
            part = range(head * share, (head + 1) * share)
            for at in range(len(x)):
                scores = [
                    sum(query[at][i] * key[other][i] for i in part) / math.sqrt(share) for other in range(len(x))
                ]
                raised = [math.exp(score) for score in scores]
                for i in part:
                    seen[at][i] = sum(raised[other] / sum(raised) * value[other][i] for other in range(len(x)))
        x = [
            self._norm(
                added(row, self._linear(one, f"{name}.attention.output.dense")),
                f"{name}.attention.output.LayerNorm",
            )
            for row, one in zip(x, seen, strict=True)
        ]
        narrow = [
            self._linear(
                [gelu(one) for one in self._linear(row, f"{name}.intermediate.dense")], f"{name}.output.dense"
            )
            for row in x
        ]
        return [
            self._norm(added(row, one), f"{name}.output.LayerNorm") for row, one in zip(x, narrow, strict=True)
        ]

    def _linear(self, row: Row, name: str) -> Row:
        weight, bias = self.matrix(f"{name}.weight"), self.row(f"{name}.bias")
        return [
            sum(a * b for a, b in zip(line, row, strict=True)) + own
            for line, own in zip(weight, bias, strict=True)
        ]

    def _norm(self, row: Row, name: str) -> Row:
        mean = sum(row) / len(row)
        deviation = math.sqrt(sum((one - mean) ** 2 for one in row) / len(row) + 1e-12)
        both = zip(row, self.row(f"{name}.weight"), self.row(f"{name}.bias"), strict=True)
        return [(one - mean) / deviation * scale + shift for one, scale, shift in both]


def added(one: Row, other: Row) -> Row:
    return [a + b for a, b in zip(one, other, strict=True)]


def gelu(x: float) -> float:
    return x * (1 + math.erf(x / math.sqrt(2))) / 2


def tiny_bert(seed: int = 7) -> TinyBert:
    """With every tensor that the encoder needs."""
    chance, made = random.Random(seed), TinyBert()

    def add(name: str, *shape: int) -> None:
        numbers = [chance.gauss(0, 0.6) for _ in range(math.prod(shape))]
        made.tensors[name] = (
            list(shape),
            list(struct.unpack(f"<{len(numbers)}f", struct.pack(f"<{len(numbers)}f", *numbers))),
        )

    def linear(name: str, rows: int, columns: int) -> None:
        add(f"{name}.weight", rows, columns)
        add(f"{name}.bias", rows)

    def norm(name: str) -> None:
        add(f"{name}.weight", HIDDEN)
        add(f"{name}.bias", HIDDEN)

    for name, rows in (("word", len(WORDS)), ("position", POSITIONS), ("token_type", 2)):
        add(f"embeddings.{name}_embeddings.weight", rows, HIDDEN)
    norm("embeddings.LayerNorm")
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}"
        for part in ("query", "key", "value"):
            linear(f"{name}.attention.self.{part}", HIDDEN, HIDDEN)
        linear(f"{name}.attention.output.dense", HIDDEN, HIDDEN)
        norm(f"{name}.attention.output.LayerNorm")
        linear(f"{name}.intermediate.dense", INNER, HIDDEN)
        linear(f"{name}.output.dense", HIDDEN, INNER)
        norm(f"{name}.output.LayerNorm")
    return made


def safetensors(model: TinyBert, prefix: str = "") -> bytes:
    """As the library writes it, all of float32."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    body = b""
    for name, (shape, numbers) in model.tensors.items():
        packed = struct.pack(f"<{len(numbers)}f", *numbers)
        header[prefix + name] = {
            "dtype": "F32",
            "shape": shape,
            "data_offsets": [len(body), len(body) + len(packed)],
        }
        body += packed
    told = json.dumps(header).encode()
    return struct.pack("<Q", len(told)) + told + body


def write_folder(folder: Path, model: TinyBert, **files: Any) -> Path:
    """Such a folder. files: by their names in NAMES, in the place of the usual ones; None: not written."""
    usual: dict[str, Any] = {
        "config": CONFIG,
        "weights": safetensors(model),
        "vocab": "\n".join(WORDS) + "\n",
        "tokenizer_config": {"do_lower_case": True},
        "sentence": {"max_seq_length": 12, "do_lower_case": False},
        "modules": MODULES,
        "pooling": POOLING,
    }
    for name, content in (usual | files).items():
        if content is not None:
            path = folder / NAMES[name]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(_bytes(content))
    return folder


NAMES = {
    "config": "config.json",
    "weights": "model.safetensors",
    "vocab": "vocab.txt",
    "tokenizer": "tokenizer.json",
    "tokenizer_config": "tokenizer_config.json",
    "sentence": "sentence_bert_config.json",
    "modules": "modules.json",
    "pooling": "1_Pooling/config.json",
}


def _bytes(content: Any) -> bytes:
    if isinstance(content, bytes):
        return content
    return content.encode() if isinstance(content, str) else json.dumps(content).encode()
