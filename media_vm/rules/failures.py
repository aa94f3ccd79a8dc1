"""The kinds of failure; the kind decides what follows (contract §5.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from media_vm.rules.findings import Provider

UNEXPECTED = "unexpected"  # our own bug


class Kind(StrEnum):
    """What went wrong, named by what it proves."""

    PERMANENT = "permanent"
    ABSENT = "absent"
    TRANSIENT = "transient"
    TIMEOUT = "timeout"
    LOCAL_RESOURCE = "local_resource"
    OUTAGE = "outage"
    MISCONFIGURED = "misconfigured"
    POISON = "poison"


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed step as the rules see it.

    reason: a stable code such as `truncated`. detail: a sentence for a person; no path, key or SQL.
    fingerprint: identifies the bytes at fault (`sha256:…` or `length:…`) where bytes are at fault.
    child_died: the child process that held the file died; crash_signal: by SEGV, BUS, ABRT, ILL or FPE.
    retry_after: how long the other party asked us to wait. provider: of AI, if one of them failed.
    """

    kind: Kind
    reason: str
    detail: str
    fingerprint: str | None = None
    child_died: bool = False
    crash_signal: bool = False
    retry_after: timedelta | None = None
    provider: Provider | None = None


def is_whole(failure: Failure) -> bool:
    """Is the failure about all of the file's bytes? Of one over the limit only the beginning was read, if any."""
    return failure.fingerprint is not None and failure.fingerprint.startswith("sha256:")
