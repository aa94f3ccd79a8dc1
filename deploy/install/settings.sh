# Settings in /etc/media-vm.env, and the keys beside it.
# shellcheck shell=sh
ENV=/etc/media-vm.env

settings() {
    if [ ! -e "$ROOT$ENV" ]; then
        write_settings >"$WORK/env"
        does "settings $ENV" write_file "$WORK/env" "$ROOT$ENV" 0600
    else
        newer=$(sed -n 's/^#\([A-Z_]*\)=.*/\1/p' "$HERE/deploy/env.example" | while read -r name; do
            grep -q "^#\{0,1\}$name=" "$ROOT$ENV" || printf ' %s' "$name"
        done)
        kept "$ENV is yours${newer:+; settings that it does not mention (deploy/env.example):$newer}"
    fi
    secret main-api-key "${MAIN_API_KEY:-$(random_key)}"
    secret api-key "${MEDIA_VM_API_KEY:-$(random_key)}"
    if [ -z "$NO_DATABASE" ]; then database_urls; fi
    wants MAIN_API_URL "${MAIN_API_URL:-}" "the worker needs it"
    wants MEDIA_BACKEND_URL "${MEDIA_BACKEND_URL:-}" "what pictures' URLs begin with"
    if [ -e "$ROOT/etc/media-vm/main-api-database-url" ] && [ -z "$(setting SMART_MEDIA_BASE_URL)" ]; then
        left "set SMART_MEDIA_BASE_URL in $ENV: replace-urls needs it"
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
    for name in MAIN_API_URL MEDIA_BACKEND_URL; do
        eval "value=\${$name:-}"
        # shellcheck disable=SC2154 # eval's
        case $value in
            '') says "#$name=" ;;
            *[!A-Za-z0-9._~:/?\&=%@+-]*) refuses "$name is no plain URL: $value" ;;
            http://* | https://*) says "$name=$value" ;;
            *) refuses "$name begins with neither http:// nor https://: $value" ;;
        esac
    done
    says ""
    cat "$HERE/deploy/env.example"
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
