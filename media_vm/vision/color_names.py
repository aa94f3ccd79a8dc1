"""Everyday names of colours, in lower case, as a visitor would type them into a search field."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from media_vm.vision.oklab import from_srgb

# Samples of each name. Greys need several: OKLab spreads the dark ones far apart, and without a sample at
# hand a neutral would take the name of some brown.
_SAMPLES = {
    "black": "000000 0D0D0D 1A1A1A", "charcoal": "262626 323232 3E3E3E", "dark gray": "4B4B4B 585858 656565",
    "gray": "727272 808080 8E8E8E", "silver": "9C9C9C AAAAAA B8B8B8", "light gray": "C6C6C6 D4D4D4 E2E2E2",
    "white": "F2F2F2 FFFFFF", "ivory": "FFFDF0", "cream": "FBF1D3", "beige": "E8DCC0", "sand": "D6BE90",
    "tan": "C6A27A B29372", "taupe": "8B7D6E A38F7B", "khaki": "A89F68", "light brown": "9A6C45",
    "brown": "7B4A26",
    "chocolate": "4E2C1A", "dark brown": "33231C", "sienna": "A0522D", "terracotta": "C8694A",
    "rust": "B3441E", "copper": "B87340", "maroon": "6E1423", "burgundy": "8C1C3A", "dark red": "9B0F0F",
    "red": "E3170A FF0000", "vermilion": "E5502B", "crimson": "CE1141", "coral": "FF7F5C", "salmon": "F89A86",
    "peach": "FFCFA8", "orange": "FF8A00", "amber": "FFB81C", "ochre": "C8861D", "gold": "D9A928",
    "mustard": "C9A41A", "yellow": "FFE11A FFFF00", "pale yellow": "FFF3A0", "lime": "A6E22B",
    "olive": "75751F", "moss": "5C6B3C", "sage": "A3B18A", "mint": "B4EBCB", "green": "1F9D3A 00FF00",
    "emerald": "0B9E6B", "dark green": "0F4A27", "teal": "0A7F80", "turquoise": "35CFC3",
    "cyan": "18E0F2 00FFFF", "sky blue": "84C6EE", "light blue": "BFDDF2", "steel blue": "4F7FA8",
    "slate": "5F6F80", "blue": "1D5FE0 0000FF", "royal blue": "2A3FC4", "navy": "12204E 293A60 000080",
    "indigo": "3F2A86", "violet": "7A3FD0", "purple": "7C2A8C 800080", "lavender": "C3B4EC",
    "lilac": "C79BD2", "plum": "6B2F56 250F33", "magenta": "E619B5 FF00FF", "pink": "FF9EC4",
    "hot pink": "FF4A9A",
    "rose": "D9657F", "blush": "F6D5D3",
}  # fmt: skip
_NAMED = [(name, bytes.fromhex(sample)) for name, samples in _SAMPLES.items() for sample in samples.split()]
_LAB = from_srgb([tuple(sample) for _, sample in _NAMED])


def color_name(color: ArrayLike) -> str:
    """The name nearest in OKLab to one sRGB colour of levels 0–255."""
    distances = np.linalg.norm(_LAB - from_srgb(color), axis=1)
    return _NAMED[int(distances.argmin())][0]
