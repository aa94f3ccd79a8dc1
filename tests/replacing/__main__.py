"""`python -m tests.replacing [--profiles N] [--kills N] [--seed N]`: what becomes of a main API's database.

On a MariaDB of its own: a dry run, a whole run, a second one, all of it undone, runs that are killed while users
edit and finished by two at once, and all of it undone again. Exit code 0 when every row is as it has to be.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from media_vm.adapters.engine import open_engine
from tests.mariadb import PrivateMariaDB, private_mariadb
from tests.replacing.festival import PROFILE, make_tables, snapshot, statuses, values
from tests.replacing.filling import Festival, filled
from tests.replacing.pictures import picture_server
from tests.replacing.runs import Cron, Users, finished

DATABASE = "festival"


class Trial:
    """One filled database, and the acts on it in turn; each asserts what it promises and tells a line."""

    def __init__(
        self,
        server: PrivateMariaDB,
        profiles: int,
        base_url: str,
        folder: Path,
        missing: set[int],
        cron: type[Cron] = Cron,
    ) -> None:
        server.execute(f"CREATE DATABASE {DATABASE} CHARACTER SET utf8mb4")
        url = server.url(DATABASE)
        self.profiles = profiles
        self.engine = open_engine(url)
        make_tables(self.engine)
        self.festival: Festival = filled(self.engine, profiles, base_url)
        missing |= self.festival.missing
        self.cron = cron(url, base_url, folder / "replaced")
        self.before = snapshot(self.engine)

    @property
    def places(self) -> int:
        """That a whole run replaces."""
        return sum(self.festival.after[place] != value for place, value in self.festival.values.items())

    def dry_run(self) -> str:
        """0 rows are changed."""
        told, seconds = timed(lambda: self.cron.run())
        assert self.before == snapshot(self.engine)
        assert (self.festival.replaced, self.places) == (told["verdicts"]["replaced"], told["places"])
        assert self.festival.orphans == len(told["orphans"])
        return f"{told['places']} places in {seconds:.1f} s, 0 rows changed"

    def whole_run(self) -> str:
        """Exactly the expected ones."""
        told, seconds = timed(lambda: self.cron.run("--yes"))
        self.require_replaced()
        assert (self.festival.replaced, self.places) == (told["verdicts"]["replaced"], told["places"])
        rate = (
            f"{told['verdicts']['replaced'] / seconds:.0f} images and {told['places'] / seconds:.0f} rows a second"
        )
        return f"{told['verdicts']['replaced']} images in {seconds:.1f} s, start included: {rate}"

    def second_run(self) -> str:
        """0 rows are changed."""
        before = snapshot(self.engine)
        told = self.cron.run("--yes")
        assert before == snapshot(self.engine)
        assert "replaced" not in told["verdicts"]
        return "0 rows changed"

    def undo(self) -> str:
        """Byte for byte, times too."""
        told, seconds = timed(self.cron.undo)
        assert self.before == snapshot(self.engine)
        return f"{len(told['images'])} images put back byte for byte in {seconds:.1f} s"

    def killed(self, kills: int, chance: random.Random) -> str:
        """What users chose meanwhile is kept; a last run finishes."""
        users, happened = Users(self.engine, self.profiles, chance.randrange(10**6)), 0
        most = max(2, self.festival.replaced // kills)  # half of all in the end: no run is done before its kill
        for _ in range(kills):
            with users.at_work():
                happened += self.cron.killed("--yes", after_lines=chance.randint(1, most))
        told = self.finished_by_two()
        self.require_replaced(users.chosen)
        return f"{happened} of {kills} runs killed, then {told}; {len(users.chosen)} edits meanwhile, all kept"

    def undo_beside_edits(self) -> str:
        """Everything but what users chose, and their images, is as it was."""
        chosen = {place for place, value in values(self.engine).items() if "-profile-18" in value}
        told = self.cron.undo()
        after = values(self.engine)
        wrong = [
            place for place, value in self.festival.values.items() if place not in chosen and after[place] != value
        ]
        assert [] == wrong
        return f"{len(told['images'])} entries read; all but the {len(chosen)} edited places byte for byte"

    def finished_by_two(self) -> str:
        """Two runs at once: no image is either's and the other's."""
        before = self.images("complete")
        runs = [self.cron.start("--yes") for _ in range(2)]
        by_each = [finished(one)["verdicts"].get("replaced", 0) for one in runs]
        assert self.images("complete") - before == sum(by_each)
        return f"finished by two at once ({by_each[0]} and {by_each[1]} images)"

    def require_replaced(self, chosen: dict[int, str] | None = None) -> None:
        """Every place, and every image but those whose users chose another picture."""
        edits = {PROFILE: chosen or {}}
        expected = {
            place: edits.get(place.column, {}).get(int(place.key[0][1]), value)
            for place, value in self.festival.after.items()
        }
        found = values(self.engine)
        assert expected == {place: found.get(place) for place in expected}
        if not chosen:
            assert expected == found
            assert self.festival.statuses_after == statuses(self.engine)

    def images(self, status: str) -> int:
        """How many have it."""
        return list(statuses(self.engine).values()).count(status)


def timed(act: Callable[[], Any]) -> tuple[Any, float]:
    """What it returns, and after how many seconds."""
    began = time.perf_counter()
    return act(), time.perf_counter() - began


def acts(trial: Trial, kills: int, chance: random.Random) -> list[tuple[str, Callable[[], str]]]:
    """In their order; each begins where the one before it ended."""
    return [
        ("dry run", trial.dry_run),
        ("whole run", trial.whole_run),
        ("second run", trial.second_run),
        ("undo", trial.undo),
        ("killed", lambda: trial.killed(kills, chance)),
        ("undo after edits", trial.undo_beside_edits),
    ]


def main(arguments: Sequence[str]) -> int:
    """Run all of it; a promise that does not hold is an AssertionError."""
    parser = argparse.ArgumentParser(prog="python -m tests.replacing", description=__doc__)
    parser.add_argument("--profiles", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    missing: set[int] = set()
    with (
        tempfile.TemporaryDirectory(prefix="media-vm-replacing-") as name,
        private_mariadb(Path(name)) as server,
        picture_server(missing) as base_url,
    ):
        trial = Trial(server, options.profiles, base_url, Path(name), missing)
        print(
            f"{options.profiles} profiles, {len(trial.festival.statuses)} uploads, seed {options.seed}", flush=True
        )
        for title, act in acts(trial, options.kills, random.Random(options.seed)):
            print(f"{title:<17} {act()}", flush=True)
        trial.engine.dispose()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
