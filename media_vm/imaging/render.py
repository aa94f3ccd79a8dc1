"""From one original to every size and format of the contract: one decode, then all from that raster."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from media_vm.errors import ProviderDown
from media_vm.imaging.animation import animated_webp
from media_vm.imaging.attention import attention
from media_vm.imaging.codecs import pyvips
from media_vm.imaging.crew import crew, in_parallel
from media_vm.imaging.graphics import is_drawing
from media_vm.imaging.logo_render import render_logo
from media_vm.imaging.looks import Look, Made, anchor_among, encode_all
from media_vm.imaging.polishing import Polish
from media_vm.imaging.removers import remover_named
from media_vm.imaging.source import decode
from media_vm.rules.pictures import Background, DataType, FocalPoint, Format, NotKept, Remover, Size, SourceFacts
from media_vm.rules.quality import Aims
from media_vm.rules.sizes import Method, Target, crop_box, decode_size, targets
from media_vm.rules.worth import PLAIN, Encoding, kind_of
from media_vm.values import Rendered, Rendering, RenderRequest

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_AIMS: Final = Aims()


def render_all(
    path: Path,
    facts: SourceFacts,
    into: Path,
    prefix: str,
    request: RenderRequest,
    remover: Remover = Remover.PLAIN,
    aims: Aims = _AIMS,
    *,
    animated: bool = False,
) -> Rendering:
    """Write every variant worth keeping to `into`, named `{prefix}{size}.{ext}`. GiveUp, NoRoom.

    animated: the `detail` keeps all frames; a logo's never does.
    """
    write = partial(_written, into, prefix)
    if request.data_type is DataType.LOGO:
        ground_remover = remover_named(remover, has_holes=request.has_enclosed_background)
        return render_logo(path, facts, write, ground_remover, request)
    raster = decode(path, facts, *decode_size(facts.width, facts.height, request.data_type))
    source = _Source(path, facts, raster, request.focal_point or attention(raster))
    every = targets(facts.width, facts.height, request.data_type, request.text_regions)
    wanted = [target for target in every if is_wanted(target, request)]
    moving = [target for target in wanted if animated and target.size is Size.DETAIL]
    still = [target for target in wanted if target not in moving]
    polish = Polish(request.polishes) if request.polishes is not None else None
    made = _made(source, request, every, still, moving, aims, polish)
    if polish:
        still, moving = [target for target in still if look_of(target) in polish.looks], []
    asked = {target: _asked(made[look_of(target)], target, request) for target in (*still, *moving)}
    kept = [write(body, one, form) for one in still for form, body in asked[one].kept.items()]
    not_kept = [
        NotKept(one.size, form, Background.ORIGINAL, reason)
        for one in still
        for form, reason in asked[one].not_kept.items()
    ]
    for one in moving:
        if request.asks_for(one.size, Format.WEBP):
            frames = animated_webp(path, facts, one.width, one.height, request.data_type, aims)
            kept.append(write(frames, one, Format.WEBP))
        kept += [write(body, one, form) for form, body in asked[one].kept.items() if form in PLAIN]
        if request.asks_for(one.size, Format.AVIF):
            not_kept.append(NotKept(one.size, Format.AVIF, Background.ORIGINAL, "animated"))
    return Rendering(tuple(kept), tuple(not_kept), polish.note if polish else "")


def _asked(made: Made, target: Target, request: RenderRequest) -> Made:
    """The formats of one size that are to be made."""
    kept = {form: body for form, body in made.kept.items() if request.asks_for(target.size, form)}
    return Made(kept, {form: why for form, why in made.not_kept.items() if request.asks_for(target.size, form)})


@dataclass(frozen=True, slots=True)
class _Source:
    """A decoded original, and where its subject is."""

    path: Path
    facts: SourceFacts
    raster: pyvips.Image
    focal_point: FocalPoint

    def at(self, target: Target) -> pyvips.Image:
        """One target's raster."""
        return shaped(redrawn(self.raster, self.path, self.facts, target), target, self.focal_point)


def _made(
    source: _Source,
    request: RenderRequest,
    every: Sequence[Target],
    still: Sequence[Target],
    moving: Sequence[Target],
    aims: Aims,
    polish: Polish | None,
) -> dict[Look, Made]:
    """Every distinct raster shaped and encoded by all threads; of moving ones the plain format alone."""
    looks = {look_of(target): target for target in every}
    anchor = anchor_among(looks)  # of the whole picture, so that its kind and settings stay when crops are remade
    shown = [looks[anchor], *still, *moving]
    with crew(is_at_leisure=polish is not None) as threads:
        work = {look_of(target): partial(source.at, target) for target in reversed(shown)}
        images = in_parallel(work, threads)
        is_graphic = is_drawing(source.path, source.facts, source.raster, images[anchor])
        needs_png = bool(source.raster.hasalpha())
        kind = kind_of(request.data_type, needs_png=needs_png, is_graphic=is_graphic)
        wanted: dict[Look, tuple[Encoding, ...]] = {look_of(target): (kind.plain,) for target in moving}
        wanted |= {look_of(target): kind.to_judge(request.formats) for target in still}
        return encode_all(images, kind, aims.of(is_graphic=is_graphic), threads, polish, wanted)


def is_wanted(target: Target, request: RenderRequest) -> bool:
    """Is it one of the sizes to make?"""
    is_part = target.method is Method.CROP or not request.only_crops
    return is_part and (not request.sizes or target.size in request.sizes)


def look_of(target: Target) -> Look:
    """What tells one raster from another."""
    return target.method, target.width, target.height


def redrawn(raster: pyvips.Image, path: Path, facts: SourceFacts, target: Target) -> pyvips.Image:
    """The raster to make a target from: a drawing's own at that very size, else the one there is."""
    if facts.type != "svg":
        return raster
    drawn = decode(path, facts, *target.resized)
    return drawn if raster.hasalpha() or not drawn.hasalpha() else drawn.flatten(background=255)


def shaped(raster: pyvips.Image, target: Target, focal_point: FocalPoint) -> pyvips.Image:
    """The raster at one target's final width and height, in memory."""
    width, height = target.resized
    image = raster.thumbnail_image(width, height=height, size="force")
    if target.method is Method.CROP:
        box = crop_box(target.resized, target.width, target.height, focal_point, target.keeps)
        image = image.crop(box.left, box.top, box.width, box.height)
    return image.copy_memory()


def _written(
    into: Path,
    prefix: str,
    body: bytes,
    target: Target,
    form: Format,
    background: Background = Background.ORIGINAL,
) -> Rendered:
    face = "" if background is Background.ORIGINAL else "-nobg"
    path = into / f"{prefix}{target.size.value}{face}.{form.extension}"
    try:
        path.write_bytes(body)
    except OSError as error:
        if error.errno in _FULL:
            raise ProviderDown("storage_full", "there is no room for a variant") from None
        raise
    digest = hashlib.sha256(body).hexdigest()
    return Rendered(target.size, form, background, target.width, target.height, len(body), digest, path)
