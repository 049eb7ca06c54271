"""Shared libraries and fonts that PDFs need, on machines that lack them."""

import os
import subprocess
from pathlib import Path

from . import debian
from .errors import Trouble
from .progress import say
from .source import PACKAGES_IN

PANGO_PACKAGES = ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"]
PROBE = "import weasyprint"
FONTS_CONF = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
    <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
    {folders}
    <cachedir>{cache}</cachedir>
</fontconfig>
"""


def _imports(venv, env):
    command = [venv.python, "-c", PROBE]
    done = subprocess.run(command, capture_output=True, check=False, env=env)
    return not done.returncode


def pango_environment(home, venv):
    """LD_LIBRARY_PATH for WeasyPrint where the machine has no pango.

    Without pango and without Debian packages a warning is given once per run and
    printing falls back on the host's wkhtmltopdf.
    """
    mark = venv.folder / ".pango"
    if mark.exists():
        folders = mark.read_text(encoding="utf-8")
        return {"LD_LIBRARY_PATH": folders} if folders else {}
    env = dict(os.environ)
    folders = ""
    if not _imports(venv, env):
        try:
            root = debian.unpacked_beside(
                home, "pango-deb", PANGO_PACKAGES, "Pango (prints PDFs)"
            )
        except Trouble as trouble:
            say(f"  no PDF by WeasyPrint: {trouble} Install libpango to have it.")
            return {}
        found = [*root.glob("usr/lib/*-linux-gnu*"), root / "usr/lib"]
        folders = ":".join(map(str, found))
        if not _imports(venv, {**env, "LD_LIBRARY_PATH": folders}):
            say("  no PDF by WeasyPrint: install libpango and libpangoft2 to have it.")
            return {}
    mark.write_text(folders, encoding="utf-8")
    return {"LD_LIBRARY_PATH": folders} if folders else {}


def font_environment(home, source):
    """FONTCONFIG_FILE that adds the fonts beside Odoo to the machine's own."""
    beside = Path(str(source).removesuffix(PACKAGES_IN)) / "usr/share/fonts"
    fonts = [
        beside,
        source / "odoo/addons/web/static/fonts",
        source / "addons/web/static/fonts",
    ]
    folders = "".join(f"<dir>{path}</dir>" for path in fonts if path.exists())
    text = FONTS_CONF.format(folders=folders, cache=home / "fontconfig-cache")
    config = home / "fonts.conf"
    if not config.exists() or config.read_text(encoding="utf-8") != text:
        config.write_text(text, encoding="utf-8")
    return {"FONTCONFIG_FILE": str(config)}
