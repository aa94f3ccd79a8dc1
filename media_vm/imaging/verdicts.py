"""What a decoder's complaint means for the file it complains about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from media_vm.errors import GiveUp, MediaVMError, NoRoom, StepFailed
from media_vm.imaging.codecs import pyvips

_NO_MEMORY: Final = ("out of memory", "unable to allocate", "memory allocation")
_FORBIDDEN: Final = "security limit"  # libheif says so of what a file claims, and calls it a memory error
_CUT: Final = ("premature end", "truncated", "unexpected end", "end of file", "end of data")


@contextmanager
def decoding() -> Iterator[None]:
    """Translate what libvips says of foreign bytes; its own words may hold a path, so they stay here."""
    try:
        yield
    except pyvips.Error as error:
        raise _verdict(str(error)) from None
    except UnicodeDecodeError:  # pyvips reads libvips' words as UTF-8, and they may quote the file
        raise _verdict("") from None


@contextmanager
def decoding_in_python() -> Iterator[None]:
    """The same around a decoder that is a Python extension: whatever it stumbles on is the bytes' fault."""
    try:
        yield
    except MediaVMError:
        raise
    except MemoryError:
        raise NoRoom("out_of_memory", "decoding needs more memory than a child may have") from None
    except Exception as error:
        raise _verdict(str(error)) from None


def _verdict(words: str) -> StepFailed:
    words = words.lower()
    if _FORBIDDEN in words:
        return GiveUp("corrupt", "the picture's data asks for more than any picture needs")
    if any(phrase in words for phrase in _NO_MEMORY):
        return NoRoom("out_of_memory", "decoding needs more memory than a child may have")
    if any(phrase in words for phrase in _CUT):
        return GiveUp("truncated", "the picture's data ends early")
    return GiveUp("corrupt", "the picture's data cannot be decoded")
