"""What hostile files are made of: pictures that we draw, and those of a folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from PIL import Image

from tests import pictures

SHARED: Final = Path(__file__).parents[2].parent / "shared" / "images"
"""Pictures that were given, beside the project; not everybody has them."""

_SVG: Final = """<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY name "OAF">]>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 60 40">
<style>.a{fill:url(#g)}</style><defs><linearGradient id="g"><stop offset="0" stop-color="#f00"/></linearGradient>
<filter id="f"><feGaussianBlur stdDeviation="2"/></filter><g id="b"><circle r="9"/></g></defs>
<rect class="a" width="60" height="40" filter="url(#f)"/><use xlink:href="#b" x="30" y="20"/>
<text>&name;</text></svg>
"""

_RECT: Final = '<rect width="60" height="40" opacity=".9" filter="url(#f)"/>'
_ATTACKS: Final = {
    "nested": '<g opacity=".9">' * 190 + _RECT + "</g>" * 190,
    "layers": _RECT * 30_000,
    "sheet": f"<style>url {'a' * 60_000}</style>",
    "blanks": f'<rect style="url({" " * 60_000}#a)"/>',
}
"""Drawings whose text or effects cost more than they say."""


def drawn(folder: Path) -> list[Path]:
    """One file of every type that we can draw, small."""
    photo, seen_through = pictures.photo(160, 120), pictures.logo(80, 60)
    made = [pictures.saved(photo, folder / f"photo.{kind}") for kind in ("png", "webp", "avif", "tif", "gif")]
    made.append(pictures.saved(pictures.with_gps(photo), folder / "gps.jpg"))
    made.append(pictures.saved(photo, folder / "progressive.jpg", interlace=True))
    made.append(pictures.saved(seen_through, folder / "logo.png", interlace=True))
    made.append(pictures.saved(photo.colourspace("rgb16"), folder / "deep.png"))
    made.append(pictures.saved(photo, folder / "tiled.tif", tile=True, pyramid=True, compression="deflate"))
    made.append(pictures.saved(photo.icc_transform("cmyk", input_profile="srgb"), folder / "cmyk.jpg"))
    for mode in ("RGB", "P", "1"):
        made.append(folder / f"{mode}.bmp")
        Image.fromarray(photo.numpy()).convert(mode).save(made[-1])
    frames = [Image.new("RGB", (64, 48), colour) for colour in ("red", "green", "blue")]
    for kind in ("gif", "webp"):
        made.append(folder / f"moving.{kind}")
        frames[0].save(made[-1], save_all=True, append_images=frames[1:], duration=100)
    made.append(folder / "drawing.svg")
    made[-1].write_text(_SVG)
    return made


def attacks(folder: Path) -> list[Path]:
    """Drawings that cost more than they say; slow to try where one made worse is drawn after all."""
    made = [folder / f"{name}.svg" for name in _ATTACKS]
    for path in made:
        path.write_text(_SVG.replace("<text>", f"{_ATTACKS[path.stem]}<text>"))
    return made


def found(folder: Path) -> list[Path]:
    """Every file of a folder, and none where there is no folder."""
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def bodies(paths: list[Path]) -> Iterator[tuple[str, bytes]]:
    """Each with its name."""
    return ((path.name, path.read_bytes()) for path in paths)
