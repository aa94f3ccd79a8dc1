"""`media-vm replace-urls` as an operator types it, on a main API's database in SQLite."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from typer.testing import CliRunner, Result

from media_vm.adapters.engine import open_engine
from media_vm.cli import app
from tests.replacing.festival import make_tables, snapshot
from tests.replacing.pictures import picture_server

PATH = "/temp_images/profiles/4-profile-7.jpg"
LOGO = "/temp_images/logos/4-logo-8.png"


@dataclass
class Festival:
    """A main API's database. base: SMART_MEDIA_BASE_URL. missing, gone: media that are not served, or deleted."""

    engine: Engine
    base: str
    missing: set[int]
    gone: set[int]
    folder: Path

    def do(self, *statements: str) -> None:
        with self.engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))

    def upload(self, image_id: int, path: str, permanent: str, at: str = "2026-11-20 10:00:00") -> None:
        self.do(
            "INSERT INTO pending_images (id, user_id, image_path, permanent_url, status, updated_at)"
            f" VALUES ({image_id}, 4, '{path}', '{permanent}', 'processed', '{at}')"
        )

    @property
    def log(self) -> Path:
        (log,) = (self.folder / "replaced").iterdir()
        return log


@pytest.fixture
def festival(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Festival]:
    """One profile and one logo to be replaced."""
    url, missing, gone = f"sqlite:///{tmp_path / 'festival.db'}", set[int](), set[int]()
    engine = open_engine(url)
    make_tables(engine)
    monkeypatch.setattr("media_vm.logs.configure", lambda _: None)  # our loggers outlive the runner's stderr
    with picture_server(missing, gone) as base:
        festival = Festival(engine, base, missing, gone, tmp_path)
        festival.upload(1, PATH, "7")
        festival.upload(2, LOGO, "https://media.example/serve/8")
        festival.do(
            f"INSERT INTO user_profiles (user_id, profile_image_path) VALUES (4, '{PATH}')",
            f"INSERT INTO artist_profiles VALUES (4, '{LOGO}')",
        )
        monkeypatch.setenv("MAIN_API_DATABASE_URL", url)
        monkeypatch.setenv("SMART_MEDIA_BASE_URL", base)
        monkeypatch.setenv("MEDIA_VM_STORAGE_DIR", str(tmp_path))
        yield festival
    engine.dispose()


def replace_urls(*arguments: str) -> Result:
    return CliRunner().invoke(app, ("replace-urls", *arguments))


def test_without_yes_it_is_a_dry_run(festival: Festival) -> None:
    """Something like a diff, and nothing written: no row, no file."""
    before = snapshot(festival.engine)

    ran = replace_urls()

    assert (
        f"image 1  replaced\n"
        f"  user_profiles.profile_image_path user_id=4\n"
        f"  - {PATH}\n"
        f"  + {festival.base}/7?size=detail\n"
        f"image 2  replaced\n"
        f"  artist_profiles.logo_path user_id=4\n"
        f"  - {LOGO}\n"
        f"  + {festival.base}/8?size=detail\n"
        f"2 images: 2 replaced; 2 places, 0 orphans\n"
        f"nothing was written: `--yes` writes\n"
    ) == ran.stdout
    assert (0, "") == (ran.exit_code, ran.stderr)
    assert before == snapshot(festival.engine)
    assert not (festival.folder / "replaced").exists()


def test_yes_writes_and_says_how_to_go_back(festival: Festival) -> None:
    """A second run has nothing to do; going back is a dry run without --yes, too."""
    before = snapshot(festival.engine)
    ran, again = replace_urls("--yes"), replace_urls("--yes")
    after = snapshot(festival.engine)
    told = replace_urls("--undo", str(festival.log))
    is_untouched = after == snapshot(festival.engine)
    undone = replace_urls("--undo", str(festival.log), "--yes")

    assert (0, 0, 0, 0) == (ran.exit_code, again.exit_code, told.exit_code, undone.exit_code)
    assert f"undo: media-vm replace-urls --undo {festival.log}\n" == ran.stderr
    assert "0 images: nothing to do; 0 places, 0 orphans\n" == again.stdout
    assert [(4, None, f"{festival.base}/7?size=detail", None)] == after["user_profiles"]
    assert (
        f"image 2  put back\n"
        f"  artist_profiles.logo_path user_id=4\n"
        f"  - {festival.base}/8?size=detail\n"
        f"  + {LOGO}\n"
    ) in told.stdout
    assert "2 images: 2 put back\nnothing was written: `--yes` writes\n" in told.stdout
    assert is_untouched
    assert before == snapshot(festival.engine)
    assert "2 images: 2 nothing to put back\n" in replace_urls("--undo", str(festival.log), "--yes").stdout


def test_what_needs_a_person_is_exit_code_1(festival: Festival) -> None:
    """Each with its reason; what can be done is done all the same."""
    festival.missing.add(7)
    festival.upload(3, "/temp_images/x.jpg", "soon")
    festival.upload(4, "/etc/passwd\x1b[31m", "9")
    festival.upload(5, "/temp_images/y.jpg", "10")
    festival.do("INSERT INTO site_media (user_id, media_path) VALUES (4, '/temp_images/nobody.jpg')")

    ran = replace_urls("--yes")

    assert 1 == ran.exit_code
    assert f"image 1  left: its URL answers 404\n  {PATH}\n" in ran.stdout
    assert "image 3  left: its permanent_url names no media\n  /temp_images/x.jpg\n" in ran.stdout
    assert "image 4  left: its image_path is no temp path\n  /etc/passwd?[31m\n" in ran.stdout
    assert "image 5  unplaced: its temp path is nowhere; `--complete-unplaced` completes it\n" in ran.stdout
    assert "orphan  site_media.media_path id=1  /temp_images/nobody.jpg: it has no upload\n" in ran.stdout
    assert "5 images: 1 replaced, 1 unplaced, 1 not_temp, 1 unreadable, 1 not_served; 1 places, 1 orphans\n" in (
        ran.stdout
    )


def test_what_no_run_can_mend_hides_nothing_new(festival: Festival) -> None:
    """Orphans and deleted pictures are told and counted, run after run; exit code 1 is for what comes on top."""
    festival.gone.add(7)
    festival.do("INSERT INTO site_media (user_id, media_path) VALUES (4, '/temp_images/nobody.jpg')")

    ran, again = replace_urls("--yes"), replace_urls("--yes")
    status = replace_urls("--status")

    assert f"image 1  gone: its URL answers 410: it was deleted, or has failed\n  {PATH}\n" in ran.stdout
    assert (0, "2 images: 1 replaced, 1 gone; 1 places, 1 orphans") == (ran.exit_code, ran.stdout.splitlines()[-1])
    assert (0, "1 images: 1 gone; 0 places, 1 orphans") == (again.exit_code, again.stdout.splitlines()[-1])
    assert 0 == status.exit_code and "1 images are gone (deleted here or failed" in status.stdout
    assert "1 orphans (temp paths that no run will replace" in status.stdout
    festival.missing.add(9)
    festival.upload(3, "/temp_images/nobody.jpg", "9")
    assert 1 == replace_urls("--yes").exit_code


def test_unplaced_images_are_completed_on_request(festival: Festival) -> None:
    """A deleted one too, and that can be undone as well."""
    festival.gone.add(7)
    festival.do("DELETE FROM artist_profiles", "DELETE FROM user_profiles")
    before = snapshot(festival.engine)

    ran = replace_urls("--complete-unplaced", "--yes")

    assert (0, "2 images: 2 completed; 0 places, 0 orphans") == (ran.exit_code, ran.stdout.splitlines()[-1])
    assert {"complete"} == {row[7] for row in snapshot(festival.engine)["pending_images"]}
    replace_urls("--undo", str(festival.log), "--yes")
    assert before == snapshot(festival.engine)


def test_a_program_reads_json(festival: Festival) -> None:
    """One object, and nothing else on stdout."""
    festival.do("INSERT INTO site_media (user_id, media_path) VALUES (4, '/temp_images/nobody.jpg')")

    told = json.loads(replace_urls("--json", "--yes").stdout)

    place = {"column": "user_profiles.profile_image_path", "key": {"user_id": 4}}
    assert {
        "image_id": 1,
        "verdict": "replaced",
        "image_path": PATH,
        "url": f"{festival.base}/7?size=detail",
        "places": [place],
        "why": None,
    } == told["images"][0]
    orphan = {"column": "site_media.media_path", "key": {"id": 1}, "status": None}
    assert [{**orphan, "image_path": "/temp_images/nobody.jpg"}] == told["orphans"]
    assert (False, False, {"replaced": 2}, 2) == (
        *(told[name] for name in ("is_dry_run", "was_cut_short", "verdicts", "places")),
    )
    undone = json.loads(replace_urls("--json", "--undo", told["undo_log"]).stdout)
    assert {"image_id": 1, "verdict": "put_back", "reopened": True, "places": [place], "left": []} == (
        undone["images"][1]
    )
    assert undone["is_dry_run"]


def test_since_leaves_older_ones(festival: Festival) -> None:
    """By when they became processed."""
    festival.do("UPDATE pending_images SET updated_at = '2026-01-01 10:00:00' WHERE id = 1")

    assert "1 images: 1 replaced" in replace_urls("--since", "2026-01-02").stdout
    assert "2 images: 2 replaced" in replace_urls("--since", "2026-01-01").stdout


def test_status_counts(festival: Festival) -> None:
    """Columns, what stays, and since when; waiting for more than a day is exit code 1."""
    replace_urls("--yes")
    festival.do("INSERT INTO site_media (user_id, media_path) VALUES (4, 'x'), (4, '/temp_images/nobody.jpg')")
    fine, told = replace_urls("--status"), json.loads(replace_urls("--status", "--json").stdout)
    festival.upload(3, "/temp_images/nobody.jpg", "9")
    festival.upload(4, "/temp_images/x.jpg", "10")
    late, late_told = replace_urls("--status"), json.loads(replace_urls("--status", "--json").stdout)

    assert (
        "column                                  total       temp  permanent      other\n"
        "user_profiles.profile_image_path            1          0          1          0\n"
        "user_profiles.header_image_path             0          0          0          0\n"
        "artist_profiles.logo_path                   1          0          1          0\n"
        "promoter_profiles.logo_path                 0          0          0          0\n"
        "site_media.media_path                       2          1          0          1\n"
        "every processed image is complete\n"
        "1 orphans (temp paths that no run will replace; `media-vm replace-urls` lists them)\n"
    ) == fine.stdout
    assert {"column": "site_media.media_path", "total": 2, "temp": 1, "permanent": 0, "other": 1} == (
        told["columns"][4]
    )
    nothing = {"images": 0, "oldest": None, "oldest_seconds": None}
    assert {"waiting": nothing, "unplaced": nothing, "gone": nothing} == told["processed"]
    assert (1, False) == (told["orphans"], told["is_overdue"])
    assert (0, 1) == (fine.exit_code, late.exit_code)
    assert "1 images are processed and not complete, the oldest for " in late.stdout
    assert " min (OVERDUE)\n1 images are unplaced (no column holds their temp path" in late.stdout
    assert (0, True) == (late_told["orphans"], late_told["is_overdue"])
    assert [(1, "2026-11-20T10:00:00+00:00")] * 2 == [
        (late_told["processed"][one]["images"], late_told["processed"][one]["oldest"])
        for one in ("waiting", "unplaced")
    ]


def test_status_for_prometheus(festival: Festival) -> None:
    """A file that is whole at every moment."""
    file = festival.folder / "replace_urls.prom"
    ran = replace_urls("--status", "--metrics", str(file))

    assert 1 == ran.exit_code
    lines = file.read_text().splitlines()
    assert 'media_vm_main_api_urls{column="user_profiles.profile_image_path",holds="temp"} 1' in lines
    assert 'media_vm_main_api_processed_images{state="waiting"} 2' in lines
    assert "media_vm_main_api_orphans 0" in lines
    assert all(line.startswith(("# HELP media_vm_", "# TYPE media_vm_", "media_vm_")) for line in lines)
    assert [] == list(festival.folder.glob(".*"))
    missing = replace_urls("--status", "--metrics", str(festival.folder / "none" / "x.prom"))
    assert 1 == missing.exit_code and "No such file or directory" in missing.stderr


def test_a_server_that_is_down_ends_the_run(festival: Festival, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rather than ten thousand waits; nothing is written."""
    before = snapshot(festival.engine)
    monkeypatch.setattr("media_vm.replacing.SILENT_AT_MOST", 1)
    monkeypatch.setenv("SMART_MEDIA_BASE_URL", "http://127.0.0.1:1/serve")

    ran = replace_urls("--yes")

    assert 1 == ran.exit_code
    assert "image 1  left: its URL does not answer\n" in ran.stdout
    assert "stopped: SMART_MEDIA_BASE_URL answers no more; the rest was not looked at\n" in ran.stdout
    assert "image 2" not in ran.stdout and before == snapshot(festival.engine)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--since", "yesterday"), "30 or 2026-11-01"),
        (("--status", "--yes"), "only counts"),
        (("--status", "--since", "3"), "only counts"),
        (("--undo", "x", "--complete-unplaced"), "takes whole files"),
        (("--metrics", "x"), "goes with --status"),
        (("--undo", "/nonexistent.jsonl"), "/nonexistent.jsonl: No such file or directory"),
    ],
)
def test_wrong_use_is_exit_code_2(festival: Festival, arguments: tuple[str, ...], sentence: str) -> None:
    """Said before anything is done."""
    ran = replace_urls(*arguments)

    assert 2 == ran.exit_code and sentence in ran.stderr


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("MAIN_API_DATABASE_URL", "", "MAIN_API_DATABASE_URL is missing"),
        ("SMART_MEDIA_BASE_URL", "", "SMART_MEDIA_BASE_URL is missing"),
        ("SMART_MEDIA_BASE_URL", "https://api.example/?id=", "SMART_MEDIA_BASE_URL: "),
        ("MAIN_API_DATABASE_URL", "sqlite:////nonexistent/x.db", "no database at MAIN_API_DATABASE_URL"),
        ("MEDIA_VM_REPLACE_COLUMNS", "users", "MEDIA_VM_REPLACE_COLUMNS: "),
        ("MEDIA_VM_REPLACE_COLUMNS", "a.b,users.x`; DROP TABLE users", "each should be table.column"),
        ("MEDIA_VM_REPLACE_COLUMNS", "pending_images.image_path", "never replaced in"),
        ("MEDIA_VM_REPLACE_COLUMNS", "users.picture", "users.picture cannot be read or written"),
        ("MEDIA_VM_REPLACE_COLUMNS", "user_profiles.picture", "user_profiles.picture cannot be read or written"),
    ],
)
def test_settings_that_lead_nowhere_are_exit_code_2(
    festival: Festival, monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    """With the variable's name."""
    monkeypatch.setenv(name, value)

    ran = replace_urls("--yes")

    assert 2 == ran.exit_code and sentence in ran.stderr


def test_a_disk_without_room_for_the_undo_log(festival: Festival, monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be undone is not done."""
    before = snapshot(festival.engine)
    (festival.folder / "file").touch()
    monkeypatch.setenv("MEDIA_VM_REPLACE_LOG_DIR", str(festival.folder / "file" / "replaced"))

    ran = replace_urls("--yes")

    assert 2 == ran.exit_code
    assert "(Not a directory): set MEDIA_VM_REPLACE_LOG_DIR to a folder" in ran.stderr
    assert before == snapshot(festival.engine)
