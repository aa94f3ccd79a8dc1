"""`make run`'s demo as its reader starts it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from examples.demo.options import ROOT
from tests.pictures import cut_short, photo, saved

COMMAND = [sys.executable, "-m", "examples.demo"]


def test_demo_shows_what_became_of_each_picture(tmp_path: Path) -> None:
    """With ONCE=1 it exits with 0 once each picture is completed or has failed for a reason that it names."""
    photos = tmp_path / "photos"
    photos.mkdir()
    saved(photo(300, 200), photos / "good.jpg")
    saved(photo(200, 200), photos / "my-logo.png")
    cut_short(saved(photo(400, 300), photos / "bad.jpg"))
    ended = _demo(tmp_path / "data", PHOTOS=str(photos), ONCE="1")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert {"good.jpg": "completed", "my-logo.png": "completed", "bad.jpg": "failed"}.items() <= _table(
        ended.stdout
    ).items()
    assert "bad.jpg: failed, permanent: truncated" in ended.stdout
    assert "3 pictures, 2 completed" in ended.stdout
    assert "\x1b" not in ended.stdout


@pytest.mark.parametrize(
    ("name", "sentence"), [("missing", "is no folder that can be read"), ("empty", "has no file in it")]
)
def test_unusable_folder_is_said(tmp_path: Path, name: str, sentence: str) -> None:
    """A PHOTOS folder that is missing or empty ends the demo with 2 and a sentence, before anything starts."""
    (tmp_path / "empty").mkdir()
    ended = _demo(tmp_path / "data", PHOTOS=str(tmp_path / name))
    assert (2, True) == (ended.returncode, sentence in ended.stderr)
    assert not (tmp_path / "data").exists()


def test_foreign_folder_is_not_emptied(tmp_path: Path) -> None:
    """A data folder with files that the demo did not make is refused with 2 and left alone."""
    (tmp_path / "precious.txt").write_text("mine")
    ended = _demo(tmp_path, ONCE="1")
    assert (2, "mine") == (ended.returncode, (tmp_path / "precious.txt").read_text())


def _table(page: str) -> dict[str, str]:
    """The table's rows: picture and status."""
    rows = page.partition("─")[2].partition("\n \n")[0].splitlines()
    return {row.split()[0]: row.split()[-1] for row in rows if row.strip()}


def _demo(data_dir: Path, **chosen: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"DEMO_DATA_DIR": str(data_dir), "PHOTOS": "", "ONCE": ""} | chosen
    return subprocess.run(
        COMMAND, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=150, check=False
    )
