"""The environment read: every problem at once, no secret in any message."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from media_vm.environment import SettingsProblem, advice, read_settings, variables
from media_vm.secret_files import SECRETS
from media_vm.settings import Settings
from scripts import settings_table

SECRET = "s3cr3t"


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*variables(), *SECRETS, *(f"{secret}_FILE" for secret in SECRETS)):
        monkeypatch.delenv(name, raising=False)


def problems(monkeypatch: pytest.MonkeyPatch, **environment: str) -> list[str]:
    """What is wrong with this environment."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsProblem) as raised:
        read_settings()
    return raised.value.problems


def test_without_any_variable_the_defaults_hold() -> None:
    """Those of contract §10."""
    settings = read_settings()

    assert ("sqlite:///storage/media_vm.db", Path("storage")) == (settings.database_url, settings.storage_dir)
    assert ("http://127.0.0.1:3001", 3001) == (settings.media_backend_url, settings.serve_port)
    assert (50_000_000, 50, 16_384, 200) == (
        settings.limits.bytes,
        settings.limits.megapixels,
        settings.limits.side,
        settings.limits.frames,
    )
    assert settings.main_api_key is None
    assert settings.api_key is None


def test_the_rules_get_their_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each from its own variable; a backoff of 0.2 s is valid."""
    names = ("BACKOFF", "CONFIRM", "GIVE_UP", "IDLE")
    for name, value in zip(names, ("0.2", "2", "3", "4"), strict=True):
        monkeypatch.setenv(f"MEDIA_VM_{name}_SECONDS", value)
    monkeypatch.setenv("MEDIA_VM_MAX_ATTEMPTS", "5")

    policy = read_settings().policy

    assert (0.2, 2, 3, 4) == tuple(
        time.total_seconds() for time in (policy.backoff, policy.confirm, policy.give_up, policy.idle)
    )
    assert 5 == policy.max_attempts


def test_every_problem_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each with its variable, the form that is expected and an example; bad types are no exception."""
    told = problems(
        monkeypatch,
        MEDIA_VM_SERVE_PORT="many",
        MEDIA_VM_BACKOFF_SECONDS="-1",
        MEDIA_VM_LOGO_BACKGROUND="blue",
        MEDIA_VM_ALLOWED_TYPES="jpeg,jxl",
        MAIN_API_KEY_FILE="/nonexistent",
    )

    assert [
        "MAIN_API_KEY_FILE cannot be read (FileNotFoundError); e.g. /run/secrets/key",
        "MEDIA_VM_ALLOWED_TYPES: no jxl is read here; known: avif, bmp, gif, heic, jpeg, png, svg, tiff, webp; "
        "e.g. jpeg,png,webp",
        "MEDIA_VM_BACKOFF_SECONDS: it should be greater than 0; e.g. 30",
        "MEDIA_VM_LOGO_BACKGROUND: it should be 'original' or 'removed'; e.g. removed",
        "MEDIA_VM_SERVE_PORT: it should be a valid integer; e.g. 3001",
    ] == sorted(told)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            (f"MEDIA_VM_{one}_SECONDS", "inf")
            for one in ("IDLE", "LEASE", "STEP", "BACKOFF", "CONFIRM", "GIVE_UP")
        ),
        ("MEDIA_VM_IDLE_SECONDS", "nan"),
        ("MEDIA_VM_IDLE_SECONDS", "1e300"),
        ("MEDIA_VM_IDLE_SECONDS", "0"),
        ("MEDIA_VM_LEASE_SECONDS", "0.5"),
        ("MEDIA_VM_MAX_ATTEMPTS", "0"),
        ("MEDIA_VM_MAX_ATTEMPTS", "1.5"),
        ("MEDIA_VM_SERVE_PORT", "0"),
        ("MEDIA_VM_SERVE_PORT", "65536"),
        ("MEDIA_VM_CPU_SLOTS", "0"),
        ("MEDIA_VM_ITEMS_IN_FLIGHT", "257"),
        ("MEDIA_VM_MAX_SOURCE_BYTES", "0"),
        ("MEDIA_VM_UNVERSIONED_MAX_AGE_SECONDS", "-1"),
        ("MAIN_API_URL", "api.festival.example"),
        ("MAIN_API_URL", "ftp://api.festival.example"),
        ("MAIN_API_URL", "https://api.festival.example/?a=b"),
        ("MEDIA_BACKEND_URL", "https://media.festival.example/#top"),
        ("MEDIA_VM_CORS_ORIGINS", "foo"),
        ("MEDIA_VM_CORS_ORIGINS", "https://festival.example/page"),
        ("MAIN_API_KEY", "käse"),
        ("MEDIA_VM_API_KEY", "two\nlines"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """One problem that names the variable and an example."""
    [problem] = problems(monkeypatch, **{name: value})

    assert problem.startswith(f"{name}: ")
    assert "Input" not in problem
    assert problem.endswith(f"; e.g. {variables()[name]['example']}")


def test_no_message_shows_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a problem nor the settings themselves, in print."""
    hidden = {
        "MAIN_API_KEY": SECRET,
        "MEDIA_VM_API_KEY": SECRET,
        "DATABASE_URL": f"mysql+pymysql://media_vm:{SECRET}@localhost/oaf_media",
    }
    for name, value in hidden.items():
        monkeypatch.setenv(name, value)
    assert SECRET not in repr(read_settings()) + str(read_settings())

    told = problems(
        monkeypatch, MAIN_API_URL=f"https://user:{SECRET}@host", MEDIA_BACKEND_URL=f"ftp://u:{SECRET}@host"
    )

    assert 2 == len(told)
    assert SECRET not in " ".join(told)


@pytest.mark.parametrize("url", ["https://api.example", "https://api.example/", "https://api.example//"])
def test_an_url_ends_without_a_slash(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Paths are appended to it."""
    monkeypatch.setenv("MAIN_API_URL", url)

    assert "https://api.example" == read_settings().main_api_url


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """As env files leave them."""
    monkeypatch.setenv("MAIN_API_URL", "")
    monkeypatch.setenv("MEDIA_VM_SERVE_PORT", "")

    settings = read_settings()

    assert (None, 3001) == (settings.main_api_url, settings.serve_port)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"MAIN_API_KEY": "a"}, "a"),
        ({"MEDIA_API_KEY": "b"}, "b"),
        ({"MAIN_API_KEY": "a", "MEDIA_API_KEY": "b"}, "a"),
        ({"MAIN_API_KEY": "", "MEDIA_API_KEY": "b"}, "b"),
    ],
)
def test_the_main_api_key_has_another_name(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected: str
) -> None:
    """`MEDIA_API_KEY`, as the seed's main API calls it; `MAIN_API_KEY` wins."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings = read_settings()

    assert settings.main_api_key is not None
    assert expected == settings.main_api_key.get_secret_value()


@pytest.mark.parametrize(("own", "expected"), [("own", "own"), ("", "main")])
def test_our_own_key_defaults_to_the_main_apis(monkeypatch: pytest.MonkeyPatch, own: str, expected: str) -> None:
    """One key for both directions until there is a second."""
    monkeypatch.setenv("MAIN_API_KEY", "main")
    monkeypatch.setenv("MEDIA_VM_API_KEY", own)
    key = read_settings().api_key

    assert key is not None
    assert expected == key.get_secret_value()


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Its last line break does not count, and it wins over the variable."""
    monkeypatch.setenv(name, "sqlite:///from-the-variable")
    monkeypatch.setenv(f"{name}_FILE", f"/run/secrets/{name}")
    monkeypatch.setattr(Path, "read_text", lambda path: f"sqlite:///from-{path.name}\n")

    settings = Settings()

    keys = [key.get_secret_value() for key in settings.__dict__.values() if isinstance(key, SecretStr)]
    assert f"sqlite:///from-{name}" in [*keys, settings.database_url, settings.main_api_database_url]
    assert "from-" not in repr(settings)


def test_words_are_listed_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spaces around them do not count."""
    monkeypatch.setenv("MEDIA_VM_ALLOWED_TYPES", " jpeg , png,")

    assert ("jpeg", "png") == read_settings().allowed_types


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, ("style", "medium", "dominant_colors", "brand_colors", "mood_keywords")),
        ("", ()),
        ("none", ()),
        ("caption, quality_score", ("caption", "quality_score")),
    ],
)
def test_what_is_public_may_be_nothing(
    monkeypatch: pytest.MonkeyPatch, text: str | None, expected: tuple[str, ...]
) -> None:
    """Set and empty says so, unlike elsewhere: to publish more than was meant cannot be taken back."""
    if text is not None:
        monkeypatch.setenv("MEDIA_VM_PUBLIC_ANALYSIS", text)

    assert expected == read_settings().public_analysis


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("MEDIA_VM_SERVE_SECRETS", ""),
        ("MEDIA_VM_SERVE_SECRETS", ","),
        ("MEDIA_VM_SERVE_SECRETS", "short"),
        ("MEDIA_VM_SERVE_SECRETS", "long enough for a key,short"),
        ("MEDIA_VM_SERVE_SECRETS", ",".join(["long enough for a key"] * 3)),
        ("MEDIA_VM_SERVE_SECRETS", "lang genug für einen Schlüssel"),
        ("MEDIA_VM_SERVE_KEY", ""),
        ("MEDIA_VM_SERVE_KEY", "fifteen letters"),
        ("MEDIA_VM_SERVE_KEY", "ein langer Schlüssel"),
    ],
)
def test_a_door_is_not_left_open_by_a_slip(monkeypatch: pytest.MonkeyPatch, name: str, text: str) -> None:
    """Empty counts as a mistake here, which is told without the key."""
    monkeypatch.setenv(name, text)

    with pytest.raises(SettingsProblem, match=f"^{name}: ") as raised:
        read_settings()
    assert not text.strip(",") or text not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, ()),
        ("the key that signs now", (b"the key that signs now",)),
        ("the key that signs now, the key before it", (b"the key that signs now", b"the key before it")),
    ],
)
def test_the_first_key_signs(
    monkeypatch: pytest.MonkeyPatch, text: str | None, expected: tuple[bytes, ...]
) -> None:
    """And the one before still counts."""
    if text:
        monkeypatch.setenv("MEDIA_VM_SERVE_SECRETS", text)

    assert expected == read_settings().signing_keys


def test_a_field_that_no_analysis_has_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """With those that there are."""
    monkeypatch.setenv("MEDIA_VM_PUBLIC_ANALYSIS", "style,colours")

    with pytest.raises(SettingsProblem, match="the analysis has no colours; it has style, medium"):
        read_settings()


def test_origins_are_kept_as_browsers_send_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else they would match nobody: lower case, no slash at the end, no port that goes without saying."""
    monkeypatch.setenv("MEDIA_VM_CORS_ORIGINS", "https://Festival.example:443/, http://127.0.0.1:8080, *")

    assert ("https://festival.example", "http://127.0.0.1:8080", "*") == read_settings().cors_origins


def test_a_year_is_the_longest_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit itself is valid."""
    monkeypatch.setenv("MEDIA_VM_GIVE_UP_SECONDS", "31536000")

    assert timedelta(days=365) == read_settings().policy.give_up


def test_the_settings_page_is_up_to_date() -> None:
    """docs/settings.md is what `scripts/settings_table.py` writes."""
    assert settings_table.page() == settings_table.PAGE.read_text()


@pytest.mark.parametrize("name", list(settings_table.BY_MACHINE))
def test_the_settings_page_is_the_same_on_every_machine(name: str) -> None:
    """Defaults that follow from the cores are told in words, and such a setting exists."""
    cores = len(os.sched_getaffinity(0))

    assert variables()[name]["default"] in {str(cores), str(4 * cores)}
    assert f"| `{name}` | {settings_table.BY_MACHINE[name]} |" in settings_table.page()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("nonsense", "no database URL"),
        ("postgresql://a:secret-pw@h/d", "postgresql is not supported"),
        ("mysql+pymysql://a:secret-pw@h:port/d", "percent-encoded"),
        ("mysql+pymysql://a:s@secret-pw@h/d", "percent-encoded"),
        ("mysql://a:secret-pw@h/d", "mysql+pymysql is meant"),
        ("mysql+pymysql://a:secret-pw@h:3306/", "names no database"),
        ("sqlite://", "names no file"),
        ("://", "no database URL"),
        ("sqlite", "no database URL"),
    ],
)
def test_a_database_url_is_checked_without_being_quoted(
    monkeypatch: pytest.MonkeyPatch, url: str, says: str
) -> None:
    """It may hold a password; what is wrong with it is said all the same."""
    monkeypatch.setenv("DATABASE_URL", url)

    with pytest.raises(SettingsProblem) as caught:
        read_settings()

    assert caught.value.problems[0].startswith("DATABASE_URL: ")
    assert says in caught.value.problems[0]
    assert "secret-pw" not in str(caught.value)


def test_a_worker_hears_of_what_is_missing_with_all_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not in a second round, after the other problems are mended; a key by its other name is not missing."""
    monkeypatch.setenv("MEDIA_VM_SERVE_PORT", "many")
    with pytest.raises(SettingsProblem) as both:
        read_settings(for_worker=True)
    monkeypatch.setenv("MEDIA_API_KEY", "key")
    with pytest.raises(SettingsProblem) as one:
        read_settings(for_worker=True)

    names = [[problem.split()[0].removesuffix(":") for problem in caught.value.problems] for caught in (both, one)]
    assert [
        ["MEDIA_VM_SERVE_PORT", "MAIN_API_URL", "MAIN_API_KEY"],
        ["MEDIA_VM_SERVE_PORT", "MAIN_API_URL"],
    ] == names


@pytest.mark.parametrize(("url", "is_advised"), [("", True), ("https://media.example", False)])
def test_a_port_that_no_url_names_is_pointed_out(
    monkeypatch: pytest.MonkeyPatch, url: str, is_advised: bool
) -> None:
    """The main API would be told URLs that nobody answers."""
    monkeypatch.setenv("MEDIA_VM_SERVE_PORT", "8080")
    monkeypatch.setenv("MEDIA_BACKEND_URL", url)

    assert is_advised == ("port 8080" in (advice(read_settings()) or ""))
