"""The magic ``%grade`` of IPython."""

from __future__ import annotations

import argparse
import os
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
    cell below contains it. On a server, this hands in as a self-check, or as a graded attempt::

        %grade --remote [URL] [ASSIGNMENT] [FILE] [--course NAME] [--attempt] [--lang de|en|es]

    The token is asked for, unless GRADER_TOKEN has it: no option takes it, because it would become part of the notebook.
    In a JupyterHub with a server, neither URL nor token is needed.
    """
    parser = MagicArgumentParser(prog="%grade")
    parser.add_argument("assignment", metavar="ASSIGNMENT", nargs="?")
    parser.add_argument("submission", metavar="FILE", nargs="?")
    parser.add_argument("--hints", type=int, choices=(1, 2, 3))
    parser.add_argument("--seed", type=int)
    parser.add_argument("--data", metavar="DIR")
    parser.add_argument("--lang", choices=LANGUAGES)
    parser.add_argument("--remote", metavar="URL", nargs="?", const="")
    parser.add_argument("--course", metavar="NAME")
    parser.add_argument("--attempt", action="store_true")
    try:
        arguments = parser.parse_args(shlex.split(line))
    except ValueError:
        raise UsageError(_("A quotation mark is not closed: close it.")) from None
    result = _here(arguments) if arguments.remote is None else _on_a_server(arguments)
    shell = source.running_shell()
    if shell is not None:
        with i18n.use(result.language):
            cell.offer(result.report, shell, OFFERED)
    return result


def _here(arguments: argparse.Namespace) -> Checked:
    if arguments.course is not None or arguments.attempt:
        raise UsageError(_("--course and --attempt need a server: add --remote URL."))
    options = {"hints": arguments.hints, "data": arguments.data, "lang": arguments.lang}
    return check(arguments.assignment, arguments.submission, seed=arguments.seed or 0, **options)


def _on_a_server(arguments: argparse.Namespace) -> Checked:
    if (arguments.hints, arguments.seed, arguments.data) != (None, None, None):
        raise UsageError(_("--hints, --seed and --data cannot be combined with --remote: the server has its own."))
    from ..remote import hub_server
    from .remote import check_remotely  # imports a client, which a check here does not need

    options = {"course": arguments.course, "attempt": arguments.attempt, "lang": arguments.lang}
    url, names = arguments.remote, [arguments.assignment, arguments.submission]
    if url and "://" not in url and hub_server.address_of(os.environ):  # "%grade --remote single-neuron" in a hub
        url, names = None, [url, *names]
    return check_remotely(url, names[0], names[1], **options)


def load(shell: Any) -> None:
    """Add the magic to a shell."""
    shell.register_magic_function(grade, "line", "grade")
