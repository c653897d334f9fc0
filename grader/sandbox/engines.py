"""Chooses, from the text of a submission, what executes it and what it is going to import."""

from __future__ import annotations

import ast
import re
from typing import Literal

from ..submission import Submission
from ..submission.defined import parse

Engine = Literal["kernel", "shell"]
# What needs a kernel that talks to somebody: widgets, windows, and the kernel itself. Anywhere in a file: to find it in
# a sentence costs a second.
KERNEL_ONLY = re.compile(
    rb"\b(ipywidgets|ipykernel|jupyter_client|nbclient|IPKernelApp|(import|from) +comm)\b"
    rb"|(get_ipython\(\)|\b(ip|ipython|shell))\.kernel\b|%gui\b|%matplotlib +(?!inline)\w|%pylab +(?!inline)\w"
)

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
LIBRARIES = {"keras": "keras", "tensorflow": "keras", "matplotlib": "matplotlib"}  # by what is imported


def libraries_of(submission: Submission) -> frozenset[str]:
    """The large libraries that a submission imports as it loads.

    By statements outside of functions alone: whoever does not import a library when loading must not find it there.
    """
    found = set()
    waiting: list[ast.AST] = [tree for code in submission.code if (tree := parse(code.text)) is not None]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
        elif isinstance(node, ast.stmt | ast.Module | ast.ExceptHandler) and not isinstance(node, DEFINITIONS):
            waiting += ast.iter_child_nodes(node)
    return frozenset(LIBRARIES[name] for name in found if name in LIBRARIES)


def engine_of(submission: Submission, wanted: Engine) -> Literal["module", "kernel", "shell"]:
    """A module executes itself; a notebook gets a kernel if one is wanted, or if it seems to use it as such."""
    if submission.kind == "module":
        return "module"
    if submission.problem is not None:  # nothing is executed, and what was handed in may be 50 MB
        return wanted
    code = (name for name in submission.files if name == submission.entry or name.lower().endswith((".ipynb", ".py")))
    if any(KERNEL_ONLY.search(submission.files[name]) for name in code):
        return "kernel"
    return wanted
