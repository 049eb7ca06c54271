#!/usr/bin/env bash
# Every day: the database and its files, kept for so many days, each file complete.
# Every hour: the ledger of the erasures, to be replayed on a backup that is older.
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
    for _hour in {1..24}; do
        psql --dbname="$DATABASE" --no-align --tuples-only \
            --output=/backups/.erasures.json --set=ON_ERROR_STOP=1 --command="
            SELECT COALESCE(json_agg(json_build_object(
                       'date', date, 'reason', reason, 'digest', digest)
                       ORDER BY date, id), '[]')
              FROM citeslab_erasure" \
            && mv /backups/.erasures.json /backups/erasures.json
        sleep 3600
    done
done
