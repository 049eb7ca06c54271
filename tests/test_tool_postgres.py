"""The private cluster: shared, stopped by the last one out, found after a crash."""

import os
import signal
import socket
import tempfile
import time
from pathlib import Path

import pytest
from citeslab_tool.errors import Trouble
from citeslab_tool.home import Home, remove
from citeslab_tool.postgres import PORT, Cluster, Sql, prepare_role


@pytest.fixture(scope="module")
def place():
    """A home that the account of PostgreSQL can enter (pytest's own are private)."""
    folder = Path(tempfile.mkdtemp(prefix="citeslab-test-"))
    folder.chmod(0o755)
    home = Home(folder)
    home.create()
    yield home
    remove(folder)


@pytest.fixture
def cluster(place):
    """A throwaway cluster in that home."""
    return Cluster(place, "unit", throwaway=True)


def listening(cluster):
    """Tell whether somebody answers on the socket of the cluster."""
    with socket.socket(socket.AF_UNIX) as probe:
        return not probe.connect_ex(str(cluster.socket_folder / f".s.PGSQL.{PORT}"))


def postmaster(cluster):
    """Process number of the server."""
    return int((cluster.data / "postmaster.pid").read_text().splitlines()[0])


def test_last_one_out_stops_it(cluster, place):
    second = Cluster(place, "unit", throwaway=True)
    with cluster.running():
        with second.running():
            assert listening(cluster)
        assert listening(cluster)
    assert not listening(cluster)


def test_recovers_from_a_killed_server(cluster, lab):
    with cluster.running() as env:
        os.kill(postmaster(cluster), signal.SIGKILL)
        end = time.monotonic() + 10
        while listening(cluster) and time.monotonic() < end:
            time.sleep(0.1)
        assert (cluster.data / "postmaster.pid").exists()
    with cluster.running() as env:
        assert Sql(lab.venv.python, env)("SELECT 1", user="postgres") == [[1]]


def test_pid_file_that_names_another_program(cluster, lab):
    with cluster.running():
        pass
    pid_file = cluster.data / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n", encoding="ascii")
    with cluster.running() as env:
        assert Sql(lab.venv.python, env)("SELECT 1", user="postgres") == [[1]]


def test_role_is_no_superuser_and_search_minds_no_accent(cluster, lab):
    with cluster.running() as env:
        sql = Sql(lab.venv.python, env)
        prepare_role(sql)
        prepare_role(sql)  # a second start changes nothing
        rights = "SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = 'citeslab'"
        assert sql(rights) == [[False, True]]
        if sql("SELECT 1 FROM pg_available_extensions WHERE name = 'unaccent'"):
            query = "SELECT provolatile FROM pg_proc WHERE proname = 'unaccent'"
            assert ["i"] in sql(query, dbname="template1")


def test_nobody_else_reaches_it(cluster):
    with cluster.running():
        assert cluster.socket_folder.stat().st_mode & 0o077 == 0
        config = (cluster.data / "citeslab.conf").read_text(encoding="utf-8")
        assert "listen_addresses = ''" in config


def test_durable_cluster_keeps_its_writes(place):
    durable = Cluster(place, "durable")
    with durable.running():
        config = (durable.data / "citeslab.conf").read_text(encoding="utf-8")
    assert "fsync" not in config


def test_data_of_another_version_are_not_touched(place):
    durable = Cluster(place, "durable")
    with durable.running():
        pass
    (durable.data / "PG_VERSION").write_text("9\n", encoding="ascii")
    with pytest.raises(Trouble, match="was made by PostgreSQL 9"):
        with Cluster(place, "durable").running():
            pytest.fail("a server started on data of another version")
    assert (durable.data / "base").exists()


def test_unknown_origin(cluster, monkeypatch):
    monkeypatch.setenv("CITESLAB_POSTGRES", "apt")
    with pytest.raises(Trouble, match="CITESLAB_POSTGRES=apt is unknown"):
        assert cluster.binaries


def test_error_of_postgresql_is_one_line(lab):
    with pytest.raises(Trouble, match="PostgreSQL refused: .*nothing_here"):
        lab.sql("SELECT * FROM nothing_here")
