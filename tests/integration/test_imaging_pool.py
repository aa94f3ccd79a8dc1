"""Children that crash, hang or starve, and the parent that goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from media_vm.errors import ChildDied, NoRoom, TryAgain
from media_vm.imaging.confinement import Confinement
from media_vm.imaging.pool import ChildPool
from tests import child_tasks

SOON = timedelta(seconds=10)
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def children() -> Iterator[ChildPool]:
    """One slot, so that the next task is always the one behind the accident."""
    pool = ChildPool(1)
    yield pool
    pool.close()


@pytest.mark.parametrize(
    ("number", "reason", "crash_signal"),
    [
        (signal.SIGSEGV, "killed_by_SIGSEGV", True),
        (signal.SIGABRT, "killed_by_SIGABRT", True),
        (signal.SIGKILL, "killed_by_SIGKILL", False),
    ],
)
def test_a_killed_child_costs_one_task(children: ChildPool, number: int, reason: str, crash_signal: bool) -> None:
    """Its task learns the signal and whether it was a crash; the next task runs in a new child."""
    with pytest.raises(ChildDied) as death:
        children.run(child_tasks.end_by, number, limit=SOON)

    assert (reason, crash_signal) == (death.value.reason, death.value.crash_signal)
    assert children.run(child_tasks.process_id, limit=SOON) != os.getpid()


def test_a_hung_child_is_ended_at_its_time_limit(children: ChildPool) -> None:
    """The alarm rings at the limit, not seconds later, and is no crash."""
    began = time.monotonic()
    with pytest.raises(ChildDied) as death:
        children.run(child_tasks.hang, None, limit=timedelta(seconds=0.5))

    assert (death.value.reason, death.value.crash_signal) == ("time_limit", False)
    assert time.monotonic() - began < 4
    assert children.run(child_tasks.gorge, 1, limit=SOON) == 1


def test_a_child_that_puts_off_its_alarm_runs_out_of_processor_time(children: ChildPool) -> None:
    """RLIMIT_CPU ends what the alarm did not, and it counts as the time limit."""
    with pytest.raises(ChildDied, match="time_limit"):
        children.run(child_tasks.burn_without_alarm, limit=timedelta(seconds=0.2))


def test_processor_time_is_counted_afresh_for_every_task(children: ChildPool) -> None:
    """What earlier tasks used does not shorten the next one."""
    before = children.run(child_tasks.cpu_limit, limit=SOON)
    children.run(child_tasks.burn, 1.1, limit=SOON)

    assert children.run(child_tasks.cpu_limit, limit=SOON) > before


def test_a_memory_hog_is_told_that_there_is_no_room(children: ChildPool) -> None:
    """Over its limit a child gets no memory, says so, and lives on."""
    with pytest.raises(NoRoom, match="out_of_memory"):
        children.run(child_tasks.gorge, 2_000_000_000, limit=SOON)

    assert children.run(child_tasks.gorge, 1_000, limit=SOON) == 1_000


@pytest.mark.parametrize("pause", [0.0, 0.5], ids=["at once", "later"])
def test_a_child_killed_while_idle_is_replaced_without_blame(children: ChildPool, pause: float) -> None:
    """The next task knows nothing of it, whether the pool noticed before or only now."""
    idle = children.run(child_tasks.process_id, limit=SOON)
    os.kill(idle, signal.SIGKILL)
    time.sleep(pause)

    assert children.run(child_tasks.process_id, limit=SOON) != idle


def test_a_child_that_was_told_to_stop_did_not_die(children: ChildPool) -> None:
    """SIGTERM is no death: the task is run once more, then tried again later."""
    with pytest.raises(TryAgain, match="child_stopped"):
        children.run(child_tasks.end_by, signal.SIGTERM, limit=SOON)

    assert children.run(child_tasks.gorge, 1, limit=SOON) == 1


def test_a_task_raises_what_it_raised(children: ChildPool) -> None:
    """An error of our own making arrives as itself."""
    with pytest.raises(ZeroDivisionError, match="no pixels"):
        children.run(child_tasks.fail, limit=SOON)


def test_a_child_is_confined(children: ChildPool) -> None:
    """No core dump, no new privileges, no huge file, a bounded address space."""
    limits = Confinement()

    assert children.run(child_tasks.confinement, limit=SOON) == {
        "no_new_privs": "1",
        "core": (0, 0),
        "file": (limits.file_bytes, limits.file_bytes),
        "memory": (limits.memory_bytes, limits.memory_bytes),
    }


def script(lines: str, **environment: str) -> subprocess.Popen[str]:
    """A worker of its own: a fresh interpreter that runs these lines."""
    return subprocess.Popen(
        [sys.executable, "-c", lines],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_no_child_ever_saw_a_secret() -> None:
    """Neither a child nor the fork server was started with the worker's keys; the worker still has them."""
    worker = script(
        "import os\n"
        "from datetime import timedelta\n"
        "from media_vm.imaging.pool import ChildPool\n"
        "from tests.child_tasks import environments\n"
        "pool = ChildPool(1)\n"
        "seen = pool.run(environments, limit=timedelta(seconds=10))\n"
        "print('hunter2' in seen, os.environ['MAIN_API_KEY'])\n"
        "pool.close()\n",
        MAIN_API_KEY="hunter2",
    )

    assert worker.communicate(timeout=20)[0] == "False hunter2\n"


def test_a_hung_child_does_not_outlive_a_killed_worker(tmp_path: Path) -> None:
    """When the worker is killed, its busy child ends within seconds."""
    announced = tmp_path / "child"
    worker = script(
        "from datetime import timedelta\n"
        "from media_vm.imaging.pool import ChildPool\n"
        "from tests.child_tasks import hang\n"
        f"ChildPool(1).run(hang, {str(announced)!r}, limit=timedelta(seconds=30))\n"
    )
    child = int(eventually(announced))
    assert Path(f"/proc/{child}").exists()
    worker.kill()
    worker.wait()  # not communicate(): the child still holds the worker's stdout
    assert worker.stdout is not None
    worker.stdout.close()

    deadline = time.monotonic() + 5
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{child}").exists()


def test_the_parent_never_loads_libvips() -> None:
    """Importing the studio and naming its tasks loads no decoder."""
    worker = script(
        "import sys\n"
        "import media_vm.imaging.studio\n"
        "from media_vm.imaging.tasks import read_raster\n"
        "print('pyvips' in sys.modules, 'numpy' in sys.modules)\n"
    )

    assert worker.communicate(timeout=20)[0] == "False False\n"


def eventually(path: Path) -> str:
    """The text of a file that somebody is about to write."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if path.exists() and (text := path.read_text()):
            return text
        time.sleep(0.02)
    raise AssertionError("nothing was written")
