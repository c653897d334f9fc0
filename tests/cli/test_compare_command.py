"""Tests of ``grader compare``."""

from __future__ import annotations

from click.testing import CliRunner

from grader.cli import main


def test_missing_folder_is_wrong_usage(tmp_path):
    done = CliRunner().invoke(main, ["compare", str(tmp_path), str(tmp_path / "nowhere")])
    assert done.exit_code == 2
    assert done.stderr.startswith("Error: ") and "Traceback" not in done.stderr
