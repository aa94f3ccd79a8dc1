"""The whole local analysis, and the port that offers it."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from media_vm.picture_ports import Vision
from media_vm.raster import Raster
from media_vm.rules.analysis import Measured
from media_vm.rules.checklist import Checklist
from media_vm.rules.known import Known
from media_vm.rules.pictures import DataType, FocalPoint
from media_vm.values import Described, Media
from media_vm.vision.local import LocalVision, measure, measure_file
from media_vm.vision.providers import Providers
from tests.vision_cards import Pixels, blurred, flat, logo, noisy, raster, scene, stripes, with_alpha


def read_scene(source: Path) -> Raster:
    """Stands in for the decoder: the file's name says which scene to draw."""
    return raster(scene(int(source.stem)))


@dataclass
class Pool:
    """Runs a task here and now, and remembers what it was given."""

    tasks: list[tuple[Any, ...]] = field(default_factory=list)

    def run(self, task: Callable[..., Measured], *arguments: Any) -> Measured:
        self.tasks.append((task, *arguments))
        return task(*arguments)


def test_measure_fills_every_field() -> None:
    """One raster gives palette, quality, hashes, focal point and both judgements at once."""
    found = measure(raster(stripes(("#1D3557", 70), ("#E63946", 30))), DataType.PROFILE)

    assert [(swatch.hex, swatch.share) for swatch in found.palette] == [("#1D3557", 0.7), ("#E63946", 0.3)]
    assert found.average_color == "#593652"
    assert FocalPoint(0.5, 0.4) == found.focal_point
    assert found.quality.resolution == 100
    assert not found.has_transparency
    assert (len(found.perceptual_hash), len(found.thumbhash)) == (16, 28)


@pytest.mark.parametrize("data_type", list(DataType))
@pytest.mark.parametrize(
    "pixels",
    [
        flat(0, 0, 0, height=1, width=1),
        flat(255, 255, 255, 0, height=1, width=1),
        scene(0, side=3)[:, :2],
        flat(90, 90, 90, height=512, width=1),
        flat(128, 128, 128),
        with_alpha(scene(0), 0),
        with_alpha(scene(0), 1),
        np.arange(256, dtype=np.uint8).repeat(3).reshape(16, 16, 3),
    ],
    ids=["a dot", "a clear dot", "tiny", "a line", "gray", "invisible", "nearly invisible", "gray ramp"],
)
def test_no_picture_is_too_odd(pixels: Pixels, data_type: DataType) -> None:
    """Every picture, however small or empty, is measured without a warning, with every score in 0–100."""
    found = measure(raster(pixels, 1, 1), data_type)
    scores = [found.quality.sharpness, found.quality.exposure, found.quality.noise, found.quality.score]

    assert all(0 <= score <= 100 for score in scores if score is not None)
    assert 0 <= found.logo_likeness <= 1


@pytest.mark.parametrize(
    ("pixels", "expected"),
    [
        (scene(0), False),
        (with_alpha(scene(0), 255), False),
        (with_alpha(scene(0), 255 - np.eye(192, dtype=int)), True),
    ],
    ids=["no channel", "opaque channel", "nearly opaque"],
)
def test_transparency_is_what_shows(pixels: Pixels, expected: bool) -> None:
    """An alpha channel that hides nothing is no transparency."""
    assert expected == measure(raster(pixels), DataType.PRODUCT).has_transparency


@pytest.mark.parametrize(
    ("pixels", "low", "high"),
    [
        (logo(), 0.9, 1.0),
        (noisy(logo(), 0.8), 0.5, 1.0),
        (with_alpha(logo(), np.where(logo().min(axis=2) < 250, 255, 0)), 0.95, 1.0),
        (blurred(scene(0), 6), 0.0, 0.05),
        (noisy(blurred(scene(0), 3), 5), 0.0, 0.0),
        (np.arange(192).repeat(192 * 3).reshape(192, 192, 3).astype(np.uint8), 0.0, 0.05),
        (with_alpha(noisy(blurred(scene(0), 3), 5), np.where(np.arange(192) < 60, 0, 255)), 0.15, 0.2),
        (flat(9, 9, 9, 0), 0.0, 0.0),
    ],
    ids=["logo", "as JPEG", "cut out", "soft", "photo", "gradient", "photo cut out", "invisible"],
)
def test_logo_likeness(pixels: Pixels, low: float, high: float) -> None:
    """Flat ink with hard edges is a logo; softness, grain and gradients are not; alpha adds a little."""
    assert low <= measure(raster(pixels), DataType.LOGO).logo_likeness <= high


def test_the_same_raster_gives_the_same_answer() -> None:
    """Nothing in the analysis is left to chance."""
    assert measure(raster(scene(1)), DataType.EVENT) == measure(raster(scene(1)), DataType.EVENT)


def test_it_measures_in_the_pool() -> None:
    """One task goes to the child; what it measured comes back."""
    pool = Pool()
    measured = LocalVision(pool.run, read_scene).measure(Path("2.jpg"), DataType.EVENT)

    assert measure(read_scene(Path("2.jpg")), DataType.EVENT) == measured
    assert [(measure_file, read_scene, Path("2.jpg"), DataType.EVENT)] == pool.tasks


def test_local_is_no_provider() -> None:
    """With `local` alone nothing beyond it is configured, no small copy is made, and nobody said anything."""
    vision: Vision = Providers(LocalVision(Pool().run, read_scene), small_copy=Path.read_bytes)
    media = Media(1, 1, 1, DataType.EVENT, "", "2.jpg", None, Checklist())

    assert () == vision.choices
    assert Described() == vision.describe(Path("nowhere.jpg"), media, Known(DataType.EVENT))


def test_the_task_and_its_result_can_cross_to_a_child() -> None:
    """What is sent to the child process, and what comes back, survives pickling."""
    task, arguments = pickle.loads(pickle.dumps((measure_file, (read_scene, Path("3.png"), DataType.LOGO))))
    found = task(*arguments)

    assert measure(read_scene(Path("3.png")), DataType.LOGO) == pickle.loads(pickle.dumps(found))


def test_a_failure_in_the_child_reaches_the_caller() -> None:
    """What the pool raises is for the pipeline to judge: nothing is swallowed here."""

    def run(*_: Any) -> Measured:
        raise MemoryError

    with pytest.raises(MemoryError):
        LocalVision(run, read_scene).measure(Path("1.png"), DataType.LOGO)
