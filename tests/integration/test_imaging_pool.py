"""Children that crash, hang or starve, and the parent that goes on."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from media_vm.errors import ChildDied, GiveUp, NoRoom, TryAgain
from media_vm.imaging.confinement import Confinement
from media_vm.imaging.landlock import landlock_version
from media_vm.imaging.pool import ChildPool
from media_vm.imaging.replies import TaskBroke
from media_vm.imaging.tasks import try_out
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
    """A failure with a name arrives as itself; a bug as its words, its traceback beside them."""
    with pytest.raises(GiveUp, match="truncated: the end is missing"):
        children.run(child_tasks.give_up, limit=SOON)
    with pytest.raises(TaskBroke, match="ZeroDivisionError: no pixels") as broke:
        children.run(child_tasks.fail, limit=SOON)
    assert "in fail" in broke.value.__notes__[0]


def test_an_answer_is_never_code(children: ChildPool, tmp_path: Path) -> None:
    """A child that was taken over answers with a pickle, or with another type: the parent takes neither."""
    trap = tmp_path / "run by the parent"
    for task, args in ((child_tasks.answer_with_a_pickle, (str(trap),)), (child_tasks.answer_in_another_type, ())):
        with pytest.raises(ChildDied, match="answered_nonsense"):
            children.run(task, *args, limit=SOON)
    assert not trap.exists()
    assert 1 == children.run(child_tasks.gorge, 1, limit=SOON)


def test_an_answer_without_end_is_no_answer(children: ChildPool) -> None:
    """The child is ended before it fills the parent's memory, or makes it wait beyond the limit."""
    with pytest.raises(ChildDied, match="killed_by_SIGKILL"):
        children.run(child_tasks.promise_a_gigabyte, limit=SOON)
    assert 1 == children.run(child_tasks.gorge, 1, limit=SOON)


def test_a_child_is_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    """After its share of tasks another takes its place, and the old one is gone."""
    monkeypatch.setattr("media_vm.imaging.pool.TASKS_A_CHILD", 2)
    with closing(ChildPool(1)) as pool:
        who = [pool.run(child_tasks.process_id, limit=SOON) for _ in range(5)]

    assert [who[0], who[0], who[2], who[2]] == who[:4]
    assert 3 == len(set(who))
    assert not Path(f"/proc/{who[0]}").exists()


def test_a_pool_that_closes_loses_what_runs() -> None:
    """A task in the middle is told to try again; it is not called a death."""
    pool = ChildPool(1)
    pool.run(child_tasks.gorge, 1, limit=SOON)
    closing_soon = threading.Timer(0.3, pool.close)
    closing_soon.start()
    with pytest.raises(TryAgain, match="child_stopped"):
        pool.run(child_tasks.hang, None, limit=SOON)
    closing_soon.join()


def test_a_child_is_confined(children: ChildPool) -> None:
    """No core dump, no new privileges, no huge file, a bounded address space."""
    limits = Confinement()

    assert children.run(child_tasks.confinement, limit=SOON) == {
        "no_new_privs": "1",
        "core": [0, 0],
        "file": [limits.file_bytes, limits.file_bytes],
        "memory": [limits.memory_bytes, limits.memory_bytes],
    }


@pytest.mark.skipif(landlock_version() < 6, reason="the kernel's Landlock knows no scopes")
def test_a_child_with_folders_reaches_nothing_else(tmp_path: Path) -> None:
    """It writes and removes plain files in its library; secrets, links, calls and the worker are out of reach. (To
    import the task it lists our root anew, if something was made there since the fork server began.)"""
    for folder in ("bulk", "library", "keys"):
        (tmp_path / folder).mkdir()
    (secret := tmp_path / "keys" / "env").write_text("hunter2")
    limits = Confinement(reads=(tmp_path / "bulk", ROOT), writes=(tmp_path / "library",))
    with closing(ChildPool(1, limits)) as pool, socket.create_server(("127.0.0.1", 0)) as server:
        task = (str(secret), str(tmp_path / "library"), server.getsockname()[1])
        found = pool.run(child_tasks.reach, *task, limit=SOON)

    assert ["write a variant", "remove a variant", "import"] == [
        one for one, end in found.items() if end == "done"
    ]
    assert {"done", "denied"} == set(found.values())


def test_a_child_says_whether_it_can_do_its_work(children: ChildPool, tmp_path: Path) -> None:
    """All formats are tried; a folder that cannot be written to is named."""
    ready = children.run(try_out, tmp_path, limit=SOON)
    not_ready = children.run(try_out, tmp_path / "nowhere", limit=SOON)

    assert () == ready.problems
    assert ready.libvips >= "8.18.4"
    assert ["writing variants"] == [problem.partition(":")[0] for problem in not_ready.problems]
    assert [] == list(tmp_path.iterdir())


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
