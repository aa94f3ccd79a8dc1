"""What `media-vm contract-test` prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from media_vm.rules.contract import Seen, Verdict
from media_vm.told_costs import printed


def tell_seen(seen: Seen) -> str:
    """The verdict, the requirement and what was seen; what the contract wants where that is another thing."""
    told = f"{seen.verdict.value:<8} {seen.name}: {printed(seen.saw)}"
    if seen.verdict in (Verdict.KEPT, Verdict.UNTESTED):
        return told
    return f"{told}\n{'':<8} the contract wants: {seen.wants}"


def tell_verdicts(all_: Sequence[Seen]) -> str:
    """The last line."""
    counts = Counter(one.verdict for one in all_)
    return ", ".join(f"{counts[verdict]} {verdict.value}" for verdict in Verdict)


def contract_json(all_: Sequence[Seen]) -> dict[str, Any]:
    """For a program."""
    found = [
        {"requirement": one.name, "verdict": one.verdict.value, "saw": one.saw, "wants": one.wants} for one in all_
    ]
    return {"is_kept": is_kept(all_), "requirements": found}


def is_kept(all_: Sequence[Seen]) -> bool:
    """Is nothing broken?"""
    return all(one.verdict is not Verdict.BROKEN for one in all_)
