"""What a provider may do wrong, through a worker's whole walk: what is told of it, what it costs, how soon.

Files, pixels, the main API and time are memory's. The till and each provider's true client are the worker's; the
provider is a stand-in on a real socket.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, cast

import pytest

from media_vm.errors import ProviderDown
from media_vm.pipeline import run_cycle
from media_vm.rules.callbacks import EventKind
from media_vm.rules.checklist import Step as ChecklistStep
from media_vm.rules.findings import Provider
from media_vm.rules.outages import PARTY_OF, Party
from media_vm.testing import memory_parts, picture
from media_vm.vision.local import LocalVision
from tests.faults.simulated import DATABASES, HOUR, MINUTE, Simulated, simulated
from tests.paid_vision import Desk, desk
from tests.said import SEEN, TOLD
from tests.stand_ins import model_answers as said
from tests.stand_ins import model_faults as faults
from tests.stand_ins.google_vision import Answer, Fault, Refusal, found, refused_picture
from tests.stand_ins.model_faults import status
from tests.stand_ins.model_server import Step

OWN, AWAY, REFUSED = "failed", "outage", "misconfigured"
"""What `degraded` says: a picture's own trouble costs attempts, the other two cost none and are known to all."""
SHORT, AMPLE, SLACK = timedelta(seconds=0.4), timedelta(seconds=20), 10.0
PROVIDERS = (Provider.GOOGLE, Provider.OPENAI, Provider.OPENROUTER, Provider.OLLAMA)
LATER = "7"  # seconds


@dataclass(frozen=True)
class Row:
    """Of Google and of a model: what it does at every call, and what follows. budget: what one provider has."""

    google: Answer
    of_google: str
    model: Step
    of_model: str
    budget: timedelta = AMPLE


ROWS = {
    "silence": Row(Fault.HANG, OWN, faults.hang, OWN, SHORT),
    "a drip": Row(Fault.DRIP, OWN, faults.drip, OWN, SHORT),
    "reset": Row(Fault.RESET, AWAY, faults.reset, AWAY),
    "cut off": Row(Fault.CUT, AWAY, faults.cut_off, AWAY),
    "too many calls": Row(Refusal("RESOURCE_EXHAUSTED", header=LATER), AWAY, status(429, Retry_After=LATER), AWAY),
    "an error": Row(Refusal("INTERNAL"), AWAY, status(500), AWAY),
    "unavailable": Row(Refusal("UNAVAILABLE"), AWAY, status(503), AWAY),
    "a wrong key": Row(Refusal("UNAUTHENTICATED"), REFUSED, status(401), REFUSED),
    "a wrong place": Row(Refusal("NOT_FOUND"), REFUSED, status(404), REFUSED),
    "a bad picture": Row(Refusal("INVALID_ARGUMENT"), OWN, status(400), OWN),
    "a forbidden picture": Row(refused_picture(3), OWN, faults.body(faults.MODERATED, 403), OWN),
    "a page": Row(Fault.PAGE, AWAY, faults.NOT_JSON, AWAY),
    "a gigabyte": Row(Fault.GIGABYTE, OWN, faults.gigabyte, OWN),
    "other types": Row(Fault.WRONG_TYPES, AWAY, said.WRONG_TYPES, OWN),
    "nothing": Row({}, OWN, said.EMPTY, OWN),
}


@dataclass
class Shop:
    """A worker with one provider."""

    sim: Simulated
    desk: Desk
    provider: Provider

    def breaks(self, row: Row) -> str:
        """The provider does that from now on; what follows."""
        self.desk.google.answer, self.desk.model.otherwise = row.google, row.model
        return row.of_google if self.provider is Provider.GOOGLE else row.of_model

    def heals(self) -> None:
        """It answers."""
        self.desk.google.answer, self.desk.model.otherwise = found(), said.RIGHT

    @property
    def told(self) -> list[tuple[EventKind, str | None]]:
        """Every event, with why the analysis is less."""
        bodies: list[tuple[EventKind, dict[str, Any]]] = [
            (event.kind, json.loads(event.body or "")) for event in self.sim.parts.api.sent
        ]
        return [(kind, next((one["reason"] for one in body["degraded"]), None)) for kind, body in bodies]

    @property
    def analysis(self) -> tuple[str, int]:
        """The step's column and its attempts."""
        entry = self.sim.checklist()[ChecklistStep.AI_VISUAL_ANALYSIS]
        return entry.status.value, entry.attempts


@contextmanager
def shop(provider: Provider, budget: timedelta) -> Iterator[Shop]:
    """Until the block ends."""
    parts = memory_parts()
    model = Provider.OPENAI if provider is Provider.GOOGLE else provider
    with desk(parts.clock, provider=model, budget=budget) as made:
        alone = {"models": ()} if provider is Provider.GOOGLE else {"google": None}
        vision = replace(made.providers, local=cast("LocalVision", parts.vision), **alone)
        yield Shop(Simulated(parts, replace(parts.world, vision=vision), None), made, provider)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("name", ROWS)
def test_no_fault_of_a_provider_holds_a_picture_back(name: str, provider: Provider) -> None:
    """Live within the provider's time, told why it is less, at the cost that its kind has. While the fault stays a
    picture's own trouble ends after three attempts, an outage never; once it is over the picture is described."""
    row = ROWS[name]
    with shop(provider, row.budget) as one:
        outcome = one.breaks(row)
        spends, party = outcome == OWN, PARTY_OF[provider]
        one.sim.parts.api.upload(1, "1.jpg", picture())

        began = time.monotonic()
        run_cycle(one.sim.world)
        took = time.monotonic() - began
        first, away = one.analysis, [outage.party for outage in one.sim.parts.outages.open()]
        is_live = one.sim.checklist().has_variants
        one.sim.pass_time(3 * MINUTE)
        after = one.analysis
        one.heals()
        one.sim.pass_time(2 * HOUR)

        assert took < row.budget.total_seconds() + SLACK
        assert (True, ("pending", int(spends)), [] if spends else [party]) == (is_live, first, away)
        assert (("failed", 3) if spends else ("pending", 0)) == after
        assert [(EventKind.COMPLETE, outcome), (EventKind.UPDATE, None)] == one.told
        assert ("completed", []) == (one.analysis[0], list(one.sim.parts.outages.open()))


@pytest.mark.parametrize("kind", DATABASES)
def test_one_picture_that_a_provider_fails_on_takes_it_from_nobody(
    kind: str, request: pytest.FixtureRequest
) -> None:
    """It answers 500 to the first, always: that one spends its attempts, the others are described, and there is no
    outage while it fails again. May take longer than 5 s: three minutes of cycles in a real database."""
    with simulated(kind, request) as sim:
        api, vision = sim.parts.api, sim.parts.vision
        vision.is_configured, vision.seen, vision.told = True, SEEN, TOLD
        for number in range(1, 5):
            api.upload(number, f"{number}.jpg", picture(width=900 + number))
        sim.world.store.remember(api.pending(), sim.world.store.now())
        vision.own[sim.media_id(1)] = ProviderDown("unavailable", "the provider answers 500")
        sim.pass_time(MINUTE)
        party = sim.checklist(sim.media_id(1)).outage_party
        sim.pass_time(2 * MINUTE)

        assert (Party.OPENAI, []) == (party, list(sim.world.outages.open()))
        assert ["completed", "failed", "completed", "completed"] == sim.statuses(1)
        assert [1, 3, 1, 1] == sim.attempts(1)
        assert [["completed"] * 4] * 3 == [sim.statuses(number) for number in (2, 3, 4)]
