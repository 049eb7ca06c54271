#!/usr/bin/env bash
# At the first start of the database: a role that may only copy it (profile standby).
set -euo pipefail
psql --set=password="$STANDBY_PASSWORD" <<'SQL'
CREATE ROLE standby WITH REPLICATION LOGIN PASSWORD :'password';
SELECT pg_create_physical_replication_slot('standby');
ALTER SYSTEM SET max_slot_wal_keep_size = '4GB';
SQL
echo "host replication standby all scram-sha-256" >> "$PGDATA/pg_hba.conf"
