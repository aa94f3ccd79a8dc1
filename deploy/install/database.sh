# The database on this machine, by root's own way in (MariaDB's unix_socket). Passwords go in by standard input.
# shellcheck shell=sh
SOCKET=/run/mysqld/mysqld.sock

database_urls() {
    for name in database-owner-url:media_vm_owner database-url:media_vm; do
        secret "${name%%:*}" "mysql+pymysql://${name#*:}:$(random_key)@localhost/oaf_media?unix_socket=$SOCKET"
    done
}

# Is it the one that we would make? Any other URL is an operator's own database.
is_ours() { grep -q "^mysql+pymysql://$2:[0-9a-f]*@localhost/oaf_media?unix_socket=$SOCKET\$" "/etc/media-vm/$1"; }

password() { sed 's#^[^:]*://[^:]*:##;s#@.*##' "/etc/media-vm/$1"; }

lets_in() { MYSQL_PWD=$(password "$1") mariadb --no-defaults -S "$SOCKET" -u "$2" -e 'SELECT 1' oaf_media >/dev/null 2>&1; }

database() {
    has_database=""
    if ! is_this_machine; then
        left "with --root no database is made: deploy/sql/media_vm_users.sql"
    elif [ -n "$NO_DATABASE" ] && ! { [ -s /etc/media-vm/database-url ] && [ -s /etc/media-vm/database-owner-url ]; }; then
        left "put your database's URLs into /etc/media-vm/database-url and database-owner-url (chmod 600), and run \
install.sh again"
    elif [ ! -e /etc/media-vm/database-url ]; then # a dry run
        does "database oaf_media and its users media_vm_owner and media_vm" make_database
    elif ! is_ours database-owner-url media_vm_owner || ! is_ours database-url media_vm; then
        kept "the database is the one that /etc/media-vm/database-url names"
        has_database=yes
    elif ! command -v mariadb >/dev/null || ! mariadb --no-defaults -S "$SOCKET" -e 'SELECT 1' >/dev/null 2>&1; then
        left "MariaDB does not answer root on $SOCKET: start it, then run install.sh again"
    else
        if ! { lets_in database-owner-url media_vm_owner && lets_in database-url media_vm; }; then
            does "database oaf_media and its users media_vm_owner and media_vm" make_database
        fi
        has_database=yes
    fi
}

make_database() {
    # In a file, for everybody sees what a command is called with; printf is the shell's own.
    printf 's/owner-password/%s/;s/daily-password/%s/\n' "$(password database-owner-url)" "$(password database-url)" \
        >"$WORK/passwords"
    sed -f "$WORK/passwords" "$HERE/deploy/sql/media_vm_users.sql" | mariadb --no-defaults -S "$SOCKET"
    rm "$WORK/passwords"
    if lets_in database-owner-url media_vm_owner && lets_in database-url media_vm; then return; fi
    refuses "users media_vm_owner and media_vm are there with other passwords than /etc/media-vm/database-owner-url and \
database-url have: write the right ones there, or change them in MariaDB (ALTER USER … IDENTIFIED BY …)"
}
