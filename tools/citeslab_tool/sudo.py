"""Each `sudo()` of the addons has its reason; `./citeslab lint` asks for it.

The reason stands in the method, in a comment or a docstring that says “sudo” or
“superuser”, or in `tools/sudo_reasons.csv`, by addon and method: a method that moves
to another file keeps it. Whoever adds one says why there.
"""

import ast
import csv
import re

from .home import REPO

REASONS = REPO / "tools/sudo_reasons.csv"
WORD = re.compile(r"sudo|superuser", re.I)


def _is_sudo(node):
    """Whether a node calls `sudo()`, and not `sudo(False)`."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    dropped = node.args and getattr(node.args[0], "value", None) is False
    return node.func.attr == "sudo" and not dropped


def _methods(node, method=None):
    """Each call of `sudo()` below a node, with the method that holds it."""
    for child in ast.iter_child_nodes(node):
        if _is_sudo(child):
            yield child, method
        inner = child if isinstance(child, ast.FunctionDef) else method
        yield from _methods(child, inner)


def _says_why(method, lines):
    words = [
        line.partition("#")[2] for line in lines[method.lineno - 1 : method.end_lineno]
    ]
    return bool(WORD.search(" ".join([*words, ast.get_docstring(method) or ""])))


def unexplained(names):
    """Methods whose `sudo()` has no reason, and reasons that serve no longer.

    :param names: paths of Python files, from the root of the repository
    :return: lines to mend
    """
    with open(REASONS, encoding="utf-8", newline="") as file:
        reasons = {
            (row["addon"], row["method"]): row["reason"] for row in csv.DictReader(file)
        }
    found, used = [], set()
    for name in names:
        text = (REPO / name).read_text(encoding="utf-8")
        for call, method in _methods(ast.parse(text)):
            key = name.partition("/")[0], method.name if method else "(class)"
            if method and _says_why(method, text.splitlines()):
                continue
            used.add(key)
            if not reasons.get(key):
                found.append(f"{name}:{call.lineno}: why sudo() in {key[1]}?")
    found += [
        f"{REASONS.name}: {addon}, {method}: no sudo() there that needs it"
        for addon, method in sorted(reasons.keys() - used)
    ]
    return found
