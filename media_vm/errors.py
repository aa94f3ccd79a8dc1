"""Failures named by what to do about them.

    MediaVMError
    ├── LeaseLost               somebody else has the item: write nothing, discard the work
    │   └── Deleted             the media was deleted meanwhile: the same, and let go of it, so that it is removed
    ├── NotMigrated             the database is not as this version needs it: run `media-vm migrate`
    ├── NotTakenOver            the tables are a running system's: nobody said that they may be taken over
    ├── WrongUse                what was asked for cannot be: the sentence says what to change; nothing was done
    ├── DatabaseDown            the database is away: stop what you do, try the whole of it later
    └── StepFailed              a step did not succeed; its kind decides what follows (contract §5.3)
        ├── GiveUp              permanent       the bytes cannot be used, ever
        ├── Confirmed       permanent, poison  the same unusable bytes came twice
        ├── NotThere            absent          no bytes, or no picture in them: look again later
        ├── TryAgain            transient       the item's own trouble
        ├── TooSlow             timeout         the step's deadline passed
        ├── NoRoom              local_resource  memory, or an encoder that failed on a sound picture
        ├── ProviderDown        outage          a party is away: wait, spend no attempt
        ├── Misconfigured       misconfigured   a key is wrong: pause, tell the operator
        └── ChildDied           transient until the third death, then poison

`reason` is a stable code (`truncated`), `detail` a sentence for a person: never a path, a key or SQL.
`provider` says whose failure it is, where a provider of AI was asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar, Final

from media_vm.rules.checklist import Suspect
from media_vm.rules.failures import Failure, Kind
from media_vm.rules.findings import Provider

# What an operator must do, before what passes, before a picture's own.
_TELLING: Final = (Kind.MISCONFIGURED, Kind.OUTAGE, Kind.TIMEOUT, Kind.TRANSIENT)


class MediaVMError(Exception):
    """Anything that this project raises on purpose."""


class LeaseLost(MediaVMError):
    """Somebody else has the item: write nothing, discard the work."""


class Deleted(LeaseLost):
    """The media was deleted while it was being worked on."""


class NotMigrated(MediaVMError):
    """The database is not as this version needs it."""


class NotTakenOver(MediaVMError):
    """The database is that of the system before ours, and nobody said that we may have it; nothing was done."""


class WrongUse(MediaVMError):
    """What was asked for cannot be; nothing was done."""


class DatabaseDown(MediaVMError):
    """The database is away: nothing was written, try the whole of it later."""


class StepFailed(MediaVMError):
    """A step did not succeed; subclasses fix the kind."""

    kind: ClassVar[Kind]

    def __init__(
        self,
        reason: str,
        detail: str,
        *,
        fingerprint: str | None = None,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail
        self.fingerprint = fingerprint
        self.retry_after = retry_after
        self.provider: Provider | None = None

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}"

    @property
    def failure(self) -> Failure:
        """The same as a value, for the rules."""
        return Failure(
            self.kind,
            self.reason,
            self.detail,
            fingerprint=self.fingerprint,
            retry_after=self.retry_after,
            provider=self.provider,
        )


class GiveUp(StepFailed):
    """The bytes begin as a picture but cannot be used."""

    kind = Kind.PERMANENT


class NotThere(StepFailed):
    """No bytes, or bytes that do not begin as a picture."""

    kind = Kind.ABSENT


class TryAgain(StepFailed):
    """The item's own trouble, likely to pass."""

    kind = Kind.TRANSIENT


class TooSlow(StepFailed):
    """The step's own deadline passed; proves nothing about the bytes."""

    kind = Kind.TIMEOUT


class NoRoom(StepFailed):
    """Memory or disk ran out here, or an encoder failed on a sound picture."""

    kind = Kind.LOCAL_RESOURCE


class ProviderDown(StepFailed):
    """A party is away for everyone: wait, spend no attempt."""

    kind = Kind.OUTAGE


class Misconfigured(StepFailed):
    """A party refuses our key: pause and tell the operator."""

    kind = Kind.MISCONFIGURED


class Confirmed(StepFailed):
    """The very bytes that were found unusable before came again: that is the proof."""

    kind = Kind.PERMANENT

    def __init__(self, suspect: Suspect) -> None:
        super().__init__(suspect.reason, suspect.detail, fingerprint=suspect.fingerprint)
        self._suspected = suspect.kind

    @property
    def failure(self) -> Failure:
        """The same as a value, of the kind that was suspected: permanent or poison."""
        return Failure(self._suspected, self.reason, self.detail, fingerprint=self.fingerprint)


class ChildDied(StepFailed):
    """The child process that held the file died: by a signal, or killed at its time limit."""

    kind = Kind.TRANSIENT

    def __init__(self, reason: str, detail: str, *, crash_signal: bool) -> None:
        super().__init__(reason, detail)
        self.crash_signal = crash_signal

    @property
    def failure(self) -> Failure:
        """The same as a value; the rules count it as a death."""
        return Failure(
            self.kind,
            self.reason,
            self.detail,
            fingerprint=self.fingerprint,
            child_died=True,
            crash_signal=self.crash_signal,
        )


def most_telling(failures: Sequence[StepFailed]) -> StepFailed:
    """The one that says most about what to do; of several alike the last."""
    kinds = [kind for kind in _TELLING if any(one.kind is kind for one in failures)]
    telling = [one for one in failures if not kinds or one.kind is kinds[0]]
    return telling[-1]
