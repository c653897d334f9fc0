"""What ``pip install .`` installs works from an empty folder, without the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT, SINGLE_NEURON


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder of packages with the grader's wheel and nothing of the checkout."""
    target = tmp_path_factory.mktemp("installed") / "site-packages"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--target", target, ROOT], check=True)
    return target


def run(installed, tmp_path, *arguments):
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    command = [sys.executable, "-m", "grader", *map(str, arguments)]
    return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)


def test_the_assignments_and_references_are_installed(installed, tmp_path):
    assert "single-neuron" in run(installed, tmp_path, "list").stdout
    assert (installed / "grader" / "bundled" / "reference" / "answers" / "single-neuron.npz").is_file()
    assert not (installed / "assignments").exists()


def test_a_submission_is_graded(installed, tmp_path):
    done = run(installed, tmp_path, "check", "single-neuron", SINGLE_NEURON / "solution.py", "--html", "page.html")
    assert done.returncode == 0, done.stderr
    assert "isolation strong" in done.stdout
    assert "--page: #" in (tmp_path / "page.html").read_text()  # templates are installed, too


def test_the_installed_answers_are_hidden_from_submissions(installed, tmp_path):
    (tmp_path / "mine.py").write_text(
        "from pathlib import Path\n"
        "def readable(path):\n"
        "    try:\n"
        "        return bool(path.read_bytes())\n"
        "    except OSError:\n"
        "        return False\n"
        f"files = Path({str(installed / 'grader')!r}).rglob('*')\n"
        "raise ValueError([str(path) for path in files if 'worker' not in path.parts and readable(path)])\n"
    )
    for level in ("strong", "medium"):
        done = run(installed, tmp_path, "check", "single-neuron", "mine.py", "--isolation", level)
        assert "ValueError: [] (" in done.stdout, done.stdout
    noticed = run(installed, tmp_path, "check", "single-neuron", "mine.py", "--isolation", "none")
    assert "ValueError: [] (" not in noticed.stdout


def test_the_canary_finds_no_hole_in_an_installation(installed, tmp_path):
    """At medium the names of an installed grader's files can be listed, as those of all packages are; but no file read."""
    found = json.loads(run(installed, tmp_path, "doctor", "--json").stdout)
    assert {level: found["levels"][level]["reached"] for level in ("strong", "medium")} == {"strong": [], "medium": []}
    assert "the reference's answers" in found["levels"]["none"]["reached"]


def test_a_class_is_graded_at_medium_by_an_installation(installed, tmp_path):
    """As in a container of Docker's."""
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "anna.py").write_bytes((SINGLE_NEURON / "solution.py").read_bytes())
    options = ["--out", "out", "--isolation", "medium", "--jobs", "1", "--seed", "0"]
    done = run(installed, tmp_path, "grade", "single-neuron", "class", *options)
    assert done.returncode == 0, done.stderr
