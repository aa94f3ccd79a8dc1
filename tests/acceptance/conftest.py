"""One machine for all acceptance tests, and pictures that it has worked off."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.machine import Machine, draw_pictures, machine_in
from tests.private_nginx import Front, nginx_in_front

FIELDS = {"logo": "logo_image", "profile": "profile_image"}


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """Three real processes; every upload after their start waits for a wake call."""
    with machine_in(tmp_path_factory.mktemp("machine")) as running:
        yield running


@pytest.fixture(scope="session")
def uploaded(machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """The pending image id of each drawn picture, good or bad, once all are decided."""
    drawn = draw_pictures(tmp_path_factory.mktemp("drawn"))
    ids = {name: machine.upload(FIELDS.get(name, "product_image"), path) for name, path in drawn.items()}
    machine.decided(*ids.values())
    return ids


@pytest.fixture(scope="session")
def front(machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """The shipped nginx in front of the machine's serve; who fills its cache asks with a query of their own."""
    with nginx_in_front(tmp_path_factory.mktemp("nginx"), machine.surroundings.addresses.serve_port) as running:
        yield running
