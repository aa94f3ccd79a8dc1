"""Which files a dump names: what a restore of it needs, and what a backup keeps for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from media_vm.adapters.dump_rows import rows_in
from media_vm.rules.adopting import ADOPTION, NEEDED
from media_vm.rules.upkeep import STRAYS, owner_of


@dataclass(frozen=True, slots=True)
class Named:
    """paths: what fsck would look for after a restore, relative to the storage root. put_aside: media of which
    something is in quarantine. awaits_adoption: there may be files that no row names yet."""

    paths: frozenset[str]
    put_aside: frozenset[int]
    awaits_adoption: bool

    def has(self, path: str) -> bool:
        """Does anybody need that file? What is in quarantine is named by its media's id, strays by nobody."""
        is_aside = path.startswith("quarantine/") and not path.startswith(f"{STRAYS}/")
        return path in self.paths or (is_aside and owner_of(path) in self.put_aside)


def named_in(dump: Path) -> Named:
    """Of what is deleted nothing is needed, of what is retired no original; what is not adopted yet has no digest.
    WrongUse if the dump is not whole."""
    deleted, paths, put_aside = set[str | None](), set[str](), set[int]()
    for row in rows_in(dump, "media_files"):
        if row["deleted_at"]:
            deleted.add(row["id"])
            continue
        if (path := row["bulk_path"]) and row["sha256"] and not row.get("retired_at"):
            paths.add(path)
        if row.get("quarantined_at"):
            put_aside.add(int(row["id"] or 0))
    for row in rows_in(dump, "media_variants"):
        if (path := row["path"]) and row["media_id"] not in deleted:
            paths.add(path)
    marks = {row["name"]: row["note"] for row in rows_in(dump, "media_marks")}
    return Named(frozenset(paths), frozenset(put_aside), marks.get(ADOPTION) == NEEDED)
