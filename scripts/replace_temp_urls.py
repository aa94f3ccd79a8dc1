"""For cron: `media-vm replace-urls` under the name by which the main API's documents know it."""

from __future__ import annotations

import sys

from media_vm.cli import app

if __name__ == "__main__":
    app(["replace-urls", *sys.argv[1:]], prog_name="media-vm")
