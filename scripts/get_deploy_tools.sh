#!/bin/sh
# The tests of deploy/ ask systemd-analyze and shellcheck: take those that are there, or Debian's.
set -eu
command -v systemd-analyze >/dev/null && command -v shellcheck >/dev/null && exit 0
"$(dirname "$0")/get_packages.sh" "the tests of deploy/" systemd shellcheck
