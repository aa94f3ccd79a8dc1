# nginx, the units, and what runs.
# shellcheck shell=sh

site() {
    new_site=""
    if [ -n "$NO_NGINX$running" ]; then return; fi # the running system may have a site for the same host
    host=$(setting MEDIA_BACKEND_URL)
    host=${host:-${MEDIA_BACKEND_URL:-}}
    host=$(printf %s "$host" | sed 's#^[a-z]*://##;s#[:/].*##')
    port=$(setting MEDIA_VM_SERVE_PORT)
    sed "s/media\\.festival\\.example/${host:-media.festival.example}/;s/127\\.0\\.0\\.1:3001/127.0.0.1:${port:-3001}/" \
        "$HERE/deploy/nginx/media-vm.conf" >"$WORK/site"
    for part in "$HERE"/deploy/nginx/media-vm/*; do
        put "$part" "/etc/nginx/media-vm/${part##*/}" 0644
        new_site=$new_site$wrote
    done
    first_site=""
    if [ ! -e "$ROOT/opt/media-vm/installed/etc/nginx/sites-available/media-vm.conf" ]; then first_site=yes; fi
    if [ -n "$first_site" ]; then
        does "the site is enabled" enable_site
        if [ -n "$installed_nginx" ] && [ -L "$ROOT/etc/nginx/sites-enabled/default" ]; then
            does "nginx's welcome page is no site any more" rm "$ROOT/etc/nginx/sites-enabled/default"
        elif [ -e "$ROOT/etc/nginx/sites-enabled/default" ]; then
            left "is /etc/nginx/sites-enabled/default needed? Without it media VM's time limits count for its port"
        fi
        left "a certificate: certbot --nginx, or yours in /etc/nginx/sites-available/media-vm.conf"
    fi
    put "$WORK/site" /etc/nginx/sites-available/media-vm.conf 0644 # last: who finds it takes the rest for done
    new_site=$new_site$wrote
}

enable_site() {
    mkdir -p "$ROOT/etc/nginx/sites-enabled"
    ln -sfn ../sites-available/media-vm.conf "$ROOT/etc/nginx/sites-enabled/media-vm.conf"
}

units() {
    new_units=""
    for unit in "$HERE"/deploy/systemd/*; do
        put "$unit" "/etc/systemd/system/${unit##*/}" 0644
        new_units=$new_units$wrote
    done
    optional_keys
}

starts() {
    if ! is_this_machine; then
        return
    elif [ -n "$running" ]; then
        if has_systemd; then reads_units; fi
        return
    elif ! has_systemd; then
        left "no systemd runs here: start \`media-vm worker\`, \`media-vm serve\` and nginx yourself, \
deploy/cron has a line for replace-urls"
        return
    fi
    reads_units
    on media-vm.target
    on media-vm-backup.timer
    if [ -n "$has_database" ]; then
        on media-vm-serve.service
        if [ -n "$(setting MAIN_API_URL)" ]; then on media-vm-worker@1.service; fi
    fi
    if [ -e /etc/media-vm/main-api-database-url ]; then on media-vm-replace-urls.timer; fi
    if [ -n "$new_release$new_units$broke_off" ]; then
        does "what runs is started anew" systemctl try-restart media-vm-serve.service 'media-vm-worker@*.service'
    fi
    reads_site
}

has_systemd() { [ -d /run/systemd/system ]; }

reads_units() {
    if [ -n "$new_units$broke_off" ]; then does "systemd reads its units anew" systemctl daemon-reload; fi
}

reads_site() {
    if [ -n "$NO_NGINX" ] || [ -z "$new_site$broke_off" ]; then return; fi
    if [ -n "$DRY" ] || nginx -t -q; then
        does "nginx reads its site" systemctl reload-or-restart nginx
    else
        left "nginx refuses its configuration, and goes on with the one before: correct it (nginx -t), then \
systemctl reload-or-restart nginx"
    fi
}

# Once: what its operator switches off stays off.
on() {
    mark=/opt/media-vm/installed/on/$1
    if [ -e "$mark" ]; then return; fi
    does "$1 is switched on" systemctl enable --quiet --now "$1"
    if [ -z "$DRY" ]; then
        mkdir -p "${mark%/*}"
        : >"$mark"
    fi
}
