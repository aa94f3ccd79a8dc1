"""`media-vm doctor`: faults are planted for real, and each is named with its remedy; a healthy set-up has none."""

from __future__ import annotations

import json
import os
import resource
import shutil
import socket
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import certifi
import openai  # noqa: F401 - a second of importing belongs to no test's budget
import pytest
from typer.testing import CliRunner, Result

from media_vm.cli import app
from media_vm.environment import variables
from media_vm.imaging.landlock import landlock_version
from media_vm.secret_files import SECRETS
from media_vm.vision import google_client, model_wire  # noqa: F401 - nor does this
from tests.integration.databases import empty_mariadb, prepare
from tests.mariadb import PrivateMariaDB
from tests.stand_ins.certificate import PUBLIC_NAME, self_signed
from tests.stand_ins.google_vision import GoogleStandIn, Refusal, google_over_rest
from tests.stand_ins.main_api import KEY, MainAPIStandIn, main_api
from tests.stand_ins.model_bodies import Model
from tests.stand_ins.model_faults import status
from tests.stand_ins.model_server import ModelServer, model_server

CANARY = "canary-0123456789"
NOBODY = 65534


class Home:
    """A healthy set-up, of which a test breaks one part."""

    def __init__(self, folder: Path, api: MainAPIStandIn, public: str, model: ModelServer, google: str) -> None:
        self.folder, self.api, self.model = folder, api, model
        self.storage = folder / "storage"
        self.key_file = folder / "main_key"
        self.database = folder / "media_vm.db"
        self.settings = {
            "DATABASE_URL": f"sqlite:///{self.database}",
            "MEDIA_VM_STORAGE_DIR": str(self.storage),
            "MAIN_API_URL": api.url,
            "MAIN_API_KEY_FILE": str(self.key_file),
            "MEDIA_VM_API_KEY": f"own-{CANARY}",
            "MEDIA_BACKEND_URL": public,
            "MEDIA_VM_DISK_FLOOR_BYTES": "1000000",
            "MEDIA_VM_CPU_SLOTS": "1",
            "OPENAI_API_KEY": f"sk-{CANARY}",
            "OPENAI_BASE_URL": f"{model.url}/v1",
            "GOOGLE_API_KEY": CANARY,
            "MEDIA_VM_GOOGLE_ENDPOINT": google,
            "MEDIA_VM_GOOGLE_TRANSPORT": "rest",
        }

    def doctor(self, *arguments: str, **changes: str) -> Result:
        """Nothing that it prints holds a secret."""
        told = CliRunner().invoke(app, ("doctor", *arguments), env=self.settings | changes)
        assert CANARY not in told.output and KEY not in told.output
        return told

    def found(self, area: str, **changes: str) -> tuple[int, dict[str, tuple[str, str]]]:
        """The exit code, and what is not well in an area: state, and what was seen with the remedy."""
        told = self.doctor("--only", area, "--json", **changes)
        assert told.exception is None or isinstance(told.exception, SystemExit), told.exception
        story = json.loads(told.stdout)
        assert told.exit_code == story["exit"]
        ill = [one for one in story["checks"] if one["state"] != "ok"]
        return told.exit_code, {one["what"]: (one["state"], f"{one['seen']} → {one['remedy']}") for one in ill}

    def one(self, area: str, **changes: str) -> tuple[int, str, str, str]:
        """The same of the only thing that is not well: exit code, what, state, words."""
        code, ill = self.found(area, **changes)
        assert 1 == len(ill), ill
        [(what, (state, said))] = ill.items()
        return code, what, state, said


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, ModelServer, GoogleStandIn]]:
    """Serve behind TLS, whom its certificate is from, and the providers."""
    certificate = self_signed(tmp_path_factory.mktemp("papers"))
    with main_api(certificate) as public, model_server() as model, google_over_rest() as google:
        model.models = [Model("gpt-5.4-mini"), Model("text-embedding-3-small")]
        google.answer = Refusal("INVALID_ARGUMENT")  # what Google says to a request for nothing
        yield public.url.replace("127.0.0.1", PUBLIC_NAME), str(certificate.chain), model, google


@pytest.fixture
def home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, servers: tuple[str, str, ModelServer, GoogleStandIn]
) -> Iterator[Home]:
    for name in (*SECRETS, *(f"{one}_FILE" for one in SECRETS), *variables()):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("media_vm.logs.configure", lambda _: None)  # our loggers outlive the runner's stderr
    public, trusted, model, google = servers
    monkeypatch.setattr(certifi, "where", lambda: trusted)
    look_up = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *a, **k: look_up("127.0.0.1" if host == PUBLIC_NAME else host, *a, **k)
    )
    with main_api() as api:
        api.add(1)
        made = Home(tmp_path, api, public, model, google.endpoint)
        for area in ("bulk", "library", "quarantine"):
            (made.storage / area).mkdir(parents=True)
        made.key_file.write_text(KEY)
        made.key_file.chmod(0o600)
        prepare(made.settings["DATABASE_URL"])
        yield made


@pytest.fixture(scope="module")
def server_url(mariadb: PrivateMariaDB) -> str:
    """A migrated database on MariaDB."""
    prepare(url := empty_mariadb(mariadb, "doctors_own"))
    return url


def test_a_healthy_set_up_is_all_ok(home: Home, server_url: str) -> None:
    """On MariaDB, with two providers and an embedder, for no picture's money and without a trace."""
    told = home.doctor("--json", DATABASE_URL=server_url)

    story = json.loads(told.stdout)
    without_landlock = [] if landlock_version() else ["pictures: confinement"]
    assert without_landlock == [one["what"] for one in story["checks"] if one["state"] != "ok"], story
    assert (0, True) == (told.exit_code, story["is_fine"])
    assert {"avif", "heic", "jpeg", "svg"} <= {*_seen(story, "pictures: formats").replace(",", "").split()}
    assert [] == [one.path for one in home.model.asked if one.picture]
    assert ["GET /api/media/pending/all"] == home.api.asked
    assert [] == [one for one in home.storage.rglob("*") if one.is_file()]


def test_a_person_reads_a_line_a_thing(home: Home) -> None:
    """With what to do below it, and a sum."""
    told = home.doctor("--only", "settings", MEDIA_VM_CPU_SLOT="2")

    assert [
        "warning  settings: MEDIA_VM_CPU_SLOT: is not a setting; did you mean MEDIA_VM_CPU_SLOTS?",
        "         → correct the name, or remove MEDIA_VM_CPU_SLOT: nobody reads it",
        "ok       settings: MEDIA_VM_API_KEY: a key of its own",
        "1 ok, 1 warning, 0 problem",
    ] == told.stdout.splitlines()
    assert 0 == told.exit_code


def test_an_area_that_there_is_not_is_a_usage_error(home: Home) -> None:
    """It lists those that there are."""
    told = home.doctor("--only", "disk")

    assert 2 == told.exit_code
    assert "storage" in told.stderr


def test_settings_that_are_wrong(home: Home) -> None:
    """2; and what rests on them is not looked at, while all else is."""
    code, ill = home.found(
        "settings", DATABASE_URL="postgresql://x", MEDIA_VM_CPU_SLOTS="none", MAIN_API_KEY_FILE=""
    )
    database = home.one("database", DATABASE_URL="postgresql://x")

    assert 2 == code
    assert ["settings: DATABASE_URL", "settings: MEDIA_VM_CPU_SLOTS", "settings: MAIN_API_KEY"] == [*ill]
    assert "e.g. mysql+pymysql://" in ill["settings: DATABASE_URL"][1]
    assert (0, "database", "warning") == database[:3]
    assert "correct DATABASE_URL first" in database[3]


def test_the_main_apis_key_for_our_own_routes(home: Home) -> None:
    """It works, and is advised against (contract §10)."""
    code, what, state, said = home.one("settings", MEDIA_VM_API_KEY="")

    assert (0, "settings: MEDIA_VM_API_KEY", "warning") == (code, what, state)
    assert "set MEDIA_VM_API_KEY to a long random text of its own" in said


@pytest.mark.parametrize(("mode", "seen"), [(0o644, "everybody on this machine can read"), (0o660, "can write")])
def test_a_secret_that_others_get_at(home: Home, mode: int, seen: str) -> None:
    """By its variable, with the command that ends it."""
    home.key_file.chmod(mode)
    code, what, state, said = home.one("secrets")

    assert (1, "secrets: MAIN_API_KEY_FILE", "problem") == (code, what, state)
    assert seen in said and f"→ chmod 600 {home.key_file}" in said


def test_a_wrong_key(home: Home) -> None:
    """The main API's refusal."""
    home.key_file.write_text("not-this-one")
    assert (1, "main API", "problem", "it refuses our key (401) → set MAIN_API_KEY to the key") == _cut(
        home.one("main-api"), 54
    )


def test_a_main_api_that_is_away(home: Home) -> None:
    """Nobody listens there."""
    code, what, state, said = home.one("main-api", MAIN_API_URL="http://127.0.0.1:9")

    assert (1, "main API", "problem") == (code, what, state)
    assert "cannot be reached" in said and "check MAIN_API_URL, DNS and the firewall" in said


def test_somebody_else_at_the_main_apis_address(home: Home) -> None:
    """A page for people, and a 404."""
    home.api.listed = lambda _: b"<html>Welcome</html>"
    page = home.one("main-api")
    elsewhere = home.one("main-api", MAIN_API_URL=f"{home.api.url}/v2")

    assert "no pending list → check MAIN_API_URL" in page[3]
    assert "(404) → check MAIN_API_URL: it is the part before /api/media" in elsewhere[3]


def test_a_clock_that_is_off(home: Home) -> None:
    """Ours or theirs: `timedatectl` shows which."""
    home.api.skew = -90
    slow = home.one("main-api")
    home.api.skew = 20

    assert (1, "clock: the main API", "problem") == slow[:3]
    assert "s ahead of that of the main API" in slow[3] and "let NTP keep both clocks" in slow[3]
    assert (0, "clock: the main API", "warning") == home.one("main-api")[:3]


def test_a_public_address_that_nobody_answers_at(home: Home) -> None:
    """Serve is not running, or nginx is not."""
    code, ill = home.found("public-url", MEDIA_BACKEND_URL="https://127.0.0.1:9")

    assert (1, ["MEDIA_BACKEND_URL", "MEDIA_BACKEND_URL: reach"]) == (code, [*ill])
    assert "start `media-vm serve`" in ill["MEDIA_BACKEND_URL"][1]


def test_a_public_address_for_this_machine_alone(home: Home) -> None:
    """As the default is: fine for a demo."""
    plain = home.one("public-url", MEDIA_BACKEND_URL=home.api.url)

    assert (0, "MEDIA_BACKEND_URL: reach", "warning") == plain[:3]
    assert "set MEDIA_BACKEND_URL to the public https:// address" in plain[3]


@pytest.fixture
def unmigrated(mariadb: PrivateMariaDB, request: pytest.FixtureRequest) -> str:
    return empty_mariadb(mariadb, "doctor_unmigrated")


def test_a_database_without_its_tables(home: Home, unmigrated: str) -> None:
    """And one that is not there at all."""
    code, what, state, said = home.one("database", DATABASE_URL=unmigrated)
    none = home.one("database", DATABASE_URL=f"sqlite:///{home.folder / 'none.db'}")

    assert (1, "database: tables", "problem") == (code, what, state)
    assert "run `media-vm migrate`" in said
    assert (1, "database", "problem") == none[:3]
    assert "there is no database at" in none[3]
    assert not (home.folder / "none.db").exists()


def test_a_database_that_is_away(home: Home) -> None:
    """By its place, without its password."""
    away = home.one("database", DATABASE_URL=f"mysql+pymysql://me:{CANARY}@127.0.0.1:9/oaf_media")

    assert (1, "database", "problem") == away[:3]
    assert "check DATABASE_URL (127.0.0.1:9/oaf_media)" in away[3]


def test_what_an_administrator_changed_on_mariadb(home: Home, mariadb: PrivateMariaDB, server_url: str) -> None:
    """The claim's index, a character set, an engine, the largest packet: each by name, all at once."""
    table = "doctors_own.media_variants"
    mariadb.execute(
        "DROP INDEX ix_processing_checklist_due ON doctors_own.processing_checklist",
        "SET FOREIGN_KEY_CHECKS = 0",
        f"ALTER TABLE {table} CONVERT TO CHARACTER SET latin1",
        "ALTER TABLE doctors_own.media_marks ENGINE = Aria",
        "SET GLOBAL max_allowed_packet = 1048576",
        "SET GLOBAL innodb_flush_log_at_trx_commit = 2",
    )
    try:
        code, ill = home.found("database", DATABASE_URL=server_url)
    finally:
        mariadb.execute(
            "CREATE INDEX ix_processing_checklist_due ON doctors_own.processing_checklist (due_at, id)",
            f"ALTER TABLE {table} CONVERT TO CHARACTER SET utf8mb4",
            "ALTER TABLE doctors_own.media_marks ENGINE = InnoDB",
            "SET GLOBAL max_allowed_packet = 16777216",
            "SET GLOBAL innodb_flush_log_at_trx_commit = 1",
        )

    expected = {
        "database: index of the claim": "CREATE INDEX ix_processing_checklist_due ON",
        "database: character set": "not utf8mb4: media_variants",
        "database: engine": "without transactions: media_marks",
        "database: max_allowed_packet": "set max_allowed_packet = 16777216",
        "database: durability": "set it to 1",
    }
    assert (1, [*expected]) == (code, [*ill])
    assert [] == [what for what, words in expected.items() if words not in ill[what][1]]


def test_a_user_who_may_only_read(home: Home, mariadb: PrivateMariaDB, server_url: str) -> None:
    """As a restored dump's user, or a replica's."""
    mariadb.execute(
        "CREATE USER IF NOT EXISTS reader@localhost IDENTIFIED BY 'r'",
        "GRANT SELECT ON doctors_own.* TO reader@localhost",
    )
    code, what, state, said = home.one("database", DATABASE_URL=server_url.replace("root@", "reader:r@"))

    assert (1, "database: rights", "problem") == (code, what, state)
    assert "refuses INSERT, UPDATE, DELETE → GRANT SELECT, INSERT, UPDATE, DELETE" in said


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root may write anywhere."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """A storage that anybody can reach, and nobody can write to."""
    folder = Path(tempfile.mkdtemp())
    for area in ("bulk", "library", "quarantine"):
        (folder / area).mkdir()
        (folder / area).chmod(0o555)
    folder.chmod(0o555)
    yield folder
    for one in (folder, *folder.iterdir()):
        one.chmod(0o755)
    shutil.rmtree(folder)


def test_a_storage_that_cannot_be_written(home: Home, shared_folder: Path) -> None:
    """All of it, by its folders."""
    home.found("storage")  # whatever has to be imported can be read by nobody's rights, or has been
    with as_nobody():
        code, ill = home.found("storage", MEDIA_VM_STORAGE_DIR=str(shared_folder))

    assert (1, [f"storage: {one}" for one in ("bulk", "library", "quarantine")]) == (code, [*ill])
    assert all("Permission denied" in said and "(chown -R," in said for _, said in ill.values())


def test_a_storage_that_cannot_even_be_looked_at(home: Home, shared_folder: Path) -> None:
    """The folder above it lets nobody through: each area says so, and nothing breaks."""
    shared_folder.chmod(0)
    with as_nobody():
        _, ill = home.found("storage", MEDIA_VM_STORAGE_DIR=str(shared_folder / "bulk"))

    told = [ill[f"storage: {area}"][1] for area in ("bulk", "library", "quarantine")]
    assert 3 == sum("Permission denied" in one for one in told)


def test_a_library_that_is_a_link_to_nothing(home: Home) -> None:
    """As after a mount that did not come up."""
    (home.storage / "library").rmdir()
    (home.storage / "library").symlink_to(home.folder / "not_mounted")

    assert "it is a link to nothing" in home.one("storage")[3]


def test_a_database_that_is_busy(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that holds it for long says nothing of our rights."""
    monkeypatch.setattr("media_vm.adapters.engine.BUSY_SECONDS", 0)
    with closing(sqlite3.connect(home.database, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        code, what, _, said = home.one("database")

    assert (1, "database") == (code, what)
    assert "did not answer or was busy for too long" in said


def test_a_library_that_is_no_folder(home: Home) -> None:
    """The others are fine."""
    (home.storage / "library").rmdir()
    (home.storage / "library").write_text("")
    code, what, state, said = home.one("storage")

    assert (1, "storage: library", "problem") == (code, what, state)
    assert "is no folder" in said and "MEDIA_VM_STORAGE_DIR should be a folder on a writable disk" in said


@pytest.mark.skipif(not os.path.ismount("/dev/shm"), reason="no second file system here")
def test_a_library_on_another_disk(home: Home) -> None:
    """A link to it leads out of the storage, which no file of ours does."""
    (home.storage / "library").rmdir()
    elsewhere = Path(tempfile.mkdtemp(dir="/dev/shm"))
    (home.storage / "library").symlink_to(elsewhere)
    code, ill = home.found("storage")
    elsewhere.rmdir()

    assert (1, ["storage: library", "storage: one file system"]) == (code, [*ill])
    assert "mount one file system at MEDIA_VM_STORAGE_DIR" in ill["storage: one file system"][1]


def test_a_disk_below_its_floor(home: Home) -> None:
    """No picture would be taken on."""
    code, what, state, said = home.one("storage", MEDIA_VM_DISK_FLOOR_BYTES=str(10**18))

    assert (1, "storage: free space", "problem") == (code, what, state)
    assert "no picture is taken on → make room on the disk" in said


def test_a_disk_without_inodes(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Space there is."""
    full = SimpleNamespace(f_bavail=10**9, f_frsize=4096, f_files=100_000, f_favail=12)
    monkeypatch.setattr(os, "statvfs", lambda _: full)
    code, what, state, said = home.one("storage")

    assert (1, "storage: inodes", "problem") == (code, what, state)
    assert "12 more files fit" in said and "mkfs.ext4 -i" in said


def test_a_provider_that_refuses_the_key(home: Home) -> None:
    """And the embedder, which has the same."""
    home.model.script(status(401), at="/models")
    home.model.script(status(401), at="/embeddings")
    code, ill = home.found("ai")

    assert (1, ["AI: openai", "AI: openai, embeddings"]) == (code, [*ill])
    assert all("check OPENAI_API_KEY" in said for _, said in ill.values())


def test_google_refuses_the_key(home: Home, servers: tuple[str, str, ModelServer, GoogleStandIn]) -> None:
    """A wrong key is told from a wrong request by its cause alone."""
    servers[3].first.append(Refusal("INVALID_ARGUMENT", cause="API_KEY_INVALID"))
    code, what, state, said = home.one("ai")

    assert (1, "AI: google", "problem") == (code, what, state)
    assert "does not know our key → check GOOGLE_API_KEY" in said
    assert () == servers[3].asked[-1].features


def test_a_model_that_is_not_there(home: Home) -> None:
    """A slip in its name costs every picture its description."""
    code, what, state, said = home.one("ai", MEDIA_VM_VISION_MODEL="openai=gpt-5.4-mino")

    assert (1, "AI: openai", "problem") == (code, what, state)
    assert "→ set MEDIA_VM_VISION_MODEL to a model that sees" in said


def test_a_server_that_lists_no_models(home: Home) -> None:
    """Whether it takes the key it would only tell for money."""
    home.model.script(status(404), at="/models")
    code, what, state, said = home.one("ai")

    assert (0, "AI: openai", "warning") == (code, what, state)
    assert "`media-vm ai probe` asks one true question" in said


def test_more_slots_than_the_machine_has(home: Home) -> None:
    """Cores, and the memory that they would take."""
    code, ill = home.found("machine", MEDIA_VM_CPU_SLOTS="100000", MEDIA_VM_ITEMS_IN_FLIGHT="1")

    assert (0, ["machine: memory", "machine: cores"]) == (code, [*ill])
    assert "set MEDIA_VM_CPU_SLOTS=" in ill["machine: cores"][1]


def test_too_few_open_files(home: Home) -> None:
    """The limit of the shell or the unit."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (300, before[1]))
    try:
        code, what, state, said = home.one("machine", MEDIA_VM_ITEMS_IN_FLIGHT="200")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)

    assert (1, "machine: open files", "problem") == (code, what, state)
    assert "LimitNOFILE=" in said


def _seen(story: dict[str, Any], what: str) -> str:
    with suppress(StopIteration):
        return str(next(one["seen"] for one in story["checks"] if one["what"] == what))
    return ""


def _cut(told: tuple[int, str, str, str], most: int) -> tuple[int, str, str, str]:
    return *told[:3], told[3][:most]
