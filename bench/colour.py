"""Figure: how far encoded colours are from another engine's conversion: LittleCMS, through Pillow."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps
from skimage.color import deltaE_ciede2000, rgb2lab

from bench.comparison import Comparison
from bench.photos import Photo
from bench.renderers import REQUEST
from bench.variants import LIMIT
from media_vm.imaging.pool import ChildPool
from media_vm.imaging.studio import Studio
from media_vm.imaging.tasks import read_raster
from media_vm.rules.pictures import Size
from media_vm.rules.sizes import BOXES

SHOWN: Final = Size.DETAIL
MOST: Final = 6  # pictures
ASKED_FOR: Final = 2.0  # mean ΔE2000


def compare_colours(photos: Sequence[Photo], scratch: Path, children: ChildPool) -> Iterator[Comparison]:
    """Mean and 95th percentile of ΔE2000, a number for each format, of every picture that is not in sRGB.

    And the mean of the raster before it is encoded, which tells the conversion from the encoder. Yields nothing,
    and says so, where all of them are.
    """
    others = [(photo, profile) for photo in photos if (profile := other_profile(photo.path))]
    if not others:
        _say("colour is left out, for none of these pictures has a profile but sRGB")
    for number, (photo, profile, theirs) in enumerate(islice(_comparable(others), MOST)):
        (into := scratch / f"colour-{number}").mkdir()
        shown = [one for one in Studio(children).render(photo.path, into, REQUEST).kept if one.size is SHOWN]
        reference = in_lab(theirs, (shown[0].width, shown[0].height))
        apart = [apartness(reference, _pixels(one.temporary)) for one in shown]
        raster = children.run(read_raster, photo.path, BOXES[SHOWN][0], limit=LIMIT).pixels[..., :3]
        subject = f"colour, {photo.label}, {profile}, {' '.join(one.format.value for one in shown)}"
        means = tuple(float(one.mean()) for one in apart)
        highs = tuple(float(np.percentile(one, 95)) for one in apart)
        yield Comparison(subject, "mean", "ΔE2000", means, "asked for (stated)", (ASKED_FOR,))
        yield Comparison(subject, "95 % are below", "ΔE2000", highs)
        yield Comparison(subject, "mean before encoding", "ΔE2000", (float(apartness(reference, raster).mean()),))


def other_profile(path: Path) -> str | None:
    """The name of an embedded profile; None if it is sRGB, there is none, or Pillow cannot read it."""
    try:
        with Image.open(path) as image:
            profile = image.info.get("icc_profile")
        name = ImageCms.getProfileDescription(io.BytesIO(profile)).strip() if profile else "sRGB"
    except (OSError, ImageCms.PyCMSError):
        return None
    return None if "sRGB" in name else name.replace("|", "?")


def converted(path: Path) -> Image.Image:
    """The upright picture in sRGB by the perceptual intent, which ours uses too.

    ValueError: it is see-through, or its pixels are none that its profile is for.
    """
    with Image.open(path) as image:
        if image.has_transparency_data:
            raise ValueError("see-through")
        profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
        upright = ImageOps.exif_transpose(image)
    try:
        srgb = ImageCms.profileToProfile(
            upright, profile, ImageCms.createProfile("sRGB"), ImageCms.Intent.PERCEPTUAL, "RGB"
        )
    except ImageCms.PyCMSError:
        raise ValueError("its profile is not for its pixels") from None
    assert srgb is not None  # it is only if it was asked to convert in place
    return srgb


def in_lab(srgb: Image.Image, size: tuple[int, int]) -> NDArray[np.float64]:
    """The picture at this width and height in CIE Lab, (height, width, 3)."""
    return np.asarray(rgb2lab(np.asarray(srgb.resize(size, Image.Resampling.LANCZOS))))


def apartness(reference: NDArray[np.float64], pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """ΔE2000 at every pixel, sRGB of (height, width, 3) beside Lab (CIE 142-2001, as scikit-image computes it)."""
    return np.asarray(deltaE_ciede2000(reference, rgb2lab(pixels)))  # type: ignore[no-untyped-call]


def _comparable(others: Iterable[tuple[Photo, str]]) -> Iterator[tuple[Photo, str, Image.Image]]:
    """Each with what the other engine makes of it; those that it can make nothing of are named."""
    for photo, profile in others:
        try:
            yield photo, profile, converted(photo.path)
        except ValueError as reason:
            _say(f"colour of {photo.label} is left out ({reason})")


def _say(line: str) -> None:
    print(f"bench: {line}", file=sys.stderr)


def _pixels(variant: Path) -> NDArray[np.uint8]:
    with Image.open(variant) as image:
        return np.asarray(image.convert("RGB"))
