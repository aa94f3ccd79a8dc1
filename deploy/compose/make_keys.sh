#!/bin/sh
# make_keys.sh: the keys of deploy/compose.yaml, made once in deploy/compose/keys/. One that is there stays.
set -eu
umask 077
cd "$(dirname "$0")"
mkdir -p keys
key() {
    if [ -e "keys/$1" ]; then return; fi
    printf '%s\n' "$2" >"keys/$1"
    chmod 0444 "keys/$1" # the containers' users read them; on this machine nobody gets past the folder
    echo "made keys/$1"
}
random_key() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
key database-root-password "$(random_key)"
key database-owner-url "mysql+pymysql://media_vm_owner:$(random_key)@database/oaf_media"
key database-url "mysql+pymysql://media_vm:$(random_key)@database/oaf_media"
key main-api-key "$(random_key)"
key api-key "$(random_key)"
