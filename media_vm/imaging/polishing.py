"""One picture's encodings made again by encoders that may take their time: fewer bytes at the same look."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import Executor
from functools import partial
from typing import Final

from media_vm.imaging.codecs import pyvips
from media_vm.imaging.crew import in_parallel
from media_vm.imaging.encode import encoded, encoded_exactly
from media_vm.imaging.looks import Bodies, Images, Look, Qualities, worth_of
from media_vm.imaging.sample import Sample, can_be_sampled
from media_vm.rules.pictures import Format
from media_vm.rules.polish import is_worth_it
from media_vm.rules.quality import MOST_TINT
from media_vm.rules.worth import Encoding

_ENOUGH_SECONDS: Final = 30.0
"""What has not begun by then stays as it is."""

_MOST_PIXELS: Final = {Format.AVIF: 1_500_000, Format.WEBP: 6_000_000}
"""Of one encoding: some ten seconds. Other formats gain nothing worth having."""

_CHEAPER: Final = 3  # units of Q that high effort may save
_DEARER: Final = 2


class Polish:
    """One picture's. looks: those of which something became smaller; note: what came of it, afterwards."""

    def __init__(self, digests: frozenset[str]) -> None:
        """digests: SHA-256, in hex, of the variants that there are."""
        self._digests = digests
        self._ends = time.monotonic() + _ENOUGH_SECONDS
        self.looks: frozenset[Look] = frozenset()
        self.note = ""

    def __call__(self, images: Images, bodies: Bodies, chosen: Qualities, threads: Executor) -> Bodies:
        """The same encodings, some of those that are kept smaller. NoRoom.

        A look of which other variants are stored is left alone: they are polished already, or of other settings. A
        format that is not stored stays away, and one that is stays, whatever became lighter than it: the main API
        was told so.
        """
        kept = {look: worth_of(bodies, look).kept for look, _ in bodies}
        again = in_parallel(self._work(images, bodies, chosen, kept), threads)
        made = {**bodies, **again}
        lost = {look for look, own in kept.items() if worth_of(made, look).kept.keys() != own.keys()}
        again |= {key: bodies[key] for key in again if key[0] in lost}
        self.looks = frozenset(key[0] for key, body in again.items() if body is not bodies[key])
        self.note = _told([(len(bodies[key]), len(body)) for key, body in again.items()])
        return {**bodies, **again}

    def _work(
        self, images: Images, bodies: Bodies, chosen: Qualities, kept: Mapping[Look, Mapping[Format, bytes]]
    ) -> dict[tuple[Look, Encoding], Callable[[], bytes]]:
        """What there is to try, the smallest first."""
        hasty = {look for look, own in kept.items() if self._are_stored(own.values())}
        return {
            (look, encoding): partial(self._lighter, body, _patient(images[look], look, encoding, chosen, body))
            for (look, encoding), body in sorted(bodies.items(), key=lambda one: len(one[1]))
            if look in hasty
            if kept[look].get(encoding.format) is body
            if may_gain(images[look], encoding.format)
        }

    def _are_stored(self, bodies: Iterable[bytes]) -> bool:
        return all(hashlib.sha256(body).hexdigest() in self._digests for body in bodies)

    def _lighter(self, body: bytes, encode: Callable[[], bytes | None]) -> bytes:
        if time.monotonic() > self._ends:
            return body
        again = encode()
        return again if again is not None and is_worth_it(len(body), len(again)) else body


def may_gain(image: pyvips.Image, form: Format) -> bool:
    """Is it of a format and size of which a patient encoder makes something worth having, in some seconds?"""
    return bool(image.width * image.height <= _MOST_PIXELS.get(form, 0))


def _patient(
    image: pyvips.Image, look: Look, encoding: Encoding, chosen: Qualities, body: bytes
) -> Callable[[], bytes | None]:
    if encoding.is_lossless:
        return partial(encoded_exactly, image, encoding.format, is_patient=True)
    return partial(alike, image, encoding.format, chosen[look, encoding.format], body)


def alike(image: pyvips.Image, form: Format, quality: int, body: bytes) -> bytes | None:
    """The cheapest that looks no worse than `body`, the hasty encoding; None where that cannot be told or had.

    It is chosen on the sample, and then seen as a whole, which encoders may treat otherwise (`choosing.assured`).
    Where the sample is the whole, its encodings are what there is and what is made: none is made twice.
    """
    if not can_be_sampled(image):
        return None
    sample = Sample(image)
    enough = sample.score(body if sample.covers else encoded(sample.picture, form, quality))
    for q in range(quality - _CHEAPER, quality + _DEARER + 1):
        trial = encoded(sample.picture, form, q, is_patient=True)
        if sample.score(trial) >= enough:
            again = trial if sample.covers else encoded(image, form, q, is_patient=True)
            return again if _is_no_worse(sample, again, body) else None
    return None


def _is_no_worse(sample: Sample, again: bytes, body: bytes) -> bool:
    (score, tint), (enough, most) = sample.score_and_tint(again), sample.score_and_tint(body)
    return score >= enough and tint <= max(most, MOST_TINT)


def _told(sizes: Collection[tuple[int, int]]) -> str:
    if not sizes:
        return "polished: nothing was left to gain"
    lighter = sum(after < before for before, after in sizes)
    saved = 1 - sum(after for _, after in sizes) / sum(before for before, _ in sizes)
    return f"polished: {lighter} of {len(sizes)} encodings lighter, {saved:.0%} of their bytes saved"
