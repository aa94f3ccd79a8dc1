#!/bin/sh
# get_packages.sh WHO PACKAGE…: install Debian's packages as root, starting none of their services; else say what to do.
set -eu
who=$1
shift
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing $* for $who …"
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then # Debian's own way to say "install, start nothing": 101 is "forbidden"
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod +x "$policy"
        trap 'rm -f "$policy"' EXIT
    fi
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null && exit 0
fi
echo "$who need $*: apt-get install $* (as root), then make test" >&2
exit 1
