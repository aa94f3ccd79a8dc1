"""Can picture processes do their work, and nothing else? Facts in, lines out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from media_vm.rules.checkup import Line, ok, problem, warning
from media_vm.rules.pictures import NobodyThere, Remover

INSTALL = "install media VM's locked packages again (`make install`): their libvips has every codec"


@dataclass(frozen=True, slots=True)
class Codecs:
    """formats: each with what went wrong when a picture was written and read in it, or None. open_loaders: of
    libvips, that are not ours and yet open. locked: those that are there and locked. landlock: of the kernel's
    interface, 0 for none."""

    libvips: str
    libheif: str
    landlock: int
    formats: Mapping[str, str | None]
    open_loaders: tuple[str, ...]
    locked: tuple[str, ...]


def lines_of_pictures(codecs: Codecs) -> Iterator[Line]:
    """Formats, loaders, confinement."""
    broken = {name: trouble for name, trouble in codecs.formats.items() if trouble is not None}
    for name, trouble in broken.items():
        yield problem(f"pictures: {name}", str(trouble), INSTALL)
    if fine := [name for name in codecs.formats if name not in broken]:
        yield ok("pictures: formats", f"written and read by a confined child: {', '.join(fine)}")
    yield _loaders(codecs)
    yield _landlock(codecs.landlock)


def _loaders(codecs: Codecs) -> Line:
    what, versions = "pictures: loaders", f"libvips {codecs.libvips}, libheif {codecs.libheif}"
    if codecs.open_loaders:
        names = ", ".join(codecs.open_loaders)
        return problem(what, f"{versions}; open to foreign bytes: {names}", INSTALL)
    risky = [name for name in ("ImageMagick", "PDF") if not any(_is_of(name, one) for one in codecs.locked)]
    absent = f"; not even built in: {', '.join(risky)}" if risky else ""
    return ok(what, f"{versions}; only ours are open, {len(codecs.locked)} others are locked{absent}")


def _is_of(name: str, loader: str) -> bool:
    return loader.startswith({"ImageMagick": "magick", "PDF": "pdf"}[name])


def _landlock(version: int) -> Line:
    what = "pictures: confinement"
    if version == 0:
        return warning(
            what,
            "this kernel has no Landlock: a child that a picture takes over could read this user's files",
            "use a kernel from 5.13 on with Landlock among its security modules (lsm=landlock,…)",
        )
    return ok(what, f"memory, time and files of a child are limited (Landlock {version})")


def line_of_remover(remover: Remover, missing: NobodyThere | None) -> Line:
    """missing: what it lacks, and that it is switched off."""
    what = "pictures: background removal"
    if missing is NobodyThere.SWITCHED_OFF:
        return ok(what, "switched off")
    if missing is None:
        return ok(what, f"by {remover.value}")
    seen, remedy = _MISSING[missing]
    return problem(what, f"{seen}: no logo loses its background", remedy)


_MISSING: Final = {
    NobodyThere.NOT_INSTALLED: (
        "MEDIA_VM_BACKGROUND_REMOVER=rembg, and rembg is not installed",
        "install it into media VM's environment (pip install -e '.[rembg]'), or set it to plain or off",
    ),
    NobodyThere.MODEL_MISSING: (
        "a child cannot load rembg's model",
        "put u2netp.onnx into a folder that this user can read, and name that in MEDIA_VM_REMBG_DIR "
        "(docs/operator.md)",
    ),
}
