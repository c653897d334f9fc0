"""Tests of the files of a submission that a page shows."""

from __future__ import annotations

from grader.submission import read, read_contents
from grader.submission.source_files import SourceFile, packed, source_files, unpacked
from tests.conftest import notebook

MODULE = "# -*- coding: latin-1 -*-\r\nimport helper\r\n\r\ndef sigmoid(z):\r\n    return 'ü'\r\n".encode("latin-1")


def test_graded_module_is_unchanged_and_its_helpers_follow():
    contents = {"week/single_neuron.py": MODULE, "week/helper.py": b"\xef\xbb\xbfx = 1\n", "week/other.py": b"y = 2\n"}
    graded, helper = source_files(read_contents("anna", contents, "single-neuron"))
    assert (graded.name, graded.content) == ("week/single_neuron.py", MODULE)
    assert (helper.name, helper.content) == ("week/helper.py", b"x = 1\n")


def test_graded_notebook_is_unchanged(tmp_path):
    raw = b"\xef\xbb\xbf" + notebook("import numpy as np\n%time", "def sigmoid(z): return z").encode()
    (tmp_path / "neuron.ipynb").write_bytes(raw)
    (graded,) = source_files(read(tmp_path / "neuron.ipynb", "single-neuron"))
    assert graded.content == raw


def test_file_that_cannot_be_run_is_kept(tmp_path):
    for name, content in (("broken.ipynb", b'{"cells": ['), ("binary.py", b"\x00\xff\xfe = (")):
        (tmp_path / name).write_bytes(content)
        (graded,) = source_files(read(tmp_path / name, "single-neuron"))
        assert (graded.name, graded.content) == (name, content)


def test_file_without_code_is_left_out(tmp_path):
    (tmp_path / "neuron.py").write_bytes(b"%PDF-1.7 ...")
    assert source_files(read(tmp_path / "neuron.py", "single-neuron")) == []


def test_packed_files_are_unpacked():
    files = [SourceFile('a "b"\n\u202e ü.py', b"x\n\x00\xff"), SourceFile("empty.py", b""), SourceFile("c/d.py", b"1")]
    assert unpacked(packed(files)) == files
    assert unpacked(b"") == [] and unpacked(packed([])) == []
