# The database's tables, by the new release and before anything runs from it. A database that another system works
# with is only looked at: what becomes of it, and when, its operator says.
# shellcheck shell=sh
UNDER_WAY=/opt/media-vm/installed/under-way

tables() {
    running="" failed=""
    if [ -n "$has_database" ] && [ -e "$RELEASES/$id/.complete" ]; then
        bring_tables
    elif [ -n "$has_database" ]; then # a dry run
        says "  would  look at the database, and bring it to this version's tables unless it is a running system's"
    elif is_this_machine && is_upgrade; then
        failed=yes
    fi
    if [ -n "$failed" ] && is_upgrade; then
        left "release $id is made, and not current: nothing was started anew, what runs goes on as it was. Run \
install.sh again once the database is right"
    fi
}

# A run that breaks off after its first change leaves its mark, and the next one does what follows from a change that
# it finds made already.
goes_live() {
    tables
    if [ -n "$failed" ] && is_upgrade; then return; fi
    broke_off=""
    if is_this_machine && [ -e "$UNDER_WAY" ]; then broke_off=yes; fi
    if is_this_machine; then begun=$UNDER_WAY; fi
    switch
    put "$HERE/deploy/install/media-vm" /usr/local/bin/media-vm 0755
    site
    units
    starts
    begun=""
    if is_this_machine && [ -z "$DRY" ]; then rm -f "$UNDER_WAY"; fi
}

bring_tables() {
    if ! found=$(of_new_release migrate --check --json 2>"$WORK/told") && ! has_line ' "revision": '; then
        fails "$(cat "$WORK/told")"
    elif has_line ' "needs_take_over": true'; then
        running=yes has_database=""
        left "the database is that of a running system, and was left alone; nothing is started, and no site enabled. \
Follow docs/operator.md, \"Taking over the running system\" (it is stopped, backed up, then: sudo media-vm migrate \
--take-over, sudo media-vm adopt --yes), and run install.sh again"
    elif [ -n "$DRY" ]; then
        says "  would  bring the database to this version's tables"
    elif told=$(of_new_release migrate 2>&1); then
        says "  now    $told"
    else
        fails "$told"
    fi
}

has_line() { printf '%s\n' "$found" | grep -q "^$1"; }

fails() {
    has_database="" failed=yes
    left "the database did not take this version's tables: $1"
}
