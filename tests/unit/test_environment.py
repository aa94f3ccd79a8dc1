"""What is said of an environment that lacks something, or has something that nobody reads."""

from __future__ import annotations

import pytest

from media_vm.environment import SettingsProblem, require_main_api, unknown_names, variables
from media_vm.settings import Settings

SECRET = "s3cr3t"


@pytest.mark.parametrize(
    ("environment", "missing"),
    [
        ({}, ["MAIN_API_URL", "MAIN_API_KEY"]),
        ({"MAIN_API_URL": "https://api.example"}, ["MAIN_API_KEY"]),
        ({"MAIN_API_KEY": "key"}, ["MAIN_API_URL"]),
    ],
)
def test_a_worker_says_what_is_missing(environment: dict[str, str], missing: list[str]) -> None:
    """Both at once, each with an example."""
    settings = Settings.model_validate({"MAIN_API_URL": None, "MAIN_API_KEY": None, **environment})
    with pytest.raises(SettingsProblem) as raised:
        require_main_api(settings)

    assert [
        f"{name} is missing ({variables()[name]['meaning']}); e.g. {variables()[name]['example']}"
        for name in missing
    ] == raised.value.problems


def test_a_worker_gets_url_and_key() -> None:
    """When both are there."""
    settings = Settings.model_validate({"MAIN_API_URL": "https://api.example/", "MAIN_API_KEY": "key"})

    assert ("https://api.example", "key") == require_main_api(settings)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("MEDIA_VM_SERVE_PRT", ["MEDIA_VM_SERVE_PRT is not a setting; did you mean MEDIA_VM_SERVE_PORT?"]),
        ("MEDIA_VM_IDLE", ["MEDIA_VM_IDLE is not a setting; did you mean MEDIA_VM_IDLE_SECONDS?"]),
        (
            "MEDIA_VM_API_KEY_FILES",
            ["MEDIA_VM_API_KEY_FILES is not a setting; did you mean MEDIA_VM_API_KEY_FILE?"],
        ),
        ("MEDIA_VM_0123456789" * 9, [f"{'MEDIA_VM_0123456789' * 9} is not a setting"]),
        ("MEDIA_VM_SERVE_PORT", []),
        ("MEDIA_VM_API_KEY_FILE", []),
        ("PATH", []),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest(name: str, expected: list[str]) -> None:
    """Only of our own names, and never with a value."""
    assert expected == unknown_names({name: SECRET})
