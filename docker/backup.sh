#!/usr/bin/env bash
# Every day: the database and its files, kept for so many days, each file complete.
set -euo pipefail
keep=${BACKUP_DAYS:-14}
while true; do
    stamp=$(date -u +%Y%m%d-%H%M)
    # A name with a dot is a copy under way: it is renamed once whole.
    pg_dump --format=custom --file="/backups/.$stamp.dump" "$DATABASE"
    tar -C /var/lib/odoo -czf "/backups/.$stamp-files.tar.gz" "filestore/$DATABASE" \
        || test $? -eq 1
    mv "/backups/.$stamp.dump" "/backups/$stamp.dump"
    mv "/backups/.$stamp-files.tar.gz" "/backups/$stamp-files.tar.gz"
    find /backups -name '*.dump' -mtime "+$keep" -delete
    find /backups -name '*-files.tar.gz' -mtime "+$keep" -delete
    sleep 86400
done
