"""One running system that is taken over, and the acts on it in turn; each asserts what it promises."""

from __future__ import annotations

import hashlib
import json
import os
import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import inspect, text

from media_vm.adapters.engine import open_engine
from media_vm.rules.adopting import Verdict
from media_vm.rules.pictures import Size
from tests.faults.ledger_api import LedgerAPI
from tests.mariadb import PrivateMariaDB
from tests.takeover.commands import Commands
from tests.takeover.drawn import KINDS, numbered, original
from tests.takeover.filling import Media, filled
from tests.takeover.seed import make_seed

DATABASE = "oaf_media_seed"
SEED_TABLES = ("media_files", "processing_checklist", "media_ai_analysis")
# Four, so that a media's six sizes and their turn drift apart.
ACCEPTS = ((".avif", "image/avif,image/webp,*/*"), (".webp", "image/webp,*/*"), ("", "*/*"), ("", "image/png"))


class Trial:
    """served: media that are to answer 200."""

    def __init__(
        self, server: PrivateMariaDB, api: LedgerAPI, storage: Path, number: int, commands: type[Commands]
    ) -> None:
        server.execute(f"CREATE DATABASE {DATABASE} CHARACTER SET utf8mb4")
        url = server.url(DATABASE)
        seed = make_seed(url)
        self.running = filled(seed, storage, number)
        seed.dispose()
        self.engine = open_engine(url)
        self.api = api
        self.commands = commands(url, storage, api.url)
        self.seed_rows = self._rows("", *SEED_TABLES)
        self.served = [one for one in self.running.media if one.files]
        self.is_made_again = False

    def migrate(self) -> str:
        """Foretold, refused unless it is meant, done, done again; every id stays, and the seed's rows do."""
        foretold = json.loads(self.commands.run("migrate", "--check", "--json")[1])
        assert (1, "") == self.commands.run("migrate")
        assert self.seed_rows == self._rows("", *SEED_TABLES)
        for flags in (("--take-over",), ()):
            code, told = self.commands.run("migrate", *flags)
        assert code == 0, told
        assert self.seed_rows == self._rows("seed_", *SEED_TABLES)
        with self.engine.connect() as connection:
            ids = {row[0]: row[1] for row in connection.execute(text("SELECT id, main_api_id FROM media_files"))}
        assert {one.id for one in self.running.media} == ids.keys()
        twins = sum(number - 1 for number in Counter(self._main_api_ids()).values())
        assert twins == list(ids.values()).count(None)
        assert twins == sum("main_api_id" in note["note"] for note in foretold["seed"]["notes"])
        return f"{len(ids)} media kept their ids; {twins} shared a main_api_id, each told"

    def adopt_dry(self) -> str:
        """0 rows and 0 files are changed, and what is told is what is to be."""
        before, told = self.snapshot(), self.commands.adopt()
        assert before == self.snapshot()
        self.require_expected(told)
        return "0 rows changed"

    def adopt(self, kills: int, chance: random.Random) -> str:
        """Killed at random, then finished: each media as it has to be, no file touched."""
        happened = sum(self._adopt_killed(chance) for _ in range(kills))
        told = self.commands.adopt("--yes")
        verdicts = self._adopted()
        assert {one.id: one.verdict.value for one in self.running.media} == verdicts
        assert self._files() == self.running.digests | self._links()
        rows = self._count("media_variants")
        assert sum(len(one.files) for one in self.running.media) == rows
        counts = ", ".join(f"{number} {verdict}" for verdict, number in sorted(Counter(verdicts.values()).items()))
        unchanged = told["verdicts"].get("unchanged", 0)
        return (
            f"{happened} of {kills} runs killed; {counts}; {rows} variants; {unchanged} done before the last run"
        )

    def adopt_again(self) -> str:
        """0 rows are changed, and no file is left alone that has a row."""
        before, told = self.snapshot(), self.commands.adopt("--yes")
        assert before == self.snapshot()
        assert {"unchanged"} == told["verdicts"].keys(), told["verdicts"]
        left = {file["path"] for one in told["media"] for file in one["refused"]}
        with self.engine.connect() as connection:
            assert set() == left & set(connection.scalars(text("SELECT path FROM media_variants")))
        return "0 rows changed"

    def old_urls(self) -> str:
        """`/serve/{id}?size=` of every media that there was a picture of, in every size, as one browser or another
        asks: 200, and where the file was there byte for byte that file, as long as nothing was made again."""
        accepts = cycle(ACCEPTS)
        urls = [(one, size, *next(accepts)) for one in self.served for size in Size]
        with self.commands.serving() as client, ThreadPoolExecutor(4) as threads:

            def ask(one: Media, size: Size, wanted: str, accept: str) -> bool:
                answer = client.get(f"/serve/{one.id}?size={size.value}", headers={"Accept": accept})
                assert answer.status_code == 200, (one, size, answer.text)
                return self._require_exact(one, size, wanted, answer)

            exact = sum(threads.map(lambda url: ask(*url), urls))
        return f"{len(urls)} asked, {len(urls)} answered 200, {exact} byte for byte the old file"

    def worker(self) -> str:
        """What was missing is made, what was never told is told, and who is listed again is retrieved again."""
        awaited = [one for one in self.running.media if one.verdict is Verdict.AWAITED]
        for one in awaited:
            upload = numbered(original(is_logo=one.data_type == "logo"), one.suffixes[0], one.id)
            self.api.upload(one.row["main_api_id"], upload, one.user_id)
        self._let_it_be_due()
        code, told = self.commands.run("worker", "--once")
        assert code == 0, told
        made = [one for one in self.running.media if one.verdict is not Verdict.LOST]
        with self.engine.connect() as connection:
            query = text("SELECT media_id FROM processing_checklist WHERE resize_optimize = 'completed'")
            done = {row[0] for row in connection.execute(query)}
        assert not (left := {one.id for one in made} - done), self._stories(left)
        self.served, self.is_made_again = self.running.media, True
        told_of = {entry.pending_id for entry in self.api.ledger}
        return f"{len(awaited)} listed and retrieved again, {len(told_of)} told to the main API, all made"

    def fsck(self) -> str:
        """Nothing that a row promises is missing or altered, and a stray is what no row names."""
        for path in self._files():
            os.utime(self.running.root / path, (0, 0), follow_symlinks=False)
        findings = json.loads(self.commands.run("fsck", "--json")[1])["findings"]
        strays = {one["path"] for one in findings if one["fault"] == "stray"}
        unnamed = {path for path in self._files() if not path.startswith("thumbnails/")} - self._named()
        assert {"stray"} == {one["fault"] for one in findings}, findings
        assert unnamed == strays
        return f"nothing missing or altered, {len(strays)} old files that no row names"

    def require_expected(self, told: Any) -> None:
        """The verdicts of a first run."""
        assert Counter(one.verdict.value for one in self.running.media) == told["verdicts"]
        assert sum(len(one.files) for one in self.running.media) == told["variants"]

    def snapshot(self) -> tuple[object, object]:
        """Every row of ours, and every file."""
        with self.engine.connect() as connection:
            tables = [name for name in inspect(connection).get_table_names() if not name.startswith("seed_")]
        return self._rows("", *tables), self._files()

    def _require_exact(self, one: Media, size: Size, wanted: str, answer: httpx.Response) -> bool:
        path = one.files.get((size, wanted or one.suffixes[0]))
        if path is None or self.is_made_again:
            return False
        assert f"image/{KINDS[wanted or one.suffixes[0]]}" == answer.headers["content-type"], (one, size)
        assert self.running.digests[path] == hashlib.sha256(answer.content).hexdigest(), (one, size)
        return True

    def _adopt_killed(self, chance: random.Random) -> bool:
        """kill -9 once some media more are adopted; False: it had come to its end before."""
        process, wanted = self.commands.start("adopt", "--yes"), len(self._adopted())
        wanted += chance.randint(1, max(2, len(self.running.media) // 6))
        while process.poll() is None and len(self._adopted()) < wanted:
            time.sleep(0.02)
        process.kill()
        process.communicate()
        return process.returncode < 0

    def _stories(self, ids: set[int]) -> list[str]:
        """What an operator would ask."""
        return [self.commands.run("explain", str(one))[1] for one in sorted(ids)]

    def _let_it_be_due(self) -> None:
        """Live pictures fall due some a minute; nobody waits for that here."""
        with self.engine.begin() as connection:
            connection.execute(
                text("UPDATE processing_checklist SET due_at = created_at WHERE due_at > created_at")
            )

    def _adopted(self) -> dict[int, str]:
        query = text("SELECT media_id, note FROM media_events WHERE name = 'adopted'")
        with self.engine.connect() as connection:
            return {row[0]: row[1].split(":")[0] for row in connection.execute(query)}

    def _count(self, table: str) -> int:
        with self.engine.connect() as connection:
            return int(connection.execute(text(f"SELECT COUNT(*) FROM {table}")).scalar_one())

    def _rows(self, prefix: str, *tables: str) -> dict[str, list[tuple[Any, ...]]]:
        with self.engine.connect() as connection:
            return {
                table: [
                    tuple(row) for row in connection.execute(text(f"SELECT * FROM {prefix}{table} ORDER BY 1"))
                ]
                for table in tables
            }

    def _named(self) -> set[str]:
        query = "SELECT bulk_path FROM media_files UNION SELECT path FROM media_variants"
        with self.engine.connect() as connection:
            return {row[0] for row in connection.execute(text(query)) if row[0]}

    def _main_api_ids(self) -> list[int]:
        return [one.row["main_api_id"] for one in self.running.media]

    def _files(self) -> dict[str, str]:
        """Digest of each; of a link where it leads."""
        root = self.running.root
        found = {}
        for folder in ("bulk", "library", "thumbnails"):
            for place in (root / folder).rglob("*"):
                name = place.relative_to(root).as_posix()
                if place.is_symlink():
                    found[name] = str(place.readlink())
                elif place.is_file():
                    found[name] = hashlib.sha256(place.read_bytes()).hexdigest()
        return found

    def _links(self) -> dict[str, str]:
        return {name: told for name, told in self._files().items() if told.startswith("/")}
