#!/bin/sh
# The tests of deploy/nginx/ start an nginx of their own: take the one that is there, or Debian's. No service is
# started: the tests' nginx has its own folder and port.
set -eu
PATH="$PATH:/usr/sbin:/usr/local/sbin"
command -v nginx >/dev/null && exit 0
"$(dirname "$0")/get_packages.sh" "the tests of deploy/nginx/" nginx
