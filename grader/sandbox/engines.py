"""Choose the engine that executes a submission and the libraries to import for it, from its source text."""

from __future__ import annotations

import ast
import re
from typing import Literal

from ..submission import Submission
from ..support.choices import Engine
from .warm import LIBRARY_OF

# Code that needs a kernel with a frontend: widgets, windows, and uses of the kernel itself. The whole file is searched;
# a match in a comment or in a string only costs a second.
KERNEL_ONLY = re.compile(
    rb"\b(ipywidgets|ipykernel|jupyter_client|nbclient|IPKernelApp|(import|from) +comm)\b"
    rb"|(get_ipython\(\)|\b(ip|ipython|shell))\.kernel\b|%gui\b|%matplotlib +(?!inline)\w|%pylab +(?!inline)\w"
)

FOR_MAIN = ("__name__ == '__main__'", "'__main__' == __name__")
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def libraries_of(submission: Submission) -> frozenset[str]:
    """Return the large libraries that a submission imports while it is loaded.

    Only statements outside of functions count, and not those of a module's block for ``__main__``, which is not run: a
    submission that does not import a library while it is loaded must not find it already imported.
    """
    packages = set()
    waiting: list[ast.AST] = [code.source.tree for code in submission.code if code.source.tree is not None]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and submission.kind == "module" and ast.unparse(node.test) in FOR_MAIN:
            waiting += node.orelse
        elif isinstance(node, ast.Import):
            packages |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            packages.add(node.module.partition(".")[0])
        elif isinstance(node, ast.stmt | ast.Module | ast.ExceptHandler) and not isinstance(node, DEFINITIONS):
            waiting += ast.iter_child_nodes(node)
    return frozenset(LIBRARY_OF[name] for name in packages if name in LIBRARY_OF)


def engine_of(submission: Submission, default: Engine) -> Literal["module", "kernel", "shell"]:
    """Return the engine for a submission: a notebook gets a kernel if that is the ``default`` or if its code needs one."""
    if submission.kind == "module":
        return "module"
    if submission.problem is not None:  # nothing is executed, and the files may have 50 MB
        return default
    code = (name for name in submission.files if name == submission.entry or name.lower().endswith((".ipynb", ".py")))
    if any(KERNEL_ONLY.search(submission.files[name]) for name in code):
        return "kernel"
    return default
