#!/bin/sh
# `make bench` counts requests a second with wrk: take the one that is there, install Debian's as root, else go on
# without; those figures then say what is missing.
set -eu
command -v wrk >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing wrk for the bench …"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq wrk >/dev/null && exit 0
fi
echo "requests a second are not measured without wrk: apt-get install wrk (as root)" >&2
