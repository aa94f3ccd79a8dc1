"""Logos on white, black and a checkerboard, to be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw

_CELL, _CHECK, _LINE = 320, 16, 18
_LIGHT, _DARK = (205, 205, 205), (130, 130, 130)


@dataclass(frozen=True, slots=True)
class Row:
    """One logo: what to write beside it, and its faces as files, from left to right."""

    label: str
    faces: Sequence[Path]


def draw_sheet(rows: Sequence[Row], into: Path) -> None:
    """A row a logo; each face three times, at its own size or smaller."""
    columns = 3 * max(len(row.faces) for row in rows)
    sheet = Image.new("RGB", (columns * _CELL, len(rows) * (_CELL + _LINE)), "white")
    draw = ImageDraw.Draw(sheet)
    for number, row in enumerate(rows):
        top = number * (_CELL + _LINE)
        draw.text((4, top + 3), row.label, fill="black")
        for at, (face, ground) in enumerate((face, ground) for face in row.faces for ground in _grounds()):
            sheet.paste(_on(ground, face), (at * _CELL, top + _LINE))
    sheet.save(into)


def _grounds() -> list[Image.Image]:
    board = Image.new("RGB", (_CELL, _CELL), _LIGHT)
    draw = ImageDraw.Draw(board)
    for y in range(0, _CELL, _CHECK):
        for x in range(y // _CHECK % 2 * _CHECK, _CELL, 2 * _CHECK):
            draw.rectangle((x, y, x + _CHECK - 1, y + _CHECK - 1), fill=_DARK)
    return [Image.new("RGB", (_CELL, _CELL), "white"), Image.new("RGB", (_CELL, _CELL), "black"), board]


def _on(ground: Image.Image, path: Path) -> Image.Image:
    with Image.open(path) as image:
        face = image.convert("RGBA")
    face.thumbnail((_CELL - 8, _CELL - 8), Image.Resampling.BOX)
    ground.paste(face, ((_CELL - face.width) // 2, (_CELL - face.height) // 2), face)
    return ground
