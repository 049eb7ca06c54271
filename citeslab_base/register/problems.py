"""What is wrong in a file, said once for the screen and the command."""

from dataclasses import dataclass, field


def _lt(source):
    """Mark a sentence for the translation files; the reader's language comes later."""
    return source


class FileRefused(Exception):
    """The whole file cannot be imported.

    :param str message: sentence with named placeholders, as in the translations
    :param params: values of the placeholders
    """

    def __init__(self, message, **params):
        self.message = message
        self.params = params
        super().__init__(message % params if params else message)


class Told:
    """Something with ``problems``: those that forbid to go on, those to know."""

    __slots__ = ()

    @property
    def errors(self):
        return [problem for problem in self.problems if problem.is_error]

    @property
    def warnings(self):
        return [problem for problem in self.problems if not problem.is_error]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to mend (error) or to know (warning) in one cell.

    ``line`` is the number of the row as the spreadsheet shows it, headers being
    usually line 1; ``column`` is the header as written in the file, or ``""``.
    """

    line: int
    column: str
    message: str
    params: dict = field(default_factory=dict)
    is_error: bool = True
    key: str = ""
    value: str = ""

    def __str__(self):
        sentence = self.message % self.params if self.params else self.message
        return f'line {self.line}, column "{self.column}": {sentence}'
