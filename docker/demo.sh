#!/usr/bin/env bash
# Install the demo once, as `./citeslab demo` does, then serve it.
# It is built under another name: a demo that exists is complete.
set -euo pipefail
export PGHOST=$HOST PGUSER=$USER PGPASSWORD=$PASSWORD
scripts=/opt/citeslab/tools/citeslab_tool/odoo_scripts
draft=${DATABASE}_new

listed() {
    PYTHONPATH=/opt/citeslab/tools python3 -c "
from citeslab_tool import lab, templates as t
print(','.join($1))"
}

run() {
    /entrypoint.sh odoo -d "$draft" --skip-auto-install --stop-after-init --no-http "$@"
}

script() {
    for name in "$@"; do cat "$scripts/$name.py"; done |
        odoo shell -c /etc/odoo/odoo.conf --db_host="$HOST" --db_user="$USER" \
            --db_password="$PASSWORD" -d "$draft" --no-http
}

wait-for-psql.py --db_host "$HOST" --db_port 5432 --db_user "$USER" \
    --db_password "$PASSWORD" --timeout=60
if [ -z "$(psql -d postgres -Atc "SELECT 1 FROM pg_database WHERE datname = '$DATABASE'")" ]
then
    psql -d postgres -c "DROP DATABASE IF EXISTS \"$draft\" WITH (FORCE)"
    run -i "$(listed 't.stock_dependencies() + t.COMPANIONS')" \
        --load-language=fr_FR --without-demo
    script store prepare_demo
    run -i "$(listed 'lab.addons()')" --with-demo
    script finish_demo assets
    psql -d postgres -c "ALTER DATABASE \"$draft\" RENAME TO \"$DATABASE\""
fi
# One process: nothing routes the websocket here.
exec /entrypoint.sh odoo -d "$DATABASE" --db-filter="^$DATABASE\$" --workers=0
