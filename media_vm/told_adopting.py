"""What `media-vm adopt` prints: a line or a few for each media that is not simply complete, or one JSON object."""

from __future__ import annotations

from collections import Counter
from typing import Any

from media_vm.adopting import Adopted
from media_vm.rules.adopting import Verdict
from media_vm.told_costs import printed

DRY = "nothing was written: `--yes` writes"
SAID = {
    Verdict.COMPLETE: "complete",
    Verdict.REMADE: "made again from its original",
    Verdict.LOST: "served without an original: none of its variants can be made again",
    Verdict.AWAITED: "neither original nor variants: fails until the main API lists it again",
    Verdict.UNCHANGED: "nothing to do",
    Verdict.HELD: "a worker is at it, or a file could not be looked at this time: run adopt again",
}


def tell_adopted(one: Adopted) -> str | None:
    """None where there is nothing to say."""
    if one.verdict in (Verdict.COMPLETE, Verdict.UNCHANGED) and not one.refused:
        return None
    lacks = f"; lacks {', '.join(one.gaps)}" if one.gaps else ""
    lines = [f"media {one.media_id}  {SAID[one.verdict]}{lacks}"]
    return "\n".join(lines + [f"  left alone: {printed(file.path)}: {printed(file.why)}" for file in one.refused])


def adopted_json(one: Adopted) -> dict[str, Any]:
    """For a program."""
    return {
        "media_id": one.media_id,
        "verdict": one.verdict,
        "variants": len(one.variants),
        "gaps": list(one.gaps),
        "to_analyse": one.to_analyse,
        "refused": [{"path": file.path, "why": file.why} for file in one.refused],
    }


class Sums:
    """Of a whole run."""

    def __init__(self) -> None:
        self.verdicts: Counter[Verdict] = Counter()
        self.variants = self.to_analyse = self.refused = 0

    def add(self, one: Adopted) -> None:
        """One media more."""
        self.verdicts[one.verdict] += 1
        self.variants += len(one.variants)
        self.to_analyse += one.to_analyse
        self.refused += len(one.refused)

    @property
    def is_fine(self) -> bool:
        """Is there nothing that a person has to look at?"""
        return self.refused == 0 and not any(one.needs_a_person for one in self.verdicts)

    def told(self, *, is_dry: bool) -> str:
        """In a line or two."""
        counts = ", ".join(f"{self.verdicts[one]} {one.value}" for one in Verdict if self.verdicts[one])
        told = (
            f"{self.verdicts.total()} media: {counts or 'none were taken over'}; {self.variants} variants adopted"
        )
        told += f", {self.to_analyse} to be analysed, {self.refused} files left alone"
        is_nothing = set(self.verdicts) <= {Verdict.UNCHANGED, Verdict.HELD}
        return f"{told}\n{DRY}" if is_dry and not is_nothing else told

    def as_json(self, *, is_dry: bool) -> dict[str, Any]:
        """For a program."""
        return {
            "is_dry_run": is_dry,
            "verdicts": {one.value: self.verdicts[one] for one in Verdict if self.verdicts[one]},
            "variants": self.variants,
            "to_analyse": self.to_analyse,
            "refused": self.refused,
        }
