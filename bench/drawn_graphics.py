"""Six drawings as people upload them: charts, a form, a dashboard, a page of text; the same pixels every time.

Shapes are drawn twice as large and averaged, as every program smooths its edges; letters are Pillow's own font.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1600, 1000
_FINER: Final = 2
_INK, _PAPER, _RULE = "#1f2937", "#ffffff", "#d1d5db"
_NIGHT, _CARD, _PALE = "#0f172a", "#1e293b", "#cbd5e1"
_COLOURS: Final = ("#2563eb", "#dc2626", "#16a34a", "#f59e0b", "#7c3aed", "#0891b2")
_TEXT: Final = (
    "the festival opens its gates at noon and the first band plays at two while the market sells bread wine "
    "honey and pottery from forty villages around the lake until the lanterns are lit"
)
_WORDS: Final = _TEXT.split()


class Sheet:
    """A drawing in the making; all lengths in its own pixels."""

    def __init__(self, ground: str) -> None:
        self._image = Image.new("RGB", (WIDTH * _FINER, HEIGHT * _FINER), ground)
        self._draw = ImageDraw.Draw(self._image)

    def box(self, left: float, top: float, right: float, bottom: float, fill: str, radius: float = 0) -> None:
        """A filled rectangle, its corners rounded."""
        place = [side * _FINER for side in (left, top, right, bottom)]
        self._draw.rounded_rectangle(place, radius * _FINER, fill)

    def line(self, points: list[tuple[float, float]], fill: str, width: int) -> None:
        """A line through all points."""
        finer = [(x * _FINER, y * _FINER) for x, y in points]
        self._draw.line(finer, fill, width * _FINER, joint="curve")

    def slice(self, radius: float, begin: float, end: float, fill: str) -> None:
        """A part of a disc around the middle, from one angle in degrees to another."""
        x, y, reach = WIDTH / 2 * _FINER, HEIGHT / 2 * _FINER, radius * _FINER
        self._draw.pieslice([x - reach, y - reach, x + reach, y + reach], begin, end, fill)

    def text(self, left: float, top: float, words: str, size: int, fill: str = _INK) -> None:
        """One line."""
        font = ImageFont.load_default(size * _FINER)
        self._draw.text((left * _FINER, top * _FINER), words, fill, font)

    def finished(self) -> Image.Image:
        """At its own size."""
        return self._image.reduce(_FINER)


def drawn_graphics() -> Iterator[tuple[str, Image.Image]]:
    """Every drawing with its name."""
    pens: dict[str, tuple[str, Callable[[Sheet], None]]] = {
        "bars": (_PAPER, _bars),
        "lines": (_PAPER, _lines),
        "pie": (_PAPER, _pie),
        "form": ("#f3f4f6", _form),
        "dashboard": (_NIGHT, _dashboard),
        "page": (_PAPER, _page),
    }
    for name, (ground, pen) in pens.items():
        pen(sheet := Sheet(ground))
        yield name, sheet.finished()


def _axes(sheet: Sheet, title: str) -> None:
    sheet.text(100, 40, title, 44)
    for number in range(6):
        top = 880 - 140 * number
        sheet.line([(160, top), (1520, top)], _RULE, 2)
        sheet.text(90, top - 14, f"{20 * number}", 24)


def _bars(sheet: Sheet) -> None:
    _axes(sheet, "Visitors a day, thousands")
    for number, (day, tall) in enumerate(
        zip(("Wed", "Thu", "Fri", "Sat", "Sun"), (31, 44, 67, 93, 78), strict=True)
    ):
        for part in range(3):
            left = 200 + 270 * number + 66 * part
            sheet.box(left, 880 - 7 * tall * (3 - part) / 3, left + 60, 880, _COLOURS[part])
        sheet.text(250 + 270 * number, 900, day, 30)


def _lines(sheet: Sheet) -> None:
    _axes(sheet, "Temperature on stage, °C")
    random = np.random.default_rng(1)
    for number, colour in enumerate(_COLOURS[:4]):
        course = 30 + 15 * number + np.cumsum(random.normal(0, 3, 35))
        sheet.line([(160 + 40 * at, 880 - 7 * float(value)) for at, value in enumerate(course)], colour, 4)
        sheet.box(1180, 60 + 36 * number, 1206, 86 + 36 * number, colour)
        sheet.text(1220, 58 + 36 * number, f"stage {number + 1}", 26)


def _pie(sheet: Sheet) -> None:
    sheet.text(100, 40, "What visitors come for", 44)
    begin = 0.0
    for number, share in enumerate((33, 24, 17, 12, 9, 5)):
        sheet.slice(360, begin, begin + 3.6 * share, _COLOURS[number])
        begin += 3.6 * share
        sheet.box(1240, 300 + 60 * number, 1276, 336 + 60 * number, _COLOURS[number], 6)
        sheet.text(1296, 300 + 60 * number, f"{_WORDS[3 * number + 1]} {share} %", 30)
    sheet.slice(170, 0, 360, _PAPER)


def _form(sheet: Sheet) -> None:
    sheet.box(0, 0, WIDTH, 84, _COLOURS[0])
    sheet.text(40, 22, "Festival shop · settings", 34, _PAPER)
    sheet.box(260, 130, 1340, 940, _PAPER, 18)
    for number in range(6):
        top = 170 + 105 * number
        sheet.text(310, top, _WORDS[4 * number + 2].capitalize(), 24)
        sheet.box(310, top + 34, 1290, top + 86, _RULE, 8)
        sheet.box(312, top + 36, 1288, top + 84, _PAPER, 7)
        sheet.text(328, top + 47, " ".join(_WORDS[3 * number : 3 * number + 5]), 22, "#6b7280")
    sheet.box(1030, 830, 1290, 900, _COLOURS[2], 12)
    sheet.text(1115, 848, "Save", 32, _PAPER)


def _dashboard(sheet: Sheet) -> None:
    random = np.random.default_rng(2)
    for number in range(4):
        left = 40 + 385 * number
        sheet.box(left, 40, left + 355, 220, _CARD, 16)
        sheet.text(left + 24, 60, _WORDS[5 * number + 1], 24, _PALE)
        sheet.text(left + 24, 110, f"{random.integers(1000, 99999):,}", 60, _COLOURS[number])
    sheet.box(40, 260, 1555, 960, _CARD, 16)
    for at in range(60):
        tall = float(random.uniform(60, 600))
        sheet.box(70 + 24.5 * at, 930 - tall, 88 + 24.5 * at, 930, _COLOURS[at % 2 * 5], 4)


def _page(sheet: Sheet) -> None:
    sheet.text(160, 70, "What the festival is", 54)
    for number in range(22):
        words = [_WORDS[(11 * number + at) % len(_WORDS)] for at in range(16)]
        sheet.text(160, 170 + 36 * number, " ".join(words), 25)
