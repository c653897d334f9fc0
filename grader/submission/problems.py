"""The reasons why a submission cannot be executed or graded."""

from __future__ import annotations

from ..support.i18n import _
from .python_code import MOST_WORDS


class CannotRun(Exception):
    """The submission cannot be executed; the text says why, in one sentence."""


class NothingToGrade(Exception):
    """The submission contains nothing that can get a score; the text says why, in one sentence."""


def too_much_code(file: str) -> str:
    """Return the sentence about a file that, with the files it uses, has more code than a solution can have."""
    return _(
        "{file} is too long: with the files that it uses, it has more than 1 MB of code, or more than {count:,} words and symbols. Put long lists of numbers into a data file."
    ).format(file=file, count=MOST_WORDS)
