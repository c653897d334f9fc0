"""What the tests of the executor share."""

from __future__ import annotations

import time

import pytest

from grader.assignment import load
from grader.executor.work import work_for
from grader.expected.assignment_files import digest
from tests.doubling import ASSIGNMENT, REFERENCE


@pytest.fixture
def work_of(tmp_path):
    """Return the work for the tiny assignment under another name, with some text replaced."""

    def make(name="doubling", before="", after="", **settings):
        folder = tmp_path / name
        text = ASSIGNMENT.replace("doubling", name).replace(before or "\0", after)
        if not folder.exists() or (folder / "assignment.yaml").read_text() != text:  # a process may be reading it
            folder.mkdir(exist_ok=True)
            (folder / "reference.py").write_text(REFERENCE)
            (folder / "assignment.yaml").write_text(text)
        assignment = load(str(folder))
        return work_for(assignment, 7, "strong", digest(assignment, []), inspected=True, **settings)

    return make


def await_true(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)
