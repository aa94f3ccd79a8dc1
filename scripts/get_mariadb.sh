#!/bin/sh
# The database tests start a MariaDB of their own: take the one that is there, or Debian's. No service is started: the
# tests' server has its own folder, socket and port.
set -eu
PATH="$PATH:/usr/sbin:/usr/local/sbin"
command -v mariadbd >/dev/null && command -v mariadb-install-db >/dev/null && exit 0
"$(dirname "$0")/get_packages.sh" "the database tests" mariadb-server
