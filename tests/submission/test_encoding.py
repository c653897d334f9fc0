"""Tests of the encoding that a module declares."""

from __future__ import annotations

import pytest

from grader.submission import read

pytestmark = pytest.mark.quick


def test_declared_encoding_is_used(tmp_path):
    (tmp_path / "mine.py").write_bytes("# -*- coding: cp1252 -*-\nx = 'ä'\n".encode("cp1252"))
    submission = read(tmp_path / "mine.py", "single-neuron")
    assert submission.problem is None
    assert submission.files["mine.py"].decode().endswith("x = 'ä'\n")
