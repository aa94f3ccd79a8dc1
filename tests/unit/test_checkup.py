"""The doctor's verdicts, for what no test can plant on a machine that others use too."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from media_vm.rules.checkup import Line, State
from media_vm.rules.checkup_answers import Exchange, Unanswered, date_of, lines_of_main_api, lines_of_public_url
from media_vm.rules.checkup_database import DatabaseFacts, ServerFacts, lines_of_database
from media_vm.rules.checkup_machine import MachineFacts, line_of_clock, lines_of_machine, skew_of
from media_vm.rules.checkup_pictures import Codecs, lines_of_pictures
from media_vm.rules.checkup_settings import SecretFile, line_of_own_key, lines_of_secrets
from media_vm.rules.checkup_storage import (
    AREAS,
    FEWEST_INODES,
    AreaFacts,
    StorageFacts,
    line_of_belonging,
    lines_of_storage,
)

SERVER = ServerFacts("READ-COMMITTED", "utf8mb4", (), (), 16 * 1024 * 1024, None, 1, 151, 0)
DATABASE = DatabaseFacts(
    "db/oaf_media", "MariaDB 10.11.6", "0085", "0085", (("due_at", "id", "more"),), (), server=SERVER
)
STORAGE = StorageFacts(
    "/s", tuple(AreaFacts(one, True, None, 1) for one in AREAS), None, 10**10, 10**6, 1000, 1000
)
CODECS = Codecs("8.18.7", "1.23.0", 7, {"avif": None, "jpeg": None}, (), ("ppmload", "pdfload"))
PUBLIC = "https://media.example"
ALIVE = Exchange(200, {}, b'{"status":"alive"}')


def ill(lines: object) -> list[tuple[str, State]]:
    """What is not well."""
    return [(one.what, one.state) for one in lines if one.state is not State.OK]  # type: ignore[attr-defined]  # lines


def test_a_taking_over_that_is_not_done_is_a_warning() -> None:
    """With the command that ends it."""
    lines = list(lines_of_database(replace(DATABASE, awaits_adoption=True)))

    assert [("database: taking over", State.WARNING)] == ill(lines)
    assert any("`media-vm adopt`" in (line.remedy or "") for line in lines)


def test_bytes_are_told_as_people_say_them() -> None:
    """As `status --storage` does."""
    [seen] = [line.seen for line in lines_of_storage(STORAGE, 10**9) if line.what == "storage: free space"]

    assert "10.0 GB free; MEDIA_VM_DISK_FLOOR_BYTES is 1000000000 (1.0 GB)" == seen


def test_an_old_systems_database_wants_a_taking_over() -> None:
    """Plain `migrate` would refuse it; the rights that either needs are the owner's."""
    old, new, file = (
        next(line for line in lines_of_database(replace(DATABASE, revision=None, **changes)) if line.remedy)
        for changes in ({"needs_take_over": True}, {}, {"server": None})
    )

    assert "`media-vm migrate --take-over`, with the URL of the tables' owner" in (old.remedy or "")
    assert "run `media-vm migrate`, with the URL of the tables' owner as DATABASE_URL" == new.remedy
    assert "run `media-vm migrate`" == file.remedy


def test_tables_that_are_missing_are_named() -> None:
    """Although the revision is right, as after a dump that was cut off."""
    lines = list(lines_of_database(replace(DATABASE, missing=("media_files", "media_variants"), indexes=())))

    assert [("database: tables", State.PROBLEM)] == ill(lines)
    assert any("not there: media_files, media_variants" in line.seen for line in lines)


def test_what_is_well_is_well() -> None:
    """Of every rule here: nothing is found, and no remedy is given."""
    lines: list[Line] = [
        *lines_of_database(DATABASE),
        *lines_of_storage(STORAGE, 10**9),
        line_of_belonging(has_met=True, trouble=None),
        line_of_belonging(has_met=False, trouble=None),
        *lines_of_pictures(CODECS),
        *lines_of_machine(MachineFacts(8 * 10**9, 4.0, 1024), 4, 16),
        *lines_of_main_api(Exchange(200), bad=[], url="https://api.example"),
        *lines_of_public_url(ALIVE, PUBLIC),
        line_of_clock(timedelta(seconds=-2), "the main API"),
        line_of_own_key("own", "main"),
        *lines_of_secrets([SecretFile("MAIN_API_KEY_FILE", "/run/key", 0o640)]),
    ]

    assert [] == ill(lines)
    assert {None} == {one.remedy for one in lines}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"isolation": "REPEATABLE-READ"}, "database: isolation"),
        ({"binlog": "STATEMENT"}, "database: isolation"),
        ({"charset": "latin1"}, "database: character set"),
        ({"other_charsets": ("media_files",)}, "database: character set"),
        ({"other_engines": ("media_files",)}, "database: engine"),
        ({"packet": 16 * 1024 * 1024 - 1}, "database: max_allowed_packet"),
    ],
)
def test_a_server_that_is_set_otherwise(changes: dict[str, object], expected: str) -> None:
    """One thing is named for each."""
    server = replace(SERVER, **changes)  # type: ignore[arg-type]  # fields by name
    assert [(expected, State.PROBLEM)] == ill(lines_of_database(replace(DATABASE, server=server)))


def test_a_binlog_in_another_format_is_fine() -> None:
    """MIXED is the default, and ROW what replication wants."""
    for form in ("MIXED", "ROW"):
        assert [] == ill(lines_of_database(replace(DATABASE, server=replace(SERVER, binlog=form))))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"too_old": "the database is MariaDB 10.3"}, "database"),
        ({"revision": None}, "database: tables"),
        ({"revision": "0084"}, "database: tables"),
        ({"indexes": (("id", "due_at"), ("due_at",))}, "database: index of the claim"),
        ({"refused": ("DELETE",)}, "database: rights"),
        ({"journal": "delete", "server": None}, "database: journal"),
    ],
)
def test_a_database_that_is_not_as_it_should_be(changes: dict[str, object], expected: str) -> None:
    """A newer revision, on the other hand, will do."""
    wrong = replace(DATABASE, **changes)  # type: ignore[arg-type]  # fields by name
    assert [(expected, State.PROBLEM)] == ill(lines_of_database(wrong))
    assert [] == ill(lines_of_database(replace(DATABASE, revision="0099")))


@pytest.mark.parametrize(
    ("changes", "floor", "expected"),
    [
        ({"free": 5}, 6, ("storage: free space", State.PROBLEM)),
        ({"free": 11}, 6, ("storage: free space", State.WARNING)),
        ({"free": None}, 0, ("storage: free space", State.PROBLEM)),
        ({"inodes": FEWEST_INODES - 1}, 0, ("storage: inodes", State.PROBLEM)),
        ({"apart": "bulk and library"}, 0, ("storage: one file system", State.PROBLEM)),
        ({"user": 0}, 0, ("storage: user", State.WARNING)),
    ],
)
def test_a_storage_that_is_short_of_something(
    changes: dict[str, object], floor: int, expected: tuple[str, State]
) -> None:
    """A file system without a fixed number of files is short of none."""
    assert [expected] == ill(lines_of_storage(replace(STORAGE, **changes), floor))  # type: ignore[arg-type]  # by name
    assert [] == ill(lines_of_storage(replace(STORAGE, inodes=None), 0))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"formats": {"avif": "it cannot be written (NoRoom)", "jpeg": None}}, ("pictures: avif", State.PROBLEM)),
        ({"open_loaders": ("magickload",)}, ("pictures: loaders", State.PROBLEM)),
        ({"landlock": 0}, ("pictures: confinement", State.WARNING)),
    ],
)
def test_a_picture_process_that_cannot_or_may_too_much(
    changes: dict[str, object], expected: tuple[str, State]
) -> None:
    """A loader of ImageMagick or of PDF that is open is as bad as a codec that is missing."""
    assert [expected] == ill(lines_of_pictures(replace(CODECS, **changes)))  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (MachineFacts(2 * 10**9, 4.0, 1024), ("machine: memory", State.WARNING)),
        (MachineFacts(None, 4.0, 1024), ("machine: memory", State.WARNING)),
        (MachineFacts(8 * 10**9, 1.5, 1024), ("machine: cores", State.WARNING)),
        (MachineFacts(8 * 10**9, 4.0, 256), ("machine: open files", State.PROBLEM)),
    ],
)
def test_a_machine_that_is_too_small_for_its_settings(facts: MachineFacts, expected: tuple[str, State]) -> None:
    """For four slots and sixteen items."""
    assert [expected] == ill(lines_of_machine(facts, 4, 16))


@pytest.mark.parametrize(
    ("seconds", "expected"), [(59, State.WARNING), (-60, State.PROBLEM), (5, State.WARNING), (-4, State.OK)]
)
def test_clocks_are_apart(seconds: int, expected: State) -> None:
    """Ahead or behind; a second or two are the network's."""
    line = line_of_clock(timedelta(seconds=seconds), "the database")

    assert expected is line.state
    assert expected is State.OK or f"{abs(seconds)} s {'ahead of' if seconds > 0 else 'behind'}" in line.seen


@pytest.mark.parametrize(("told", "expected"), [(-7, 7), (0, 0), (10, 0), (14, -4)])
def test_a_slow_answer_is_no_clock_that_is_off(told: int, expected: int) -> None:
    """Asked at 0, answered at 10: whatever lies between may be right. Ahead is more, behind is less."""
    began = datetime(2026, 11, 21, tzinfo=UTC)
    theirs, ended = (began + timedelta(seconds=one) for one in (told, 10))

    assert timedelta(seconds=expected) == skew_of(theirs, began, ended)


@pytest.mark.parametrize(
    ("answer", "bad", "expected"),
    [
        (Unanswered("it cannot be reached"), None, State.PROBLEM),
        (Exchange(403), None, State.PROBLEM),
        (Exchange(500), None, State.PROBLEM),
        (Exchange(200), None, State.PROBLEM),
        (Exchange(200), ["entry 5: no path"], State.WARNING),
    ],
)
def test_a_main_api_that_does_not_answer_as_it_should(
    answer: Exchange | Unanswered, bad: list[str] | None, expected: State
) -> None:
    """Entries that are skipped are the main API's to correct, and hold up no other."""
    assert [("main API", expected)] == ill(lines_of_main_api(answer, bad=bad, url="https://api.example"))


def test_a_key_in_plain_text_on_the_network() -> None:
    """On this machine it goes nowhere."""
    plain = "http://api.example"
    assert [("main API: TLS", State.WARNING)] == ill(lines_of_main_api(Exchange(200), bad=[], url=plain))
    assert [] == ill(lines_of_main_api(Exchange(200), bad=[], url="http://127.0.0.1:3000"))


@pytest.mark.parametrize(
    ("answer", "url", "expected"),
    [
        (Exchange(301), PUBLIC, ("MEDIA_BACKEND_URL", State.PROBLEM)),
        (Exchange(502), PUBLIC, ("MEDIA_BACKEND_URL", State.PROBLEM)),
        (Exchange(200, {}, b"<html>"), PUBLIC, ("MEDIA_BACKEND_URL", State.PROBLEM)),
        (ALIVE, "http://media.example", ("MEDIA_BACKEND_URL: TLS", State.WARNING)),
        (ALIVE, "http://127.0.0.1:3001", ("MEDIA_BACKEND_URL: reach", State.WARNING)),
    ],
)
def test_a_public_address_that_is_not_ours_or_not_safe(
    answer: Exchange, url: str, expected: tuple[str, State]
) -> None:
    """A proxy's page with 200 is not serve."""
    assert [expected] == ill(lines_of_public_url(answer, url))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sat, 21 Nov 2026 22:00:00 GMT", datetime(2026, 11, 21, 22, tzinfo=UTC)),
        ("Sat, 21 Nov 2026 22:00:00 -0000", datetime(2026, 11, 21, 22, tzinfo=UTC)),
        ("tomorrow", None),
        ("", None),
    ],
)
def test_a_date_is_read_or_left(text: str, expected: datetime | None) -> None:
    """What somebody else's server calls a date."""
    assert expected == date_of(Exchange(200, {"date": text}))


@pytest.mark.parametrize(
    ("own", "main", "expected"),
    [(None, "k", State.WARNING), ("k", "k", State.WARNING), (None, None, State.PROBLEM), ("o", None, State.OK)],
)
def test_a_key_of_its_own_is_advised(own: str | None, main: str | None, expected: State) -> None:
    """Contract §10."""
    assert expected is line_of_own_key(own, main).state


@pytest.mark.parametrize(
    ("mode", "expected"), [(0o604, State.PROBLEM), (0o620, State.PROBLEM), (None, State.PROBLEM)]
)
def test_a_secret_for_more_than_its_owner(mode: int | None, expected: State) -> None:
    """Or one that nobody can look at."""
    [line] = lines_of_secrets([SecretFile("MAIN_API_KEY_FILE", "/run/key", mode)])
    assert expected is line.state
