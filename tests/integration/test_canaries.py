"""The look for planted secrets at the end of a whole run finds them wherever they stand, and says none."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts import canaries as script
from tests import canaries

SECRET = canaries.OPENAI_API_KEY


@pytest.fixture
def folder() -> Iterator[Path]:
    """As a run leaves it, with a secret where it may stand; gone afterwards, or the real look would find ours."""
    with tempfile.TemporaryDirectory() as name:
        left = Path(name)
        (left / "machine").mkdir()
        (left / "machine" / "env").write_text(f"export OPENAI_API_KEY={SECRET}\n")
        (left / "machine" / "worker.log").write_text('{"event": "started"}\n')
        yield left


def test_nothing_is_found_where_nothing_leaked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is there to hold a secret is none, and proves that one was planted."""
    assert 0 == script.main([str(folder)])
    assert "none found in 2 files" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "before"),
    [
        ("worker.log", b"one\ntwo\n"),
        ("ibdata1", b"\0" * script.AT_ONCE + b"\n\n"),
        ("main_api.db", b"\n\n" + b"\xff" * (script.AT_ONCE - 10)),
        ("page.html", b"\n\n" + b" " * (script.AT_ONCE - len(SECRET) - 2)),
    ],
)
def test_a_leak_is_found_by_file_and_line(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str, before: bytes
) -> None:
    """In text and in a database's file, within one piece of reading and across two; the secret is not repeated."""
    (folder / name).write_bytes(before + SECRET.encode() + b" and more")

    assert 1 == script.main([str(folder)])
    said = capsys.readouterr()
    assert [f"{folder / name}:3: openai-api-key"] == said.err.splitlines()
    assert canaries.MARK not in said.out + said.err


def test_a_secret_in_a_name_is_a_leak_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file's name is told by its folder alone."""
    (folder / "machine" / f"{SECRET}.jpg").touch()

    assert 1 == script.main([str(folder)])
    assert [f"{folder / 'machine'}: the names of 1 files in it"] == capsys.readouterr().err.splitlines()


def test_a_look_that_proves_nothing_is_no_success(folder: Path) -> None:
    """In another folder there is no secret to be found either."""
    (folder / "machine" / "env").unlink()
    assert 2 == script.main([str(folder)])


def test_every_secret_is_its_own() -> None:
    """By a long mark of all, in letters that neither JSON nor a URL escapes; none is the beginning of another."""
    names = [one.removeprefix(canaries.MARK) for one in canaries.ALL]
    assert len(canaries.MARK) > 16
    assert all(name and not {*name} - {*"abcdefghijklmnopqrstuvwxyz-"} for name in names)
    assert [] == [(one, other) for one in names for other in names if one != other and other.startswith(one)]
