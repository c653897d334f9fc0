"""Which libraries the processes of a worker have mapped, as the kernel tells it: student code cannot deny that.

A library in pure Python maps nothing. Of one that is loaded from a memory file the name is lost.
"""

from __future__ import annotations

import re
from pathlib import Path

from .usage import descendants

# The package of a shared object, by the folder that it lies in, or by its own name where it was copied elsewhere.
IN_A_PACKAGE = re.compile(rb"/(?:site|dist)-packages/([A-Za-z_]\w*)/[^\n]*\.so[.\d]*(?: \(deleted\))?$", re.MULTILINE)
BY_NAME = re.compile(rb"/(?:lib)?_?(tensorflow|pywrap_tensorflow|torch|jax|xla_extension)\w*\.so[.\d]*", re.MULTILINE)
BROUGHT_BY = {"jaxlib": "jax", "xla_extension": "jax", "pywrap_tensorflow": "tensorflow"}


def libraries(pid: int) -> set[str]:
    """The packages from which the processes below ``pid`` have mapped shared objects; those of a process that cannot be
    looked at are missing."""
    found: set[str] = set()
    for process in descendants(pid):
        try:
            mapped = Path(f"/proc/{process}/maps").read_bytes()
        except OSError:  # it has ended, or does not let itself be looked at
            continue
        names = {name.decode() for pattern in (IN_A_PACKAGE, BY_NAME) for name in pattern.findall(mapped)}
        found |= {BROUGHT_BY.get(name, name) for name in names}
    return found
