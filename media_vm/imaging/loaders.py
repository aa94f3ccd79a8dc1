"""Which of libvips' loaders are open in this process: only in a child."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final

import pi_heif
import pyvips as binding  # `codecs` is imported first by whoever runs this, and has locked everything

from media_vm.imaging.codecs import OURS, pyvips
from media_vm.imaging.landlock import landlock_version
from media_vm.imaging.tasks import Loaders

_BLOCKED: Final = 32  # VIPS_OPERATION_BLOCKED, libvips/include/vips/operation.h


def loaders() -> Loaders:
    """By the classes that libvips itself lists, so that one that a new release adds is seen as well."""
    strangers, locked = [], []
    for kind, name, flags in _known():
        if flags & _BLOCKED:
            locked.append(name)
        elif not kind.removeprefix("VipsForeignLoad").startswith(OURS):
            strangers.append(name)
    libvips = ".".join(str(pyvips.version(part)) for part in range(3))
    return Loaders(libvips, pi_heif.libheif_version(), landlock_version(), tuple(strangers), tuple(locked))


def _known() -> list[tuple[str, str, int]]:
    """Class, name and flags of every loader that can be called."""
    found: list[tuple[str, str, int]] = []

    def visit(kind: Any, _: Any, __: Any) -> Any:
        name = binding.nickname_find(kind)
        with suppress(binding.Error):  # an abstract class, which nobody can call
            found.append((binding.type_name(kind), name, binding.Introspect.get(name).flags))
        binding.type_map(kind, visit)
        return binding.ffi.NULL

    binding.type_map(binding.type_from_name("VipsForeignLoad"), visit)
    return found
