"""What `retry` prints: what became of it, and what to do where it was refused; or one JSON object."""

from __future__ import annotations

import json

from media_vm.rules.shown import RetryAnswer

TAKEN = (RetryAnswer.ACCEPTED, RetryAnswer.NOT_FAILED)
TOLD = {
    RetryAnswer.ACCEPTED: "a fresh round, with all attempts, begins as soon as a worker takes it",
    RetryAnswer.NOT_FAILED: "it has not failed, and goes on by itself; `media-vm explain` says what it waits for",
    RetryAnswer.COMPLETED: "it is completed; `media-vm reprocess {media_id}` makes its pictures again",
    RetryAnswer.NO_BYTES: "it was cleaned up and none of its bytes are kept: have the picture uploaded again",
    RetryAnswer.DELETED: "it was deleted, which is for good: have the picture uploaded again",
}


def tell_retry(media_id: int, answer: RetryAnswer) -> str:
    """In a sentence."""
    return f"media {media_id}: {TOLD[answer].format(media_id=media_id)}"


def retry_json(media_id: int, answer: RetryAnswer) -> str:
    """The same for a program; `retried` as the main API hears it."""
    told = {"media_id": str(media_id), "retried": answer is RetryAnswer.ACCEPTED}
    refused = {} if answer in TAKEN else {"error": answer.value}
    return json.dumps(told | refused | {"detail": TOLD[answer].format(media_id=media_id)})
