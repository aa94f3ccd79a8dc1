# Settings in /etc/media-vm.env, and the keys beside it.
# shellcheck shell=sh
ENV=/etc/media-vm.env
URLS="MAIN_API_URL MEDIA_BACKEND_URL"
RESTART="then systemctl restart media-vm-serve 'media-vm-worker@*'"

settings() {
    if [ ! -e "$ROOT$ENV" ]; then
        write_settings >"$WORK/env"
        does "settings $ENV" write_file "$WORK/env" "$ROOT$ENV" 0600
    else
        newer=$(sed -n 's/^#\([A-Z_]*\)=.*/\1/p' "$HERE/deploy/env.example" | while read -r name; do
            grep -q "^#\{0,1\}$name=" "$ROOT$ENV" || printf ' %s' "$name"
        done)
        kept "$ENV is yours${newer:+; settings that it does not mention (deploy/env.example):$newer}"
        for name in $URLS; do kept_url "$name"; done
    fi
    keys
    if [ -z "$NO_DATABASE" ]; then database_urls; fi
    wants MAIN_API_URL "${MAIN_API_URL:-}" "the worker needs it"
    wants MEDIA_BACKEND_URL "${MEDIA_BACKEND_URL:-}" "what pictures' URLs begin with"
    if [ -e "$ROOT/etc/media-vm/main-api-database-url" ] && [ -z "$(setting SMART_MEDIA_BASE_URL)" ]; then
        left "set SMART_MEDIA_BASE_URL in $ENV: replace-urls needs it"
    fi
}

# The two keys of the main API; one that nobody gave is made here, and the main API has to be told.
keys() {
    untold=""
    api_key main-api-key MAIN_API_KEY "it has to take from media VM"
    api_key api-key MEDIA_VM_API_KEY "it has to show to media VM"
    if [ -n "$untold" ]; then left "tell the main API the keys that were made for it:$untold"; fi
    for file in $(find "$ROOT/etc/media-vm" -type f -perm /077 2>/dev/null | LC_ALL=C sort); do
        left "chmod 600 ${file#"$ROOT"}: others than root may read or write this key"
    done
}

# api_key FILE VARIABLE WHAT_FOR
api_key() {
    path=/etc/media-vm/$1
    eval "given=\${$2:-}"
    if [ ! -e "$ROOT$path" ]; then
        secret "$1" "${given:-$(random_key)}"
        if [ -z "$given" ]; then untold="$untold${untold:+,} $path ($3)"; fi
    elif [ -n "$given" ] && [ -r "$ROOT$path" ] && [ "$given" != "$(cat "$ROOT$path")" ]; then
        kept "$path has another key than $2; to change it edit the file, $RESTART"
    fi
}

# kept_url NAME: settings that are there are never written; who gives another is told.
kept_url() {
    eval "given=\${$1:-}"
    known=$(setting "$1")
    if [ -n "$given" ] && [ -n "$known" ] && [ "$given" != "$known" ]; then
        kept "$1 is $known; to change it edit $ENV, $RESTART"
    fi
}

# wants NAME GIVEN WHY: given is what a dry run would have written.
wants() {
    known=$2
    if [ -e "$ROOT$ENV" ]; then known=$(setting "$1"); fi
    if [ -z "$known" ]; then left "set $1 in $ENV: $3"; fi
}

write_settings() {
    says "# What this machine's media VM is. All else that can be set follows, with its defaults."
    says "MEDIA_VM_STORAGE_DIR=/srv/media-vm/storage"
    for name in $URLS; do
        eval "given=\${$name:-}"
        if [ -n "$given" ]; then says "$name=$given"; else says "#$name="; fi
    done
    says ""
    cat "$HERE/deploy/env.example"
}

# plain_url NAME: it goes into a file that a shell reads.
plain_url() {
    eval "given=\${$1:-}"
    # shellcheck disable=SC2154 # eval's
    case $given in
        *[!A-Za-z0-9._~:/?\&=%@+-]*) refuses "$1 is no plain URL: $given" ;;
        '' | http://?* | https://?*) ;;
        *) refuses "$1 begins with neither http:// nor https://: $given" ;;
    esac
}

# Keys that not everybody has get into a unit by a drop-in, once their file is there.
optional_keys() {
    for line in \
        "media-vm-worker@.service openai-api-key OPENAI_API_KEY" \
        "media-vm-worker@.service openrouter-api-key OPENROUTER_API_KEY" \
        "media-vm-worker@.service google-api-key GOOGLE_API_KEY" \
        "media-vm-serve.service serve-secrets MEDIA_VM_SERVE_SECRETS" \
        "media-vm-serve.service serve-key MEDIA_VM_SERVE_KEY"; do
        # shellcheck disable=SC2086 # three words
        set -- $line
        drop_in=/etc/systemd/system/$1.d/$2.conf
        if [ -e "$ROOT/etc/media-vm/$2" ]; then
            says "[Service]
LoadCredential=$2:/etc/media-vm/$2
Environment=$3_FILE=%d/$2" >"$WORK/drop-in"
            put "$WORK/drop-in" "$drop_in" 0644
            new_units=$new_units$wrote
        elif [ -e "$ROOT$drop_in" ]; then
            left "remove $drop_in: its key /etc/media-vm/$2 is gone, so the unit cannot start"
        fi
    done
}
