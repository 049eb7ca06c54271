"""Template databases: installed once, copied in a third of a second.

Their names carry a fingerprint of what they were made from. They are built under
another name and renamed at the end: a template that exists is complete.
"""

import ast
from pathlib import Path

from .errors import Trouble
from .home import REPO, digest
from .lab import addon_fingerprint, addons
from .progress import step
from .python_env import REQUIREMENTS

SCRIPTS = Path(__file__).with_name("odoo_scripts")
# Of what stock Odoo installs by itself, what a demo host wants and calls nobody.
COMPANIONS = ["auth_signup", "base_import", "privacy_lookup", "resource_mail", "rpc"]


def script(*names):
    """Text of scripts for `odoo shell`, one after the other."""
    return "".join((SCRIPTS / f"{name}.py").read_text("utf-8") for name in names)


def stock_dependencies():
    """Modules outside this repository that our addons depend on."""
    own = set(addons())
    wanted = set()
    for name in own:
        wanted.update(manifest(name)["depends"])
    return sorted(wanted - own) or ["base"]


def manifest(name):
    """The manifest of one of our addons.

    :raise Trouble: when it is no Python dictionary
    """
    path = REPO / name / "__manifest__.py"
    try:
        return ast.literal_eval(path.read_text(encoding="utf-8"))
    except (SyntaxError, ValueError) as error:
        raise Trouble(f"{path} cannot be read: {error}.") from error


def _release(lab):
    pins = (REQUIREMENTS / "requirements-odoo19.txt").read_bytes()
    release = (lab.source / "odoo/release.py").read_bytes()
    return digest(pins, release, str(lab.source))


class Template:
    """A template database of the server of `lab`.

    :param kind: word in its name
    :param mark: fingerprint of what it is made from
    """

    def __init__(self, lab, kind, mark):
        self.lab = lab
        self.kind = kind
        self.name = f"citeslab_tpl_{kind}_{mark}"

    def ensure(self, label, build):
        """Build it if it is not there: `build(database)` fills an empty name.

        :return: its name
        """
        lab = self.lab
        with lab.home.lock(f"template-{self.kind}"):
            if self.name in lab.databases():
                return self.name
            draft = f"{self.name}_new"
            with step(label):
                lab.drop(draft)
                build(draft)
                lab.sql(f'ALTER DATABASE "{draft}" RENAME TO "{self.name}"')
            self._drop_older()
        return self.name

    def _drop_older(self):
        prefix = f"citeslab_tpl_{self.kind}_"
        for name in self.lab.databases():
            if name.startswith(prefix) and name != self.name:
                self.lab.drop(name)


def stock(lab):
    """Stock modules, French, no demo: as a host has them, auto-installs included."""
    modules = stock_dependencies()
    mark = digest(_release(lab), ",".join(modules), script("store", "assets"))

    def build(name):
        lab.odoo(
            "-d", name, "-i", ",".join(modules), "--load-language=fr_FR",
            "--without-demo", "--stop-after-init", "--no-http",
            what="Installing stock modules", log="template.log",
        )  # fmt: skip
        settle(lab, name)

    label = f"Template database: {', '.join(modules)}, in French"
    return Template(lab, "stock", mark).ensure(label, build)


def settle(lab, name, log="template.log"):
    """Attachments into the database, assets made: a copy is then complete and fast."""
    lab.odoo(
        "shell", "-d", name, "--no-http",
        what="Settling a database", script=script("store", "assets"), log=log,
    )  # fmt: skip


def _sources():
    return digest(
        *(part for name in addons() for part in (name, addon_fingerprint(name)))
    )


def all_addons(lab):
    """All our addons on the stock template, without demo: what tests run on."""
    base = stock(lab)
    names = addons()
    if not names:
        return base

    def build(name):
        lab.copy(base, name)
        lab.odoo(
            "-d", name, "-i", ",".join(names), "--without-demo",
            "--stop-after-init", "--no-http",
            what="Installing our addons", log="template.log",
        )  # fmt: skip
        settle(lab, name)

    mark = digest(base, _sources())
    label = f"Template database: {', '.join(names)}"
    return Template(lab, "all", mark).ensure(label, build)


def demo(lab):
    """The demo, as `./citeslab demo` installs it."""
    from . import demo as demo_module

    mark = digest(_release(lab), demo_module.fingerprint(), _sources())
    return Template(lab, "demo", mark).ensure(
        "Template database: the demo", lambda name: demo_module.install(lab, name)
    )
