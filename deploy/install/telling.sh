# What install.sh says and does: every change goes through `does`, so that --dry-run changes nothing.
# shellcheck shell=sh
changes=0
lefts=""
begun="" # a file that is there from the next change on, if any is named

says() { printf '%s\n' "$*"; }

kept() { says "  kept   $*"; }

# What a person has to do; told once more at the end.
left() {
    says "  left   $*"
    lefts="$lefts
- $*"
}

refuses() {
    printf 'install.sh: %s\n' "$*" >&2
    exit 1
}

begins() {
    if [ -n "$begun" ]; then mkdir -p "${begun%/*}" && : >"$begun"; fi
}

# does WHAT COMMAND…: say what, and do it unless this is a dry run.
does() {
    what=$1
    shift
    changes=$((changes + 1))
    if [ -n "$DRY" ]; then
        says "  would  $what"
    else
        says "  did    $what"
        begins
        "$@"
    fi
}

# Packages, users, databases and services are the machine's; with --root only files are written.
is_this_machine() { [ -z "$ROOT" ]; }

tells_the_end() {
    if [ "$changes" = 0 ]; then says "nothing was to be changed"; fi
    if [ -n "$lefts" ]; then says "left for you:$lefts"; fi
}
