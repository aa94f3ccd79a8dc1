"""Three ways to the same six sizes in three formats: ours, a pipeline a variant, and Pillow as it comes.

Each is a task of a child process and imports its library inside, so that nobody pays for another's.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from media_vm.imaging import tasks
from media_vm.rules.pictures import DataType, Format
from media_vm.rules.sizes import Method, Target, targets
from media_vm.rules.validation import READABLE, Limits
from media_vm.values import RenderRequest

if TYPE_CHECKING:
    from PIL import Image

REQUEST = RenderRequest(DataType.PRODUCT, None)
LOGO_REQUEST = RenderRequest(DataType.LOGO, None)
LIMITS = Limits()


def one_decode(source: Path, into: Path) -> None:
    """What `Studio.render` has its child do: one decode, every size from that raster."""
    tasks.render(source, into, "", REQUEST, LIMITS, READABLE)


def logo_set(source: Path, into: Path) -> None:
    """The same for a logo: both faces of every size."""
    tasks.render(source, into, "", LOGO_REQUEST, LIMITS, READABLE)


def pipeline_a_variant(source: Path, into: Path) -> None:
    """libvips as its manual shows it: `thumbnail` from the file for each variant.

    Same encoders, settings and crew of threads as ours, the longest first there too; only the way there differs.
    """
    from media_vm.imaging.codecs import pyvips
    from media_vm.imaging.crew import crew, in_parallel

    facts = tasks.inspect(source, LIMITS, READABLE)
    is_tagged = "icc-profile-data" in pyvips.Image.new_from_file(str(source)).get_fields()
    profile = {"export_profile": "srgb"} if is_tagged else {}  # ours converts only what is tagged, too
    work = {
        (target, form): partial(_pipeline, source, into, target, form, profile)
        for target in reversed(targets(facts.width, facts.height, REQUEST.data_type))
        for form in _formats(has_alpha=facts.has_alpha)
    }
    with crew() as threads:
        in_parallel(work, threads)


def _pipeline(source: Path, into: Path, target: Target, form: Format, profile: dict[str, str]) -> None:
    from media_vm.imaging.codecs import pyvips
    from media_vm.imaging.encode import encoded

    image = pyvips.Image.thumbnail(str(source), target.width, **_shape(target), **profile)
    (into / f"{target.size}.{form.extension}").write_bytes(encoded(image, form))


def pillow(source: Path, into: Path) -> None:
    """Pillow's defaults for resampling, quality, speed and threads: what people type first."""
    from PIL import Image, ImageOps

    with Image.open(source) as opened:
        upright = ImageOps.exif_transpose(opened)
        has_alpha = upright.has_transparency_data
        image = upright.convert("RGBA" if has_alpha else "RGB")
    for target in targets(*image.size, REQUEST.data_type):
        fitted = ImageOps.fit(image, (target.width, target.height))
        for form in _formats(has_alpha=has_alpha):
            _save(fitted, into / f"{target.size}.{form.extension}")


def _formats(*, has_alpha: bool) -> tuple[Format, ...]:
    return Format.AVIF, Format.WEBP, Format.PNG if has_alpha else Format.JPEG


def _shape(target: Target) -> dict[str, int | str]:
    how = {"crop": "attention"} if target.method is Method.CROP else {"size": "force"}
    return {"height": target.height, **how}


def _save(image: Image.Image, path: Path) -> None:
    image.save(path)
