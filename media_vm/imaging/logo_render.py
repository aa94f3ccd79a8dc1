"""Every size of a logo, twice: as it came and without its ground; never cropped (contract §7)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from media_vm.imaging.codecs import pyvips
from media_vm.imaging.crew import crew, in_parallel
from media_vm.imaging.faces import Face, Faces, faces_of
from media_vm.imaging.logo_encode import Bodies, Reasons, logo_bodies
from media_vm.imaging.removers import GroundRemover
from media_vm.rules.pictures import Background, DataType, Format, NotKept, Size, SourceFacts
from media_vm.rules.sizes import Target, targets
from media_vm.values import Rendered, Rendering, RenderRequest

Write = Callable[[bytes, Target, Format, Background], Rendered]


class _Look(NamedTuple):
    """What tells one raster from another; image: the id of a face's."""

    image: int
    width: int
    height: int
    resized: tuple[int, int]


def render_logo(
    path: Path, facts: SourceFacts, write: Write, remover: GroundRemover, request: RenderRequest
) -> Rendering:
    """Make all sizes of both faces, or what alone is asked for of them. GiveUp, NoRoom."""
    faces = faces_of(path, facts, remover)
    wanted = [
        (face, target)
        for face in faces.shown
        if face.background is Background.REMOVED or not request.only_removed
        for target in targets(face.image.width, face.image.height, DataType.LOGO)
        if not request.sizes or target.size in request.sizes
    ]
    # Of a small logo several sizes, or both faces, are one look.
    work = {_look(face, target): partial(_made, face, target) for face, target in wanted}
    longest_first = sorted(work, key=lambda look: look.width * look.height, reverse=True)
    with crew() as threads:
        made = in_parallel({look: work[look] for look in longest_first}, threads)
    kept: list[Rendered] = []
    not_kept = list(_refused(faces))
    for face, target in wanted:
        bodies, reasons = made[_look(face, target)]
        asked = {form: body for form, body in bodies.items() if request.asks_for(target.size, form)}
        kept += [write(body, target, form, face.background) for form, body in asked.items()]
        not_kept += [NotKept(target.size, form, face.background, why) for form, why in reasons.items()]
    not_kept = [one for one in not_kept if request.asks_for(one.size, one.format)]
    return Rendering(tuple(kept), tuple(not_kept), faces.note)


def _look(face: Face, target: Target) -> _Look:
    return _Look(id(face.image), target.width, target.height, target.resized)


def _made(face: Face, target: Target) -> tuple[Bodies, Reasons]:
    return logo_bodies(placed(face, target))


def placed(face: Face, target: Target) -> pyvips.Image:
    """A face at one target's size, on its own ground where it does not fill it."""
    image = face.at(*target.resized)
    if (image.width, image.height) == (target.width, target.height):
        return image
    ground = list(face.ground)
    return image.gravity(
        "centre", target.width, target.height, extend="background", background=ground
    ).copy_memory()


def _refused(faces: Faces) -> Iterator[NotKept]:
    if faces.refusal is not None:
        for size in Size:
            yield NotKept(size, Format.PNG, Background.REMOVED, faces.refusal)
