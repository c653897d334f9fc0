"""Chooses, from the text of a submission, what executes it and what it is going to import."""

from __future__ import annotations

import re
from typing import Literal

from ..submission import Submission

Engine = Literal["kernel", "shell"]
# What needs a kernel that talks to somebody: widgets, windows, and the kernel itself. Anywhere in a file: to find it in
# a sentence costs a second.
KERNEL_ONLY = re.compile(
    rb"\b(ipywidgets|ipykernel|jupyter_client|nbclient|IPKernelApp|(import|from) +comm)\b"
    rb"|(get_ipython\(\)|\b(ip|ipython|shell))\.kernel\b|%gui\b|%matplotlib +(?!inline)\w|%pylab +(?!inline)\w"
)

# By top-level statements alone: whoever does not import a library when loading must not find it there.
IMPORTS = {
    "keras": re.compile(r"^(?:import|from) +(?:tensorflow|keras)\b", re.MULTILINE),
    "matplotlib": re.compile(r"^(?:import|from) +matplotlib\b", re.MULTILINE),
}


def libraries_of(submission: Submission) -> frozenset[str]:
    """The large libraries that a submission imports as it loads."""
    return frozenset(
        name for name, pattern in IMPORTS.items() if any(pattern.search(code.text) for code in submission.code)
    )


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
