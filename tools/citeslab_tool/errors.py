"""The one exception that a user is meant to read."""


class Trouble(Exception):
    """Something the user can mend: one sentence saying what, where and how."""

    def __init__(self, sentence, code=1):
        super().__init__(sentence)
        self.code = code


class DiskFull(Trouble):
    """No other way of fetching the same thing can help."""


class Interrupted(BaseException):
    """A signal asked us to stop; carries its number for the exit code."""

    def __init__(self, signum):
        super().__init__(signum)
        self.signum = signum
