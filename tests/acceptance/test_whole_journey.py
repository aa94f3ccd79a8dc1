"""From the upload page to permanent URLs on the profile page, both parties' tables on a real MariaDB."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from examples.main_api.database import Database
from media_vm.rules.temp_urls import TEMP_PREFIX
from tests import canaries
from tests.acceptance.chromium import chromium, complaints
from tests.acceptance.machine import Machine, machine_in, run_media_vm, wait_until
from tests.mariadb import PrivateMariaDB
from tests.pictures import logo, photo, saved

GRANTS = Path(__file__).parents[2] / "deploy" / "sql" / "replace_urls_user.sql"
PASSWORD = canaries.REPLACING_PASSWORD
EVERY_PICTURE = "[...document.querySelectorAll('img')]"


@dataclass(frozen=True)
class Journey:
    """A machine on MariaDB and a browser. problems: what its console complained of."""

    machine: Machine
    page: Page
    problems: list[str]
    drawn: Path

    @property
    def base_url(self) -> str:
        """What permanent URLs begin with."""
        return self.machine.surroundings.smart_media_base_url

    def upload_all(self) -> list[int]:
        """By the page's own form, a picture for each of four columns; the pending image ids."""
        self.page.goto(f"{self.machine.surroundings.addresses.main_api}/upload")
        for field, picture in {
            "profile_image": saved(photo(90, 90), self.drawn / "me.jpg"),
            "header_image": saved(photo(180, 60), self.drawn / "wide.jpg"),
            "logo_image": saved(logo(80, 60), self.drawn / "logo.png"),
            "site_image": saved(photo(120, 80), self.drawn / "site.jpg"),
        }.items():
            self.page.set_input_files(f"input[name={field}]", picture)
        self.page.click("button:has-text('Upload')")
        self.page.wait_for_selector(".work:nth-of-type(4)")
        return [image["id"] for image in self.machine.api.get("/users/me").json()["images"]]

    def shown(self) -> list[str]:
        """The addresses of all pictures on the profile page, each of which has been loaded."""
        self.page.goto(f"{self.machine.surroundings.addresses.main_api}/profile")
        wait_until(lambda: bool(self.page.evaluate(f"{EVERY_PICTURE}.every(one => one.complete)")))
        widths = self.page.evaluate(f"{EVERY_PICTURE}.map(one => one.naturalWidth)")
        assert 4 == len([width for width in widths if width > 0]), widths
        sources: list[str] = self.page.evaluate(f"{EVERY_PICTURE}.map(one => one.getAttribute('src'))")
        return sources

    def replace_urls(self) -> Any:
        """As cron does, by a user of the main API's database that may do nothing else; what it told."""
        told = run_media_vm(self.machine.surroundings, "replace-urls", "--yes", "--json")
        assert told.returncode == 0, told.stdout + told.stderr
        return json.loads(told.stdout)

    def statuses(self) -> list[str]:
        """Of `pending_images`."""
        with Database(self.machine.surroundings.main_api_database_url).snapshot() as db:
            return [row["status"] for row in db.rows("SELECT status FROM pending_images ORDER BY id")]


@pytest.fixture
def journey(mariadb: PrivateMariaDB, tmp_path: Path) -> Iterator[Journey]:
    """Two databases on one server: media VM's, and the example main API's with the user of cron."""
    user = f"journey:{canaries.DATABASE_PASSWORD}"
    mariadb.execute(
        "CREATE DATABASE journey_oaf_media CHARACTER SET utf8mb4",
        "CREATE DATABASE journey CHARACTER SET utf8mb4",
        f"CREATE USER journey@localhost IDENTIFIED BY '{canaries.DATABASE_PASSWORD}'",
        "GRANT ALL ON journey_oaf_media.* TO journey@localhost",
        "GRANT ALL ON journey.* TO journey@localhost",
    )
    Database(mariadb.url("journey"))
    mariadb.execute("DROP USER IF EXISTS 'media_vm_urls'@'localhost'", *_grants())
    with (
        machine_in(
            tmp_path,
            database=mariadb.url("journey_oaf_media", user),
            main_api_database=mariadb.url("journey", user),
            MEDIA_VM_FEATURES="background_removal",  # a journey ends where polishing would begin
            MAIN_API_DATABASE_URL=mariadb.url("journey", f"media_vm_urls:{PASSWORD}"),
        ) as machine,
        chromium() as browser,
    ):
        page = browser.new_page()
        yield Journey(machine, page, complaints(page), tmp_path)


def test_an_upload_ends_as_permanent_urls_on_the_profile_page(journey: Journey) -> None:
    """Temp paths until `replace-urls`, permanent URLs after it; every picture loads before and after."""
    ids = journey.upload_all()
    assert ["completed"] * 4 == journey.machine.decided(*ids)
    assert ["processed"] * 4 == journey.statuses()
    assert [True] * 4 == [one.startswith(TEMP_PREFIX) for one in journey.shown()]

    told = journey.replace_urls()

    media = [journey.machine.status(one)["media_id"] for one in ids]
    assert {f"{journey.base_url}/{one}?size=detail" for one in media} == set(journey.shown())
    assert TEMP_PREFIX not in journey.page.content()
    assert (4, ["complete"] * 4) == (told["places"], journey.statuses())
    assert [] == journey.problems


def _grants() -> list[str]:
    """The shipped SQL for this database."""
    lines = [line for line in GRANTS.read_text().splitlines() if not line.startswith("--")]
    sql = "\n".join(lines).replace("festival.", "journey.").replace("a-long-password", PASSWORD)
    return [one for one in sql.split(";") if one.strip()]
