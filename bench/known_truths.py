"""Figure: how right `local` is where the truth is known: cards of known colours, blur and noise, copies.

Of copies of at most 512 pixels a side, which is what `local` sees.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from skimage.color import deltaE_ciede2000, rgb2lab
from skimage.measure import blur_effect

from bench.comparison import Comparison
from media_vm.imaging.pool import ChildPool
from media_vm.imaging.tasks import read_raster
from media_vm.vision.color_cells import color_cells
from media_vm.vision.hashes import perceptual_hash
from media_vm.vision.luma import luma
from media_vm.vision.noise import noise_sigma
from media_vm.vision.oklab import from_srgb
from media_vm.vision.palette import palette
from media_vm.vision.sharpness import sharpness_score
from media_vm.vision.shrink import resize
from tests.vision_cards import Pixels, blurred, brighter, noisy, stripes

Shares = Mapping[str, float]
"""How much of a picture each colour, `#RRGGBB`, is; 0 to 1."""

LIMIT: Final = timedelta(seconds=30)
LEAST_SIDE: Final = 32  # pixels; of less there is no sharpness to speak of
CARDS: Final = 20
APART: Final = 0.15  # ΔE in OKLab between any two colours of a card
CARD_HEIGHT, CARD_GRAIN, CARD_QUALITY = 300, 3, 85  # pixels, levels (σ), a JPEG's Q
BLURS: Final = (1, 2)  # σ in pixels
NOISES: Final = (2, 5, 10, 20)  # σ in levels
SAME, NEAR = 6, 12  # bits of a perceptual hash; Zauner's, as `perceptual_hash` states them


def compare_with_truths(paths: Sequence[Path], children: ChildPool) -> Iterator[Comparison]:
    """Palette, sharpness, noise and hashes; of pictures that differ from each other."""
    every = (children.run(read_raster, path, limit=LIMIT).pixels[..., :3] for path in paths)
    shown = [one for one in every if min(one.shape[:2]) >= LEAST_SIDE]
    yield from palette_rows()
    if shown:
        yield from sharpness_rows(shown)
        yield from noise_rows(shown)
        yield from copies_rows(shown)


def palette_rows() -> Iterator[Comparison]:
    """The worst colour and the worst share of each card, beside Pillow's, which is told how many there are."""
    cards = [card(seed) for seed in range(CARDS)]
    ours = [palette_errors(truth, found_in(pixels)) for pixels, truth in cards]
    theirs = [palette_errors(truth, quantized(pixels, len(truth))) for pixels, truth in cards]
    for at, (measure, unit) in enumerate((("worst colour", "ΔE2000"), ("worst share", "% of the card"))):
        mine, others = (tuple(error[at] for error in errors) for errors in (ours, theirs))
        yield Comparison(f"palette, {CARDS} cards", measure, unit, mine, "Pillow quantize", others)


def card(seed: int) -> tuple[Pixels, Shares]:
    """Two to six colours that nobody calls alike, as stripes with grain, after a JPEG; and what it shows."""
    random = np.random.default_rng(seed)
    colors: list[str] = []
    while len(colors) < 2 + seed % 5:
        color = random.integers(0, 256, 3)
        if all(np.linalg.norm(from_srgb(color) - from_srgb(levels(one))) >= APART for one in colors):
            colors.append("#" + "".join(f"{level:02X}" for level in color))
    widths = [int(width) for width in 24 + random.integers(0, 60, len(colors))]
    bands = list(zip(colors, widths, strict=True))
    drawn = noisy(stripes(*bands, height=CARD_HEIGHT), CARD_GRAIN, seed)
    return as_jpeg(drawn, CARD_QUALITY), {color: width / sum(widths) for color, width in bands}


def palette_errors(truth: Shares, found: Shares) -> tuple[float, float]:
    """Of the worst colour: how far the nearest that was found is, ΔE2000, and how wrong its share, in percent."""
    lab = {one: rgb2lab(levels(one) / 255) for one in (*truth, *found)}
    far, off = [], []
    for one, share in truth.items():
        apart = {
            other: float(deltaE_ciede2000(lab[one], lab[other]))  # type: ignore[no-untyped-call]
            for other in found
        }
        nearest = min(apart, key=lambda other: apart[other])
        far.append(apart[nearest])
        off.append(100 * abs(share - found[nearest]))
    return max(far), max(off)


def found_in(pixels: Pixels) -> Shares:
    """The palette that `local` makes of it."""
    return {one.hex: one.share for one in palette(color_cells(pixels))}


def quantized(pixels: Pixels, count: int) -> Shares:
    """So many colours as Pillow chooses them."""
    reduced = Image.fromarray(pixels).quantize(count).convert("RGB")
    counts = reduced.getcolors() or []
    total = reduced.width * reduced.height
    return {"#" + bytes(color).hex().upper(): number / total for number, color in counts}  # type: ignore[arg-type]


def sharpness_rows(shown: Sequence[Pixels]) -> Iterator[Comparison]:
    """How well the score tells pictures from the same out of focus, beside scikit-image's blur effect."""
    ours, theirs = ([score(one) for one in shown] for score in (_sharpness, _skimage_sharpness))
    for sigma in BLURS:
        soft = [blurred(one, sigma) for one in shown]
        yield Comparison(
            f"sharpness, {len(shown)} photographs",
            f"AUC at blur σ {sigma}",
            "of 1",
            (auc(ours, [_sharpness(one) for one in soft]),),
            "skimage blur_effect",
            (auc(theirs, [_skimage_sharpness(one) for one in soft]),),
            more_is_better=True,
        )


def auc(better: Sequence[float], worse: Sequence[float]) -> float:
    """How often one of the first is above one of the second, a tie counting half (Mann and Whitney): 1 tells all
    apart, 0.5 nothing."""
    first, second = np.array(better)[:, None], np.array(worse)[None, :]
    return float((first > second).mean() + (first == second).mean() / 2)


def noise_rows(shown: Sequence[Pixels]) -> Iterator[Comparison]:
    """How far the estimate is from the noise that was added, own grain and texture included, beside Immerkær's
    own, which takes all of a picture for it."""
    for sigma in NOISES:
        planes = [luma(noisy(one, sigma)) for one in shown]
        ours, theirs = (
            tuple(abs(estimate(plane) - sigma) for plane in planes) for estimate in (noise_sigma, immerkaer_sigma)
        )
        subject = f"noise, {len(shown)} photographs, σ {sigma} added"
        yield Comparison(subject, "estimate off by", "levels", ours, "Immerkær 1996", theirs)


def immerkaer_sigma(plane: NDArray[np.float32]) -> float:
    """J. Immerkær, "Fast Noise Variance Estimation", 1996: of every pixel."""
    down = plane[:-2] - 2 * plane[1:-1] + plane[2:]
    response = down[:, :-2] - 2 * down[:, 1:-1] + down[:, 2:]
    return float(np.sqrt(np.pi / 2) * np.abs(response).mean() / 6)


def copies_rows(shown: Sequence[Pixels]) -> Iterator[Comparison]:
    """Which changed copies are found at the stated distances, a share for each change; and how near the nearest
    two pictures are that have nothing in common."""
    subject = f"copies of {len(shown)} photographs: {', '.join(CHANGES)}"
    apart = [[bits(one, change(one)) for one in shown] for change in CHANGES.values()]
    for distance, called in ((SAME, "the same"), (NEAR, "near")):
        found = tuple(100 * sum(one <= distance for one in each) / len(each) for each in apart)
        measure = f"{called}, within {distance} bits"
        yield Comparison(subject, measure, "%", found, "all (stated)", (100.0,), more_is_better=True)
    pairs = [float(bits(one, other)) for one, other in combinations(shown, 2)]
    if pairs:
        subject = f"{len(pairs)} pairs of different photographs"
        yield Comparison(
            subject, "nearest", "bits", (min(pairs),), "called near (stated)", (float(NEAR),), more_is_better=True
        )


def bits(one: Pixels, other: Pixels) -> int:
    """How many of the 64 differ."""
    first, second = (int(perceptual_hash(luma(pixels)), 16) for pixels in (one, other))
    return (first ^ second).bit_count()


def as_jpeg(pixels: Pixels, quality: int) -> Pixels:
    """After a JPEG of this quality."""
    Image.fromarray(pixels).save(buffer := io.BytesIO(), "JPEG", quality=quality)
    return np.asarray(Image.open(buffer))


def levels(color: str) -> NDArray[np.int64]:
    """Three levels of `#RRGGBB`."""
    return np.array(list(bytes.fromhex(color[1:])))


def _half(pixels: Pixels) -> Pixels:
    height, width = (max(1, side // 2) for side in pixels.shape[:2])
    planes = [resize(plane.astype(np.float64), height, width) for plane in np.moveaxis(pixels, 2, 0)]
    return np.asarray(np.rint(np.dstack(planes)), np.uint8)


def _grey(pixels: Pixels) -> Pixels:
    return np.dstack([np.asarray(np.rint(luma(pixels)), np.uint8)] * 3)


CHANGES: Final[Mapping[str, Callable[[Pixels], Pixels]]] = {
    "JPEG 20": lambda pixels: as_jpeg(pixels, 20),
    "half": _half,
    "15 % brighter": lambda pixels: brighter(pixels, 1.15),
    "grey": _grey,
}


def _sharpness(pixels: Pixels) -> float:
    return sharpness_score(luma(pixels)) or 0


def _skimage_sharpness(pixels: Pixels) -> float:
    return -float(blur_effect(luma(pixels) / 255))  # type: ignore[no-untyped-call]  # no annotations there
