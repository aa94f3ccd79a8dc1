"""A small sample of `make hostile`, and the script that makes its files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from media_vm.errors import GiveUp, NotThere
from media_vm.imaging.pool import ChildPool
from media_vm.imaging.studio import Studio
from media_vm.rules.pictures import DataType
from media_vm.values import RenderRequest
from tests.hostile.givens import bodies, drawn
from tests.hostile.mutations import WAYS, specimen
from tests.hostile.trial import tried

SAMPLE = 120
SHARED = Path(__file__).parents[2].parent / "shared" / "images"
REFUSED = {
    "bomb_16384x16384.png": "too_many_megapixels",
    "bomb_17000x17000.avif": "too_wide_or_high",
    "bomb_44bytes.gif": "corrupt",
    "corrupt-header.jpg": "truncated",
    "corrupt-idat.png": "corrupt",
    "crash_oom.tif": "corrupt",
    "grayscale_university.jxl": "unsupported_type",
    "html_script_named.jpg": "not_a_picture",
    "mvg_spoof.png": "not_a_picture",
    "text_not_image.png": "not_a_picture",
    "truncated.jpg": "truncated",
    "truncated.png": "corrupt",
    "xlink_laughs.svg": "too_complex",
    "xxe_external_entity.svg": "external_reference",
    "zero-byte.gif": "empty",
}


@pytest.fixture(scope="module")
def children() -> Iterator[ChildPool]:
    """Two children for all tests here."""
    with closing(ChildPool(2)) as pool:
        yield pool


def test_files_made_worse_hurt_neither_worker_nor_child(children: ChildPool, tmp_path: Path) -> None:
    """Each is completed or refused; no child dies of one, and no variant holds what it should not."""
    (drawing := tmp_path / "drawn").mkdir()
    worse = partial(specimen, list(bodies(drawn(drawing))), 7)
    results = list(tried(children, 2, worse, SAMPLE, tmp_path))

    assert SAMPLE == len(results)
    assert {"completed", "refused"} == {one.outcome for one in results}


def test_the_same_seed_makes_the_same_files() -> None:
    """And another seed others; every way of making them worse is used."""
    givens = [("a", bytes(range(256)) * 20), ("b", b"b" * 3_000), ("empty", b"")]
    made = [specimen(givens, 1, number) for number in range(200)]

    assert made == [specimen(givens, 1, number) for number in range(200)]
    assert made != [specimen(givens, 2, number) for number in range(200)]
    assert set(WAYS) == {one.way for one in made}
    assert len({one.body for one in made}) > 100


GIVENS = sorted(path for folder in ("bad", "formats") for path in SHARED.glob(f"{folder}/*"))


@pytest.mark.parametrize("path", GIVENS, ids=lambda path: path.name)
def test_every_given_file_is_completed_or_refused_by_name(children: ChildPool, tmp_path: Path, path: Path) -> None:
    """The attacks and the odd formats, through the whole of the studio, each with its stable code."""
    studio = Studio(children)
    try:
        studio.inspect(path)
        code = (
            None if studio.render(path, tmp_path, RenderRequest(DataType.PRODUCT, None, only_crops=True)) else ""
        )
    except (GiveUp, NotThere) as refused:
        code = refused.reason

    assert REFUSED.get(path.name) == code
