"""Tests of ``grader feedback``."""

from __future__ import annotations

from click.testing import CliRunner

from grader.cli import feedback_command, main
from grader.feedback import giving


def test_choices_are_the_formats():
    assert feedback_command.FORMATS == giving.FORMATS


def test_folder_without_results_is_wrong_usage(tmp_path):
    done = CliRunner().invoke(main, ["feedback", str(tmp_path)])
    assert done.exit_code == 2
    assert "is not an output folder of grader grade" in done.stderr
