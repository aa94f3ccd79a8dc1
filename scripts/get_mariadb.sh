#!/bin/sh
# The database tests start a MariaDB of their own: take the one that is there, install Debian's as root, else say
# what to do. No service is started: the tests' server has its own folder, socket and port.
set -eu
PATH="$PATH:/usr/sbin:/usr/local/sbin"
command -v mariadbd >/dev/null && command -v mariadb-install-db >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing MariaDB for the database tests …"
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then # Debian's own way to say "install, start nothing": 101 is "forbidden"
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod +x "$policy"
        trap 'rm -f "$policy"' EXIT
    fi
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq mariadb-server >/dev/null && exit 0
fi
echo "the database tests need MariaDB: apt-get install mariadb-server (as root), then make test" >&2
exit 1
