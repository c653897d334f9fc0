"""``%grade``."""

from __future__ import annotations

import shlex
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic_arguments import MagicArgumentParser

from ..support.i18n import LANGUAGES, _
from .checking import Checked, check


def grade(line: str) -> Checked:
    """Check a notebook or module against an assignment, and show the report here::

        %grade [ASSIGNMENT] [FILE] [--hints 1|2|3] [--seed N] [--data DIR] [--lang de|en|es]

    Without FILE it is the notebook that is being edited, as it was saved last; without ASSIGNMENT the exercise that
    the file is named after. The options are those of ``grader check``.
    """
    parser = MagicArgumentParser(prog="%grade")
    parser.add_argument("assignment", metavar="ASSIGNMENT", nargs="?")
    parser.add_argument("submission", metavar="FILE", nargs="?")
    parser.add_argument("--hints", type=int, choices=(1, 2, 3))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--data", metavar="DIR")
    parser.add_argument("--lang", choices=LANGUAGES)
    try:
        given = parser.parse_args(shlex.split(line))
    except ValueError:
        raise UsageError(_("A quotation mark is not closed: close it.")) from None
    options = {"hints": given.hints, "seed": given.seed, "data": given.data, "lang": given.lang}
    return check(given.assignment, given.submission, **options)


def load(shell: Any) -> None:
    """Add the magic to a shell."""
    shell.register_magic_function(grade, "line", "grade")
