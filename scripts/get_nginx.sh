#!/bin/sh
# The tests of deploy/nginx/ start an nginx of their own: take the one that is there, install Debian's as root, else say
# what to do. No service is started: the tests' server has its own folder and ports.
set -eu
PATH="$PATH:/usr/sbin:/usr/local/sbin"
command -v nginx >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing nginx for the tests of deploy/nginx/ …"
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then # Debian's own way to say "install, start nothing": 101 is "forbidden"
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod +x "$policy"
        trap 'rm -f "$policy"' EXIT
    fi
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq nginx >/dev/null && exit 0
fi
echo "the tests of deploy/nginx/ need nginx: apt-get install nginx (as root), then make test" >&2
exit 1
