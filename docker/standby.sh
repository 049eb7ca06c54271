#!/usr/bin/env bash
# A read-only copy of the database that follows it; made at the first start.
set -euo pipefail
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    PGPASSWORD=$STANDBY_PASSWORD pg_basebackup --host=db --username=standby \
        --pgdata="$PGDATA" --write-recovery-conf --slot=standby --checkpoint=fast
    chmod 0700 "$PGDATA"
fi
exec postgres
