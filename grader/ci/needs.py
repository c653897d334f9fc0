"""``python -m grader.ci.needs CONFIG [--trust-config]`` prints the extras that a configuration needs: "tensorflow" or nothing.

It runs in a plain installation, before the extras are installed. It ignores mistakes in the configuration, because
``grader ci`` reports them.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ..grading import needs
from ..support.errors import GraderError
from .repository import assignment_of, read_config


def extras(config_path: Path, trusted: bool = False) -> list[str]:
    """Return the extras that the assignments need, in alphabetical order; raises UsageError for a mistake.

    ``trusted`` has the same meaning as in :func:`grader.ci.repository.plan`.
    """
    config, _lines = read_config(config_path, trusted)
    extras_needed = {
        extra for entry in config.assignments for extra in needs.extras_of(assignment_of(config_path, entry))
    }
    return sorted(extras_needed)


def main(arguments: list[str]) -> None:
    """Print the extras on one line."""
    try:
        print(" ".join(extras(Path(arguments[0]), "--trust-config" in arguments[1:])))
    except GraderError:
        print()


if __name__ == "__main__":
    main(sys.argv[1:])
