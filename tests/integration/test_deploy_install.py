"""deploy/install.sh, in a folder of its own: what it writes, and what it leaves alone."""

from __future__ import annotations

import re
import shutil
import subprocess
from fnmatch import fnmatch
from pathlib import Path

import pytest

from media_vm.environment import variables
from media_vm.secret_files import SECRETS
from scripts import settings_table
from tests.deploy_tools import DEPLOY, run

URLS = {"MAIN_API_URL": "https://api.festival.example", "MEDIA_BACKEND_URL": "https://pictures.example"}
UNIT = Path("etc/systemd/system/media-vm-worker@.service")
SITE = Path("etc/nginx/sites-available/media-vm.conf")
ENV = Path("etc/media-vm.env")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A machine's files to be."""
    folder = tmp_path / "root"
    folder.mkdir()
    return folder


def _install(root: Path, *options: str, deploy: Path = DEPLOY, **more: str) -> subprocess.CompletedProcess[str]:
    return run("sh", deploy / "install.sh", "--root", root, *options, **(URLS | more))


def _files(root: Path) -> dict[str, tuple[int, int]]:
    """Every path with its mode and its time."""
    found = {str(path.relative_to(root)): path.lstat() for path in root.rglob("*")}
    return {name: (one.st_mode, one.st_mtime_ns) for name, one in found.items()}


def test_shellcheck_has_nothing_to_say() -> None:
    """Of any shell script that is shipped."""
    scripts = ["install.sh", "install/media-vm", "compose/make_keys.sh", "compose/users.sh"]

    checked = run("shellcheck", "-x", f"--source-path={DEPLOY.parent}", *(DEPLOY / one for one in scripts))

    assert (0, "") == (checked.returncode, checked.stdout)


def test_a_second_run_changes_nothing(root: Path) -> None:
    """Neither a file's bytes nor its time; what is left for a person is told each time."""
    first = _install(root)
    before = _files(root)
    second = _install(root)

    assert (0, 0) == (first.returncode, second.returncode), first.stderr + second.stderr
    assert before == _files(root)
    assert "nothing was to be changed" in second.stdout
    assert "left for you:" in second.stdout


def test_a_dry_run_writes_nothing(root: Path) -> None:
    """It says what it would do."""
    told = _install(root, "--dry-run")

    assert ([], 0) == (list(root.iterdir()), told.returncode)
    assert "would  file /etc/systemd/system/media-vm-worker@.service" in told.stdout
    assert "did" not in told.stdout


def test_secrets_are_roots_alone_and_not_alike(root: Path) -> None:
    """And nothing of them is printed."""
    told = _install(root, MAIN_API_KEY="the-key-of-the-main-api")
    names = ["main-api-key", "api-key", "database-url", "database-owner-url"]
    files = [root / "etc/media-vm" / name for name in names]
    secrets = {path.read_text().strip() for path in files}

    assert {0o100600} == {path.stat().st_mode for path in [*files, root / ENV]}
    assert 4 == len(secrets)
    assert "the-key-of-the-main-api" in secrets
    assert not any(secret in told.stdout + told.stderr for secret in secrets)


def test_what_was_edited_stays_and_what_differs_is_shown(root: Path, tmp_path: Path) -> None:
    """Also by a newer version, which brings what nobody edited up to date."""
    _install(root)
    edited = (root / UNIT).read_text().replace("CPUWeight=50", "CPUWeight=77")
    (root / UNIT).write_text(edited)
    settings = (root / ENV).read_text() + "MEDIA_VM_CPU_SLOTS=3\n"
    (root / ENV).write_text(settings)
    newer = tmp_path / "newer" / "deploy"
    shutil.copytree(DEPLOY, newer)
    changed = newer / "systemd" / "media-vm-serve.service"
    changed.write_text(changed.read_text().replace("CPUWeight=200", "CPUWeight=300"))

    told = _install(root, deploy=newer)

    assert (edited, settings) == ((root / UNIT).read_text(), (root / ENV).read_text())
    assert "-CPUWeight=77" in told.stdout
    assert "+CPUWeight=50" in told.stdout
    assert "CPUWeight=300" in (root / UNIT.with_name("media-vm-serve.service")).read_text()


def test_what_was_taken_away_stays_away(root: Path) -> None:
    """A unit that its operator removed does not come back by itself."""
    _install(root)
    (root / UNIT).unlink()

    told = _install(root)

    assert not (root / UNIT).exists()
    assert "media-vm-worker@.service was taken away" in told.stdout


def test_the_settings_are_valid_and_name_the_site(root: Path) -> None:
    """A shell reads them as systemd does; nginx's site has the host of MEDIA_BACKEND_URL."""
    _install(root)
    read = run("sh", "-c", 'set -a; . "$1"; env', "sh", root / ENV).stdout.splitlines()

    assert {*(f"{name}={url}" for name, url in URLS.items()), "MEDIA_VM_STORAGE_DIR=/srv/media-vm/storage"} <= set(
        read
    )
    assert "server_name pictures.example;" in (root / SITE).read_text()
    assert "../sites-available/media-vm.conf" == str((root / "etc/nginx/sites-enabled/media-vm.conf").readlink())


@pytest.mark.parametrize("url", ["ftp://api.example", "https://api.example/$(reboot)", "https://a b", "'"])
def test_a_url_that_is_none_is_refused(root: Path, url: str) -> None:
    """Before anything is made; also where the settings that are there would be kept."""
    told = _install(root, MAIN_API_URL=url)

    assert (1, []) == (told.returncode, list(root.iterdir()))
    assert "MAIN_API_URL" in told.stderr


def test_a_root_that_is_not_there_is_refused(root: Path) -> None:
    """With what to do."""
    told = _install(root / "away")

    assert (1, "") == (told.returncode, told.stdout)
    assert f"mkdir -p {root / 'away'}" in told.stderr


def test_keys_that_were_made_here_are_told(root: Path) -> None:
    """By their files: those that the main API has to know. One that was given it knows already."""
    told = _install(root, "--dry-run").stdout
    told_given = _install(root, MAIN_API_KEY="the-key-of-the-main-api").stdout
    (line,) = [one for one in told.splitlines() if one.startswith("- tell the main API")]
    (line_given,) = [one for one in told_given.splitlines() if one.startswith("- tell the main API")]

    assert "/etc/media-vm/main-api-key (" in line
    assert "/etc/media-vm/api-key (" in line
    assert "/etc/media-vm/api-key (" in line_given
    assert "main-api-key" not in line_given
    assert "tell the main API" not in _install(root).stdout


def test_what_is_given_in_vain_is_told(root: Path) -> None:
    """Settings and keys that are there stay, and who gives others hears how; no key is printed."""
    _install(root, MAIN_API_KEY="the-first-key-there-is")
    same = _install(root, MAIN_API_KEY="the-first-key-there-is").stdout
    told = _install(root, MAIN_API_URL="https://other.example", MAIN_API_KEY="another-key-than-that").stdout

    assert "kept   MAIN_API_URL is https://api.festival.example; to change it edit /etc/media-vm.env" in told
    assert "kept   MAIN_API_URL" not in same
    assert (
        "kept   /etc/media-vm/main-api-key has another key than MAIN_API_KEY; to change it edit the file" in told
    )
    assert "has another key" not in same
    assert not any(key in told for key in ("the-first-key-there-is", "another-key-than-that"))


def test_a_key_that_others_may_read_is_told(root: Path) -> None:
    """With the command that mends it."""
    before = _install(root).stdout
    (root / "etc/media-vm/openai-api-key").write_text("sk-1\n")
    (root / "etc/media-vm/openai-api-key").chmod(0o644)

    assert "\n- chmod 600 /etc/media-vm/openai-api-key" in _install(root).stdout
    assert "chmod" not in before


def test_what_is_missing_in_the_settings_is_told(root: Path) -> None:
    """Also when it is given later, for settings that are there are never written."""
    told = [_install(root, MAIN_API_URL="", MEDIA_BACKEND_URL="").stdout, _install(root).stdout]
    with (root / ENV).open("a") as file:
        file.writelines(f"{name}={url}\n" for name, url in URLS.items())
    told.append(_install(root).stdout)

    assert [2, 2, 0] == [one.count("\n- set ") for one in told]


def test_a_further_key_gets_into_its_unit(root: Path) -> None:
    """By a drop-in; once the key is gone that is told, for the unit could not start."""
    _install(root)
    key = root / "etc/media-vm/openai-api-key"
    key.write_text("sk-1\n")
    _install(root)
    drop_in = root / f"{UNIT}.d/openai-api-key.conf"
    written = drop_in.read_text()
    key.unlink()
    told = _install(root)

    assert "LoadCredential=openai-api-key:/etc/media-vm/openai-api-key\n" in written
    assert "Environment=OPENAI_API_KEY_FILE=%d/openai-api-key\n" in written
    assert "left   remove /etc/systemd/system/media-vm-worker@.service.d/openai-api-key.conf" in told.stdout


def test_the_page_takes_away_all_that_is_made(root: Path) -> None:
    """By the commands of docs/operator.md: every file and folder of ours, and every unit that is switched on."""
    _install(root)
    page = (DEPLOY.parent / "docs/operator.md").read_text()
    commands = page.partition("### Taking it away")[2].partition("\n### ")[0]
    removed = " ".join(re.findall(r"^rm -rf ([^#&\n]+)", commands, re.MULTILINE)).split()
    made = [f"/{one.relative_to(root)}" for one in root.rglob("*") if one.name == "media-vm" or not one.is_dir()]
    switched_on = re.findall(r" on (media-vm[\w@.-]+)", (DEPLOY / "install/services.sh").read_text())

    assert [] == [
        one for one in made if not any(fnmatch(one, gone) or one.startswith(f"{gone}/") for gone in removed)
    ]
    assert 5 == len(switched_on)
    assert all(unit.removesuffix(".service") in commands for unit in switched_on)


def test_the_command_knows_every_secret() -> None:
    """`sudo media-vm …` reads the same files as the units; other names of a key go without one."""
    wrapper, keys = (DEPLOY / "install" / "media-vm").read_text(), (DEPLOY / "install" / "settings.sh").read_text()
    files = {name: settings_table.key_file(name) for name in SECRETS if name != "MEDIA_API_KEY"}
    optional = (
        "OPENAI_API_KEY",
        "OPENROUTER_API_KEY",
        "GOOGLE_API_KEY",
        "MEDIA_VM_SERVE_SECRETS",
        "MEDIA_VM_SERVE_KEY",
    )

    assert all(f'"{name} {file}"' in wrapper for name, file in files.items() if name != "DATABASE_URL")
    assert '"DATABASE_URL $url"' in wrapper
    assert all(f"{files[name]} {name}" in keys for name in optional)


def test_the_example_of_settings_is_up_to_date() -> None:
    """deploy/env.example is what `scripts/settings_table.py` writes, and has every setting."""
    text = settings_table.EXAMPLE.read_text()

    assert settings_table.example() == text
    assert all(f"\n#{name}=" in text or f"\n#{name}_FILE=" in text for name in variables())
