"""The smallest pictures there are, and drawings with too big ones in them."""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from media_vm.errors import GiveUp
from media_vm.imaging.pool import ChildPool
from media_vm.imaging.studio import Studio
from media_vm.imaging.tasks import read_raster
from media_vm.rules.pictures import Background, DataType
from media_vm.rules.validation import Limits
from media_vm.values import RenderRequest
from media_vm.vision.local import measure_file


@pytest.fixture(scope="module")
def children() -> Iterator[ChildPool]:
    """One child for all tests here."""
    with closing(ChildPool(1)) as pool:
        yield pool


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (7, 1)])
@pytest.mark.parametrize("alpha", [255, 128, 0], ids=["opaque", "half-opaque", "clear"])
def test_a_single_pixel_is_a_picture_too(
    children: ChildPool, tmp_path: Path, size: tuple[int, int], alpha: int
) -> None:
    """As a product and as a logo, which keeps its ground unless it came without one; and it is measured."""
    mode, colour = ("RGB", (200, 30, 30)) if alpha == 255 else ("RGBA", (200, 30, 30, alpha))
    Image.new(mode, size, colour).save(path := tmp_path / "tiny.png")
    for data_type in (DataType.PRODUCT, DataType.LOGO):
        kept = Studio(children).render(path, tmp_path, RenderRequest(data_type, None)).kept
        faces = {one.background for one in kept}
        is_cleared = data_type is DataType.LOGO and alpha == 0
        assert (set(Background) if is_cleared else {Background.ORIGINAL}) == faces
        measured = children.run(measure_file, read_raster, path, data_type, limit=timedelta(seconds=10))
        assert (alpha < 255) == measured.has_transparency


def with_pictures(path: Path, *sizes: tuple[int, int]) -> Path:
    """A drawing with black one-bit PNGs of these sizes in it."""
    shown = ""
    for size in sizes:
        Image.new("1", size).save(body := io.BytesIO(), "png")
        text = b64encode(body.getvalue()).decode()
        shown += f'<image width="10" height="10" href="data:image/png;base64,{text}"/>'
    path.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10">{shown}</svg>')
    return path


def test_the_pictures_in_a_drawing_have_the_limits_of_any(children: ChildPool, tmp_path: Path) -> None:
    """Each its sides, all together their pixels: librsvg would abort the child over a few kilobytes."""
    small = Studio(children, limits=Limits(megapixels=6, side=2_400))

    assert "svg" == small.inspect(with_pictures(tmp_path / "fits.svg", (2_000, 1_500), (2_000, 1_500))).type
    for sizes in [((2_000, 1_500), (2_000, 1_501)), ((2_401, 1),)]:
        with pytest.raises(GiveUp, match="too_complex"):
            small.inspect(with_pictures(tmp_path / "bomb.svg", *sizes))
