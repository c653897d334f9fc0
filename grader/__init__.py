"""Grades deep-learning exercises and names the mistake. ``grader --help`` shows the commands.

In a notebook: ``%load_ext grader`` and ``%grade ASSIGNMENT``, or :func:`check`.
"""

# "python -m grader" searches the current folder first for every module, and a submission there may contain a numpy.py.
# So this comes before all imports of modules that are not built in.
import sys

if sys.argv[:1] == ["-m"] and not sys.flags.safe_path and not __file__.startswith(f"{sys.path[0]}/grader/"):
    del sys.path[0]

from typing import TYPE_CHECKING, Any

from .version import __version__ as __version__

if TYPE_CHECKING:
    from .notebook.checking import Checked


def check(
    assignment: str | None = None,
    submission: str | None = None,
    *,
    hints: int | None = None,
    seed: int = 0,
    data: str | None = None,
    lang: str | None = None,
) -> "Checked":
    """Check a notebook or module in a separate process, and return the result with ``passed``, ``score`` and ``report``.

    Without ``submission`` this is the notebook with the call. Without ``assignment`` the name of the file decides. The other
    arguments are those of ``grader check``. A notebook shows the result as a report.
    """
    from .notebook.checking import check

    return check(assignment, submission, hints=hints, seed=seed, data=data, lang=lang)


def load_ipython_extension(shell: Any) -> None:
    """Register ``%grade``; IPython calls this for ``%load_ext grader``."""
    from .notebook import magic

    magic.load(shell)
