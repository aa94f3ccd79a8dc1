"""The remover with a model in children as the worker has them; a stand-in takes the place of rembg."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from media_vm.adapters.files import DiskFiles
from media_vm.build import confinement
from media_vm.imaging.pool import ChildPool
from media_vm.settings import Settings
from tests import cutting

TESTS = Path(__file__).parents[1]


def cut_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str | None, remover: str = "rembg"
) -> object:
    """By the settings of an environment, with this model in its folder."""
    (folder := tmp_path / "models").mkdir()
    if model is not None:
        (folder / "u2netp.onnx").write_text(model)
    monkeypatch.setenv("MEDIA_VM_BACKGROUND_REMOVER", remover)
    monkeypatch.setenv("MEDIA_VM_REMBG_DIR", str(folder))
    limits = confinement(DiskFiles(tmp_path / "storage"), Settings().model_dir)
    with closing(ChildPool(1, replace(limits, reads=(*limits.reads, TESTS.parent)))) as pool:
        return pool.run(cutting.cut_out_twice, str(TESTS / "stand_ins"), limit=timedelta(seconds=30))


def test_a_confined_child_reads_its_model_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Out of the folder that the setting names, for both of two logos; they are cut out."""
    assert ([None, None], ["u2netp"]) == cut_twice(tmp_path, monkeypatch, "200")


@pytest.mark.parametrize("model", [None, "no model at all"])
def test_a_model_that_cannot_be_loaded_is_a_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str | None
) -> None:
    """Neither there nor whole: a reason that an operator can look up, and no failed picture."""
    assert (["model_missing"] * 2, []) == cut_twice(tmp_path, monkeypatch, model)


def test_without_that_remover_no_child_reads_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The setting alone opens nothing."""
    assert (["model_missing"] * 2, []) == cut_twice(tmp_path, monkeypatch, "200", remover="plain")
