"""Which pictures are measured: the reader's own, else those given beside the project, else some built in."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import skimage.data
from PIL import Image

from examples.demo.gathering import Picture, gather
from media_vm.errors import StepFailed
from media_vm.imaging.studio import Studio

MOST = 4
# Photographs of scikit-image's wheel, 0.2, 0.3 and 2 megapixels; the fourth is enlarged to a camera's size.
BUILT_IN = ("coffee.png", "rocket.jpg", "retina.jpg")
ENLARGED = "motorcycle_left.png"
# All photographs of that wheel, for what takes little and tells more of many.
WHEEL = (
    *(*BUILT_IN, ENLARGED, "astronaut.png", "chelsea.png", "hubble_deep_field.jpg", "ihc.png"),
    *("camera.png", "brick.png", "grass.png", "gravel.png", "moon.png", "coins.png"),
)
GIVEN = Path(__file__).parents[2] / "shared" / "images"  # a clone alone does not have them
# Of the given ones, for figures that take long: 0.4, 1.3, 12 (Display P3) and 16 megapixels, no rare kind of JPEG.
HANDFUL = ("profile-portrait.jpg", "art-starry-night.jpg", "iphone-xr_displayp3_12mp.jpg", "slrhills_16mp.jpg")
TURNED = re.compile(r"_orient\d.*")  # how the given ones are named that show the same in several orientations
TYPES = {".jpg": "image/jpeg", ".png": "image/png"}
CAMERA_PIXELS = 12_000_000
GRAIN = 4  # levels; without it an enlarged picture is smoother, and cheaper to encode, than a camera's


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture that media VM can read. label: its name and megapixels."""

    picture: Picture
    label: str

    @property
    def path(self) -> Path:
        """The file."""
        return self.picture.path


def _say(line: str) -> None:
    print(f"bench: {line}", file=sys.stderr)


def choose(own: Path | None, scratch: Path, studio: Studio, most: int = MOST) -> list[Photo]:
    """At most so many photos of this run: of `own`, of the given ones, or built in.

    examples.demo's Usage if `own` is no folder with files in it.
    """
    photos: list[Photo] = []
    for picture in gather(own, _say) if own else _given(most) or _built_in(scratch):
        try:
            facts = studio.inspect(picture.path)
        except StepFailed as refused:
            print(f"bench: {picture.name} is left out ({refused.reason})", file=sys.stderr)
            continue
        label = f"{picture.name.replace('|', '?')} {facts.width * facts.height / 1e6:.1f} MP"
        photos.append(Photo(picture, label))
        if len(photos) == most:
            break
    return photos


def own_folder() -> Path | None:
    """The reader's own pictures: PHOTOS of the environment."""
    return Path(os.environ["PHOTOS"]).expanduser() if os.environ.get("PHOTOS") else None


def scenes(photos: Sequence[Photo]) -> list[Path]:
    """One of each that shows the same; all of scikit-image's wheel where they are built in."""
    paths = [photo.path for photo in photos]
    if any(path.parent == folder() for path in paths):
        paths = [folder() / name for name in WHEEL]
    return list({TURNED.sub("", path.name): path for path in paths}.values())


def given_logos(own: Path | None) -> list[Path]:
    """The files in `logos` of the reader's own pictures, or of the given ones; none if there is no such folder."""
    there = (own or GIVEN) / "logos"
    return [path for path in sorted(there.iterdir()) if path.is_file()] if there.is_dir() else []


def folder() -> Path:
    """Where scikit-image's photographs are."""
    return Path(skimage.data.__file__).parent


def enlarged(source: Path, into: Path, pixels: int, *, is_progressive: bool = False) -> Path:
    """The picture at about `pixels` pixels as a JPEG with film grain, the same bytes every time."""
    with Image.open(source) as image:
        scale = (pixels / (image.width * image.height)) ** 0.5
        size = round(image.width * scale), round(image.height * scale)
        large = np.asarray(image.convert("RGB").resize(size, Image.Resampling.LANCZOS), dtype=np.float32)
    grain = np.random.default_rng(1).normal(0, GRAIN, large.shape[:2]).astype(np.float32)
    Image.fromarray((large + grain[..., None]).clip(0, 255).astype(np.uint8)).save(
        into, quality=90, progressive=is_progressive
    )
    return into


def _given(most: int) -> list[Picture]:
    """All of them, the handful first: whoever wants no more than that gets the same every time."""
    there = GIVEN / "photos"
    if not there.is_dir():
        return []
    pictures = sorted(gather(there, _say), key=lambda picture: picture.name not in HANDFUL)
    return pictures[:most]


def _built_in(scratch: Path) -> list[Picture]:
    camera_sized = enlarged(folder() / ENLARGED, scratch / "motorcycle_enlarged.jpg", CAMERA_PIXELS)
    paths = [*(folder() / name for name in BUILT_IN), camera_sized]
    return [Picture(path, "product_image", TYPES[path.suffix]) for path in paths]
