"""Fails when coverage falls: 85 % of all lines, every branch of the rules."""

from __future__ import annotations

import json
import sys
from pathlib import Path

LINES, RULES = 85.0, 100.0


def main() -> int:
    """Read what the test run measured; 0 when both floors hold."""
    report = json.loads(Path(".coverage.json").read_text())
    lines = 100 * report["totals"]["covered_lines"] / report["totals"]["num_statements"]
    rules = [one["summary"] for name, one in report["files"].items() if "/rules/" in name]
    parts = sum(one["num_statements"] + one["num_branches"] for one in rules)
    covered = sum(one["covered_lines"] + one["covered_branches"] for one in rules)
    of_rules = 100 * covered / parts
    sys.stdout.write(f"coverage: {lines:.1f} % of lines, {of_rules:.2f} % of the rules' lines and branches\n")
    return 0 if lines >= LINES and of_rules >= RULES else 1


if __name__ == "__main__":
    sys.exit(main())
