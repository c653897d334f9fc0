"""``python -m grader.ci.needs CONFIG [--trust-config]`` prints what a configuration needs beside a plain installation: "tensorflow" or nothing.

It runs in a plain installation, before what it names is installed. A mistake in the configuration is no concern here:
``grader ci`` reports it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ..grading import needs
from ..support.errors import GraderError
from .repository import assignment_of, read_config


def extras(config_path: Path, trusted: bool = False) -> list[str]:
    """The optional dependencies of all assignments, in alphabetical order; raises UsageError for a mistake.

    ``trusted`` is as for :func:`grader.ci.repository.plan`.
    """
    config, _lines = read_config(config_path, trusted)
    found = {extra for entry in config.assignments for extra in needs.extras_of(assignment_of(config_path, entry))}
    return sorted(found)


def main(arguments: list[str]) -> None:
    """Print the extras on one line."""
    try:
        print(" ".join(extras(Path(arguments[0]), "--trust-config" in arguments[1:])))
    except GraderError:
        print()


if __name__ == "__main__":
    main(sys.argv[1:])
