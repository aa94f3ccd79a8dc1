#!/bin/sh
# The page tests drive a real browser: take the one that is there, install Debian's as root, else say what to do.
set -eu
for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing Chromium for the page tests …"
    apt-get update -qq && apt-get install -y -qq chromium >/dev/null && exit 0
fi
echo "the page tests need Chromium: apt-get install chromium (as root), then make test" >&2
exit 1
