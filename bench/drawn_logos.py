"""Twenty logos drawn with their truth: what is ink, how much of it at every pixel, and on what ground.

Shapes are drawn four times too large and averaged, which is what anti-aliasing is; ink is laid over ground in
sRGB, as a browser does; noise and JPEG come last, from fixed seeds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Floats = NDArray[np.float64]
Pen = Callable[[ImageDraw.ImageDraw, int], None]

SIDE = 360
_FINER = 4
WHITE, BLACK, CREAM, GREY, NAVY = (255, 255, 255), (0, 0, 0), (250, 240, 215), (190, 190, 190), (15, 30, 80)
RED, BLUE, GREEN, ORANGE = (215, 30, 40), (25, 60, 200), (20, 140, 70), (245, 150, 20)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A logo and its truth. picture: uint8 (height, width, 3); alpha: 0–1; ink: sRGB levels where alpha > 0."""

    name: str
    picture: NDArray[np.uint8]
    alpha: Floats
    ink: Floats


@dataclass(frozen=True, slots=True)
class Layer:
    """One ink over the ones before it: cover 0–1 (height, width), colour that broadcasts to (height, width, 3)."""

    cover: Floats
    colour: Floats


def drawn_logos() -> Iterator[Drawn]:
    """All twenty, always in this order and always the same."""
    disc, ring, star, letters = _cover(_disc), _cover(_ring), _cover(_star), _cover(_letters)
    white, cream, grey = _plain(WHITE), _plain(CREAM), _plain(GREY)
    yield _drawn("disc on white", white, [_ink(disc, BLUE)])
    yield _drawn("ring with a hole", white, [_ink(ring, RED)])
    yield _drawn("star with a gradient", white, [Layer(star, _gradient(ORANGE, RED))])
    yield _drawn("two inks that touch", white, [_ink(disc, BLUE), _ink(_cover(_half), ORANGE)])
    yield _drawn("letters with counters", white, [_ink(letters, BLACK)])
    yield _drawn("white star on blue", _plain(BLUE), [_ink(star, WHITE)])
    yield _drawn("red ring on cream", cream, [_ink(ring, RED)])
    yield _drawn("disc with a gradient on grey", grey, [Layer(disc, _gradient(NAVY, GREEN))])
    yield _drawn("badge, white lettering", white, [_ink(disc, GREEN), _ink(_cover(_small_h), WHITE)])
    yield _drawn(
        "badge, white inside a ring",
        white,
        [_ink(_cover(_inner), WHITE), _ink(ring, NAVY), _ink(_cover(_dot), RED)],
    )
    yield _drawn("disc with a soft shadow", white, [_shadow(disc, 9, 0.5), _ink(disc, ORANGE)])
    yield _drawn("letters with a soft shadow on cream", cream, [_shadow(letters, 5, 0.4), _ink(letters, NAVY)])
    yield _drawn("thin rings", white, [_ink(_cover(_thin_rings), BLACK)])
    yield _drawn("small letters on black", _plain(BLACK), [_ink(_cover(_small_letters), ORANGE)])
    yield _drawn("letters, JPEG 75", white, [_ink(letters, RED)], quality=75)
    yield _drawn("disc on green, JPEG 60", _plain(GREEN), [_ink(disc, WHITE)], quality=60)
    yield _drawn("ring with a gradient, JPEG 85", white, [Layer(ring, _gradient(BLUE, RED))], quality=85)
    yield _drawn("star on a shaded ground", _gradient((252, 252, 250), (225, 228, 235)), [_ink(star, NAVY)])
    yield _drawn("letters on a noisy vignette", _vignette(), [_ink(letters, BLUE)], noise=2.0)
    yield _drawn("pale disc on white", white, [_ink(disc, (255, 246, 190))])


def _drawn(
    name: str, ground: Floats, layers: list[Layer], *, noise: float = 0, quality: int | None = None
) -> Drawn:
    """Lay the layers over each other, and over the ground."""
    alpha, ink = np.zeros((SIDE, SIDE)), np.zeros((SIDE, SIDE, 3))  # ink: premultiplied until the end
    for layer in layers:
        ink = layer.cover[..., None] * layer.colour + (1 - layer.cover[..., None]) * ink
        alpha = layer.cover + (1 - layer.cover) * alpha
    picture = ink + (1 - alpha[..., None]) * ground
    picture = picture + np.random.default_rng(len(name)).normal(0, noise, picture.shape)
    pixels = np.rint(picture.clip(0, 255)).astype(np.uint8)
    if quality is not None:
        body = BytesIO()
        Image.fromarray(pixels).save(body, "JPEG", quality=quality)
        pixels = np.asarray(Image.open(body).convert("RGB"))
    return Drawn(name, pixels, alpha, ink / np.maximum(alpha, 1e-6)[..., None])


def _cover(pen: Pen) -> Floats:
    image = Image.new("L", (SIDE * _FINER, SIDE * _FINER), 0)
    pen(ImageDraw.Draw(image), _FINER)
    return np.asarray(image.reduce(_FINER), dtype=np.float64) / 255


def _ink(cover: Floats, colour: tuple[int, int, int]) -> Layer:
    return Layer(cover, np.array(colour, dtype=np.float64))


def _shadow(cover: Floats, blur: int, strength: float) -> Layer:
    """Black, blurred, a little to the right and below."""
    moved = np.roll(cover, (blur, blur), (0, 1))
    soft = Image.fromarray((moved * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(blur))
    return Layer(np.asarray(soft, dtype=np.float64) / 255 * strength, np.zeros(3))


def _plain(colour: tuple[int, int, int]) -> Floats:
    return np.broadcast_to(np.array(colour, dtype=np.float64), (SIDE, SIDE, 3))


def _gradient(top: tuple[int, int, int], bottom: tuple[int, int, int]) -> Floats:
    down = np.linspace(0, 1, SIDE)[:, None, None]
    return np.broadcast_to((1 - down) * np.array(top) + down * np.array(bottom), (SIDE, SIDE, 3))


def _vignette() -> Floats:
    at = np.linspace(-1, 1, SIDE)
    return 245.0 - 14 * (at[:, None, None] ** 2 + at[None, :, None] ** 2) + np.zeros(3)


def _round(radius: float, draw: ImageDraw.ImageDraw, scale: int, fill: int = 255) -> None:
    middle, reach = SIDE / 2 * scale, radius * scale
    draw.ellipse((middle - reach, middle - reach, middle + reach, middle + reach), fill=fill)


_disc, _inner, _dot = partial(_round, 120.4), partial(_round, 100.0), partial(_round, 30.3)


def _ring(draw: ImageDraw.ImageDraw, scale: int) -> None:
    _round(120.4, draw, scale)
    _round(78.6, draw, scale, fill=0)


def _thin_rings(draw: ImageDraw.ImageDraw, scale: int) -> None:
    for x in (0.27, 0.5, 0.73):
        middle = (x * SIDE * scale, SIDE / 2 * scale)
        for radius, fill in ((50 * scale, 255), (47.5 * scale, 0)):
            draw.ellipse([place + sign * radius for sign in (-1, 1) for place in middle], fill=fill)


def _half(draw: ImageDraw.ImageDraw, scale: int) -> None:
    draw.pieslice([60 * scale, 60 * scale, 300 * scale, 300 * scale], -60, 100, fill=255)


def _star(draw: ImageDraw.ImageDraw, scale: int) -> None:
    angles = np.arange(10) * np.pi / 5 - np.pi / 2
    reach = np.where(np.arange(10) % 2 == 0, 150, 62) * scale
    middle = SIDE / 2 * scale
    draw.polygon(
        [(middle + r * np.cos(a), middle + r * np.sin(a)) for r, a in zip(reach, angles, strict=True)], 255
    )


def _letters(draw: ImageDraw.ImageDraw, scale: int, size: float = 1.0, left: float = 64, top: float = 110) -> None:
    """H O A in straight strokes and bowls, 140 px high at size 1."""

    def put(points: list[tuple[float, float]], fill: int = 255) -> None:
        draw.polygon([((left + x * size) * scale, (top + y * size) * scale) for x, y in points], fill)

    def bowl(x: float, across: float, down: float, fill: int) -> None:
        place = (
            left + (x - across) * size,
            top + (70 - down) * size,
            left + (x + across) * size,
            top + (70 + down) * size,
        )
        draw.ellipse([value * scale for value in place], fill=fill)

    put(
        [
            (0, 0),
            (18, 0),
            (18, 60),
            (42, 60),
            (42, 0),
            (60, 0),
            (60, 140),
            (42, 140),
            (42, 78),
            (18, 78),
            (18, 140),
            (0, 140),
        ]
    )
    bowl(108, 38, 70, 255)
    bowl(108, 19, 50, 0)
    put([(152, 140), (182, 0), (202, 0), (232, 140), (213, 140), (192, 32), (171, 140)])
    put([(176, 92), (208, 92), (208, 108), (176, 108)])


def _small_h(draw: ImageDraw.ImageDraw, scale: int) -> None:
    """One letter without a counter."""
    for box in ((158, 140, 168, 220), (192, 140, 202, 220), (158, 175, 202, 185)):
        draw.rectangle([side * scale for side in box], fill=255)


_small_letters = partial(_letters, size=0.5, left=122, top=145)
