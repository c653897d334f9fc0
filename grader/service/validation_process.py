"""The process that validates an uploaded exercise: ``python -m grader.service.validation_process FOLDER LEVEL [DATASETS]``.

It prints the lines of ``grader validate``. The author's Python runs in a confined worker, at the isolation level of the server.
Exit code 0: the exercise is sound; 2: it is not; 3: it cannot be validated here.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from pathlib import Path

NICE = 10  # submissions come first


def main(folder: str, level: str, datasets: str = "") -> int:
    """Validate the assignment in a folder, and return the exit code."""
    threading.Thread(target=_end_with_server, daemon=True).start()
    with contextlib.suppress(OSError):
        os.nice(NICE)
    from ..assignment import load
    from ..grading.options import GradeOptions
    from ..grading.validate import validate
    from ..support.choices import LEVELS
    from ..support.errors import GraderError, NotGradable

    options = GradeOptions(
        include_hidden=True,
        isolation=next(name for name in LEVELS if name == level),
        data=Path(datasets) if datasets else None,
    )
    wrong_count = 0
    try:
        assignment = load(folder)
        for line in validate(assignment, options):
            wrong_count += not line.holds
            print(line.text.rstrip(), flush=True)
    except NotGradable as error:
        print(error, flush=True)
        return 3
    except GraderError as error:
        print(error, flush=True)
        return 2
    return 2 if wrong_count else 0


def _end_with_server() -> None:
    """End this process when the server closes the standard input, which it also does by ending."""
    while os.read(0, 1):  # not by sys.stdin, whose lock would be held when this process ends by itself
        pass
    os._exit(3)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
