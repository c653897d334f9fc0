"""A hundred submissions that cheat, escape, hang or crash: each ends as its first lines declare, and leaves nothing.

If possible, a positive control runs the same file without confinement and shows that the trick works there: in the
process of a naive grader, or at isolation level none.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from grader.support.places import PACKAGE
from grader.support.text import clean
from tests.hostile.conftest import HERE, SUBMISSIONS, left_behind

NAIVE = """
import runpy, sys
answer = runpy.run_path(sys.argv[1])["double"]
import numpy as np
x = np.arange(4.0)
expected = 2 * x
assert np.allclose(answer(x), 2 * x), "wrong"
"""
NAMES = sorted(path.name for path in SUBMISSIONS.iterdir())


def declared(name):
    """Return the header of a submission: its isolation level, seed, control, cases, and the status of each check."""
    path = SUBMISSIONS / name
    text = (path / "doubling.py" if path.is_dir() else path).read_text()
    return dict(re.findall(r"^# (double|total|control|seed|isolation|cases): (.+)$", text, flags=re.MULTILINE))


def arguments(header, level=None):
    level = level or header.get("isolation", "strong")
    return ["--isolation", level, "--seed", header.get("seed", "0")]


CONTROLS = [name for name in NAMES if "control" in declared(name)]


@pytest.mark.table
@pytest.mark.parametrize("name", NAMES)
def test_hostile_submission_ends_as_declared_and_leaves_nothing(hostile, outside, name):
    header = declared(name)
    outside.draw_cases(header.get("cases", "2"))
    done = hostile(name, *arguments(header))
    assert outside.reached() == set()
    assert "Traceback" not in done.stderr
    report = json.loads(done.stdout)
    statuses = {check["name"]: check["status"] for check in report["checks"]}
    messages = [check["message"] for check in report["checks"]]
    assert statuses["double"] == header["double"], messages
    assert statuses["total"] == header["total"], messages
    assert report["ending"] == "graded"
    assert done.returncode == (0 if report["score"] == 100 else 1)
    for message in messages:
        assert clean(message, len(message) + 1) == message
    for status, check in zip(statuses.values(), report["checks"], strict=True):
        assert check["score"] == (50 if status == "passed" else 0)


@pytest.mark.table
@pytest.mark.parametrize("name", CONTROLS)
def test_trick_works_without_the_sandbox(hostile, outside, name):
    """Positive control: otherwise the test above could pass without any protection."""
    kind, _, effect = declared(name)["control"].partition(": ")
    if kind.endswith(" as root"):
        if os.geteuid() != 0:
            pytest.skip("only root may do this to another process")
        kind = kind.removesuffix(" as root")
    if kind in ("naive", "child"):
        done = naively(outside.submission(name))
        assert effect in outside.reached() if effect else done.returncode == 0 or "PASSED" in done.stdout
        return
    seed = {"none": [], "seed": ["--seed", "0"]}[kind]
    report = json.loads(hostile(name, *arguments(declared(name), "none"), *seed).stdout)
    if effect and effect != "status":
        assert effect in outside.reached()
    else:
        assert report["checks"][0]["status"] == "passed", report["checks"][0]["message"]


def naively(path: Path) -> subprocess.CompletedProcess[str]:
    """Grade in the process of the submission, as most graders do; exit code 0 means full marks."""
    folder, file = (path, path / "doubling.py") if path.is_dir() else (path.parent, path)
    command = [sys.executable, "-c", NAIVE, file]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_naive_grader_distinguishes_right_from_wrong(tmp_path):
    for factor, passes in ((2, True), (3, False)):
        (tmp_path / "plain.py").write_text(f"def double(x):\n    return {factor} * x\n")
        done = naively(tmp_path / "plain.py")
        assert (done.returncode == 0) is passes
        assert "PASSED" not in done.stdout


def test_there_are_at_least_80_submissions():
    assert len(NAMES) >= 80


def test_correct_submission_gets_full_marks_afterwards(grader):
    """Runs last: no worker is left, and the grader works as before."""
    assert left_behind(str(PACKAGE / "worker" / "main.py")) == []
    done = grader("check", HERE / "assignment", HERE / "correct.py", "--json")
    assert (done.returncode, json.loads(done.stdout)["score"]) == (0, 100)
