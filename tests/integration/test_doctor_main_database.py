"""`media-vm doctor` on the main API's own database: may `replace-urls` do what it has to, and nothing else?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine

from tests.integration.databases import empty_mariadb
from tests.integration.doctors_home import CANARY, Home
from tests.mariadb import PrivateMariaDB
from tests.replacing.festival import make_tables
from tests.replacing.granting import grant

FESTIVAL = "doctors_festival"
US = "doctors_urls@localhost"
AREA = "main-database"


@pytest.fixture(scope="module")
def festival(mariadb: PrivateMariaDB) -> None:
    """Its tables, empty."""
    engine = create_engine(empty_mariadb(mariadb, FESTIVAL))
    make_tables(engine)
    engine.dispose()


@pytest.fixture
def granted(home: Home, mariadb: PrivateMariaDB, festival: None) -> Iterator[Home]:
    """With the user of deploy/sql."""
    url = grant(mariadb, FESTIVAL, CANARY, "doctors_urls")
    home.settings |= {
        "MAIN_API_DATABASE_URL": url,
        "SMART_MEDIA_BASE_URL": "https://api.festival.example/api/images",
    }
    yield home
    mariadb.execute(f"DROP USER {US}", "DROP ROLE IF EXISTS doctors_role")


def test_the_user_of_deploy_sql_is_right(granted: Home) -> None:
    """It may do all that is needed, and nothing else."""
    assert (0, {}) == granted.found(AREA)


def test_a_user_who_may_do_more(granted: Home, mariadb: PrivateMariaDB) -> None:
    """Each thing by its name: of one column, of a table, of everything, and by a role."""
    mariadb.execute(
        "CREATE ROLE doctors_role",
        f"GRANT DELETE ON {FESTIVAL}.site_media TO doctors_role",
        f"GRANT doctors_role TO {US}",
        f"SET DEFAULT ROLE doctors_role FOR {US}",
        f"GRANT SELECT (bio), UPDATE (user_id) ON {FESTIVAL}.user_profiles TO {US} WITH GRANT OPTION",
        f"GRANT FILE ON *.* TO {US}",
    )
    code, what, state, said = granted.one(AREA)

    assert (0, "main API's database: rights", "warning") == (code, what, state)
    for more in ("FILE on *.*", "SELECT (bio)", "UPDATE (user_id)", "GRANT OPTION", "doctors_role"):
        assert more in said
    assert "permanent_url" not in said and "deploy/sql/replace_urls_user.sql" in said


def test_rights_of_a_role_are_named(granted: Home, mariadb: PrivateMariaDB) -> None:
    """No table of information_schema tells of them."""
    mariadb.execute(
        "CREATE ROLE doctors_role",
        f"GRANT DELETE ON {FESTIVAL}.site_media TO doctors_role",
        f"GRANT doctors_role TO {US}",
        f"SET DEFAULT ROLE doctors_role FOR {US}",
    )

    assert f"doctors_role; DELETE on {FESTIVAL}.site_media → make a user" in granted.one(AREA)[3]


def test_an_administrator_is_too_much(granted: Home, mariadb: PrivateMariaDB) -> None:
    """The usual short cut."""
    code, what, state, said = granted.one(AREA, MAIN_API_DATABASE_URL=mariadb.url(FESTIVAL))

    assert (0, "main API's database: rights", "warning") == (code, what, state)
    assert "ALL PRIVILEGES on *.*" in said


def test_a_user_who_may_do_less(granted: Home, mariadb: PrivateMariaDB) -> None:
    """As `replace-urls` would say, which then does not start."""
    mariadb.execute(f"REVOKE UPDATE (status, updated_at) ON {FESTIVAL}.pending_images FROM {US}")
    code, what, state, said = granted.one(AREA)

    assert (1, "main API's database: columns", "problem") == (code, what, state)
    assert "pending_images.status cannot be written" in said and "→ grant it as deploy/sql" in said


def test_a_database_of_the_main_api_that_is_away(home: Home) -> None:
    """By its variable, without its password."""
    away = f"mysql+pymysql://me:{CANARY}@127.0.0.1:9/festival"
    base = "https://api.festival.example/api/images"
    code, what, state, said = home.one(AREA, MAIN_API_DATABASE_URL=away, SMART_MEDIA_BASE_URL=base)

    assert (1, AREA, "problem") == (code, what, state)
    assert "MAIN_API_DATABASE_URL" in said


def test_one_setting_without_the_other(granted: Home) -> None:
    """No command starts with it."""
    code, what, state, said = granted.one(AREA, SMART_MEDIA_BASE_URL="")

    assert (2, "main API's database: SMART_MEDIA_BASE_URL", "problem") == (code, what, state)
    assert "→ set SMART_MEDIA_BASE_URL" in said


def test_who_does_not_run_replace_urls_is_left_alone(home: Home) -> None:
    """Neither setting is there."""
    assert (0, {}) == home.found(AREA)
