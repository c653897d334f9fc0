"""The magic ``%grade`` of IPython."""

from __future__ import annotations

import shlex
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic_arguments import MagicArgumentParser

from ..support import i18n
from ..support.i18n import LANGUAGES, _
from . import cell, source
from .checking import Checked, check

OFFERED: set[str] = set()  # cells that were inserted in this session


def grade(line: str) -> Checked:
    """Check a notebook or module against an assignment, and show the report here::

        %grade [ASSIGNMENT] [FILE] [--hints 1|2|3] [--seed N] [--data DIR] [--lang de|en|es]

    The default of FILE is the notebook that is being edited, as last saved. The default of ASSIGNMENT is the exercise
    that the file is named after. The options are the same as in ``grader check``. If a check shows a call that fails, a new
    cell below contains it.
    """
    parser = MagicArgumentParser(prog="%grade")
    parser.add_argument("assignment", metavar="ASSIGNMENT", nargs="?")
    parser.add_argument("submission", metavar="FILE", nargs="?")
    parser.add_argument("--hints", type=int, choices=(1, 2, 3))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--data", metavar="DIR")
    parser.add_argument("--lang", choices=LANGUAGES)
    try:
        arguments = parser.parse_args(shlex.split(line))
    except ValueError:
        raise UsageError(_("A quotation mark is not closed: close it.")) from None
    options = {"hints": arguments.hints, "seed": arguments.seed, "data": arguments.data, "lang": arguments.lang}
    result = check(arguments.assignment, arguments.submission, **options)
    shell = source.running_shell()
    if shell is not None:
        with i18n.use(result.language):
            cell.offer(result.report, shell, OFFERED)
    return result


def load(shell: Any) -> None:
    """Add the magic to a shell."""
    shell.register_magic_function(grade, "line", "grade")
