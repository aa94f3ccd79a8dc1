"""Leases and Store on the memory world, SQLite and MariaDB alike, and what a worker does to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from media_vm.rules.checklist import Checklist, Step, spend
from media_vm.rules.outcomes import completed
from media_vm.rules.pictures import (
    SourceFacts,
)
from media_vm.rules.policy import Policy
from media_vm.values import Claim, Original, Outcome, PendingImage
from tests.integration.databases import Box, memory_box, migrated_engine, real_box, remembered

BACKOFF = timedelta(milliseconds=40)
POLICY = Policy(backoff=BACKOFF)
LEASE, SHORT = timedelta(seconds=60), timedelta(milliseconds=80)
MakeBox = Callable[[timedelta], Box]


@contextmanager
def boxes(kind: str, request: pytest.FixtureRequest) -> Iterator[MakeBox]:
    """`memory`, `sqlite` or `mariadb`: boxes by the length of a lease, on one database."""
    if kind == "memory":
        yield lambda lease: memory_box(POLICY, lease)
        return
    engine = migrated_engine(kind, request)
    yield lambda lease: real_box(engine, POLICY, lease)
    engine.dispose()


def image(
    pending_id: int, user_id: int = 456, path: str = "/temp_images/products/456-product-1.jpg"
) -> PendingImage:
    uploaded = datetime(2024, 1, 1, 10, tzinfo=UTC)
    return PendingImage(pending_id, user_id, path, "My Photo.jpg", "image/jpeg", uploaded, None)


def claimed(box: Box, pending_id: int = 123, user_id: int = 456) -> Claim:
    remembered(box.store, image(pending_id, user_id))
    claim = box.leases.claim("worker-1")
    assert claim is not None
    return claim


def after(claim: Claim, step: Step, checklist: Checklist | None = None) -> Checklist:
    """The checklist after a step succeeded, the next one's attempt spent."""
    return spend(completed(checklist or claim.media.checklist, step), claim.now, POLICY)


def retrieved(sha256: str = "a" * 64, path: str = "bulk/2025-01-15/1-aaaa.jpg") -> Outcome:
    facts = SourceFacts("jpeg", 1200, 800, 1, False)
    original = Original(path, 1000, sha256)
    return Outcome(Step.RETRIEVE_FILE, "jpeg", original=original, facts=facts, arrived=True)
