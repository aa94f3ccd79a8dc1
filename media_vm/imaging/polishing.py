"""One picture's encodings made again by encoders that may take their time: fewer bytes at the same look."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from functools import partial
from typing import Final

from media_vm.imaging.codecs import pyvips
from media_vm.imaging.crew import in_parallel
from media_vm.imaging.encode import encoded, encoded_exactly
from media_vm.imaging.looks import Bodies, Images, Look, Qualities
from media_vm.imaging.sample import Sample, can_be_sampled
from media_vm.rules.pictures import Format
from media_vm.rules.polish import is_worth_it
from media_vm.rules.worth import Encoding

_ENOUGH_SECONDS: Final = 45.0
"""What has not begun by then stays as it is; the longest that may have begun still ends in a child's time."""

_GETS_SMALLER: Final = (Format.AVIF, Format.WEBP)
_CHEAPER: Final = 3  # units of Q that high effort may save
_DEARER: Final = 2


class Polish:
    """One picture's; afterwards its `note` tells what came of it."""

    def __init__(self) -> None:
        self._ends = time.monotonic() + _ENOUGH_SECONDS
        self.note = ""

    def __call__(self, images: Images, bodies: Bodies, chosen: Qualities, threads: Executor) -> Bodies:
        """The same encodings, some of them smaller. NoRoom."""
        work = {
            (look, encoding): partial(self._lighter, body, _patient(images[look], look, encoding, chosen))
            for (look, encoding), body in sorted(bodies.items(), key=lambda one: len(one[1]))
            if encoding.format in _GETS_SMALLER
        }
        polished = in_parallel(work, threads)
        self.note = _told([(len(bodies[key]), len(again)) for key, again in polished.items()])
        return {**bodies, **polished}

    def _lighter(self, body: bytes, encode: Callable[[], bytes | None]) -> bytes:
        if time.monotonic() > self._ends:
            return body
        again = encode()
        return again if again is not None and is_worth_it(len(body), len(again)) else body


def _patient(image: pyvips.Image, look: Look, encoding: Encoding, chosen: Qualities) -> Callable[[], bytes | None]:
    if encoding.is_lossless:
        return partial(encoded_exactly, image, encoding.format, is_patient=True)
    return partial(_alike, image, encoding.format, chosen[look, encoding.format])


def _alike(image: pyvips.Image, form: Format, quality: int) -> bytes | None:
    """The cheapest that scores no less than the encoding there is; None where that cannot be told or had."""
    if not can_be_sampled(image):
        return None
    sample = Sample(image)
    enough = sample.score(encoded(sample.picture, form, quality))
    for q in range(quality - _CHEAPER, quality + _DEARER + 1):
        if sample.score(encoded(sample.picture, form, q, is_patient=True)) >= enough:
            return encoded(image, form, q, is_patient=True)
    return None


def _told(sizes: Sequence[tuple[int, int]]) -> str:
    lighter = sum(after < before for before, after in sizes)
    saved = 1 - sum(after for _, after in sizes) / max(sum(before for before, _ in sizes), 1)
    return f"polished: {lighter} of {len(sizes)} encodings lighter, {saved:.0%} of their bytes saved"
