"""All hostile submissions as one class: each ends as it does alone, and does not affect the others."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pytest

from grader.support.places import PACKAGE
from tests.hostile.conftest import HERE, SUBMISSIONS, left_behind
from tests.hostile.test_hostile import declared

TOGETHER = [
    name
    for name in sorted(path.name for path in SUBMISSIONS.iterdir())
    if not declared(name).keys() & {"isolation", "seed", "cases"}
]
# The shell engine has no client process, and process 1 of a pid namespace cannot be killed from inside.
IN_A_SHELL = {"nb_kills_its_client.notebook.py": ("failed", "passed")}


@pytest.mark.long
def test_hostile_submissions_of_a_class_do_not_affect_each_other(outside):
    group, out = outside.folder / "class", outside.folder / "out"
    group.mkdir()
    for name in TOGETHER:
        laid_out = outside.submission(name)
        (group / name.split(".")[0]).mkdir()
        shutil.move(laid_out, group / name.split(".")[0] / laid_out.name)
    (group / "correct").mkdir()
    shutil.copy(HERE / "correct.py", group / "correct" / "correct.py")
    command = [
        sys.executable,
        "-m",
        "grader",
        "grade",
        outside.assignment,
        group,
        "--out",
        out,
        "--jobs",
        "2",
        "--seed",
        "0",
    ]
    environment = {**os.environ, "GRADER_FACTOR": "2.0", "TMPDIR": str(outside.temporary)}
    done = subprocess.run(
        [*map(str, command)], env=environment, cwd=outside.own, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.stderr == ""
    assert done.returncode == 0
    assert outside.reached() == set()
    assert left_behind(str(PACKAGE / "worker" / "main.py")) == []
    statuses, expected = {}, {}
    for name in TOGETHER:
        header = declared(name)
        expected[name] = IN_A_SHELL.get(name, (header["double"], header["total"]))
        report = json.loads((out / "instructor" / f"{name.split('.')[0]}.json").read_text())
        statuses[name] = tuple(check["status"] for check in report["checks"])
    assert statuses == expected
    assert json.loads((out / "reports" / "correct.json").read_text())["score"] == 100
