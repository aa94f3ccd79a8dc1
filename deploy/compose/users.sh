# Read once by MariaDB's image, when its data directory is empty: media VM's database and its two users, who come from
# other containers. Their passwords are those of the URLs.
# shellcheck shell=sh
media_vm_password() { sed 's#^[^:]*://[^:]*:##;s#@.*##' "/run/secrets/$1"; }
sed "s/owner-password/$(media_vm_password database-owner-url)/;s/daily-password/$(media_vm_password database-url)/
s/@'localhost'/@'%'/" /media_vm_users.sql | mariadb --protocol=socket -uroot -p"$(cat /run/secrets/database-root-password)"
