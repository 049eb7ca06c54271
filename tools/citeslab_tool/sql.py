"""Run by the venv's Python: one statement read as JSON, its rows written as JSON."""

import json
import sys

import psycopg2


def main():
    """Read {query, params, dbname}; libpq's variables say where the server is."""
    request = json.load(sys.stdin)
    try:
        connection = psycopg2.connect(dbname=request["dbname"])
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(request["query"], request["params"] or None)
            rows = cursor.fetchall() if cursor.description else []
    except psycopg2.Error as error:
        sys.exit(str(error).strip().splitlines()[0])
    json.dump(rows, sys.stdout, default=str)


if __name__ == "__main__":
    main()
