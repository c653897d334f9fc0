"""Tests of ``grader gradescope``; tests/gradescope tests the content of the file."""

from __future__ import annotations

import zipfile

import pytest
from click.testing import CliRunner

from grader.cli import main


@pytest.mark.quick
def test_file_is_written_with_a_warning_to_keep_it_private(tmp_path):
    out = tmp_path / "up.zip"
    done = CliRunner().invoke(main, ["gradescope", "single-neuron", "--out", str(out), "--seed", "7"])
    assert done.exit_code == 0, done.output
    assert f"Wrote {out}. Upload it to an assignment of 100 points. Keep it private" in done.stdout
    assert "run_autograder" in zipfile.ZipFile(out).namelist()
