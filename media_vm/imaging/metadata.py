"""What remains of a source's metadata once it is pixels: the rights, and nothing else."""

from __future__ import annotations

from typing import Final

from media_vm.imaging.codecs import pyvips
from media_vm.imaging.rights import Rights, packet
from media_vm.imaging.rights_in_tags import rights_in_exif, rights_in_iptc
from media_vm.imaging.rights_in_xmp import rights_in_xmp

_PLACES: Final = {"xmp-data": rights_in_xmp, "iptc-data": rights_in_iptc, "exif-data": rights_in_exif}
"""The one that says it best comes first."""

_NOTHING: Final = Rights()
_INTEGERS: Final = pyvips.GValue.array_int_type
_TIMING: Final = {"page-height": pyvips.GValue.gint_type, "loop": pyvips.GValue.gint_type, "delay": _INTEGERS}


def has(image: pyvips.Image, name: str) -> bool:
    """Is there this item of metadata? The list of all is not to be had: pyvips wants every name in UTF-8, and a
    PNG's comments may be named in Latin-1."""
    return bool(image.get_typeof(name))


def with_rights_alone(image: pyvips.Image, in_file: Rights = _NOTHING) -> pyvips.Image:
    """The pixels of an 8-bit sRGB image, in memory, and nothing else of it but frames' timing and our own XMP
    packet, if there is anything to put in it. in_file: what its file says where libvips does not look."""
    rights = Rights()
    for name, read in _PLACES.items():
        if has(image, name):
            rights = rights.or_else(read(bytes(image.get(name))))
    rights = rights.or_else(in_file)
    size = image.width, image.height, image.bands
    bare = pyvips.Image.new_from_memory(image.write_to_memory(), *size, "uchar").copy(interpretation="srgb")
    for name, kind in _TIMING.items():
        if has(image, name):
            bare.set_type(kind, name, image.get(name))
    if rights:
        bare.set_type(pyvips.GValue.blob_type, "xmp-data", packet(rights))
    return bare
