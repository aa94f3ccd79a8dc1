"""A folder as sentence-transformers writes it, made into an encoder of texts.

    config.json                          what kind of encoder: BERT alone (MiniLM, BGE, E5, GTE… are)
    model.safetensors                    its weights; pickles, which are programs, are never opened
    vocab.txt or tokenizer.json          the pieces of words that it knows: WordPiece alone
    tokenizer_config.json                are capitals and accents kept?
    sentence_bert_config.json            how many pieces of a text it takes
    modules.json, 1_Pooling/config.json  how a text's vector comes of its pieces' vectors: mean, first or largest

The operator names the folder, but others made it: every figure in it is checked before it is used.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from media_vm.vision.bert import Bert, Shape
from media_vm.vision.safetensors import Weights
from media_vm.vision.wordpiece import WordPiece

LARGEST_WEIGHTS: Final = 2_000_000_000  # bytes; a large BERT's are 1.3 GB
LARGEST_TEXT: Final = 50_000_000  # bytes; a tokenizer.json of 250,000 pieces has 17 MB
MOST: Final = {  # what the largest BERTs have, and some room
    "hidden_size": 4096,
    "num_hidden_layers": 64,
    "num_attention_heads": 128,
    "intermediate_size": 32_768,
    "max_position_embeddings": 32_768,
    "vocab_size": 1_000_000,
    "type_vocab_size": 16,
}
MOST_PIECES: Final = 512  # of a text, as the original BERT; attention takes memory by their square
FEWEST_PIECES: Final = 3  # [CLS], one of the text, [SEP]
_MODULES: Final = ("Transformer", "Pooling", "Normalize")
_FOLDER: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")


class Unusable(ValueError):
    """The folder holds no encoder that can be used; the sentence names the file and what is wrong with it."""


class Pooling(StrEnum):
    """How the vectors of pieces become one, by the names in `1_Pooling/config.json`."""

    MEAN = "pooling_mode_mean_tokens"
    FIRST = "pooling_mode_cls_token"
    LARGEST = "pooling_mode_max_tokens"


@dataclass(frozen=True, slots=True)
class Encoder:
    """What the folder holds. most: pieces of a text, [CLS] and [SEP] among them. digest: SHA-256 in hex of all
    that a vector depends on."""

    bert: Bert
    pieces: WordPiece
    pooling: Pooling
    most: int
    digest: str


def read_encoder(folder: Path) -> Encoder:
    """The folder's encoder, whole in memory. Unusable."""
    reader = _Reader(folder)
    modules = _modules(reader)
    inner = modules.get("Transformer", "")
    config = reader.object(f"{inner}config.json")
    shape = _shape(config)
    pieces = _pieces(reader, inner, shape)
    pooling = _pooling(reader, modules.get("Pooling"))
    most = _most_pieces(reader, inner, shape)
    try:
        bert = Bert(Weights(reader.bytes(f"{inner}model.safetensors", LARGEST_WEIGHTS)), shape)
    except ValueError as error:
        raise error if isinstance(error, Unusable) else Unusable(f"model.safetensors: {error}") from None
    return Encoder(bert, pieces, pooling, most, reader.digest.hexdigest())


class _Reader:
    """Reads files of one folder, and takes note of all that it read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.digest = hashlib.sha256()

    def has(self, name: str) -> bool:
        try:
            return (self._folder / name).is_file()
        except OSError:
            return False

    def bytes(self, name: str, largest: int = LARGEST_TEXT) -> bytes:
        try:
            if not self.has(name):
                raise Unusable(f"{name} is not there")
            with (self._folder / name).open("rb") as file:
                content = file.read(largest + 1)
        except OSError as error:
            raise Unusable(f"{name} cannot be read ({error.strerror})") from None
        if len(content) > largest:
            raise Unusable(f"{name} is larger than {largest} bytes")
        self.digest.update(f"{name} {len(content)}\n".encode())
        self.digest.update(content)
        return content

    def json(self, name: str) -> Any:
        try:
            return json.loads(self.bytes(name))
        except (ValueError, RecursionError) as error:
            raise error if isinstance(error, Unusable) else Unusable(f"{name} is no JSON") from None

    def object(self, name: str, *, is_needed: bool = True) -> Mapping[str, Any]:
        if not is_needed and not self.has(name):
            return {}
        found = self.json(name)
        if not isinstance(found, dict):
            raise Unusable(f"{name} is no JSON object")
        return found


def _modules(reader: _Reader) -> dict[str, str]:
    """Each step's folder, with its slash. Without the file: an encoder alone, whose mean is taken."""
    if not reader.has("modules.json"):
        return {}
    listed = reader.json("modules.json")
    found: dict[str, str] = {}
    for one in listed if isinstance(listed, list) else []:
        kind = str(one.get("type")).rpartition(".")[2] if isinstance(one, dict) else ""
        if kind not in _MODULES or kind in found:
            raise Unusable(f"modules.json: only one each of {', '.join(_MODULES)} can be used here")
        path = one.get("path")
        if path and not (isinstance(path, str) and _FOLDER.fullmatch(path)):
            raise Unusable("modules.json: a path should be the name of a folder within")
        found[kind] = f"{path}/" if path else ""
    if list(found)[:2] != ["Transformer", "Pooling"]:
        raise Unusable("modules.json: it should begin with Transformer and Pooling")
    return found


def _shape(config: Mapping[str, Any]) -> Shape:
    if config.get("model_type") != "bert":
        raise Unusable("config.json: model_type should be bert, no other encoder can be used here")
    if (
        config.get("hidden_act", "gelu") != "gelu"
        or config.get("position_embedding_type", "absolute") != "absolute"
    ):
        raise Unusable("config.json: only gelu and absolute positions can be used here")
    size = {name: _count(config, name, most) for name, most in MOST.items()}
    if size["hidden_size"] % size["num_attention_heads"]:
        raise Unusable("config.json: hidden_size should be a multiple of num_attention_heads")
    epsilon = config.get("layer_norm_eps", 1e-12)
    if not isinstance(epsilon, float) or not math.isfinite(epsilon) or not 0 < epsilon < 1:
        raise Unusable("config.json: layer_norm_eps should be a small number")
    return Shape(
        hidden=size["hidden_size"],
        layers=size["num_hidden_layers"],
        heads=size["num_attention_heads"],
        inner=size["intermediate_size"],
        positions=size["max_position_embeddings"],
        vocabulary=size["vocab_size"],
        types=size["type_vocab_size"],
        epsilon=epsilon,
    )


def _count(config: Mapping[str, Any], name: str, most: int) -> int:
    value = config.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise Unusable(f"config.json: {name} should be a whole number from 1 to {most}")
    return value


def _pieces(reader: _Reader, inner: str, shape: Shape) -> WordPiece:
    told = reader.object(f"{inner}tokenizer_config.json", is_needed=False)
    whole = {} if reader.has(f"{inner}vocab.txt") else reader.object(f"{inner}tokenizer.json")
    vocabulary = _of_tokenizer(whole) if whole else _of_lines(reader.bytes(f"{inner}vocab.txt"))
    if not {"[UNK]", "[CLS]", "[SEP]"} <= vocabulary.keys():
        raise Unusable("the vocabulary has no [UNK], [CLS] or [SEP]")
    if not all(0 <= number < shape.vocabulary for number in vocabulary.values()):
        raise Unusable("the vocabulary has more pieces than config.json says")
    normalizer = whole.get("normalizer")
    normalizer = normalizer if isinstance(normalizer, dict) else {}
    is_lower = told.get("do_lower_case", normalizer.get("lowercase", True)) is not False
    strips = told.get("strip_accents", normalizer.get("strip_accents"))
    return WordPiece(vocabulary, is_lower, is_lower if strips is None else strips is True)


def _of_lines(content: bytes) -> dict[str, int]:
    """A piece a line; its number is the line's."""
    try:
        lines = content.decode().split("\n")
    except UnicodeDecodeError:
        raise Unusable("vocab.txt is no UTF-8") from None
    return {line.rstrip("\r"): number for number, line in enumerate(lines) if line.strip()}


def _of_tokenizer(whole: Mapping[str, Any]) -> dict[str, int]:
    model = whole.get("model")
    vocabulary = model.get("vocab") if isinstance(model, dict) and model.get("type") == "WordPiece" else None
    if not isinstance(vocabulary, dict):
        raise Unusable("tokenizer.json: only a WordPiece vocabulary can be used here")
    if not all(isinstance(one, int) and not isinstance(one, bool) for one in vocabulary.values()):
        raise Unusable("tokenizer.json: a piece's number is none")
    return vocabulary


def _pooling(reader: _Reader, inner: str | None) -> Pooling:
    """The one that is chosen."""
    if inner is None:
        return Pooling.MEAN
    config = reader.object(f"{inner}config.json")
    chosen = [name for name, is_on in config.items() if name.startswith("pooling_mode_") and is_on is True]
    if len(chosen) != 1 or chosen[0] not in list(Pooling):
        raise Unusable(f"{inner}config.json: only one of mean, cls and max can be used here")
    return Pooling(chosen[0])


def _most_pieces(reader: _Reader, inner: str, shape: Shape) -> int:
    told = reader.object(f"{inner}sentence_bert_config.json", is_needed=False).get("max_seq_length", MOST_PIECES)
    if isinstance(told, bool) or not isinstance(told, int) or told < FEWEST_PIECES:
        raise Unusable(f"sentence_bert_config.json: max_seq_length should be a whole number from {FEWEST_PIECES}")
    if shape.positions < FEWEST_PIECES:
        raise Unusable(f"config.json: max_position_embeddings should be at least {FEWEST_PIECES}")
    return min(told, shape.positions, MOST_PIECES)
