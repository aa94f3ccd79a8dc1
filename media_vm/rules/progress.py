"""How far a media is, in the words of contract §3's status."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from media_vm.rules.callbacks import degraded_body
from media_vm.rules.checklist import Checklist, Step, StepStatus
from media_vm.rules.failures import Failure
from media_vm.rules.outages import BELOW_FLOOR, STORAGE_FULL
from media_vm.rules.polish import as_finished_as_before

AS_DELETED: Mapping[str, object] = {"current_step": None, "next_try": None, "error": "deleted", "degraded": []}
"""What of a status is another once the media is deleted, whatever its steps had come to."""


def current_step(checklist: Checklist) -> Step | None:
    """The step under way, else the first that is still pending; None when no more will come."""
    if checklist.running is not None or checklist.has_failed:
        return checklist.running
    pending = (step for step in Step if checklist[step].status is StepStatus.PENDING)
    return next(pending, None)


def progress(checklist: Checklist) -> int:
    """Steps completed, in percent."""
    done = sum(checklist[step].status is StepStatus.COMPLETED for step in Step)
    return 100 * done // len(Step)


def _told(error: Failure) -> str:
    if error.reason in (STORAGE_FULL, BELOW_FLOOR):
        return "storage full"  # contract §5.7, letter for letter
    return f"{error.kind.value}: {error.reason}: {error.detail}"


def status_body(
    pending_id: int, media_id: int, checklist: Checklist, next_try: datetime | None
) -> dict[str, object]:
    """The body of `GET /api/media/status/{pending_image_id}`."""
    checklist = as_finished_as_before(checklist)
    step, error = current_step(checklist), checklist.last_error
    return {
        "id": pending_id,
        "media_id": str(media_id),
        "status": checklist.status.value,
        "current_step": step.value if step else None,
        "progress": progress(checklist),
        "steps": {
            step.value: {"status": checklist[step].status.value, "attempts": checklist[step].attempts}
            for step in Step
        },
        "next_try": next_try.isoformat(timespec="milliseconds").replace("+00:00", "Z") if next_try else None,
        "error": _told(error) if error else None,
        "degraded": list(degraded_body(checklist.degraded)),
    }
