#!/bin/sh
# The tests of deploy/ ask systemd-analyze and shellcheck: take those that are there, install Debian's as root, else
# say what to do.
set -eu
command -v systemd-analyze >/dev/null && command -v shellcheck >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing systemd-analyze and shellcheck for the tests of deploy/ …"
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then # Debian's own way to say "install, start nothing": 101 is "forbidden"
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod +x "$policy"
        trap 'rm -f "$policy"' EXIT
    fi
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq systemd shellcheck >/dev/null && exit 0
fi
echo "the tests of deploy/ need systemd and shellcheck: apt-get install both (as root), then make test" >&2
exit 1
