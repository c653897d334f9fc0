"""Chooses what executes a submission inside its worker."""

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


def engine_of(submission: Submission, wanted: Engine) -> Literal["module", "kernel", "shell"]:
    """A module executes itself; a notebook gets a kernel if one is wanted, or if it seems to use it as such."""
    if submission.kind == "module":
        return "module"
    if any(
        KERNEL_ONLY.search(content) for name, content in submission.files.items() if name.endswith((".ipynb", ".py"))
    ):
        return "kernel"
    return wanted
