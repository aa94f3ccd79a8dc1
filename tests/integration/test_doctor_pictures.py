"""`media-vm doctor` on who takes backgrounds away; a stand-in takes the place of rembg, but for its absence."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.integration.doctors_home import Home

STAND_IN = Path(__file__).parents[1] / "stand_ins" / "rembg"
WHAT = "pictures: background removal"


@pytest.fixture
def models(home: Home, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that is set up for the model. A child may read it, and finds the package there."""
    folder = home.folder / "models"
    shutil.copytree(STAND_IN, folder / "rembg")
    monkeypatch.syspath_prepend(folder)
    home.settings |= {"MEDIA_VM_BACKGROUND_REMOVER": "rembg", "MEDIA_VM_REMBG_DIR": str(folder)}
    return folder


@pytest.mark.parametrize("model", [None, "no model at all"])
def test_a_model_that_cannot_be_loaded(home: Home, models: Path, model: str | None) -> None:
    """Neither there nor whole; it is tried in a child, as a worker's would."""
    if model is not None:
        (models / "u2netp.onnx").write_text(model)
    code, ill = home.found("pictures")

    assert (1, "problem") == (code, ill[WHAT][0])
    assert "cannot load rembg's model" in ill[WHAT][1] and "→ put u2netp.onnx into a folder" in ill[WHAT][1]


def test_a_model_that_is_there(home: Home, models: Path) -> None:
    """Nothing is said against it."""
    (models / "u2netp.onnx").write_text("200")

    assert WHAT not in home.found("pictures")[1]


@pytest.mark.skipif(find_spec("rembg") is not None, reason="rembg is installed here")
def test_a_remover_that_is_not_installed(home: Home) -> None:
    """A setting alone brings no package."""
    code, ill = home.found("pictures", MEDIA_VM_BACKGROUND_REMOVER="rembg")

    assert (1, "problem") == (code, ill[WHAT][0])
    assert "rembg is not installed" in ill[WHAT][1] and "(pip install -e '.[rembg]')" in ill[WHAT][1]
