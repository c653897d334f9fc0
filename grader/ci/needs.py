"""``python -m grader.ci.needs CONFIG`` prints what a configuration needs beside a plain installation: "tensorflow" or nothing.

It runs in a plain installation, before what it names is installed. A mistake in the configuration is no concern here:
``grader ci`` reports it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from .. import needs, yamlfile
from ..errors import GraderError
from .config import CiFile
from .run import assignment_of


def extras(config_path: Path) -> list[str]:
    """The optional dependencies of all assignments, in alphabetical order; raises UsageError for a mistake."""
    config = yamlfile.load(config_path, CiFile)
    found = {extra for entry in config.assignments for extra in needs.extras_of(assignment_of(config_path, entry))}
    return sorted(found)


def main(arguments: list[str]) -> None:
    """Print the extras on one line."""
    try:
        print(" ".join(extras(Path(arguments[0]))))
    except GraderError:
        print()


if __name__ == "__main__":
    main(sys.argv[1:])
