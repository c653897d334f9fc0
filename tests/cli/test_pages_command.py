"""Tests of ``grader pages``."""

from __future__ import annotations

from click.testing import CliRunner

from grader.cli import main
from tests.batch.test_pages import out  # noqa: F401, a fixture


def test_missing_pages_are_written(out):  # noqa: F811
    (out / "reports" / "Anna_7.html").unlink()
    done = CliRunner().invoke(main, ["pages", str(out)])
    assert (done.exit_code, done.stdout) == (0, "Of 1 student with a report, 1 had missing or outdated files.\n")
    assert (out / "reports" / "Anna_7.html").exists()


def test_folder_without_results_is_wrong_usage(tmp_path):
    done = CliRunner().invoke(main, ["pages", str(tmp_path)])
    assert done.exit_code == 2
    assert "is not an output folder of grader grade" in done.stderr
