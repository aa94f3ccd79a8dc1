"""What a user may do beyond what `replace-urls` needs, read from grants as MariaDB and MySQL word them."""

from __future__ import annotations

import pytest

from media_vm.rules.checkup import State
from media_vm.rules.checkup_main_database import MainDatabaseFacts, lines_of_main_database
from media_vm.rules.replace_rights import beyond, needed
from media_vm.rules.temp_urls import columns_named

ENOUGH = needed(columns_named(["user_profiles.image"]), {"pending_images": ("id",), "user_profiles": ("user_id",)})
US = "`urls`@`localhost`"


@pytest.mark.parametrize(
    "grant",
    [
        f"GRANT USAGE ON *.* TO {US} IDENTIFIED BY PASSWORD '*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19'",
        f"GRANT SELECT (`user_id`, `image`), UPDATE (`image`) ON `festival`.`user_profiles` TO {US}",
        f"GRANT SELECT (image, user_id), UPDATE (image) ON `festival`.`user_profiles` TO {US}",
        f"GRANT SELECT (`ID`), UPDATE (`status`) ON `Festival`.`Pending_Images` TO {US}",
        f"SET DEFAULT ROLE `reader` FOR {US}",
    ],
)
def test_what_is_needed_is_not_too_much(grant: str) -> None:
    """In either server's words, and in any case."""
    assert [] == beyond([grant], "festival", ENOUGH)


@pytest.mark.parametrize(
    ("grant", "expected"),
    [
        (
            f"GRANT ALL PRIVILEGES ON *.* TO {US} WITH GRANT OPTION",
            ["ALL PRIVILEGES on *.*", "GRANT OPTION on *.*"],
        ),
        (f"GRANT SELECT, DELETE ON `festival`.* TO {US}", ["SELECT on festival.*", "DELETE on festival.*"]),
        (f"GRANT SELECT ON `festival`.`user_profiles` TO {US}", ["SELECT on festival.user_profiles"]),
        (
            f"GRANT SELECT (`user_id`, `a, (b)`, `image`), UPDATE (`user_id`), INSERT (`image`)"
            f" ON `festival`.`user_profiles` TO {US}",
            [
                "SELECT (a, (b)) on festival.user_profiles",
                "UPDATE (user_id) on festival.user_profiles",
                "INSERT (image) on festival.user_profiles",
            ],
        ),
        (
            f"GRANT UPDATE (`permanent_url`) ON `festival`.`pending_images` TO {US}",
            ["UPDATE (permanent_url) on festival.pending_images"],
        ),
        (f"GRANT UPDATE (`image`) ON `other`.`user_profiles` TO {US}", ["UPDATE (image) on other.user_profiles"]),
        (f"GRANT BACKUP_ADMIN,LOCK TABLES ON *.* TO {US}", ["BACKUP_ADMIN on *.*", "LOCK TABLES on *.*"]),
        (f"GRANT EXECUTE ON PROCEDURE `festival`.`wipe` TO {US}", ["EXECUTE ON PROCEDURE festival.wipe"]),
        (f"GRANT `writer`@`%` TO {US}", ["writer@%"]),
        (f"GRANT PROXY ON ''@'%' TO {US} WITH GRANT OPTION", ["PROXY ON ''@'%'"]),
    ],
)
def test_what_is_too_much_is_named(grant: str, expected: list[str]) -> None:
    """Of everything, a database, a table, a column, a procedure; a role, and to be somebody else."""
    assert expected == beyond([grant], "festival", ENOUGH)


def test_no_hash_of_a_password_is_told() -> None:
    """It stands behind the TO, after whatever is granted."""
    told = beyond(
        [f"GRANT FILE ON *.* TO {US} IDENTIFIED BY PASSWORD '*247' WITH GRANT OPTION"], "festival", ENOUGH
    )

    assert ["FILE on *.*", "GRANT OPTION on *.*"] == told


def test_a_long_list_is_cut() -> None:
    """An administrator of MySQL has some fifty rights."""
    facts = MainDatabaseFacts("db/festival", (), tuple(f"RIGHT {number} on *.*" for number in range(50)))
    *_, line = lines_of_main_database(facts)

    assert State.WARNING is line.state
    assert line.seen.endswith("RIGHT 4 on *.*; and 45 more")


def test_a_file_has_no_users() -> None:
    """Nothing is said of rights there."""
    lines = list(lines_of_main_database(MainDatabaseFacts("/festival.db", (), None)))

    assert ["main API's database", "main API's database: columns"] == [one.what for one in lines]
