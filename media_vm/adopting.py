"""The files of the system before ours get their rows; the story behind `media-vm adopt`.

    media after media        those that `migrate` took over, by id
    its original             where its row says, else by its name; decoded, and its SHA-256 taken
    its variants             by their names; each decoded, its true format, sides, bytes and SHA-256 taken
    rules/adopting.py        what is to become of it
    one transaction a media  rows, checklist, a line of history

No file is moved, renamed or written: a row names it where it lies. Nothing is remembered between two runs but the
rows themselves, so whoever is killed goes on where it was, and a second run finds nothing to do.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Final

from media_vm.adopting_ports import Eyes, Old, OldFile, OldRows, OldStorage, Refused, Settlement
from media_vm.errors import GiveUp, NotThere, StepFailed
from media_vm.rules.adopting import Found, Verdict, gaps, later, verdict_on
from media_vm.rules.old_names import THUMBNAILS
from media_vm.rules.pictures import Format, SourceFacts, Variant
from media_vm.values import Download, Original

FORMATS: Final = {form.value: form for form in Format}
NOT_PLAIN: Final = (errno.ELOOP, errno.ENOENT, errno.ENXIO)


class _NotSeen(Exception):
    """A file could not be looked at this time, which says nothing of its bytes."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.why)
        self.refused = refused


@dataclass(frozen=True, slots=True)
class Adopted:
    """One media. variants: whose rows were missing. gaps: what is to be made again. to_analyse: a worker will, by
    whatever provider is set up. refused: files of its own that were left alone."""

    media_id: int
    verdict: Verdict
    variants: tuple[Variant, ...] = ()
    gaps: tuple[str, ...] = ()
    to_analyse: bool = False
    refused: tuple[Refused, ...] = ()


@dataclass(slots=True)
class Adoption:
    """One run. is_writing: False only looks. slots: media that are looked at at once."""

    rows: OldRows
    storage: OldStorage
    eyes: Eyes
    slots: int
    is_writing: bool = False
    _live_ones: Iterator[int] = field(default_factory=count, init=False)

    def outcomes(self) -> Iterator[Adopted]:
        """What becomes of each media, as it happens."""
        last, held = 0, False
        with ThreadPoolExecutor(self.slots, thread_name_prefix="adopt") as threads:
            while olds := self.rows.after(last):
                for outcome in threads.map(self._looked_at, olds):
                    held = held or outcome.verdict is Verdict.HELD
                    yield outcome
                last = olds[-1].media_id
        if self.is_writing and not held:
            self.rows.done()

    def _looked_at(self, old: Old) -> Adopted:
        """What could not be seen whole is not settled by half: the next run looks again."""
        try:
            return self._one(old)
        except _NotSeen as trouble:
            return Adopted(old.media_id, Verdict.HELD, refused=(trouble.refused,))

    def _one(self, old: Old) -> Adopted:
        if old.is_leased:
            return Adopted(old.media_id, Verdict.HELD)
        if old.is_made_here or (old.is_settled and old.has_original and not gaps(old.kept)):
            return Adopted(old.media_id, Verdict.UNCHANGED)
        original, facts, refused = self._original(old)
        variants, left = self._variants(old)
        refused += left
        is_new = bool(variants) or (facts is not None and not old.has_original)
        if old.is_settled and not is_new:
            return Adopted(old.media_id, Verdict.UNCHANGED, refused=refused)
        keys = {(one.size, one.format, one.background) for one in variants}
        found = Found(facts is not None or old.has_original, old.kept | keys, old.has_analysis)
        verdict = verdict_on(found)
        settlement = Settlement(old, verdict, found, variants, original, facts)
        if self.is_writing and (written := self._settle(settlement)) is not verdict:
            return Adopted(old.media_id, written, refused=refused)
        lacks = gaps(found.kept) if verdict in (Verdict.REMADE, Verdict.LOST) else ()
        return Adopted(
            old.media_id, verdict, variants, lacks, found.has_original and not old.has_analysis, tuple(refused)
        )

    def _settle(self, settlement: Settlement) -> Verdict:
        old = settlement.old
        if settlement.found.kept and settlement.verdict is Verdict.REMADE:
            settlement = replace(settlement, due_in=later(next(self._live_ones)))
        if settlement.facts and settlement.original and old.has_analysis and not old.is_measured:
            try:
                seen = self.eyes.measure(self.storage.place(settlement.original.path), old.data_type)
                settlement = replace(settlement, measured=seen)
            except StepFailed:
                pass  # its pixels could be decoded: what is only nice to have keeps nothing back
        return self.rows.settle(settlement)

    def _original(self, old: Old) -> tuple[Original | None, SourceFacts | None, tuple[Refused, ...]]:
        path = self.storage.original(old)
        if path is None or isinstance(path, Refused):
            return None, None, (path,) if path else ()
        seen = self._seen(path)
        if isinstance(seen, Refused):
            return None, None, (seen,)
        file, facts = seen
        return Original(path, file.bytes, file.sha256), facts, ()

    def _variants(self, old: Old) -> tuple[tuple[Variant, ...], tuple[Refused, ...]]:
        """Of several for one place in the set the library's, and of these the newest. What an earlier run
        found has its row."""
        named, refused = self.storage.candidates(old)
        files = _in_order([file for file in named if file.path not in old.kept_paths])
        found: dict[object, Variant] = {}
        left = list(refused)
        for file in files:
            variant = _variant(file, self._seen(file.path))
            if isinstance(variant, Refused):
                left.append(variant)
                continue
            key = (variant.size, variant.format, variant.background)
            if key in old.kept or key in found:
                left.append(Refused(file.path, "another file is this variant already"))
            else:
                found[key] = variant
        return tuple(found.values()), tuple(left)

    def _seen(self, path: str) -> tuple[Download, SourceFacts] | Refused:
        try:
            return self.storage.measure(path), self.eyes.look_through(self.storage.place(path))
        except (GiveUp, NotThere) as failure:
            return Refused(path, str(failure))
        except StepFailed as failure:
            raise _NotSeen(Refused(path, str(failure))) from failure
        except OSError as error:
            refused = Refused(path, f"it cannot be read: {error.strerror}")
            if error.errno in NOT_PLAIN:
                return refused
            raise _NotSeen(refused) from error


def _in_order(files: Sequence[OldFile]) -> list[OldFile]:
    """The library before legacy thumbnails, the newest first; names decide between those of one moment."""
    return sorted(files, key=lambda one: (one.path.startswith(f"{THUMBNAILS}/"), -one.written, one.path))


def _variant(file: OldFile, seen: tuple[Download, SourceFacts] | Refused) -> Variant | Refused:
    if isinstance(seen, Refused):
        return seen
    read, facts = seen
    if facts.type not in FORMATS:
        return Refused(file.path, f"{facts.type} is none of the formats that are served")
    return Variant(
        file.size,
        FORMATS[facts.type],
        file.background,
        facts.width,
        facts.height,
        read.bytes,
        read.sha256,
        file.path,
    )
