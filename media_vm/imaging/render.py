"""From one original to every size and format of the contract: one decode, then all from that raster."""

from __future__ import annotations

import errno
import hashlib
from pathlib import Path
from typing import Final

from media_vm.errors import ProviderDown
from media_vm.imaging.attention import attention
from media_vm.imaging.codecs import pyvips
from media_vm.imaging.encode import encoded
from media_vm.imaging.source import decode
from media_vm.rules.pictures import Background, DataType, FocalPoint, Format, NotKept, SourceFacts
from media_vm.rules.sizes import Method, Target, crop_box, decode_size, targets
from media_vm.values import Rendered, Rendering, RenderRequest

_MODERN: Final = (Format.AVIF, Format.WEBP)
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


Bodies = dict[Format, bytes]


def render_all(path: Path, facts: SourceFacts, into: Path, prefix: str, request: RenderRequest) -> Rendering:
    """Write every variant worth keeping to `into`, named `{prefix}{size}.{ext}`. GiveUp, NoRoom."""
    raster = decode(path, facts, *decode_size(facts.width, facts.height, request.data_type))
    focal_point = request.focal_point or attention(raster)
    plain = Format.PNG if raster.hasalpha() or request.data_type is DataType.LOGO else Format.JPEG
    made: dict[tuple[Method, int, int], Bodies] = {}  # several sizes of a small source are one and the same
    kept: list[Rendered] = []
    not_kept: list[NotKept] = []
    for target in targets(facts.width, facts.height, request.data_type):
        look = target.method, target.width, target.height
        if look not in made:
            image = shaped(raster, target, focal_point)
            made[look] = {form: encoded(image, form) for form in (*_MODERN, plain)}
        good, bad = _worth_keeping(made[look], plain)
        not_kept += [NotKept(target.size, form, Background.ORIGINAL, "not_smaller") for form in bad]
        kept += [_written(made[look][form], into / _name(prefix, target, form), target, form) for form in good]
    return Rendering(tuple(kept), tuple(not_kept))


def _worth_keeping(bodies: Bodies, plain: Format) -> tuple[list[Format], list[Format]]:
    """A modern format earns its place by being smaller than the JPEG or PNG (contract §7)."""
    bad = [form for form, body in bodies.items() if form is not plain and len(body) >= len(bodies[plain])]
    return [form for form in bodies if form not in bad], bad


def _name(prefix: str, target: Target, form: Format) -> str:
    return f"{prefix}{target.size.value}.{form.extension}"


def shaped(raster: pyvips.Image, target: Target, focal_point: FocalPoint) -> pyvips.Image:
    """The raster at one target's final width and height."""
    width, height = target.resized
    image = raster.thumbnail_image(width, height=height, size="force").copy_memory()
    if target.method is Method.CROP:
        box = crop_box(target.resized, target.width, target.height, focal_point)
        return image.crop(box.left, box.top, box.width, box.height)
    if target.method is Method.PAD:
        return image.gravity("centre", target.width, target.height, extend="background", background=_ground(image))
    return image


def _ground(image: pyvips.Image) -> list[float]:
    """What a logo stands on: nothing if it is see-through, else the colour of its corner."""
    return [0.0] * 4 if image.hasalpha() else list(image.getpoint(0, 0))


def _written(body: bytes, path: Path, target: Target, form: Format) -> Rendered:
    try:
        path.write_bytes(body)
    except OSError as error:
        if error.errno in _FULL:
            raise ProviderDown("storage_full", "there is no room for a variant") from None
        raise
    digest = hashlib.sha256(body).hexdigest()
    return Rendered(target.size, form, Background.ORIGINAL, target.width, target.height, len(body), digest, path)
