"""Tests of the process that grading processes are forked from."""

from __future__ import annotations

import os
import subprocess
import sys

FORK = """
from grader.executor import server
if __name__ == "__main__":
    process = server.start().Process(target=print, args=("forked",))
    process.start()
    process.join()
"""


def test_server_starts_with_a_long_temporary_path(tmp_path):
    folder = tmp_path / ("a" * 40) / ("b" * 40)
    folder.mkdir(parents=True)
    result = subprocess.run(
        [sys.executable, "-c", FORK],
        env={**os.environ, "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.stdout, result.stderr) == ("forked\n", "")
