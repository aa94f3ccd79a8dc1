"""README's commands, executed against a real `make run`; what it says they print, compared."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
COMMANDS = [text for language, text in BLOCKS if language == "sh"]
DRAWING, RUN_PRINTS, EXPLAIN_PRINTS = (text for language, text in BLOCKS if not language)
# Starts the whole machine and works off eight photos: the reason for this module's seconds.
PATIENCE = 120.0


@dataclass(frozen=True, slots=True)
class Demo:
    """A `make run` that stays up: what it printed so far, where it keeps its data, where serve listens."""

    printed: str
    folder: Path
    serve: str


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """README's first command, its data apart from a demo that a person may have running."""
    folder = tmp_path_factory.mktemp("readme") / "demo"
    log = folder.parent / "printed.txt"
    environment = {**os.environ, "DEMO_DATA_DIR": str(folder), "PYTHONUNBUFFERED": "1"}
    with log.open("w") as out:
        process = subprocess.Popen(
            COMMANDS[0].split(), cwd=ROOT, env=environment, stdout=out, stderr=out, start_new_session=True
        )
    try:
        _wait_for_invitation(process, log)
        printed = log.read_text()
        address = re.search(r"http://127\.0\.0\.1:\d+(?=/serve/)", printed)
        assert address is not None, printed
        yield Demo(printed, folder, address[0])
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(30)


def _wait_for_invitation(process: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + PATIENCE
    while "Ctrl-C" not in log.read_text():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < ends, log.read_text()
        time.sleep(0.2)


def shell(block: str, demo: Demo) -> str:
    """Run a block of README as it stands, but for the demo's own folder and port."""
    own = block.replace("http://127.0.0.1:3001", demo.serve).replace(". .demo/env", f". {demo.folder}/env")
    result = subprocess.run(["sh", "-ec", own], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    return result.stdout


def skeleton(text: str) -> list[str]:
    """What an output keeps from run to run: its words, without figures, dates, paths and drawn lines."""
    lines = (re.sub(r"\S*[\d/]\S*|[^A-Za-z ]", " ", line) for line in text.splitlines())
    return [" ".join(line.split()) for line in lines if line.strip()]


def test_readme_has_the_two_commands() -> None:
    """`make run` first, `make test` last; nothing is in between that this module does not run."""
    assert [["make run"], ["make test"]] == [COMMANDS[0].splitlines(), COMMANDS[-1].splitlines()]
    assert 4 == len(COMMANDS)


def test_make_run_prints_what_readme_says(demo: Demo) -> None:
    """Every line of the stated output is there, figures aside."""
    printed = skeleton(demo.printed)

    assert [] == [line for line in skeleton(RUN_PRINTS) if line not in printed]


def test_the_three_browsers_get_their_formats(demo: Demo) -> None:
    """A browser, a crawler and an old browser: AVIF, JPEG, WebP, each with Vary and ETag."""
    answers = shell(COMMANDS[1], demo).lower()

    assert ["image/avif", "image/jpeg", "image/webp"] == re.findall(r"content-type: (\S+)", answers)
    assert 3 == answers.count("vary: accept")
    assert 3 == len(set(re.findall(r"etag: (\S+)", answers)))


def test_explain_tells_what_readme_says(demo: Demo) -> None:
    """The same lines, figures aside."""
    told = skeleton(shell(COMMANDS[2], demo))

    assert [] == [line for line in skeleton(EXPLAIN_PRINTS) if line not in told]


def test_no_key_stays_in_the_shell(demo: Demo) -> None:
    """Whoever asked as an operator has no key of the demo in the environment afterwards."""
    told = shell(f'{COMMANDS[2]}echo "key: ${{MAIN_API_KEY:-none}}"', demo)

    assert "key: none" == told.splitlines()[-1]


def test_every_page_that_readme_names_is_there() -> None:
    """No link leads nowhere."""
    linked = re.findall(r"\]\(([^)#]+)\)", README)

    assert linked
    assert [] == [name for name in linked if not (ROOT / name).is_file()]


def test_make_test_is_what_ci_runs() -> None:
    """The second command cannot run inside itself; CI runs it, and this is a part of it."""
    assert "make test" in (ROOT / ".ci/run").read_text().splitlines()
    assert re.search(r"^test: install$", (ROOT / "Makefile").read_text(), re.MULTILINE)
