"""Landlock: a process gives up, for good, every file it does not need (landlock(7), linux/landlock.h).

By bare system calls, for the C library has no names for them. A kernel without it (before 5.13, or with it
switched off) leaves a child with its other limits.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same on every architecture
_VERSION: Final = 1  # LANDLOCK_CREATE_RULESET_VERSION
_BENEATH: Final = 1  # LANDLOCK_RULE_PATH_BENEATH

_EXECUTE, _WRITE, _READ, _LIST = 1, 2, 4, 8
_REMOVE_FILE, _MAKE_FILE, _TRUNCATE = 1 << 5, 1 << 8, 1 << 14
_READING: Final = _EXECUTE | _READ | _LIST
_WRITING: Final = _READ | _LIST | _WRITE | _REMOVE_FILE | _MAKE_FILE | _TRUNCATE
_OF_A_FILE: Final = _EXECUTE | _WRITE | _READ | _TRUNCATE
_FILE_RIGHTS: Final = (0, (1 << 13) - 1, (1 << 14) - 1, (1 << 15) - 1, (1 << 15) - 1, (1 << 16) - 1)
"""All that there is to forbid on files, by version of the interface."""

_TCP: Final = 3  # bind and connect, from version 4
_SCOPES: Final = 3  # other processes' abstract sockets, and signals to them, from version 6


def landlock_version() -> int:
    """Of the kernel's interface; 0 if it has none, or has it switched off."""
    return max(0, _call(_CREATE, None, 0, _VERSION))


def keep_only(reading: Iterable[Path], writing: Iterable[Path]) -> None:
    """From now on this process reads and lists files beneath `reading`, makes and removes plain files beneath
    `writing`, and does nothing else with any file; nor does it use TCP, nor signal other processes.

    Before other threads start: it binds the calling one and those that come after. OSError.
    """
    version = landlock_version()
    if version == 0:
        return
    handled = _FILE_RIGHTS[min(version, len(_FILE_RIGHTS) - 1)]
    attributes = struct.pack("QQQ", handled, _TCP if version >= 4 else 0, _SCOPES if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    rules = _call(_CREATE, attributes, size, 0)
    if rules < 0:
        raise OSError(ctypes.get_errno(), "landlock_create_ruleset")
    try:
        for paths, rights in ((reading, _READING), (writing, _WRITING)):
            for path in paths:
                _allow(rules, path, rights & handled)
        if _call(_RESTRICT, rules, 0) != 0:
            raise OSError(ctypes.get_errno(), "landlock_restrict_self")
    finally:
        os.close(rules)


def _allow(rules: int, path: Path, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there needs no permission
    try:
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            rights &= _OF_A_FILE
        if _call(_ADD, rules, _BENEATH, struct.pack("=Qi", rights, place), 0) != 0:
            raise OSError(ctypes.get_errno(), "landlock_add_rule")
    finally:
        os.close(place)


def _call(number: int, *arguments: object) -> int:
    return int(ctypes.CDLL(None, use_errno=True).syscall(number, *arguments))
