"""Which pictures the demo uploads, and in which field of the main API's form."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable
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
USUAL_FIELD = "product_image"
MOST_LIKELY = "image/jpeg"  # a hostile file names no type; so it is declared a picture and reaches media VM


@dataclass(frozen=True, slots=True)
class Picture:
    """A file to upload. field: of the main API's form. mime_type: as a browser would declare it.

    is_special: a word in its name, or its folder's, chose the field.
    """

    path: Path
    field: str
    mime_type: str
    is_special: bool = False

    @property
    def name(self) -> str:
        """Its file name, without what a terminal or a header would choke on."""
        name = self.path.name.encode("utf-8", "replace").decode()
        return "".join(character if character.isprintable() else "?" for character in name)

    @property
    def label(self) -> str:
        """Its name, and what it was uploaded as where that was our guess."""
        return f"{self.name} (as {self.field})" if self.is_special else self.name


def gather(photos: Path | None, say: Callable[[str], None]) -> list[Picture]:
    """The built-in photos, or every regular file of a folder, sorted. Usage if there is none."""
    if photos is None:
        folder = Path(skimage.data.__file__).parent
        return [Picture(folder / name, field, _type(name)) for name, field in BUILT_IN.items()]
    try:
        entries = sorted(photos.iterdir())
    except OSError as error:
        raise Usage(f"PHOTOS={photos} is no folder that can be read ({error.strerror})") from None
    files = [path for path in entries if path.is_file()]
    if not files:
        raise Usage(f"PHOTOS={photos} has no file in it")
    if skipped := sum(path.is_dir() for path in entries):
        say(f"PHOTOS={photos}: {counted(skipped, 'sub-folder')} skipped")
    return [_own(path, photos.resolve().name) for path in files]


def counted(count: int, noun: str) -> str:
    """`1 picture`, `2 pictures`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _own(path: Path, folder: str) -> Picture:
    """A logo among products would be cropped: a word in the file's name, else in its folder's, says what it is."""
    field = _field(path.name) or _field(folder)
    return Picture(path, field or USUAL_FIELD, _type(path.name), is_special=field is not None)


def _field(name: str) -> str | None:
    return next((field for word, field in FIELDS.items() if word in name.lower()), None)


def _type(name: str) -> str:
    guessed = mimetypes.guess_type(name)[0] or ""
    return guessed if guessed.startswith("image/") else MOST_LIKELY
