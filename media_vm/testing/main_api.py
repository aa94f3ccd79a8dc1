"""The main API in memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from media_vm.errors import GiveUp, NotThere, StepFailed
from media_vm.rules.callbacks import Event
from media_vm.rules.known import SiteTold
from media_vm.rules.pictures import DataType
from media_vm.rules.site_told import site_told
from media_vm.testing.clock import EPOCH
from media_vm.testing.files import download_of
from media_vm.values import Answer, Download, PendingImage, PendingList


class MemoryMainAPI:
    """The `MainAPI` port. temp_files: bytes, or the failure that a download ends in. down: the failure that every
    call ends in. answers: failures that the next sends end in. forgets: does it list what it answered no more, as
    the real one does? contexts: JSON of users' sites."""

    def __init__(self, disk: dict[Path, bytes], limit: int = 50_000_000) -> None:
        self._disk, self._limit = disk, limit
        self.listed: list[PendingImage] = []
        self.temp_files: dict[str, bytes | StepFailed] = {}
        self.down: StepFailed | None = None
        self.answers: list[StepFailed] = []
        self.sent: list[Event] = []
        self.contexts: dict[int, object] = {}
        self.forgets = True

    def upload(
        self,
        pending_id: int,
        name: str,
        content: bytes | StepFailed,
        user_id: int = 456,
        kind: DataType = DataType.PRODUCT,
    ) -> PendingImage:
        """A new pending image with its temp file, whose name says what kind it is."""
        path = f"/temp_images/products/{user_id}-{kind.value}-{pending_id}.jpg"
        image = PendingImage(pending_id, user_id, path, name, "image/jpeg", EPOCH, None)
        self.listed.append(image)
        self.temp_files[path] = content
        return image

    def pending(self) -> PendingList:
        """Everything listed."""
        self._raise_if_down()
        return PendingList(tuple(self.listed))

    def download(self, image_path: str, into: Path, request_id: str) -> Download:
        """The temp file's bytes."""
        self._raise_if_down()
        content = self.temp_files.get(image_path)
        match content:
            case StepFailed():
                raise content
            case None:
                raise NotThere("temp_file_missing", "the temp file answers 404")
            case b"":
                raise NotThere("empty", "the temp file is empty")
        if len(content) > self._limit:
            raise GiveUp("too_many_bytes", "too large", fingerprint=f"length:{len(content)}")
        self._disk[into] = content
        return download_of(content)

    def send(self, event: Event, request_id: str) -> Answer:
        """Hear it; once answered, it is answered again."""
        self._raise_if_down()
        if self.answers:
            raise self.answers.pop(0)
        self.sent.append(event)
        if self.forgets:
            self.listed = [image for image in self.listed if image.id != event.pending_id]
        return Answer("answered 200")

    def site(self, user_id: int, asks: Callable[[], str]) -> SiteTold:
        """Nothing where nobody is there."""
        if self.down:
            return SiteTold()
        asks()
        return site_told(self.contexts.get(user_id))

    def _raise_if_down(self) -> None:
        if self.down:
            raise self.down
