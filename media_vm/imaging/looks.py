"""All looks of one picture in all formats, every lossy one at the quality that this picture and size need."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import Final

from media_vm.imaging.choosing import Anchored, Chosen, anchored, assured, followed
from media_vm.imaging.codecs import pyvips
from media_vm.imaging.crew import in_parallel
from media_vm.imaging.encode import encoded, encoded_exactly
from media_vm.imaging.sample import Sample, can_be_sampled
from media_vm.rules.pictures import Format
from media_vm.rules.quality import first_guess
from media_vm.rules.sizes import Method
from media_vm.rules.tiling import SMALLEST_SIDE
from media_vm.rules.worth import WORK, Encoding, Kind, worth_keeping

Look = tuple[Method, int, int]
"""How a raster was shaped, its width and height: several sizes of a small source are one and the same."""

Images = Mapping[Look, pyvips.Image]
Qualities = Mapping[tuple[Look, Format], int]
Bodies = Mapping[tuple[Look, Encoding], bytes]
Improve = Callable[[Images, Bodies, Qualities, Executor], Bodies]
"""What may be done about all encodings before the best are chosen."""

ANCHOR_PIXELS: Final = 170_000  # about the largest that is tried whole


@dataclass(frozen=True, slots=True)
class Made:
    """The bytes of one look that are worth keeping, and the reasons why others are not."""

    kept: dict[Format, bytes]
    not_kept: Mapping[Format, str]


def encode_all(
    images: Images,
    kind: Kind,
    target: float,
    threads: Executor,
    improve: Improve | None = None,
    wanted: Mapping[Look, Collection[Encoding]] | None = None,
) -> dict[Look, Made]:
    """Every look in every format, lossy ones so that they score `target` (SSIMULACRA2). NoRoom.

    wanted: what to make of which look, for others may be there for their settings alone; None: everything of all.
    """
    wanted = dict.fromkeys(images, kind.encodings) if wanted is None else wanted
    choose = Choice(images, [one.format for one in kind.encodings if not one.is_lossless], target, threads)
    work = {
        (look, encoding): partial(_made, images[look], look, encoding, choose)
        for look, encodings in wanted.items()
        for encoding in encodings
    }
    longest_first = sorted(work, key=lambda one: _pixels(images[one[0]]) * WORK[one[1]], reverse=True)
    made = in_parallel({one: work[one] for one in longest_first}, threads)
    bodies: Bodies = {one: body for one, (body, _) in made.items()}
    if improve:
        chosen = {(look, encoding.format): q for (look, encoding), (_, q) in made.items() if q is not None}
        bodies = improve(images, bodies, chosen, threads)
    return {look: worth_of(bodies, look) for look in wanted}


class Choice:
    """The setting Q that each look needs in each lossy format, found when it is asked for.

    Samples, and what the anchor tells, are begun at once. Whoever asks from one of the same threads waits for work
    that was begun before its own, so that no two wait for each other.
    """

    def __init__(
        self,
        images: Images,
        forms: Iterable[Format],
        target: float,
        threads: Executor,
        *,
        keeps_trials: bool = True,
    ) -> None:
        large = {look: image for look, image in images.items() if can_be_sampled(image)}
        self._target, self._keeps_trials = target, keeps_trials
        self._anchor = anchor_among(large) if large else None
        anchor_first = sorted(large, key=lambda look: look != self._anchor)
        self._samples = {look: threads.submit(Sample, large[look]) for look in anchor_first}
        self._anchors = {form: threads.submit(self._anchored, form) for form in forms if large}

    def __call__(self, look: Look, form: Format) -> Chosen:
        """NoRoom."""
        if look not in self._samples:
            return Chosen(first_guess(form, self._target))
        sample, anchor = self._samples[look].result(), self._anchors[form].result()
        chosen = anchor.chosen
        if look != self._anchor:
            chosen = followed(sample, form, anchor.course, self._target, keeps_trials=self._keeps_trials)
        return assured(sample, form, chosen, self._target)

    def _anchored(self, form: Format) -> Anchored:
        assert self._anchor is not None, "nothing is begun where nothing can be sampled"
        sample = self._samples[self._anchor].result()
        return anchored(sample, form, self._target, keeps_trials=self._keeps_trials)


def qualities(
    images: Images, forms: Iterable[Format], target: float, threads: Executor, *, keeps_trials: bool = True
) -> Qualities:
    """The setting Q that every look needs in every of these lossy formats; as the worker has it, whose trials may
    be kept, or without that. NoRoom."""
    forms = tuple(forms)
    choose = Choice(images, forms, target, threads, keeps_trials=keeps_trials)
    work = {(look, form): partial(choose, look, form) for look in images for form in forms}
    return {one: chosen.q for one, chosen in in_parallel(work, threads).items()}


def anchor_of(images: Images) -> pyvips.Image:
    """The one that the whole picture is judged by."""
    return images[anchor_among(images)]


def anchor_among(looks: Iterable[Look]) -> Look:
    """The nearest in size to what is tried whole, and no crop: the same again when the crops alone are made anew.

    What cannot be sampled is no anchor while there is another.
    """

    def rank(look: Look) -> tuple[bool, bool, int]:
        method, width, height = look
        return min(width, height) < SMALLEST_SIDE, method is Method.CROP, abs(width * height - ANCHOR_PIXELS)

    return min(looks, key=rank)


def _made(image: pyvips.Image, look: Look, encoding: Encoding, choose: Choice) -> tuple[bytes, int | None]:
    """The bytes, and the setting Q of lossy ones."""
    if encoding.is_lossless:
        return encoded_exactly(image, encoding.format), None
    chosen = choose(look, encoding.format)
    return chosen.body or encoded(image, encoding.format, chosen.q), chosen.q


def worth_of(bodies: Bodies, look: Look) -> Made:
    """What is worth keeping of one look's encodings."""
    own = {encoding: body for (whose, encoding), body in bodies.items() if whose == look}
    worth = worth_keeping({one: len(body) for one, body in own.items()})
    return Made({one.format: own[one] for one in worth.kept}, worth.not_kept)


def _pixels(image: pyvips.Image) -> int:
    return int(image.width * image.height)
