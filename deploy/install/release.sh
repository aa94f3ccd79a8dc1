# One folder a version below /opt/media-vm/releases, `current` pointing at one: so an upgrade is one rename, and the
# way back too. A release's name is what it is made of.
# shellcheck shell=sh
RELEASES=/opt/media-vm/releases CURRENT=/opt/media-vm/current

release() {
    new_release="" id=""
    if ! is_this_machine; then
        left "with --root no release is made"
        return
    fi
    python=${PYTHON:-python3}
    command -v "$python" >/dev/null || { left "$python is not there yet: no release is made"; return; }
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || refuses "media VM needs Python 3.11 or newer"
    id=$(release_id)
    if [ ! -e "$RELEASES/$id/.complete" ]; then
        does "release $id, its packages by their hashes (some minutes)" make_release "$RELEASES/$id"
    fi
}

# Only once the database has its tables: what runs goes on with the old release until then. In a first installation
# there is nothing that runs, and `sudo media-vm` is wanted for what is left.
switch() {
    if [ -z "$id" ]; then return; fi
    before=$(readlink "$CURRENT" || true)
    if [ "$before" != "releases/$id" ]; then
        does "current is release $id" point_at "$id"
        new_release=yes
    fi
    forget_old_releases "${before#releases/}"
}

is_upgrade() { [ -n "$id" ] && [ -e "$CURRENT" ] && [ "$(readlink "$CURRENT")" != "releases/$id" ]; }

# The command of the release that is to be, with its keys: /usr/local/bin/media-vm is still the old one's.
of_new_release() { MEDIA_VM_RELEASE=releases/$id sh "$HERE/deploy/install/media-vm" "$@"; }

release_id() {
    {
        "$python" -V
        cd "$HERE" || exit
        find media_vm serve migrations pyproject.toml requirements/run.lock requirements/build.lock \
            -type f ! -name '*.pyc' -exec sha256sum {} + | LC_ALL=C sort -k 2
    } | sha256sum | cut -c 1-12
}

make_release() {
    rm -rf "$1"
    "$python" -m venv "$1"
    for lock in run build; do
        "$1/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
            --require-hashes -r "$HERE/requirements/$lock.lock"
    done
    "$1/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation "$HERE"
    touch "$1/.complete"
}

point_at() {
    ln -sfn "releases/$1" "$CURRENT.tmp"
    mv -T "$CURRENT.tmp" "$CURRENT"
}

# One beside the current one stays, for the way back: the one that ran until now, else the newest.
forget_old_releases() {
    spare=""
    if [ "$1" != "$id" ] && [ -d "$RELEASES/$1" ]; then spare=$1; fi
    for old in $(ls -1t "$RELEASES" 2>/dev/null || true); do
        if [ "$old" = "$id" ] || [ "$old" = "$spare" ]; then continue; fi
        if [ -z "$spare" ]; then spare=$old; continue; fi
        does "old release $old is removed" rm -rf "${RELEASES:?}/$old"
    done
}
