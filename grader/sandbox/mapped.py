"""Read from the kernel which libraries the processes of a worker have mapped: student code cannot hide them.

A pure Python library maps nothing. The name of a library that is loaded from a memory file is not known.
"""

from __future__ import annotations

import re

from ..machine import kernel_files
from .memory import descendants

# The package of a shared object: from its folder, or from its file name if it was copied elsewhere.
IN_A_PACKAGE = re.compile(rb"/(?:site|dist)-packages/([A-Za-z_]\w*)/[^\n]*\.so[.\d]*(?: \(deleted\))?$", re.MULTILINE)
BY_NAME = re.compile(rb"/(?:lib)?_?(tensorflow|pywrap_tensorflow|torch|jax|xla_extension)\w*\.so[.\d]*", re.MULTILINE)
BROUGHT_BY = {"jaxlib": "jax", "xla_extension": "jax", "pywrap_tensorflow": "tensorflow"}


def libraries(pid: int) -> set[str]:
    """Return the packages whose shared objects are mapped in the processes below ``pid``, without those of processes
    that cannot be read."""
    packages: set[str] = set()
    for process in descendants(pid):
        try:
            lines = kernel_files.content(f"/proc/{process}/maps").splitlines()
        except OSError:  # the process has ended, or cannot be read
            continue
        paths = b"".join(
            b"/%s\n" % path for path in {line.partition(b"/")[2] for line in lines}
        )  # most come several times
        names = {name.decode() for pattern in (IN_A_PACKAGE, BY_NAME) for name in pattern.findall(paths)}
        packages |= {BROUGHT_BY.get(name, name) for name in names}
    return packages
