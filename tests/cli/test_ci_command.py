"""Tests of ``grader ci`` without a valid configuration; tests/ci tests the grading itself."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from grader.cli import main

pytestmark = pytest.mark.quick


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return a function that runs the command in an empty repository."""
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_ACTIONS", "GITLAB_CI"):
        monkeypatch.delenv(name, raising=False)
    return lambda: CliRunner().invoke(main, ["ci"])


def test_missing_configuration_is_wrong_usage(run):
    done = run()
    assert done.exit_code == 2
    assert done.stderr.startswith("Error: There is no .grader.yml: ")


def test_mistake_is_a_workflow_command_on_github(run, monkeypatch):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    done = run()
    assert done.exit_code == 2
    assert "::error" in done.stdout and ".grader.yml" in done.stdout
