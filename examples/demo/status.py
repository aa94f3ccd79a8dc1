"""How far a pending image is, asked of serve as a main API would."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

NOT_SEEN = "waiting to be seen"
ABSENT = "absent: "


@dataclass(frozen=True, slots=True)
class Status:
    """One answer of `GET /api/media/status/{pending_image_id}`. progress: of the four steps, in percent."""

    status: str = NOT_SEEN
    step: str | None = None
    progress: int = 0
    error: str | None = None
    next_try: str | None = None

    @property
    def is_decided(self) -> bool:
        """Finished or given up, the main API has been told, and nothing more will come of it."""
        is_over = self.status in {"completed", "failed"}
        return is_over and self.step is None and self.next_try is None

    @property
    def is_absent(self) -> bool:
        """Nothing that begins as a picture came so far; looked for again."""
        return not self.is_decided and self.error is not None and self.error.startswith(ABSENT)

    @property
    def percent(self) -> int | None:
        """How far it is; None for what failed, which is on its way nowhere."""
        return None if self.status == "failed" else self.progress

    @property
    def sentence(self) -> str:
        """For a person, in a few words."""
        waits = self.error.split(": ")[:2][-1] if self.error and not self.is_decided else None
        return " · ".join(filter(None, [self.status, self.step, waits]))


class StatusDoor:
    """One connection to serve with the main API's key."""

    def __init__(self, serve: str, key: str) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        self._http = httpx.Client(base_url=serve, headers=headers, timeout=10, trust_env=False)

    def ask(self, pending_id: int) -> Status:
        """What is known now; nothing yet while the worker has not listed it, or serve does not answer."""
        try:
            answer = self._http.get(f"/api/media/status/{pending_id}")
        except httpx.TransportError:
            return Status()
        return _read(answer.json()) if answer.is_success else Status()

    def close(self) -> None:
        """Let the connection go."""
        self._http.close()


def _read(body: dict[str, Any]) -> Status:
    return Status(body["status"], body["current_step"], body["progress"], body["error"], body["next_try"])
