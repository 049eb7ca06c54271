"""What goes wrong on a bare machine: one sentence, and the next run recovers."""

import errno
import os
import shutil
import socket
import sys
from contextlib import closing

import pytest
from citeslab_tool import cli, debian, home, lab, native, process, source
from citeslab_tool.errors import DiskFull, Trouble
from citeslab_tool.home import Home


@pytest.fixture
def bare(tmp_path):
    """A home of its own, empty."""
    folder = Home(tmp_path / "home")
    folder.create()
    return folder


def release(folder, version):
    """A folder that looks like an Odoo source of this version."""
    (folder / "odoo").mkdir(parents=True)
    (folder / "odoo/release.py").write_text(
        f"version_info = ({version}, 0, 0, FINAL, 0, '')\n", encoding="utf-8"
    )
    return folder


@pytest.mark.parametrize("content", ["nothing", "odoo 17"])
def test_wrong_odoo_home(run_citeslab, tmp_path, content):
    given = tmp_path / "given"
    if content == "odoo 17":
        release(given, 17)
    done = run_citeslab("odoo", "--version", env={"ODOO_HOME": str(given)})
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert f"ODOO_HOME={given} holds" in done.stderr
    assert ("Odoo 17.0" in done.stderr) == (content == "odoo 17")


def test_odoo_home_of_a_debian_root(monkeypatch, tmp_path):
    packages = release(tmp_path / source.PACKAGES_IN, 19)
    monkeypatch.setenv("ODOO_HOME", str(tmp_path))
    assert source.given() == packages


def test_home_that_cannot_be_written(run_citeslab):
    done = run_citeslab("odoo", "--version", env={"CITESLAB_HOME": "/proc/nowhere"})
    assert done.returncode == 1
    assert "Cannot write in /proc/nowhere" in done.stderr
    assert "CITESLAB_HOME" in done.stderr


def test_help_of_the_tests_sets_nothing_up(run_citeslab, tmp_path):
    done = run_citeslab("test", "--help", env={"CITESLAB_HOME": str(tmp_path / "home")})
    assert done.returncode == 0
    assert "--nightly" in done.stdout
    assert not (tmp_path / "home").exists()


def test_taken_port_is_said_before_anything_is_set_up(run_citeslab, tmp_path):
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        env = {"CITESLAB_HOME": str(tmp_path / "home")}
        done = run_citeslab("demo", "--port", port, env=env)
    assert done.returncode == 1
    assert f"Port {port} is taken" in done.stderr
    assert "--port" in done.stderr
    assert not (tmp_path / "home").exists()


def test_small_disk_is_refused_before_the_download(bare, monkeypatch):
    usage = shutil._ntuple_diskusage(10**10, 9 * 10**9, 10**9)
    monkeypatch.setattr(home.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(Trouble, match=r"0\.9 GB free and the set-up needs 3"):
        bare.check_space()


def test_disk_that_fills_up_on_the_way(bare, monkeypatch):
    usage = shutil._ntuple_diskusage(10**10, 10**10, 0)
    monkeypatch.setattr(process.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(DiskFull, match="Copying failed: the disk of .* is full"):
        process.run(["false"], "Copying", bare / "log/x.log")


def test_full_disk_in_our_own_writing(monkeypatch, capsys):
    def full(words):
        raise OSError(errno.ENOSPC, "No space left on device", "some/file")

    monkeypatch.setitem(cli.COMMANDS, "lint", (full, ""))
    monkeypatch.setattr(cli, "install_signals", lambda: None)
    assert cli.main(["lint"]) == 1
    assert "the disk is full (some/file)" in capsys.readouterr().err


@pytest.mark.parametrize(
    "output, words",
    [
        ("E: Could not connect to mirror", "the network or its server does not answer"),
        ("fatal: Could not resolve host: nowhere", "the network or its server"),
        ("first\nERROR: No such package\nlast", "failed: ERROR: No such package"),
        ("only this", "failed: only this"),
    ],
)
def test_why_a_command_failed(bare, output, words):
    code = f"print({output!r}); raise SystemExit(3)"
    with pytest.raises(Trouble, match=words) as trouble:
        process.run([sys.executable, "-c", code], "Fetching", bare / "log/x.log")
    assert "\n" not in str(trouble.value)


def test_no_package_server_in_an_error(bare):
    code = "print('ERROR: 404 https://some.mirror.example/x'); raise SystemExit(1)"
    with pytest.raises(Trouble) as trouble:
        process.run([sys.executable, "-c", code], "Fetching", bare / "log/x.log")
    assert "mirror.example" not in str(trouble.value)


class FakeApt:
    """Stands for the private apt: fails as often as told, then delivers."""

    failures = 0

    def __init__(self, folder, log):
        self.folder = folder

    def use_debian(self, suites):
        """Nothing to configure."""

    def update(self):
        """Nothing to read."""

    def download(self, packages, folder):
        """Leave half a download behind, as a cut line does."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "half.deb").touch()
        if FakeApt.failures:
            FakeApt.failures -= 1
            raise Trouble("Downloading packages failed.")
        return [folder / "odoo.deb"]


def fake_unpack(debs, root, log):
    """Unpack what an Odoo package holds, as far as we look."""
    release(root / source.PACKAGES_IN, 19)


def test_broken_download_leaves_nothing_and_the_next_run_recovers(bare, monkeypatch):
    monkeypatch.setattr(debian, "PrivateApt", FakeApt)
    monkeypatch.setattr(debian, "unpack", fake_unpack)
    monkeypatch.setattr(FakeApt, "failures", 1)
    with pytest.raises(Trouble):
        source.from_debian(bare)
    assert not (bare / "odoo").exists()

    found = source.from_debian(bare)
    assert source.series(found) == "19.0"
    assert not (bare / "odoo.debs").exists()
    # Complete: a third run asks nobody.
    monkeypatch.setattr(FakeApt, "failures", 1)
    assert source.from_debian(bare) == found


def test_half_unpacked_odoo_is_not_taken_for_one(bare, monkeypatch):
    release(bare / "odoo" / source.PACKAGES_IN, 19)
    monkeypatch.setattr(debian, "PrivateApt", FakeApt)
    monkeypatch.setattr(FakeApt, "failures", 1)
    with pytest.raises(Trouble):
        source.from_debian(bare)
    assert not (bare / "odoo").exists()


def test_dangling_links_are_refused(bare, monkeypatch):
    def unpack(debs, root, log):
        fake_unpack(debs, root, log)
        (root / "usr/font.woff").symlink_to("nowhere")

    monkeypatch.setattr(debian, "PrivateApt", FakeApt)
    monkeypatch.setattr(debian, "unpack", unpack)
    with pytest.raises(Trouble, match="1 broken links, first .*font.woff"):
        source.from_debian(bare)
    assert not (bare / "odoo").exists()


def test_neither_debian_nor_clone(bare, monkeypatch):
    def fail(folder):
        raise Trouble("no")

    monkeypatch.delenv("ODOO_HOME", raising=False)
    monkeypatch.setattr(source, "importable", lambda python: None)
    monkeypatch.setattr(debian, "available", lambda: True)
    monkeypatch.setattr(source, "from_debian", fail)
    monkeypatch.setattr(source, "from_clone", fail)
    with pytest.raises(Trouble, match="neither from Debian nor by a clone.*ODOO_HOME"):
        source.find(bare, sys.executable)


def test_mirror_of_the_machine(monkeypatch):
    rows = "Other|Other|proto://a/apt\n||proto://b/debian/\n||proto://c/x\n"
    answer = process.subprocess.CompletedProcess([], 0, rows)
    monkeypatch.delenv("DEBIAN_MIRROR", raising=False)
    monkeypatch.setattr(debian.subprocess, "run", lambda *args, **options: answer)
    assert debian.mirror() == "proto://b/debian/"
    answer.stdout += "Debian|Debian|proto://d/mirror\n"
    assert debian.mirror() == "proto://d/mirror"
    monkeypatch.setenv("DEBIAN_MIRROR", "proto://mine")
    assert debian.mirror() == "proto://mine"


def test_lock_is_held_by_one(bare):
    other = Home(bare.path)
    with bare.claim("job", "busy"), pytest.raises(Trouble, match="busy"):
        with other.claim("job", "busy"):
            pytest.fail("two runs hold the same lock")
    with other.claim("job", "busy"):
        pass


def test_fingerprint_of_an_addon(monkeypatch, tmp_path):
    addon = tmp_path / "citeslab_x"
    (addon / "tests").mkdir(parents=True)
    (addon / "models.py").write_text("a = 1\n", encoding="utf-8")
    monkeypatch.setattr(lab, "REPO", tmp_path)
    first = lab.addon_fingerprint("citeslab_x")
    (addon / "tests/test_x.py").write_text("b = 1\n", encoding="utf-8")
    assert lab.addon_fingerprint("citeslab_x") == first
    (addon / "models.py").write_text("a = 2\n", encoding="utf-8")
    assert lab.addon_fingerprint("citeslab_x") != first


def test_fonts_with_french_accents(lab):
    faces = process.subprocess.run(
        ["fc-list", ":lang=fr", "file"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **native.font_environment(lab.home, lab.source)},
    )
    if faces.returncode:
        pytest.skip("no fc-list on this machine")
    assert str(lab.source) in faces.stdout or "/fonts/" in faces.stdout


def test_printing_library_is_there(lab):
    code = (
        "import weasyprint; "
        "print(len(weasyprint.HTML(string='<p>Évaluée</p>').write_pdf()))"
    )
    done = process.subprocess.run(
        [lab.venv.python, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env=lab.env,
    )
    assert int(done.stdout) > 1000, done.stderr


def test_unknown_command(run_citeslab):
    done = run_citeslab("dmeo")
    assert done.returncode == 2
    assert "demo" in done.stderr


def test_exit_code_and_output_of_odoo_pass_through(run_citeslab):
    done = run_citeslab("odoo", "no_such_command")
    assert done.returncode
    assert "no_such_command" in done.stdout + done.stderr
