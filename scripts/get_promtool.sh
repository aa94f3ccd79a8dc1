#!/bin/sh
# A test asks promtool what it thinks of deploy/prometheus/: take the one that is there, else the one of Debian's package
# prometheus, as root. It is unpacked into .promtool/ and not installed, which would start a Prometheus at the next boot.
# Without it that test is skipped, and says so.
set -eu
folder=$(cd "$(dirname "$0")/.." && pwd)/.promtool
command -v promtool >/dev/null && exit 0
[ -x "$folder/promtool" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "fetching promtool for the test of deploy/prometheus/ …"
    package=$(mktemp -d)
    trap 'rm -rf "$package"' EXIT
    cd "$package"
    if apt-get update -qq && apt-get download -qq -o APT::Sandbox::User=root prometheus >/dev/null; then
        dpkg-deb -x prometheus_*.deb . && mkdir -p "$folder" && mv usr/bin/promtool "$folder/promtool" && exit 0
    fi
fi
echo "rules are not checked by promtool without it: apt-get install prometheus (as root)" >&2
