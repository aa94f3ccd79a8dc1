"""`media-vm ai cost`: the bill, the day beside its cap, and what one picture costs."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from media_vm.adapters.ai_usage import DatabaseSpending
from media_vm.adapters.engine import migrate, open_engine
from media_vm.cli import app
from media_vm.price_file import read_prices
from media_vm.rules.findings import Call, Provider
from media_vm.secret_files import SECRETS

MODEL = "gpt-5.4-mini"
VISION = Call(Provider.OPENAI, MODEL, "vision", 900, tokens_in=3000, tokens_out=800)
GOOGLE = Call(Provider.GOOGLE, "vision-v1", "vision", 90, units=("label", "logo"))
EMBEDS = Call(Provider.OPENAI, "text-embedding-3-small", "embedding", 90, tokens_in=200)
STRANGE = Call(Provider.OPENROUTER, "nobody/\x1b[31mmodel", "vision", 9, tokens_in=1, tokens_out=1)
FAILED = Call(Provider.OPENAI, MODEL, "vision", 9, reason="timeout")


@pytest.fixture(autouse=True)
def _surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SECRETS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("media_vm.logs.configure", lambda _: None)  # our loggers outlive the runner's stderr
    url = f"sqlite:///{tmp_path / 'media_vm.db'}"
    migrate(url)
    monkeypatch.setenv("DATABASE_URL", url)
    engine = open_engine(url)
    purse = DatabaseSpending(engine, read_prices(), 10**9, "worker-1")
    for call in (VISION, GOOGLE, EMBEDS, STRANGE, FAILED):
        purse.record(call, 1, "art-1")
    engine.dispose()


def ai_cost(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(app, ("ai", "cost", *arguments), env=environment)


def story(*arguments: str, **environment: str) -> Any:
    told = ai_cost("--json", *arguments, **environment)
    assert (0, "") == (told.exit_code, told.stderr)
    return json.loads(told.stdout)


def sent_back(days: int, provider: Provider) -> None:
    """That provider's calls were made so many days ago."""
    engine = open_engine(f"sqlite:///{Path.cwd() / 'media_vm.db'}")
    at = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=days)
    with engine.begin() as connection:
        query = "UPDATE media_ai_usage SET at = :at WHERE provider = :provider"
        connection.execute(text(query), {"at": f"{at:%Y-%m-%d %H:%M:%S.%f}", "provider": provider.value})
    engine.dispose()


def test_the_bill_for_a_program() -> None:
    """Sums in USD; a call of unknown cost is not in them, and neither is one that failed."""
    told = story()
    openai, google, openrouter = ({**line, "provider": None} for line in told["lines"])

    assert ["openai", "google", "openrouter"] == [line["provider"] for line in told["lines"]]
    assert (3, 1, 3200, 800, 0.005854, 0) == tuple(openai.values())[1:]
    assert (1, 0, 0, 0, 0.003, 0) == tuple(google.values())[1:]
    assert (1, 0, 1, 1, 0.0, 1) == tuple(openrouter.values())[1:]
    assert {"calls": 5, "failed": 1, "tokens_in": 3201, "tokens_out": 801} | {
        "usd": 0.008854,
        "unknown_cost": 1,
    } == told["total"]


@pytest.mark.parametrize(
    ("by", "names"),
    [
        ("model", [MODEL, "vision-v1", "text-embedding-3-small", STRANGE.model]),
        ("task", ["vision", "embedding"]),
    ],
)
def test_one_line_for_each(by: str, names: list[str]) -> None:
    """The dearest first."""
    assert names == [line[by] for line in story("--by", by)["lines"]]


def test_the_latest_day_first() -> None:
    """Whatever it cost."""
    sent_back(3, Provider.OPENAI)
    told = story("--by", "day")
    days = [line["day"] for line in told["lines"]]

    assert (2, told["now"][:10], days) == (len(days), days[0], sorted(days, reverse=True))


def test_how_far_back() -> None:
    """So many days, or from a day on; 30 days when nothing is said."""
    sent_back(40, Provider.GOOGLE)
    day = f"{datetime.now(UTC) - timedelta(days=41):%Y-%m-%d}"

    assert [4, 5, 5, 4] == [
        story(*since)["total"]["calls"] for since in ((), ("--since", "41"), ("--since", day), ("--since", "39"))
    ]


def test_the_day_beside_its_cap() -> None:
    """What is unknown counts like the dearest call; what was spent before today does not."""
    sent_back(2, Provider.GOOGLE)
    today = story(MEDIA_VM_AI_DAILY_USD="5")["today"]

    assert (0.005854, 0.0, 1, 0.011704, 5.0) == tuple(
        today[name] for name in ("usd", "set_aside_usd", "unknown_cost", "counted_usd", "cap_usd")
    )


def test_the_bill_for_a_person() -> None:
    """A table, the day, the prices' day, and one picture; a name cannot colour the terminal."""
    lines = ai_cost("--by", "model", MEDIA_VM_AI_DAILY_USD="0.01").stdout.splitlines()

    assert ["model", "calls", "failed", "tokens", "in", "tokens", "out", "USD", "cost", "unknown"] == lines[
        1
    ].split()
    assert [MODEL, "2", "1", "3000", "800", "0.005850", "0"] == lines[2].split()
    assert ["nobody/?[31mmodel", "1", "0", "1", "1", "0.000000", "1"] == lines[5].split()
    assert ["total", "5", "1", "3201", "801", "0.008854", "1"] == lines[6].split()
    assert "today       0.008854 USD, besides 1 of unknown cost" == lines[7]
    assert lines[8].startswith("daily cap   0.010000 USD, 0.000000 left until ")
    assert "one picture google 0.008250 USD (logo)" in lines
    assert ["of that, text        0.001500 USD", "of that, crop_hints  goes along free"] == [
        line for line in lines if line.startswith(("of that, text", "of that, crop"))
    ]
    assert f"one picture openai {MODEL} 0.005850 USD (estimated: 3000 tokens in, 800 out)" in lines


def test_without_a_cap_the_setting_is_named() -> None:
    """Whoever looks for it finds it there."""
    assert "daily cap   none (MEDIA_VM_AI_DAILY_USD)" in ai_cost().stdout.splitlines()


def test_own_prices(tmp_path: Path) -> None:
    """For pictures to come; what was written down stays as it was."""
    own = tmp_path / "mine.toml"
    own.write_text('as_of = 2027-01-01\n[openai."gpt-5.4-mini"]\ninput = 1\noutput = 1\n')
    told = story(MEDIA_VM_AI_PRICES=str(own))

    assert ("2027-01-01", 0.0038) == (told["prices_as_of"], told["one_picture_usd"]["logo"][f"openai {MODEL}"])
    assert 0.008854 == told["total"]["usd"]


@pytest.mark.parametrize(
    ("arguments", "environment", "says"),
    [
        (("--since", "yesterday"), {}, "2026-11-01"),
        (("--by", "colour"), {}, "provider"),
        ((), {"MEDIA_VM_AI_DAILY_USD": "lots"}, "MEDIA_VM_AI_DAILY_USD"),
        ((), {"MEDIA_VM_AI_DAILY_USD": "nan"}, "MEDIA_VM_AI_DAILY_USD"),
        ((), {"MEDIA_VM_AI_DAILY_USD": "-1"}, "MEDIA_VM_AI_DAILY_USD"),
        ((), {"MEDIA_VM_AI_CONCURRENCY": "0", "MEDIA_VM_AI_PER_MINUTE": "0"}, "MEDIA_VM_AI_PER_MINUTE"),
        ((), {"MEDIA_VM_AI_PRICES": "nowhere.toml"}, "nowhere.toml cannot be read"),
        ((), {"DATABASE_URL": "sqlite:///other.db"}, "media-vm migrate"),
    ],
)
def test_what_is_typed_wrong_is_told(arguments: tuple[str, ...], environment: dict[str, str], says: str) -> None:
    """2, and a sentence that names it."""
    told = ai_cost(*arguments, **environment)

    assert (2, True) == (told.exit_code, says in told.stderr)


def test_google_costs_what_it_is_asked_for() -> None:
    """Of one feature, that feature's price; safe search is free beside labels, and not without."""
    label = story(MEDIA_VM_GOOGLE_FEATURES="label")
    alone = story(MEDIA_VM_GOOGLE_FEATURES="safe_search")

    assert (0.0015, {"label": 0.0015}) == (label["one_picture_usd"]["logo"]["google"], label["google_feature_usd"])
    assert {"safe_search": 0.0015} == alone["google_feature_usd"]
