"""An encoder out of a folder: its vectors beside those by plain loops, and folders that are no such thing."""

from __future__ import annotations

import json
import math
import os
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from media_vm.errors import TryAgain
from media_vm.vision.bert import gelu
from media_vm.vision.embedding_folder import Unusable
from media_vm.vision.local_embedder import LocalEmbedder
from tests.tiny_bert import CONFIG, HIDDEN, MODULES, POOLING, WORDS, TinyBert, safetensors, tiny_bert, write_folder
from tests.tiny_bert import gelu as slow_gelu

TEXT = "A storm over the Seaside. Seas!"
PIECES = [2, 7, 4, 8, 9, 5, 6, 10, 5, 11, 1, 3]  # of the text, [CLS] and [SEP] among them
MODEL = tiny_bert()


def embedder(folder: Path, model: TinyBert = MODEL, **files: Any) -> LocalEmbedder:
    return LocalEmbedder(write_folder(folder, model, **files))


def pooling(kind: str) -> dict[str, Any]:
    return {"pooling_mode_mean_tokens": False, f"pooling_mode_{kind}": True}


@pytest.mark.parametrize(
    ("files", "how"),
    [
        ({}, "mean"),
        ({"modules": None, "pooling": None}, "mean"),
        ({"pooling": pooling("cls_token")}, "cls"),
        ({"pooling": pooling("max_tokens")}, "max"),
        ({"weights": safetensors(MODEL, "bert.")}, "mean"),
    ],
    ids=["mean", "bare", "cls", "max", "prefixed"],
)
def test_a_vector_is_what_plain_loops_say(tmp_path: Path, files: dict[str, Any], how: str) -> None:
    """To the sixth digit, float32's own; of length one."""
    [vector] = embedder(tmp_path, **files).embed([TEXT])

    assert MODEL.vector(PIECES, how) == pytest.approx(vector, abs=3e-6)
    assert 1.0 == pytest.approx(math.hypot(*vector))


def test_a_text_that_is_too_long_is_cut(tmp_path: Path) -> None:
    """[CLS] and [SEP] stay; no text has a vector too."""
    made = embedder(tmp_path, sentence={"max_seq_length": 4})
    long, none = made.embed(["storm sea " * 9_000, ""])

    assert MODEL.vector([2, 4, 5, 3]) == pytest.approx(long, abs=3e-6)
    assert MODEL.vector([2, 3]) == pytest.approx(none, abs=3e-6)


def test_without_a_word_on_length_the_positions_are_the_limit(tmp_path: Path) -> None:
    """Nothing is read past the table's end."""
    [vector] = embedder(tmp_path, sentence=None).embed(["storm " * 40])

    assert MODEL.vector([2, *[4] * 14, 3]) == pytest.approx(vector, abs=3e-6)


def test_a_tokenizer_json_does_as_well(tmp_path: Path) -> None:
    """Its normalizer says whether capitals are kept."""
    tokenizer = {
        "normalizer": {"type": "BertNormalizer", "lowercase": True, "strip_accents": None},
        "model": {"type": "WordPiece", "vocab": {word: number for number, word in enumerate(WORDS)}},
    }
    made = embedder(tmp_path, vocab=None, tokenizer_config=None, tokenizer=tokenizer)

    assert MODEL.vector(PIECES) == pytest.approx(made.embed([TEXT])[0], abs=3e-6)


def test_cased_models_keep_capitals(tmp_path: Path) -> None:
    """`A` and `Seaside` are unknown to this one."""
    made = embedder(tmp_path, tokenizer_config={"do_lower_case": False})

    assert MODEL.vector([2, 1, 4, 3]) == pytest.approx(made.embed(["A storm"])[0], abs=3e-6)


def test_the_name_is_of_what_is_in_the_folder(tmp_path: Path) -> None:
    """The same elsewhere is the same model; other weights, words or pooling are another, and all is embedded
    again."""
    made = [
        embedder(tmp_path / "1"),
        embedder(tmp_path / "2"),
        embedder(tmp_path / "3", tiny_bert(8)),
        embedder(tmp_path / "4", tokenizer_config={"do_lower_case": False}),
        embedder(tmp_path / "5", pooling=pooling("cls_token")),
    ]
    names = [one.model for one in made]

    assert names[0] == names[1]
    assert 4 == len(set(names))
    assert [HIDDEN] * 5 == [one.dim for one in made]
    assert all(one.startswith("local:") and len(one) <= 100 for one in names)


def test_gelu_is_off_by_less_than_float32() -> None:
    """Beside the definition by `math.erf`."""
    xs = np.linspace(-8, 8, 4_001, dtype=np.float32)

    assert [slow_gelu(float(x)) for x in xs] == pytest.approx(gelu(xs).tolist(), abs=2e-6)


def test_links_are_followed(tmp_path: Path) -> None:
    """A hub's cache consists of them."""
    write_folder(tmp_path / "blobs", MODEL)
    (tmp_path / "snapshot").symlink_to(tmp_path / "blobs")

    assert HIDDEN == LocalEmbedder(tmp_path / "snapshot").dim


def without(name: str) -> bytes:
    model = tiny_bert()
    del model.tensors[name]
    return safetensors(model)


def turned(name: str) -> bytes:
    """A tensor with its sides exchanged: as many numbers, another shape."""
    model = tiny_bert()
    (rows, columns), numbers = model.tensors[name]
    model.tensors[name] = [columns, rows], numbers
    return safetensors(model)


def filled(number: float) -> bytes:
    model = tiny_bert()
    for name, (shape, numbers) in model.tensors.items():
        model.tensors[name] = shape, [number] * len(numbers)
    return safetensors(model)


WIDE = "encoder.layer.1.intermediate.dense.weight"
HOSTILE: list[tuple[dict[str, Any], str]] = [
    ({"config": None}, "config.json is not there"),
    ({"weights": None}, "model.safetensors is not there"),
    ({"vocab": None}, "tokenizer.json is not there"),
    ({"pooling": None}, "1_Pooling/config.json is not there"),
    ({"config": "{"}, "config.json is no JSON"),
    ({"config": "[" * 200_000}, "config.json is no JSON"),
    ({"config": []}, "config.json is no JSON object"),
    ({"config": CONFIG | {"model_type": "roberta"}}, "bert"),
    ({"config": CONFIG | {"hidden_act": "relu"}}, "gelu"),
    ({"config": CONFIG | {"position_embedding_type": "relative_key"}}, "absolute"),
    ({"config": CONFIG | {"hidden_size": 10**9}}, "hidden_size"),
    ({"config": CONFIG | {"hidden_size": "8"}}, "hidden_size"),
    ({"config": CONFIG | {"num_hidden_layers": True}}, "num_hidden_layers"),
    ({"config": CONFIG | {"num_attention_heads": 3}}, "multiple"),
    ({"config": CONFIG | {"num_hidden_layers": 3}}, "encoder.layer.2"),
    ({"config": CONFIG | {"vocab_size": 5}}, "more pieces"),
    ({"config": CONFIG | {"max_position_embeddings": 2}}, "max_position_embeddings"),
    ({"config": CONFIG | {"layer_norm_eps": float("nan")}}, "layer_norm_eps"),
    ({"config": CONFIG | {"layer_norm_eps": 0}}, "layer_norm_eps"),
    ({"sentence": {"max_seq_length": 2}}, "max_seq_length"),
    ({"sentence": {"max_seq_length": "all"}}, "max_seq_length"),
    ({"modules": {}}, "modules.json"),
    ({"modules": [7]}, "modules.json"),
    ({"modules": MODULES[:1]}, "modules.json"),
    ({"modules": [*MODULES, MODULES[1]]}, "modules.json"),
    (
        {"modules": [*MODULES[:2], {"type": "sentence_transformers.models.Dense", "path": "2_Dense"}]},
        "modules.json",
    ),
    ({"modules": [MODULES[0] | {"path": "../elsewhere"}, MODULES[1]]}, "folder within"),
    ({"modules": [MODULES[0] | {"path": "/etc"}, MODULES[1]]}, "folder within"),
    ({"modules": [MODULES[0] | {"path": ["a"]}, MODULES[1]]}, "folder within"),
    ({"pooling": POOLING | {"pooling_mode_cls_token": True}}, "one of mean"),
    ({"pooling": {"pooling_mode_lasttoken": True}}, "one of mean"),
    ({"pooling": {}}, "one of mean"),
    ({"vocab": "storm\nsea\n"}, r"\[UNK\]"),
    ({"vocab": b"\xff\xfe"}, "UTF-8"),
    ({"vocab": None, "tokenizer": {"model": {"type": "Unigram", "vocab": []}}}, "WordPiece"),
    ({"vocab": None, "tokenizer": {"model": {"type": "WordPiece", "vocab": {"[UNK]": "1"}}}}, "number is none"),
    (
        {
            "vocab": None,
            "tokenizer": {"model": {"type": "WordPiece", "vocab": {"[UNK]": -1, "[CLS]": 0, "[SEP]": 1}}},
        },
        "more pieces",
    ),
    ({"weights": b"PK\x03\x04"}, "model.safetensors: it is no safetensors file"),
    ({"weights": struct.pack("<Q", 2**62) + b"{}"}, "model.safetensors: it is no safetensors file"),
    (
        {"weights": without("encoder.layer.0.output.LayerNorm.bias")},
        "no tensor encoder.layer.0.output.LayerNorm.bias",
    ),
    ({"weights": turned(WIDE)}, f"{WIDE} should have the shape 12×8"),
    ({"weights": safetensors(tiny_bert())[:-4]}, "outside of the file"),
    ({"weights": filled(math.nan)}, "not finite"),
    ({"weights": filled(3e38)}, "not finite"),
    ({"weights": filled(0.0)}, "no direction"),
]


@pytest.mark.parametrize(("files", "says"), HOSTILE, ids=[says for _, says in HOSTILE])
def test_a_folder_that_cannot_be_used_is_refused(tmp_path: Path, files: dict[str, Any], says: str) -> None:
    """At the start, by the file and what is wrong with it."""
    with pytest.raises(Unusable, match=says):
        embedder(tmp_path, **files)


@pytest.mark.parametrize("name", ["nowhere", "file", "pipe"])
def test_what_is_no_folder_is_refused(tmp_path: Path, name: str) -> None:
    """And a pipe in the place of a file is not waited for."""
    (tmp_path / "file").touch()
    write_folder(tmp_path / "pipe", MODEL, modules=None, config=None)
    os.mkfifo(tmp_path / "pipe" / "config.json")

    with pytest.raises(Unusable, match=r"config\.json is not there"):
        LocalEmbedder(tmp_path / name)


def test_a_file_that_is_too_large_is_not_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of weights neither."""
    monkeypatch.setattr("media_vm.vision.embedding_folder.LARGEST_WEIGHTS", 1_000)
    with pytest.raises(Unusable, match="larger than 1000 bytes"):
        embedder(tmp_path)


def test_a_vector_without_a_direction_is_no_vector(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one text, though others have theirs."""
    made = embedder(tmp_path)
    monkeypatch.setattr(made._encoder.bert, "_words", np.full((len(WORDS), HIDDEN), np.inf, np.float32))

    with pytest.raises(TryAgain, match="bad_vectors"):
        made.embed([json.dumps("a")])
