"""Which pictures the demo uploads, and in which field of the main API's form."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from pathlib import Path

import skimage.data

from examples.demo.options import Usage

# Photographs that scikit-image's wheel carries (public domain or CC0, see its data/README), the sharpest first.
BUILT_IN = {
    "astronaut.png": "profile_image",
    "coffee.png": "product_image",
    "chelsea.png": "site_image",
    "rocket.jpg": "event_image",
    "hubble_deep_field.jpg": "header_image",
    "motorcycle_left.png": "product_image",
    "retina.jpg": "product_image",
    "logo.png": "logo_image",
}
FIELDS = {"logo": "logo_image", "header": "header_image"}
MOST_LIKELY = "image/jpeg"  # a hostile file names no type; so it is declared a picture and reaches media VM


@dataclass(frozen=True, slots=True)
class Picture:
    """A file to upload. field: of the main API's form. mime_type: as a browser would declare it."""

    path: Path
    field: str
    mime_type: str

    @property
    def name(self) -> str:
        """Its file name, without what a terminal or a header would choke on."""
        name = self.path.name.encode("utf-8", "replace").decode()
        return "".join(character if character.isprintable() else "?" for character in name)


def gather(photos: Path | None) -> list[Picture]:
    """The built-in photos, or every regular file of a folder, sorted. Usage if there is none."""
    if photos is None:
        folder = Path(skimage.data.__file__).parent
        return [Picture(folder / name, field, _type(name)) for name, field in BUILT_IN.items()]
    try:
        files = sorted(path for path in photos.iterdir() if path.is_file())
    except OSError as error:
        raise Usage(f"PHOTOS={photos} is no folder that can be read ({error.strerror})") from None
    if not files:
        raise Usage(f"PHOTOS={photos} has no file in it")
    return [Picture(path, _field(path.name), _type(path.name)) for path in files]


def _field(name: str) -> str:
    return next((field for word, field in FIELDS.items() if word in name.lower()), "product_image")


def _type(name: str) -> str:
    guessed = mimetypes.guess_type(name)[0] or ""
    return guessed if guessed.startswith("image/") else MOST_LIKELY
