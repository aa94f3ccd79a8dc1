"""A disk that refuses, in the project's own words, translated once, at the border."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from media_vm.errors import NoRoom, ProviderDown
from media_vm.rules.outages import STORAGE_FULL

FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def disk_may_be_full() -> Iterator[None]:
    """ProviderDown when it is full, which is everybody's trouble; NoRoom for any other refusal."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        detail = f"the storage refuses to be written ({error.strerror})"
        if error.errno in FULL:  # everybody's trouble: wait, spend no attempt
            raise ProviderDown(STORAGE_FULL, detail) from error
        raise NoRoom("storage", detail) from error
