"""`python -m scripts.canaries FOLDER…`: does any secret that the tests planted stand in what their run left?

Every file counts: logs, what was printed, pages, pictures, SQLite files, and those in which MariaDB keeps its
rows. Exit codes: 0 none, 1 found (the file, its line and the secret's name are told, never the secret), 2 nothing
proven.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.canaries import ALL, HOLDERS, MARK

AT_ONCE = 8 * 2**20
LONGEST = max(len(one) for one in ALL)
NOTHING_PROVEN = "nothing proven: no file that may hold a planted secret has one, so none was planted here"


@dataclass
class Look:
    """What was found: the first place of each secret in each file. planted: files of `HOLDERS` that hold one, as
    they may. named: how many files of a folder have one in their names."""

    files: int = 0
    read: int = 0
    planted: int = 0
    hits: list[str] = field(default_factory=list)
    named: Counter[Path] = field(default_factory=Counter)

    def into(self, folder: Path) -> None:
        """Every file below it; what a symbolic link leads to is looked at where it stands."""
        for path in sorted(folder.rglob("*")):
            if MARK in path.name:
                self.named[path.parent] += 1
            if path.is_file() and not path.is_symlink():
                self._at(path)

    def _at(self, path: Path) -> None:
        first: dict[str, int] = {}
        for line, name in self._secrets(path):
            first.setdefault(name, line)
        self.files += 1
        if path.name in HOLDERS:
            self.planted += bool(first)
        else:
            self.hits += [f"{path}:{line}: {name}" for name, line in first.items()]

    def _secrets(self, path: Path) -> Iterator[tuple[int, str]]:
        """The line of each, and its name. A piece overlaps the next by less than a secret's length, and a secret
        counts in the piece that its mark begins in."""
        line, kept = 1, b""
        with path.open("rb") as file:
            while True:
                read = file.read(AT_ONCE)
                self.read += len(read)
                piece = kept + read
                end = max(0, len(piece) - LONGEST) if read else len(piece)
                at = piece.find(MARK.encode())
                while -1 < at < end:
                    yield line + piece.count(b"\n", 0, at), _name(piece[at : at + LONGEST])
                    at = piece.find(MARK.encode(), at + 1)
                if not read:
                    return
                line, kept = line + piece.count(b"\n", 0, end), piece[end:]


def _name(found: bytes) -> str:
    """Which of them it is, without saying it."""
    text = found.decode(errors="replace")
    names = [one.removeprefix(MARK) for one in ALL if text.startswith(one)]
    return names[0] if names else "a part of a secret"


def main(folders: Sequence[str]) -> int:
    """Look into all of them."""
    look = Look()
    for folder in folders:
        look.into(Path(folder))
    look.hits += [f"{folder}: the names of {number} files in it" for folder, number in look.named.items()]
    for hit in look.hits:
        print(hit, file=sys.stderr)  # noqa: T201 - a script tells
    if not look.hits and not look.planted:
        print(NOTHING_PROVEN, file=sys.stderr)  # noqa: T201
        return 2
    found = f"{len(look.hits)} found" if look.hits else "none found"
    print(  # noqa: T201
        f"planted secrets: {found} in {look.files} files ({look.read / 1e6:.0f} MB); "
        f"{look.planted} files hold some, as they may"
    )
    return 1 if look.hits else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
