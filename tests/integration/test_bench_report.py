"""How a run tells how far it is, and how it gets into the page about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from bench import __main__ as bench_main
from bench.__main__ import main
from bench.comparison import Comparison, NotMeasured
from bench.report import BEGIN, END, one_run
from bench.sections import Section, run_through
from bench.table import as_table
from scripts.marked_pages import NoMarkers, replaced

ALONE = Comparison("logos", "halo", "levels", (3.0,))
MORE = Comparison("serve", "answers", "1/s", (3000.0,), "FastAPI", (1500.0,), more_is_better=True)


class Clock:
    """Ten seconds pass between any two looks at it."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 10
        return self.now


def broken() -> Iterator[Comparison]:
    """A figure that fails half-way."""
    yield MORE
    raise NotMeasured("no node")


def test_what_nobody_foresaw_keeps_no_other_figure(capsys: pytest.CaptureFixture[str]) -> None:
    """Told by its kind, its traceback printed; the next is taken."""

    def unforeseen() -> Iterator[Comparison]:
        raise KeyError("a bug")

    run = run_through([Section("serve", "1 photograph", unforeseen), Section("logos", "1", lambda: iter([ALONE]))])
    assert [ALONE] == run.comparisons
    assert ["serve broke: KeyError"] == run.problems
    assert "KeyError: 'a bug'" in capsys.readouterr().err


def test_a_run_says_how_far_it_is_and_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    """Number, pictures and seconds before each; what fails keeps none of the others; the total at the end."""
    run = run_through(
        [Section("serve", "1 photograph", broken), Section("logos", "20 drawn", lambda: iter([ALONE]))], Clock()
    )
    assert [MORE, ALONE] == run.comparisons
    assert ["serve is not measured: no node"] == run.problems
    assert [
        "bench: [1/2] serve: 1 photograph (0 s so far)",
        "bench: [2/2] logos: 20 drawn (10 s so far)",
        "bench: 20 s in all",
        "bench: serve is not measured: no node",
    ] == capsys.readouterr().err.splitlines()


def test_only_what_is_between_the_markers_is_written_anew() -> None:
    """All else stays to the letter, and so does the page when the same run is written twice."""
    page = f"# Bench\n\nWords.\n\n{BEGIN}\nold figures\n{END}\n\nMore words.\n"
    written = replaced(page, "new figures\n", BEGIN, END)
    assert f"# Bench\n\nWords.\n\n{BEGIN}\n\nnew figures\n\n{END}\n\nMore words.\n" == written
    assert written == replaced(written, "new figures", BEGIN, END)


@pytest.mark.parametrize("page", ["", BEGIN, END, f"{END}\n{BEGIN}\n", f"{BEGIN}\n{END}\n{BEGIN}\n{END}\n"])
def test_a_page_without_both_markers_is_left_alone(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Missing, the wrong way round or twice: said before anything is measured, exit code 2."""
    monkeypatch.setattr(bench_main, "sections", None)
    with pytest.raises(NoMarkers):
        replaced(page, "new figures", BEGIN, END)
    (path := tmp_path / "page.md").write_text(page)
    assert 2 == main(["--report", str(path)])
    assert page == path.read_text()


def test_the_page_of_the_bench_has_its_markers() -> None:
    """`make bench REPORT=docs/bench.md` finds its place, which is the section called One run."""
    page = (Path(__file__).parents[2] / "docs" / "bench.md").read_text()
    assert "new figures" in replaced(page, "new figures", BEGIN, END).split("## One run")[1]


def test_a_run_is_told_with_its_day_and_versions() -> None:
    """And of how many pictures each figure is, how long it took, and no path of this machine."""
    section = Section("logos", "20 drawn", lambda: iter([ALONE]))
    told = one_run(run_through([section], Clock()), date(2026, 1, 31))
    assert told.startswith("2026-01-31; cores ")
    assert "pyvips-binary" in told and "sharp 0." in told and "10 s in all:" in told
    assert "| logos | 20 drawn | 10 |" in told
    assert as_table([ALONE]) == told[told.index("| what") :]
    assert str(Path.home()) not in told and str(Path.cwd()) not in told


def test_a_run_with_holes_is_not_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 1, and the page keeps what it had; a whole run goes into it."""

    @contextmanager
    def some(*_: object, **__: object) -> Iterator[list[Section]]:
        yield [Section("serve", "1", broken), Section("logos", "20 drawn", lambda: iter([ALONE]))]

    monkeypatch.setattr(bench_main, "sections", some)
    (path := tmp_path / "page.md").write_text(old := f"{BEGIN}\n{END}\n")
    assert (1, old) == (main(["--report", str(path)]), path.read_text())
    assert 0 == main(["--report", str(path), "--only", "logos"])
    assert as_table([ALONE]) in path.read_text()
