"""Fails when a line or a branch of the rules is not covered."""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main() -> int:
    """Read what the test run measured; 0 if nothing is left out."""
    report = json.loads(Path(".coverage.json").read_text())
    rules = {name: one["summary"] for name, one in report["files"].items() if "/rules/" in name}
    parts = sum(one["num_statements"] + one["num_branches"] for one in rules.values())
    left_out = {name: one["missing_lines"] + one["missing_branches"] for name, one in rules.items()}
    covered = 100 * (1 - sum(left_out.values()) / parts)
    sys.stdout.write(f"coverage: {covered:.2f} % of the rules' lines and branches\n")
    sys.stdout.writelines(f"  {number} left out in {name}\n" for name, number in left_out.items() if number)
    return 1 if any(left_out.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
