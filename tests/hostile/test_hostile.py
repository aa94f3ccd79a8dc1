"""A small sample of `make hostile`, and the script that makes its files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from unittest.mock import Mock

import pytest

from media_vm.adapters.files import DiskFiles
from media_vm.errors import GiveUp, Misconfigured, NoRoom, NotThere, ProviderDown, TryAgain
from media_vm.imaging.confinement import Confinement
from media_vm.imaging.pool import ChildPool
from media_vm.imaging.replies import TaskBroke
from media_vm.imaging.studio import Studio
from media_vm.rules.pictures import DataType, Size
from media_vm.values import RenderRequest
from tests.hostile.__main__ import verdict
from tests.hostile.children import watching
from tests.hostile.givens import SHARED, bodies, drawn
from tests.hostile.leaks import leaks
from tests.hostile.mutations import USES, WAYS, specimen
from tests.hostile.trial import HURT, tried, worker_pool

SAMPLE = 80
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
def storage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the children read and write."""
    return tmp_path_factory.mktemp("storage")


@pytest.fixture(scope="module")
def children(storage: Path) -> Iterator[ChildPool]:
    """Two children for all tests here."""
    with closing(worker_pool(2, storage)) as pool:
        yield pool


def test_files_made_worse_hurt_neither_worker_nor_child(
    children: ChildPool, storage: Path, tmp_path: Path
) -> None:
    """Each is completed or refused, whatever it is sent for; no child dies, no variant holds what it must not."""
    worse = partial(specimen, list(bodies(drawn(tmp_path))), 7)
    with watching() as watch:
        results = list(tried(children, 2, worse, SAMPLE, storage, watch))

    assert SAMPLE == len(results)
    assert set(USES) == {one.specimen.use for one in results}
    assert [] == [(one.specimen.number, one.code) for one in results if one.outcome in HURT]
    assert {"completed", "refused"} == {one.outcome for one in results}
    assert 0 < watch.peak.resident < watch.peak.addresses
    assert 0 == verdict(watch.peak, results)


@pytest.mark.parametrize("error", [NoRoom, ProviderDown, Misconfigured, TryAgain, TaskBroke])
def test_what_says_nothing_of_a_file_is_no_refusal(tmp_path: Path, error: type[Exception]) -> None:
    """A lack of room, an outage, a wrong setting or a bug of ours is a failure of the run."""
    pool = Mock(run=Mock(side_effect=error("encoder_failed", "it failed")))
    (result,) = tried(pool, 1, partial(specimen, [("a", b"a")], 1), 1, tmp_path)

    assert "worker hurt" == result.outcome


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
def test_every_given_file_is_completed_or_refused_by_name(children: ChildPool, storage: Path, path: Path) -> None:
    """The attacks and the odd formats, through the whole of the studio: each with its stable code, or in all sizes
    and formats, none of which holds what it must not; no child beyond its limits.

    Over 5 s for the drawing and the panorama, which fill every size: as many seconds of CPU time each.
    """
    studio, files = Studio(children), DiskFiles(storage)
    files.copy(path, sent := files.incoming(path.name))
    into = files.folder(f"library/{path.name}")
    code, told = None, list[Size]()
    with watching() as watch:
        try:
            studio.inspect(sent)
            made = studio.render(sent, into, RenderRequest(DataType.PRODUCT, None))
            told = [*(one.size for one in made.kept), *(one.size for one in made.not_kept)]
        except (GiveUp, NotThere) as refused:
            code = refused.reason
        watch.look()

    assert REFUSED.get(path.name) == code
    assert ({} if code else dict.fromkeys(Size, 3)) == Counter(told)  # AVIF, WebP, a plain one: kept, or why not
    assert bool(told) == any(into.iterdir())
    assert [] == [word for one in into.iterdir() for word in leaks(one)]
    assert watch.peak.is_within(Confinement())
