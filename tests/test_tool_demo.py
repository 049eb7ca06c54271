"""The demo as a newcomer meets it: French, quick, whole, without a call outside."""

import os
import re
import signal
import socket
import subprocess
import sys
import time

import pytest
from citeslab_tool import demo, templates
from citeslab_tool.demo import DATABASE, Demo
from citeslab_tool.errors import Trouble
from conftest import REPO


@pytest.fixture
def no_demo(lab):
    """The throwaway server without a demo database, before and after."""
    names = (DATABASE, f"{DATABASE}_new")
    for name in names:
        lab.drop(name)
    yield
    for name in names:
        lab.drop(name)


@pytest.fixture
def quick_install(lab, monkeypatch):
    """Stands for the install: the copy of a template that it made before."""
    monkeypatch.setattr(
        demo, "install", lambda lab, name: lab.copy(templates.demo(lab), name)
    )


@pytest.fixture
def installed(lab, no_demo, quick_install):
    """The demo database, complete, as after `./citeslab demo --no-serve`."""
    state = Demo(lab)
    state.ensure()
    return state


def leave_a_trace(lab):
    """Something that a new install would lose."""
    lab.sql("CREATE TABLE a_trace (id int)", dbname=DATABASE)


def has_trace(lab):
    """Tell whether the trace is still there."""
    query = "SELECT 1 FROM pg_tables WHERE tablename = 'a_trace'"
    return bool(lab.sql(query, dbname=DATABASE))


def test_login_page_is_french(demo_server):
    assert "Mot de passe" in demo_server.get("/web/login")


def test_admin_enters_without_calling_outside(login, demo_server):
    page = login(demo_server, "admin")
    page.wait_for_selector(".o_action_manager")
    page.wait_for_timeout(3000)  # what is asked for late: bus, telemetry, fonts
    assert page.evaluate("luxon.Settings.defaultLocale").startswith("fr")
    assert page.outside == []


def test_demo_sends_nothing(odoo_env, demo_db):
    code = """
telemetry = env.ref("mail.ir_cron_module_update_notification")
print("telemetry", telemetry.active)
names = ("partner_autocomplete", "crm_iap_enrich", "iap", "sms", "web_unsplash")
installed = env["ir.module.module"].search([("state", "=", "installed")])
print("callers", sorted(set(names) & set(installed.mapped("name"))))
print("mail", env["ir.mail_server"].search([]).mapped("smtp_host"))
print("country", env.company.country_id.code, env.company.currency_id.name)
print("languages", set(env["res.users"].search([]).mapped("lang")))
print("left to do", env["ir.module.module"].search_count([("state", "like", "to %")]))
"""
    assert odoo_env(demo_db, code).splitlines() == [
        "telemetry False",
        "callers []",
        "mail ['invalid']",
        "country FR EUR",
        "languages {'fr_FR'}",
        "left to do 0",
    ]


def test_stock_demo_stays_out(odoo_env, demo_db):
    code = """
known = env["ir.model.data"].search([("model", "=", "crm.lead")])
print("foreign leads", len(known.filtered(lambda row: row.module == "crm")))
"""
    assert odoo_env(demo_db, code) == "foreign leads 0\n"


def test_second_start_installs_nothing(lab, installed, run_citeslab):
    leave_a_trace(lab)
    start = time.monotonic()
    done = run_citeslab("demo", "--no-serve")
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - start < 15
    assert has_trace(lab)
    assert re.search(r"^  admin ", done.stdout, re.M)


def test_interrupted_install_is_done_again(lab, no_demo, quick_install, monkeypatch):
    def cut(lab, name):
        lab.sql(f'CREATE DATABASE "{name}"')
        raise Trouble("cut")

    with monkeypatch.context() as patch:
        patch.setattr(demo, "install", cut)
        with pytest.raises(Trouble, match="cut"):
            Demo(lab).ensure()
    assert Demo(lab).state() is None
    Demo(lab).ensure()
    assert Demo(lab).state()["addons"] == Demo.wanted()
    assert f"{DATABASE}_new" not in lab.databases()


def test_changed_addon_is_updated_in_place(lab, installed):
    leave_a_trace(lab)
    known = Demo.wanted()
    changed = sorted(known)[-1]
    installed._stamp(DATABASE, addons={**known, changed: "an older fingerprint"})
    installed.ensure()
    assert installed.state()["addons"] == Demo.wanted()
    assert not installed.state().get("updating")
    assert has_trace(lab)


def test_reset_starts_anew(lab, installed):
    leave_a_trace(lab)
    installed.ensure(reset=True)
    assert not has_trace(lab)


def test_database_of_another_is_not_dropped(lab, no_demo):
    lab.sql(f'CREATE DATABASE "{DATABASE}"')
    leave_a_trace(lab)
    with pytest.raises(Trouble, match="did not make.*--reset"):
        Demo(lab).ensure()
    assert has_trace(lab)


def start_demo(port):
    """`./citeslab demo` in the background, up and serving; its process and output."""
    child = subprocess.Popen(
        [sys.executable, REPO / "citeslab", "demo", "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ,
    )
    lines = []
    for line in child.stdout:
        lines.append(line)
        if line.startswith("Ctrl-C"):
            break
    return child, "".join(lines)


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything(installed, signum):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    child, output = start_demo(port)
    assert f"http://127.0.0.1:{port}" in output
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) == 0
    child.send_signal(signum)
    assert child.wait(30) == 128 + signum
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
    child.stdout.close()


def test_two_demos_of_a_folder(installed, run_citeslab):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    child, _output = start_demo(port)
    try:
        done = run_citeslab("demo", "--no-serve")
        assert done.returncode == 1
        assert "another ./citeslab demo" in done.stderr
    finally:
        child.terminate()
        child.wait(30)
        child.stdout.close()
