"""Tests of the wheel in the upload."""

from __future__ import annotations

import io
import os
import zipfile

import pytest

from grader.gradescope import wheel


@pytest.mark.quick
def test_wheel_has_a_complete_record():
    name, content = wheel.build()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        record = archive.read(next(n for n in names if n.endswith("RECORD"))).decode()
    assert [line.split(",")[0] for line in record.splitlines()] == names
    assert "grader/gradescope/run_autograder" in names
    assert "grader/bundled/reference/answers/single-neuron.npz" in names
    assert not any("__pycache__" in path or os.path.isabs(path) for path in names)
    assert name.endswith("-py3-none-any.whl")


@pytest.mark.quick
def test_same_content_makes_the_same_archive():
    archives = []
    for _ in range(2):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            wheel.add(archive, "setup.sh", b"echo", 0o755)
        archives.append(buffer.getvalue())
    assert archives[0] == archives[1]
    with zipfile.ZipFile(io.BytesIO(archives[0])) as archive:
        assert archive.getinfo("setup.sh").external_attr >> 16 & 0o777 == 0o755
