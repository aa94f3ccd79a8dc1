"""`make run`'s demo as its reader starts it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from examples.demo.options import ROOT
from examples.demo.processes import GRACE_SECONDS
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
    assert "my-logo.png (as logo_image): " in ended.stdout
    assert "bad.jpg: failed\n" in ended.stdout
    assert "3 pictures, 2 completed" in ended.stdout
    assert "\x1b" not in ended.stdout
    assert [] == [line for line in ended.stdout.splitlines() if line != line.rstrip()]


def test_second_ctrl_c_ends_at_once(tmp_path: Path) -> None:
    """The first says what it waits for; the second ends every process without waiting."""
    photos = tmp_path / "photos"
    photos.mkdir()
    saved(photo(300, 200), photos / "one.jpg")
    process = _started(tmp_path / "data", PHOTOS=str(photos))
    try:
        _read_until(process, " %")
        os.kill(_worker_of(process), signal.SIGSTOP)  # a step that takes for ever
        process.send_signal(signal.SIGINT)
        _read_until(process, "finishing the steps under way; Ctrl-C again ends at once")
        process.send_signal(signal.SIGINT)
        assert 0 == process.wait(GRACE_SECONDS / 2)
    finally:
        process.kill()
        process.communicate()


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
    rows = page.partition("─")[2].partition("\n\n")[0].splitlines()
    return {row.split()[0]: row.split()[-1] for row in rows if row.strip()}


def _environment(data_dir: Path, **chosen: str) -> dict[str, str]:
    unset = {"PHOTOS": "", "ONCE": "", "PYTHONUNBUFFERED": "1"}
    return os.environ | unset | {"DEMO_DATA_DIR": str(data_dir)} | chosen


def _demo(data_dir: Path, **chosen: str) -> subprocess.CompletedProcess[str]:
    environment = _environment(data_dir, **chosen)
    return subprocess.run(
        COMMAND, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=150, check=False
    )


def _started(data_dir: Path, **chosen: str) -> subprocess.Popen[str]:
    environment = _environment(data_dir, **chosen)
    return subprocess.Popen(COMMAND, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def _read_until(process: subprocess.Popen[str], words: str) -> None:
    assert process.stdout is not None
    assert any(words in line for line in process.stdout), f"the demo ended without {words!r}"


def _worker_of(demo: subprocess.Popen[str]) -> int:
    children = Path(f"/proc/{demo.pid}/task/{demo.pid}/children").read_text().split()
    [worker] = [int(one) for one in children if "worker" in Path(f"/proc/{one}/cmdline").read_text().split("\0")]
    return worker
