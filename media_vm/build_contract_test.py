"""Whom `media-vm contract-test` asks, put together from the environment's keys. Part of the composition root."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager

from media_vm.adapters.asking import HttpAsking
from media_vm.contract_calls import MediaVM
from media_vm.contract_test import Target
from media_vm.environment import read_what_is_right
from media_vm.errors import WrongUse


@contextmanager
def build_contract_test(main_api: str, media_vm: str | None) -> Iterator[tuple[Target, MediaVM | None]]:
    """The main API, and media VM if its URL is given. WrongUse: there is no key. Whatever else is wrong with the
    settings is nobody's matter here: a main API's developer has few of them."""
    settings, _ = read_what_is_right()
    if settings.main_api_key is None:
        raise WrongUse("MAIN_API_KEY is missing, or is no key: set the one that the main API knows media VM by")
    key = settings.main_api_key.get_secret_value()
    own = settings.own_api_key.get_secret_value() if settings.own_api_key else key
    with closing(HttpAsking()) as asking:
        target = Target(asking, main_api, key, lambda: str(uuid.uuid4()))
        yield target, MediaVM(asking, media_vm, own, str(uuid.uuid4())) if media_vm else None
