"""Whether a media has, or may yet have, something to show; what a client hears where it has not."""

from __future__ import annotations

from media_vm.rules.pictures import MediaStatus
from serve import problems
from serve.problems import Problem
from serve.shelf import Shown

_NOT_READY_SECONDS = 10  # a picture is made in seconds once its turn has come


def present(shown: Shown | None) -> Shown:
    """A media that has, or may yet have, something to show. One that failed with variants goes on serving.

    Problem: unknown, deleted or failed.
    """
    if shown is None:
        raise Problem(problems.NOT_FOUND, "No picture has this id.")
    if shown.is_deleted:
        raise Problem(problems.GONE, "This picture was deleted.")
    if shown.status is MediaStatus.FAILED and not shown.variants:
        raise Problem(problems.GONE, "This picture could not be processed.")
    return shown


def not_made_yet() -> Problem:
    """A media that has nothing to show so far."""
    detail = "This picture is still being made."
    return Problem(problems.NOT_READY, detail, retry_after_seconds=_NOT_READY_SECONDS)
