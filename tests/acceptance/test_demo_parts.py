"""What the demo says and how long it waits, part by part."""

from __future__ import annotations

import io
from contextlib import nullcontext
from pathlib import Path

import pytest
from rich.console import Console

from examples.demo.gathering import Picture, gather
from examples.demo.live import display
from examples.demo.outcomes import Outcome
from examples.demo.report import report
from examples.demo.status import Status, StatusDoor
from examples.demo.uploading import Upload
from examples.demo.watching import watch

UPLOAD = Upload(Picture(Path("notes.txt"), "product_image", "image/jpeg"), 13, 1)
ABSENT = Status(
    "downloading",
    "retrieve_file",
    error="absent: not_a_picture: the bytes do not begin as a picture",
    next_try="2026-01-01T00:00:00Z",
)


class StandIn(StatusDoor):
    """Answers always the same."""

    def __init__(self, status: Status) -> None:
        self._status = status

    def ask(self, pending_id: int) -> Status:
        return self._status


def printed(*outcomes: Outcome) -> str:
    """The last page for these outcomes after ten seconds, on no terminal."""
    page = io.StringIO()
    report(outcomes, 10, Console(file=page, width=160))
    return page.getvalue()


@pytest.mark.parametrize(
    ("folder", "name", "expected"),
    [
        ("Logos 2024", "acme.png", "acme.png (as logo_image)"),
        ("photos", "acme-logo.png", "acme-logo.png (as logo_image)"),
        ("logos", "header.png", "header.png (as header_image)"),
        ("photos", "acme.png", "acme.png"),
    ],
)
def test_a_logo_is_uploaded_as_one(tmp_path: Path, folder: str, name: str, expected: str) -> None:
    """A word in the file's name, else in the folder's, chooses the field; the label says so."""
    photos = tmp_path / folder
    photos.mkdir()
    (photos / name).touch()
    [picture] = gather(photos, print)
    assert expected == picture.label


def test_sub_folders_are_said_to_be_skipped(tmp_path: Path) -> None:
    """Only the folder's own files are uploaded; the reader hears of the rest."""
    (tmp_path / "inner").mkdir()
    (tmp_path / "a.png").touch()
    said: list[str] = []
    assert ["a.png"] == [picture.name for picture in gather(tmp_path, said.append)]
    assert [f"PHOTOS={tmp_path}: 1 sub-folder skipped"] == said


def test_what_is_no_picture_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """When nothing but absent items is left, the demo says once what that means and soon stops waiting."""
    monkeypatch.setattr("examples.demo.watching.PATIENCE_SECONDS_FOR_ABSENT", 0.1)
    monkeypatch.setattr("examples.demo.watching.LOOK_EVERY", 0.01)
    looks, said = iter(range(100)), list[str]()

    def no_more_than_a_hundred_looks() -> None:
        next(looks)

    display = nullcontext(lambda board: None)
    is_settled = watch([UPLOAD], StandIn(ABSENT), display, no_more_than_a_hundred_looks, said.append)
    assert not is_settled
    assert [f"{ABSENT.error}; such a file is given up only while others arrive"] == said


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (Status("failed", None, 25), "notes.txt: failed\n"),
        (Status("processing", "resize_optimize", 50), "notes.txt: 50 % processing · resize_optimize\n"),
        (ABSENT, "notes.txt: 0 % downloading · retrieve_file · not_a_picture\n"),
        (
            Status("downloading", "retrieve_file", error="storage full"),
            "notes.txt: 0 % downloading · retrieve_file · storage full\n",
        ),
    ],
)
def test_progress_is_told_of_what_makes_progress(status: Status, expected: str) -> None:
    """A line has its percentage, unless the picture failed, and the reason of a wait."""
    page = io.StringIO()
    with display(Console(file=page, width=160)) as show:
        show({UPLOAD: status})
    assert expected == page.getvalue()


@pytest.mark.parametrize(("count", "expected"), [(1, "1 picture, 0 completed"), (2, "2 pictures, 0 completed")])
def test_one_picture_is_one(count: int, expected: str) -> None:
    """The totals count as people do."""
    assert expected in printed(*[Outcome(UPLOAD, "failed")] * count)


def test_the_page_is_plain_to_paste() -> None:
    """No line ends in blanks, and the legend keeps to 100 columns."""
    lines = printed(Outcome(UPLOAD, "failed")).splitlines()
    legend = lines[next(at for at, line in enumerate(lines) if line.startswith("fetch, ")) : -1]
    assert [] == [line for line in lines if line != line.rstrip()]
    assert 100 >= max(map(len, legend))
    assert len(legend) > 1
