"""The storage folder of a system before ours, read and never written (`OldStorage` port)."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from media_vm.adopting_ports import Old, OldFile, Refused
from media_vm.errors import WrongUse
from media_vm.rules.old_names import (
    AREAS,
    THUMBNAILS,
    OldName,
    begins_with_user,
    read_name,
    stored_path,
    why_refused,
)
from media_vm.rules.paths import library_folder
from media_vm.rules.pictures import Size
from media_vm.values import Download

FOLDERS_REMEMBERED: Final = 64  # a user's media come close together, and no folder is read for each of them anew
LINK: Final = "it is a link, or lies behind one"
_EXTENSION: Final = re.compile(r"\.[A-Za-z0-9]{2,5}")


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    read: OldName
    written: float
    why_not: str | None


class OldDisk:
    """neighbours: which ids are media of the same user and type, for names that may be two media's. is_anothers:
    does another media's row name an original so?"""

    def __init__(
        self,
        root: Path,
        neighbours: Callable[[Old, Collection[int]], frozenset[int]],
        is_anothers: Callable[[Old, str], bool],
    ) -> None:
        self._root = root.resolve()
        self._reading = threading.Lock()  # several ask at once, and each folder is to be read once
        self._neighbours = neighbours
        self._is_anothers = is_anothers
        self._folders: OrderedDict[str, list[_Entry]] = OrderedDict()
        self._thumbnails: Mapping[int, list[tuple[str, _Entry]]] | None = None
        self._bulk: tuple[Mapping[str, list[str]], Mapping[int, list[str]]] | None = None
        if not (self._root / "bulk").is_dir() or not (self._root / "library").is_dir():
            raise WrongUse(
                f"MEDIA_VM_STORAGE_DIR {root} lacks bulk or library: name the folder that holds the old ones"
            )

    def original(self, old: Old) -> str | Refused | None:
        """Where its original is; a link or a folder in its place is refused."""
        told = stored_path(old.bulk_path, "bulk")
        if told and os.path.lexists(self._root / told):
            why = self._why_not_plain(told)
            return Refused(told, why) if why else told
        with self._reading:
            by_name, by_owner = self._all_originals()
        named = by_name.get(PurePosixPath(told).name, []) if told else []
        found = named or by_owner.get(old.media_id, [])
        if len(found) > 1:
            return Refused(found[0], "several files may be this original")
        why = self._why_no_find(old, found[0]) if found else None
        return Refused(found[0], why) if why else next(iter(found), None)

    def _why_no_find(self, old: Old, path: str) -> str | None:
        """None is better than another's picture."""
        name = PurePosixPath(path).name
        if begins_with_user(name):
            return "it is not where the row says, and its name begins with a user's id"
        if self._is_anothers(old, name):
            return "it is not where the row says, and another media's row names it, too"
        return None

    def candidates(self, old: Old) -> tuple[Sequence[OldFile], Sequence[Refused]]:
        """Its files, by their names."""
        files: list[OldFile] = []
        refused: list[Refused] = []
        with self._reading:
            named = list(self._named_after(old))
        for path, entry, is_thumbnail in named:
            size = entry.read.size or (Size.THUMBNAIL if is_thumbnail else None)
            why = entry.why_not or (None if size else "its name tells no size")
            others = [one for one in entry.read.owners if one != old.media_id]
            if why is None and others and self._neighbours(old, others):
                why = "its name may be another media's, too"
            if why or size is None:
                refused.append(Refused(path, why or ""))
            else:
                files.append(OldFile(path, size, entry.read.background, entry.written))
        return files, refused

    def measure(self, path: str) -> Download:
        """Length and SHA-256. OSError for a link that has taken the file's place."""
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK  # a pipe would wait for its writer
        with os.fdopen(os.open(self._root / path, flags), "rb") as file:
            length = os.fstat(file.fileno()).st_size
            return Download(length, hashlib.file_digest(file, "sha256").hexdigest())

    def place(self, path: str) -> Path:
        """As it is spelt: whoever decodes it reads what was measured."""
        return self._root / path

    def _named_after(self, old: Old) -> Iterator[tuple[str, _Entry, bool]]:
        own, base = library_folder(old.user_id, old.data_type), None
        folders = [own]
        if told := stored_path(old.library_path, "library"):
            is_folder = (self._root / told).is_dir()
            folder = told if is_folder else str(PurePosixPath(told).parent)
            folders += [folder] if folder != own and folder != "library" else []
            name = PurePosixPath(told).name
            base = None if is_folder or old.shares_library else read_name(_with_extension(name)).base
        for folder in folders:
            for entry in self._listed(folder):
                is_based = bool(base) and entry.read.base == base
                if is_based or old.media_id in entry.read.owners:
                    yield f"{folder}/{entry.name}", entry, False
        for path, entry in self._legacy().get(old.media_id, ()):
            yield path, entry, True

    def _listed(self, folder: str) -> list[_Entry]:
        if folder in self._folders:
            self._folders.move_to_end(folder)
            return self._folders[folder]
        entries = list(self._read_folder(folder))
        self._folders[folder] = entries
        if len(self._folders) > FOLDERS_REMEMBERED:
            self._folders.popitem(last=False)
        return entries

    def _read_folder(self, folder: str) -> Iterator[_Entry]:
        why_not = self._why_not_folder(folder)
        try:
            with os.scandir(self._root / folder) as found:
                for one in sorted(found, key=lambda entry: entry.name):
                    if one.is_dir(follow_symlinks=False):
                        continue
                    info = one.stat(follow_symlinks=False)
                    why = why_not or _why_not_file(info.st_mode) or why_refused(f"{folder}/{one.name}")
                    yield _Entry(one.name, read_name(one.name), info.st_mtime, why)
        except (FileNotFoundError, NotADirectoryError):
            return

    def _legacy(self) -> Mapping[int, list[tuple[str, _Entry]]]:
        """All legacy thumbnails, by the ids of their names."""
        if self._thumbnails is None:
            found: dict[int, list[tuple[str, _Entry]]] = defaultdict(list)
            for folder in self._walked(THUMBNAILS):
                for entry in self._read_folder(folder):
                    for owner in entry.read.owners:
                        found[owner].append((f"{folder}/{entry.name}", entry))
            self._thumbnails = found
        return self._thumbnails

    def _all_originals(self) -> tuple[Mapping[str, list[str]], Mapping[int, list[str]]]:
        """By name, and by the id that a name begins with; read once, when a first row's path leads nowhere."""
        if self._bulk is None:
            by_name: dict[str, list[str]] = defaultdict(list)
            by_owner: dict[int, list[str]] = defaultdict(list)
            for folder in self._walked("bulk"):
                for entry in self._read_folder(folder):
                    if entry.why_not is None:
                        by_name[entry.name].append(f"{folder}/{entry.name}")
                        if owner := re.match(r"([1-9][0-9]{0,17})[-_.]", entry.name):
                            by_owner[int(owner[1])].append(f"{folder}/{entry.name}")
            self._bulk = by_name, by_owner
        return self._bulk

    def _walked(self, area: str) -> Iterator[str]:
        """The area and every folder below it that no link leads to."""
        for at, _, __ in os.walk(self._root / area):
            yield Path(at).relative_to(self._root).as_posix()

    def _why_not_plain(self, path: str) -> str | None:
        try:
            info = (self._root / path).lstat()
        except OSError as error:
            return f"it cannot be read: {error.strerror}"
        return self._why_not_folder(str(PurePosixPath(path).parent)) or _why_not_file(info.st_mode)

    def _why_not_folder(self, folder: str) -> str | None:
        """The areas themselves may be links to another disk; nothing below them may."""
        area = next((one for one in AREAS if folder == one or folder.startswith(f"{one}/")), None)
        if area is None:
            return "it is not within bulk, library or thumbnails"
        real = (self._root / area).resolve() / PurePosixPath(folder).relative_to(area)
        return None if (self._root / folder).resolve() == real else LINK


def _why_not_file(mode: int) -> str | None:
    if stat.S_ISLNK(mode):
        return LINK
    return None if stat.S_ISREG(mode) else "it is no plain file"


def _with_extension(name: str) -> str:
    """`abstract.sunset` has none to be taken off."""
    return name if _EXTENSION.fullmatch(PurePosixPath(name).suffix) else f"{name}.jpg"
