"""T8: a new `sudo()` without its reason is told by `./citeslab lint`."""

from citeslab_tool.sudo import unexplained

TEXT = """
class Row:
    def told(self):
        return self.sudo().name{why}

    def dropped(self):
        return self.sudo(False).name
"""


def told(path, why):
    path.write_text(TEXT.format(why=why), encoding="utf-8")
    return [line for line in unexplained([str(path)]) if str(path) in line]


def test_T8_a_sudo_needs_its_reason(tmp_path):
    path = tmp_path / "row.py"
    assert told(path, "") == [f"{path}:4: why sudo() in told?"]
    assert told(path, "  # a name") == [f"{path}:4: why sudo() in told?"]
    assert not told(path, "  # sudo: the name is public")


def test_T8_a_reason_of_a_sudo_that_is_gone_is_told():
    assert any("no sudo() there" in line for line in unexplained([]))
