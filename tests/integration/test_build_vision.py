"""Settings made into whoever describes pictures, against servers on real sockets; the bill in a real database."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import openai  # noqa: F401 - a second of importing belongs to no test's budget
import pytest
from PIL import Image
from sqlalchemy import Engine, text
from structlog.testing import capture_logs

from media_vm.adapters.database import DatabaseStore
from media_vm.build_vision import build_till, build_vision
from media_vm.environment import SettingsProblem
from media_vm.errors import WrongUse
from media_vm.imaging.pool import ChildPool
from media_vm.rules.checklist import Checklist
from media_vm.rules.findings import Provider
from media_vm.rules.known import Known
from media_vm.rules.outages import NO_TURN, OUT_OF_MONEY
from media_vm.rules.pictures import DataType
from media_vm.settings import Settings
from media_vm.values import Described, Media
from media_vm.vision import google_client, model_wire  # noqa: F401 - nor does this
from media_vm.vision.providers import Providers
from tests import canaries
from tests.integration.databases import sqlite_engine
from tests.stand_ins.google_vision import GoogleStandIn, Refusal, google_over_rest
from tests.stand_ins.model_bodies import Model
from tests.stand_ins.model_faults import hang, status
from tests.stand_ins.model_server import ModelServer, model_server

MEDIA = Media(7, 7, 1, DataType.PRODUCT, "sea.jpg", "sea.jpg", None, Checklist())
KNOWN = Known(DataType.PRODUCT)
CANARY = canaries.OPENAI_API_KEY


@dataclass
class House:
    """Both stand-ins, a database, a photograph with a place in its EXIF, and who is built of settings."""

    google: GoogleStandIn
    model: ModelServer
    engine: Engine
    children: ChildPool
    photograph: Path
    ending: ExitStack
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def both(self) -> dict[str, Any]:
        return {
            "MEDIA_VM_GOOGLE_ENDPOINT": self.google.endpoint,
            "MEDIA_VM_GOOGLE_TRANSPORT": "rest",
            "GOOGLE_API_KEY": CANARY,
            "OPENAI_BASE_URL": f"{self.model.url}/v1",
            "OPENAI_API_KEY": CANARY,
        }

    def built(self, **environment: Any) -> Providers:
        settings = Settings.model_validate(environment)
        now = DatabaseStore(self.engine, settings.policy).now
        till = build_till(settings, self.engine, worker="worker-1", now=now, pause=self.stopping.wait)
        return self.ending.enter_context(build_vision(settings, self.children, till))

    def described(self, **environment: Any) -> Described:
        return self.built(**environment).describe(self.photograph, MEDIA, KNOWN)

    def bill(self) -> list[tuple[Any, ...]]:
        query = "SELECT provider, media_id, cost_micro_usd, cost_source FROM media_ai_usage ORDER BY provider"
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]


@pytest.fixture
def house(children: ChildPool, tmp_path: Path) -> Iterator[House]:
    with google_over_rest() as google, model_server() as model, ExitStack() as ending:
        engine = sqlite_engine(tmp_path)
        ending.callback(engine.dispose)
        yield House(google, model, engine, children, photograph(tmp_path / "sea.jpg"), ending)


def photograph(file: Path) -> Path:
    """2,000 × 1,000 px, with a place and a serial number in its EXIF."""
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0)})
    exif.get_ifd(0x8769).update({0xA431: "SERIAL-4711"})
    Image.linear_gradient("L").resize((2000, 1000)).convert("RGB").save(file, exif=exif.tobytes())
    return file


def test_without_anybody_pictures_are_measured(house: House) -> None:
    """Nobody is asked, and nobody is missed."""
    vision = house.built()

    assert not vision.is_configured
    assert vision.measure(house.photograph, DataType.PRODUCT).palette
    assert Described() == vision.describe(house.photograph, MEDIA, KNOWN)


def test_both_are_asked_of_a_small_copy(house: House) -> None:
    """At most 1024 px, nothing in it but pixels; what they do on this machine is on the bill and costs nothing."""
    described = house.described(**house.both)

    assert (None, Provider.OPENAI) == (described.failure, described.told.provider if described.told else None)
    assert described.seen is not None
    for sent in (house.google.asked[0].picture, house.model.calls[0].picture):
        assert sent is not None
        copy = Image.open(io.BytesIO(sent))
        assert ("JPEG", (1024, 512), {}) == (copy.format, copy.size, dict(copy.getexif()))
        assert b"SERIAL" not in sent
    assert [("google", 7, 0, "computed"), ("openai", 7, 0, "computed")] == house.bill()


def test_openrouter_has_a_key_of_its_own(house: House) -> None:
    """It is sent, and what a server says back of it is told to nobody."""
    key = canaries.OPENROUTER_API_KEY
    house.model.otherwise = status(401, f"no such key {key}")
    with capture_logs() as lines:
        described = house.described(
            OPENROUTER_API_KEY=key,
            MEDIA_VM_OPENROUTER_BASE_URL=f"{house.model.url}/api/v1",
            MEDIA_VM_VISION_MODEL="llava:latest",
        )

    assert {f"Bearer {key}"} == {one.headers["authorization"] for one in house.model.calls}
    assert described.failure is not None
    assert key not in f"{lines} {described}"


def test_the_same_is_not_asked_twice(house: House) -> None:
    """Not after a restart either: answers are in the database."""
    first, second = house.described(**house.both), house.described(**house.both)

    assert first == replace(second, asked=first.asked)
    assert (1, 1) == (len(house.google.asked), len(house.model.calls))


def test_models_are_asked_in_the_order_of_the_list(house: House) -> None:
    """Each by its own name, and the next one when the first does not answer."""
    house.model.script(status(500), at="/chat/completions")
    house.model.models.append(Model("llava:13b"))
    described = house.described(
        **house.both,
        OLLAMA_BASE_URL=house.model.url,
        MEDIA_VM_VISION="ollama,openai",
        MEDIA_VM_VISION_MODEL="ollama=llava:13b,openai=gpt-5.4",
    )

    assert Provider.OPENAI == (described.told.provider if described.told else None)
    assert ["llava:13b", "gpt-5.4"] == [call.body["model"] for call in house.model.calls]
    assert [] == house.google.asked


def test_openrouter_may_be_a_server_of_ones_own(house: House) -> None:
    """By its address alone where that is this machine; it is free."""
    elsewhere = {"MEDIA_VM_VISION": "openrouter", "MEDIA_VM_OPENROUTER_BASE_URL": f"{house.model.url}/api/v1"}
    house.model.models.append(Model("openai/gpt-5.4-mini"))
    described = house.described(**elsewhere)

    assert (None, Provider.OPENROUTER) == (described.failure, described.told and described.told.provider)
    assert ["openrouter"] == [line[0] for line in house.bill()]


def test_who_is_away_is_not_asked(house: House) -> None:
    """The others are; of nobody left nothing is sent, and no copy is made."""
    vision = house.built(**house.both, OLLAMA_BASE_URL=house.model.url)
    away = frozenset({Provider.GOOGLE, Provider.OPENAI})
    described = vision.describe(house.photograph, MEDIA, KNOWN, away)
    nobody = vision.describe(Path("nowhere.jpg"), MEDIA, KNOWN, away | {Provider.OLLAMA})

    assert ((Provider.GOOGLE,), (Provider.OPENAI, Provider.OLLAMA)) == vision.choices
    assert (None, Provider.OLLAMA) == (described.failure, described.told and described.told.provider)
    assert (Described(), []) == (nobody, house.google.asked)


def test_who_fails_keeps_nobody_elses_answer_back(house: House) -> None:
    """Google refuses our key; the model's word is there all the same."""
    house.google.answer = Refusal("UNAUTHENTICATED")
    described = house.described(**house.both)

    assert "key_refused" == (described.failure.reason if described.failure else None)
    assert described.told is not None
    assert CANARY not in str(described.failure)


def test_a_step_of_which_everybody_hangs_ends_in_its_time(house: House) -> None:
    """Google's share, the models' share, and what is left for the copy."""
    house.google.latency = 60
    house.model.otherwise = hang
    began = time.monotonic()
    described = house.described(**house.both, OLLAMA_BASE_URL=house.model.url, MEDIA_VM_STEP_SECONDS=3)
    took = time.monotonic() - began

    assert "too_slow" == (described.failure.reason if described.failure else None)
    assert 1.5 < took < 5


def test_own_prices_are_for_what_runs_here_too(house: House, tmp_path: Path) -> None:
    """It may hand on to somebody who is paid. The day's money is then enough for one picture, not for two."""
    prices = tmp_path / "prices.toml"
    prices.write_text(PRICES)
    own = {"MEDIA_VM_VISION": "openai", "MEDIA_VM_AI_PRICES": prices, "MEDIA_VM_AI_DAILY_USD": 1.25}
    vision = house.built(**house.both, **own)
    first = vision.describe(house.photograph, MEDIA, KNOWN)
    second = vision.describe(photograph_of_another(house.photograph), MEDIA, KNOWN)

    assert (None, OUT_OF_MONEY) == (first.failure, second.failure.reason if second.failure else None)
    assert [("openai", 7, 1020 * 100, "computed")] == house.bill()


@pytest.mark.parametrize(
    ("model", "cap", "expected"),
    [("nobodys-model", 1, ["nobodys-model"]), ("nobodys-model", None, []), ("gpt-5.4-mini", 1, [])],
)
def test_a_cap_that_holds_nothing_back_is_told_at_the_start(
    house: House, model: str, cap: float | None, expected: list[str]
) -> None:
    """A model that has no price, elsewhere than on this machine."""
    given = {"OPENAI_API_KEY": CANARY, "MEDIA_VM_VISION_MODEL": model, "MEDIA_VM_AI_DAILY_USD": cap}
    with capture_logs() as told:
        house.built(**given)

    assert expected == [one["model"] for one in told if one["event"] == "model_without_price"]
    assert CANARY not in str(told)


PRICES = """as_of = 2026-11-20
[openai."gpt-5.4-mini"]
input = 100
cached = 100
output = 100
"""


def photograph_of_another(beside: Path) -> Path:
    file = beside.with_name("another.jpg")
    Image.radial_gradient("L").convert("RGB").save(file)
    return file


def test_a_worker_that_is_to_stop_waits_for_no_turn(house: House) -> None:
    """It has seconds to let go of what it holds."""
    vision = house.built(**house.both, MEDIA_VM_VISION="openai", MEDIA_VM_AI_PER_MINUTE=2)
    assert vision.describe(house.photograph, MEDIA, KNOWN).failure is None
    threading.Timer(0.3, house.stopping.set).start()
    began = time.monotonic()
    described = vision.describe(photograph_of_another(house.photograph), MEDIA, KNOWN)

    assert NO_TURN == (described.failure.reason if described.failure else None)
    assert time.monotonic() - began < 8


@pytest.mark.parametrize(
    ("environment", "problem", "says"),
    [
        ({"GOOGLE_APPLICATION_CREDENTIALS": "/nowhere/google.json"}, SettingsProblem, "cannot be read"),
        ({"OPENAI_API_KEY": CANARY, "MEDIA_VM_AI_PRICES": "/nowhere/prices.toml"}, WrongUse, "prices.toml"),
    ],
)
def test_a_file_that_is_not_there_is_told_at_the_start(
    house: House, environment: dict[str, str], problem: type[Exception], says: str
) -> None:
    """Better than of every picture."""
    with pytest.raises(problem, match=says):
        house.built(**environment)
