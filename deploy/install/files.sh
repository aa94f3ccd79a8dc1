# Folders, files and secrets. A file that was changed since we wrote it is its owner's: it stays, and what differs is
# shown. What we wrote is remembered in /opt/media-vm/installed.
# shellcheck shell=sh

# folder PATH MODE OWNER: made if it is not there.
folder() {
    if [ ! -d "$ROOT$1" ]; then
        does "folder $1 ($3, $2)" make_folder "$@"
    elif is_this_machine && [ "$(stat -c '%U %a' "$1")" != "$3 ${2#0}" ]; then
        kept "$1 is $(stat -c '%U, %a' "$1"); as installed it would be $3, ${2#0}"
    fi
}

make_folder() {
    mkdir -p "$ROOT$1"
    chmod "$2" "$ROOT$1"
    if is_this_machine; then chown "$3:$3" "$1"; fi
}

# put SOURCE PATH MODE: sets wrote=yes if it is, or would be, written.
put() {
    wrote=""
    target=$ROOT$2
    ours=$ROOT/opt/media-vm/installed$2
    if [ ! -e "$target" ] && [ -e "$ours" ]; then
        kept "$2 was taken away; it is in this version's deploy/ if you want it again"
    elif [ ! -e "$target" ]; then
        does "file $2" write_both "$@"
        wrote=yes
    elif cmp -s "$1" "$target"; then
        if ! cmp -s "$1" "$ours"; then write_ours "$@"; fi
    elif [ -e "$ours" ] && cmp -s "$ours" "$target"; then
        does "file $2, which this version has anew" write_both "$@"
        wrote=yes
    else
        kept "$2 is yours; this version's would change it so:"
        diff -u "$target" "$1" | sed '1,2d;s/^/         /' || true
    fi
}

write_ours() {
    if [ -z "$DRY" ]; then
        mkdir -p "$(dirname "$ours")"
        install -m 0600 "$1" "$ours"
    fi
}

write_both() {
    write_file "$1" "$target" "$3"
    write_ours "$@"
}

# write_file SOURCE TARGET MODE: whole or not at all.
write_file() {
    mkdir -p "$(dirname "$2")"
    install -m "$3" "$1" "$2.tmp"
    mv "$2.tmp" "$2"
}

# secret NAME TEXT: a file that root alone may read. One that is there is never touched.
secret() {
    if [ -e "$ROOT/etc/media-vm/$1" ]; then return; fi
    printf '%s\n' "$2" >"$WORK/secret"
    does "secret /etc/media-vm/$1" write_file "$WORK/secret" "$ROOT/etc/media-vm/$1" 0600
    rm "$WORK/secret"
}

random_key() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

# What a settings file says of a name, without its quotes.
setting() {
    if [ -r "$ROOT/etc/media-vm.env" ]; then
        sed -n "s/^$1=//p" "$ROOT/etc/media-vm.env" | tail -n 1 | sed "s/^[\"']//;s/[\"']\$//"
    fi
}
