#!/bin/sh
# install.sh sets media VM up on Debian 12 or newer, and brings it to this version where it is set up already:
# packages, the user media-vm, folders, /opt/media-vm, the database, settings and keys, units, nginx.
#
#   [MAIN_API_URL=… MEDIA_BACKEND_URL=…] [MAIN_API_KEY=…] [MEDIA_VM_API_KEY=…] \
#       deploy/install.sh [--dry-run] [--no-database] [--no-nginx]
#
# It may be run again at any time. What you changed stays: it shows what would differ. --dry-run changes nothing.
# Exit code 1: the database did not take this version's tables, or something broke off.
# --no-database: yours is elsewhere; put its URL into /etc/media-vm/database-url and -owner-url. --root DIR: write the
# files below DIR and do nothing else, for whoever builds an image. docs/operator.md tells the rest.
set -eu
umask 022
HERE=$(cd "$(dirname "$0")/.." && pwd)
DRY="" ROOT="" NO_DATABASE="" NO_NGINX=""
PATH="$PATH:/usr/sbin:/sbin"
# shellcheck source=deploy/install/telling.sh
. "$HERE/deploy/install/telling.sh"

usage() {
    sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p;}' "$0" >&2
    exit 2
}

while [ $# -gt 0 ]; do
    case $1 in
        --dry-run) DRY=yes ;;
        --no-database) NO_DATABASE=yes ;;
        --no-nginx) NO_NGINX=yes ;;
        --root)
            [ $# -gt 1 ] || usage
            [ -d "$2" ] || refuses "--root $2: there is no such folder; make it first: mkdir -p $2"
            ROOT=$(cd "$2" && pwd)
            shift
            ;;
        *) usage ;;
    esac
    shift
done

# shellcheck source=deploy/install/files.sh
. "$HERE/deploy/install/files.sh"
# shellcheck source=deploy/install/release.sh
. "$HERE/deploy/install/release.sh"
# shellcheck source=deploy/install/database.sh
. "$HERE/deploy/install/database.sh"
# shellcheck source=deploy/install/tables.sh
. "$HERE/deploy/install/tables.sh"
# shellcheck source=deploy/install/settings.sh
. "$HERE/deploy/install/settings.sh"
# shellcheck source=deploy/install/services.sh
. "$HERE/deploy/install/services.sh"

packages() {
    installed_nginx=""
    wanted="ca-certificates fontconfig-config fonts-dejavu-core mariadb-client python3-venv"
    if [ -z "$NO_DATABASE" ]; then wanted="$wanted mariadb-server"; fi
    if [ -z "$NO_NGINX" ]; then wanted="$wanted nginx"; fi
    missing=""
    for name in $wanted; do
        if [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ]; then continue; fi
        missing="$missing $name"
        if [ "$name" = nginx ]; then installed_nginx=yes; fi
    done
    # shellcheck disable=SC2086 # a list
    if [ -n "$missing" ]; then does "packages:$missing" get_packages $missing; fi
}

get_packages() {
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >"$WORK/apt" 2>&1 || {
        tail -n 20 "$WORK/apt" >&2
        refuses "apt-get install$missing failed"
    }
}

user() {
    if getent passwd media-vm >/dev/null; then return; fi
    does "user media-vm" useradd --system --user-group --home-dir /var/lib/media-vm --no-create-home \
        --shell /usr/sbin/nologin media-vm
}

folders() {
    folder /etc/media-vm 0755 root
    folder /opt/media-vm 0755 root
    folder /opt/media-vm/releases 0755 root
    folder /srv/media-vm 0750 media-vm
    folder /srv/media-vm/storage 0750 media-vm
    folder /var/backups/media-vm 0750 media-vm
    folder /var/lib/media-vm 0750 media-vm
    if [ -z "$NO_NGINX" ]; then folder /var/cache/nginx 0755 root; fi
}

if is_this_machine; then
    [ -r /etc/debian_version ] || refuses "this is no Debian: docs/operator.md has the way by hand"
    [ "$(id -u)" = 0 ] || refuses "this is for root: sudo deploy/install.sh; --root DIR needs no root"
fi
for name in $URLS; do plain_url "$name"; done # before anything is made
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
trap 'exit 1' INT TERM

says "media VM from $HERE${ROOT:+ into $ROOT}${DRY:+ (a dry run: nothing is changed)}"
if is_this_machine; then
    packages
    user
else
    installed_nginx=""
fi
folders
settings
release
database
goes_live
tells_the_end
if [ -n "$failed" ]; then exit 1; fi
