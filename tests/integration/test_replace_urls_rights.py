"""`media-vm replace-urls` as the user that deploy/sql/replace_urls_user.sql makes, on a real MariaDB."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError
from typer.testing import CliRunner, Result

from media_vm.adapters.engine import open_engine
from media_vm.cli import app
from tests import canaries
from tests.mariadb import PrivateMariaDB
from tests.replacing.festival import make_tables, statuses, values
from tests.replacing.filling import filled
from tests.replacing.granting import grant
from tests.replacing.pictures import picture_server

PASSWORD = canaries.REPLACING_PASSWORD
_NUMBERS = count(1)


@dataclass
class Rights:
    """A main API's database, its administrator, and our user's URL."""

    server: PrivateMariaDB
    name: str
    root: Engine
    url: str


@pytest.fixture
def rights(mariadb: PrivateMariaDB, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rights]:
    """Its tables are empty."""
    name = f"festival_rights_{next(_NUMBERS)}"
    mariadb.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    root = open_engine(mariadb.url(name))
    make_tables(root)
    url = grant(mariadb, name, PASSWORD)
    monkeypatch.setattr("media_vm.logs.configure", lambda _: None)  # our loggers outlive the runner's stderr
    monkeypatch.setenv("MAIN_API_DATABASE_URL", url)
    monkeypatch.setenv("SMART_MEDIA_BASE_URL", "http://127.0.0.1:1/serve")
    monkeypatch.setenv("MEDIA_VM_STORAGE_DIR", str(tmp_path))
    yield Rights(mariadb, name, root, url)
    root.dispose()


def replace_urls(*arguments: str) -> Result:
    return CliRunner().invoke(app, ("replace-urls", *arguments))


def test_the_user_can_do_all_of_it(rights: Rights, monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace, undo and count."""
    missing: set[int] = set()
    with picture_server(missing) as base:
        monkeypatch.setenv("SMART_MEDIA_BASE_URL", base)
        festival = filled(rights.root, 40, base)
        missing |= festival.missing
        told = json.loads(replace_urls("--yes", "--json").stdout)
        assert (festival.after, festival.statuses_after) == (values(rights.root), statuses(rights.root))
        counted = replace_urls("--status")
        undone = replace_urls("--undo", told["undo_log"], "--yes")

    assert (1, 0) == (counted.exit_code, undone.exit_code)  # 1: some wait since the first of the month
    assert (festival.values, festival.statuses) == (values(rights.root), statuses(rights.root))


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT bio FROM user_profiles",
        "SELECT original_name FROM pending_images",
        "UPDATE user_profiles SET bio = 'x'",
        "UPDATE user_profiles SET user_id = 7",
        "UPDATE pending_images SET permanent_url = '7'",
        "UPDATE pending_images SET image_path = '/temp_images/x.jpg'",
        "DELETE FROM site_media",
        "INSERT INTO artist_profiles VALUES (7, 'x')",
        "DROP TABLE site_media",
        "CREATE TABLE mine (id INT)",
    ],
)
def test_the_user_can_do_nothing_else(rights: Rights, statement: str) -> None:
    """Neither read nor write what is none of our business."""
    engine = create_engine(rights.url)

    with pytest.raises(OperationalError, match="command denied"), engine.begin() as connection:
        connection.execute(text(statement))

    engine.dispose()


def test_missing_rights_are_told_at_once(rights: Rights) -> None:
    """All of them in a dry run already, with the remedy."""
    rights.server.execute(
        f"REVOKE UPDATE (status, updated_at) ON {rights.name}.pending_images FROM 'media_vm_urls'@'localhost'",
        f"REVOKE ALL ON {rights.name}.site_media FROM 'media_vm_urls'@'localhost'",
        f"REVOKE SELECT (user_id) ON {rights.name}.artist_profiles FROM 'media_vm_urls'@'localhost'",
    )

    ran = replace_urls()

    assert 2 == ran.exit_code
    assert (
        "media-vm: MAIN_API_DATABASE_URL: pending_images.status cannot be written; "
        "pending_images.updated_at cannot be written; site_media.media_path cannot be read or written; "
        "the primary key of artist_profiles cannot be read; the primary key of site_media cannot be read: "
        "grant it as deploy/sql/replace_urls_user.sql does, or correct MEDIA_VM_REPLACE_COLUMNS\n"
    ) == ran.stderr


def test_a_key_that_no_undo_log_could_name_is_told(rights: Rights, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes, for one; in a dry run already, and whatever the other columns' tables are like."""
    rights.server.execute(
        f"CREATE TABLE {rights.name}.products (id BINARY(16) PRIMARY KEY, image_path VARCHAR(500))",
        f"GRANT SELECT, UPDATE ON {rights.name}.products TO 'media_vm_urls'@'localhost'",
    )
    monkeypatch.setenv("MEDIA_VM_REPLACE_COLUMNS", "site_media.media_path,products.image_path")

    ran = replace_urls()

    assert 2 == ran.exit_code
    assert "URL: products.id, of its primary key, is neither a whole number nor a text: grant" in ran.stderr


def test_a_key_of_which_only_a_part_is_granted_writes_nothing(
    rights: Rights, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server shows us no more of it; what names several rows cannot be undone."""
    path = "/temp_images/products/1-product-5.jpg"
    rights.server.execute(
        f"CREATE TABLE {rights.name}.products (site INT, id INT, image_path VARCHAR(500), PRIMARY KEY (site, id))",
        f"INSERT INTO {rights.name}.products VALUES (1, 6, '{path}'), (1, 5, '{path}'), (2, 5, '{path}')",
        f"INSERT INTO {rights.name}.pending_images (user_id, image_path, original_name, mime_type, permanent_url,"
        f" status) VALUES (1, '{path}', 'a', 'image/jpeg', '7', 'processed')",
        f"GRANT SELECT (id, image_path), UPDATE (image_path) ON {rights.name}.products"
        " TO 'media_vm_urls'@'localhost'",
    )
    monkeypatch.setenv("MEDIA_VM_REPLACE_COLUMNS", "products.image_path")
    with picture_server(set()) as base:
        monkeypatch.setenv("SMART_MEDIA_BASE_URL", base)
        ran = replace_urls("--yes")

    with rights.root.connect() as connection:
        found = connection.execute(text("SELECT DISTINCT image_path FROM products")).scalars().all()
    assert (2, [path]) == (ran.exit_code, [*found])
    assert "grant SELECT on all of its primary key" in ran.stderr


def test_a_column_that_is_too_narrow_is_told(rights: Rights, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before a URL is refused in the middle of a run, or cut."""
    monkeypatch.setenv("SMART_MEDIA_BASE_URL", f"https://media.example/{'x' * 230}")

    ran = replace_urls()

    assert 2 == ran.exit_code
    assert "site_media.media_path holds 255 characters, a URL may have 284" in ran.stderr


def test_a_database_that_is_away_is_a_sentence(rights: Rights, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the variable that leads there, and without the password."""
    monkeypatch.setenv("MAIN_API_DATABASE_URL", rights.url.replace(f"{PASSWORD}@", "s3cr3t@"))

    ran = replace_urls()

    assert 1 == ran.exit_code
    assert "Access denied" in ran.stderr and "check MAIN_API_DATABASE_URL" in ran.stderr
    assert "s3cr3t" not in ran.stdout + ran.stderr
