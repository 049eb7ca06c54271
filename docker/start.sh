#!/usr/bin/env bash
# Serve one database; the first start creates it with the addons, in French.
# An addon that is installed already is left alone: `start.sh -u all` updates.
set -euo pipefail
modules=$(cd /opt/citeslab && printf '%s,' citeslab_*)
exec /entrypoint.sh odoo -d "$DATABASE" --db-filter="^$DATABASE\$" \
    -i "${modules%,}" --load-language=fr_FR "$@"
