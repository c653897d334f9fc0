"""Grades deep-learning exercises and names the mistake. ``grader --help`` shows the commands.

In a notebook: ``%load_ext grader`` and ``%grade ASSIGNMENT``, or :func:`check`.
"""

# For "python -m grader" Python looks for every module in the current folder first, and there a submission may lie that
# has a numpy.py. This comes before all imports of modules that are not built in.
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
    """Check a notebook or module, by default the notebook that this is called in, in a process of its own.

    Without ``assignment`` it is the exercise that the file is named after.

    The result shows itself in a notebook, and has ``passed``, ``score`` and ``report``. The arguments are those of
    ``grader check``.
    """
    from .notebook.checking import check

    return check(assignment, submission, hints=hints, seed=seed, data=data, lang=lang)


def load_ipython_extension(shell: Any) -> None:
    """What ``%load_ext grader`` calls."""
    from .notebook import magic

    magic.load(shell)
