"""The action, the reusable workflow and the examples: valid, and their steps lead from a push to a result."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT

from .conftest import EXAMPLES
from .runner import Runner, plain_environment

CI = ROOT / "examples" / "ci"
WORKFLOWS = [ROOT / ".github" / "workflows" / "grade.yml", *sorted(CI.glob("github*.yml"))]
SCHEMAS = {
    "vendor.github-actions": [ROOT / "action.yml"],
    "vendor.github-workflows": WORKFLOWS,
    "vendor.gitlab-ci": [CI / "gitlab-ci.yml"],
}
# Each would be imported in place of a module of Python, if a step ran Python in the folder of the submission.
TRAPS = ("venv", "json", "pip", "numpy", "click", "grader", "sitecustomize")


@pytest.mark.parametrize("name", SCHEMAS)
def test_files_are_what_their_readers_expect(name):
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", name, *SCHEMAS[name]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def steps(path):
    ((_, job),) = yaml.safe_load(path.read_text())["jobs"].items()
    return job["steps"]


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """What setup-python leaves: ``python`` in the PATH. What pip would download lies there already."""
    folder = tmp_path_factory.mktemp("python")
    real = os.path.realpath(sys.executable)
    (folder / "python").write_text(f'#!/bin/sh\nexec "{real}" "$@"\n')
    (folder / "python").chmod(0o755)
    return plain_environment() | {
        "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": sysconfig.get_path("purelib"),
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip's way to say that there is none
    }


@pytest.fixture(scope="module")
def installed():
    """What the first job installs serves the others, too."""
    return {}


@pytest.fixture
def runner(tmp_path, python, installed):
    """A runner for the repository of a student, who has set traps; others may lie beside it."""

    def make(submission, others=None):
        def checkout(job, given):
            folder = job.workspace / given.get("path", ".")
            files = (others or {}).get(given.get("repository"), None)
            if files == "this":
                folder.symlink_to(ROOT)
                return
            folder.mkdir(exist_ok=True)
            if files is None:
                shutil.copy(submission, folder / f"single_neuron{submission.suffix}")
                files = {f"{name}.py": f"raise SystemExit('imported {name}')" for name in TRAPS}
            for name, text in files.items():
                (folder / name).write_text(text)

        def this(job, given):
            return job.composite(given)

        uses = {
            "actions/checkout@v4": checkout,
            "actions/setup-python@v5": lambda job, given: None,
            "actions/upload-artifact@v4": lambda job, given: None,
            "github/codeql-action/upload-sarif@v3": found_sarif,
            "classroom-resources/autograding-grading-reporter@v1": report_to_classroom,
            "OWNER/grader@v1": this,
            "./grader": this,
        }
        return Runner(tmp_path / "job", ROOT, uses, python, installed)

    return make


def report_to_classroom(job, given):
    """The reporter's own arithmetic, on the variable that it looks for."""
    points = maximum = 0
    for name in given["runners"].split(","):
        results = json.loads(base64.b64decode(given[f"env.{name.upper()}_RESULTS"]))
        if results["max_score"]:
            maximum += results["max_score"]
            points += sum(test["score"] for test in results["tests"])
    job.log += f"Points {points:g}/{maximum:g}\n"
    return results["status"] == "pass", {}


def found_sarif(job, given):
    document = json.loads((job.workspace / given["sarif_file"]).read_text())
    job.log += f"{len(document['runs'][0]['results'])} findings\n"


def test_classroom_gets_the_points(runner):
    workflow = yaml.safe_load((CI / "github-classroom.yml").read_text())
    assert (workflow["name"], [*workflow["jobs"]]) == ("Autograding Tests", ["run-autograding-tests"])
    job = runner(EXAMPLES / "correct.ipynb")
    done, outputs = job.run(steps(CI / "github-classroom.yml"), {})
    assert done, job.log
    assert outputs["grader"]["passed"] == "true"
    assert "Points 100/100" in job.log
    assert "**Score\\: 100 of 100, passed\\.**" in job.summary


@pytest.mark.long
def test_a_step_below_the_pass_mark_fails_and_still_reports(runner):
    job = runner(EXAMPLES / "wrong.py")
    done, _ = job.run(steps(CI / "github.yml"), {})
    assert not done
    assert "4 findings" in job.log
    assert "::error file=single_neuron.py,line=" in job.log


def test_the_reusable_workflow_reads_what_the_instructor_owns(runner):
    """The student's own configuration, which asks for nothing, is not read."""
    config = "assignment: single-neuron\nsubmission: single_neuron.py\npass_mark: 90\nseed: 0\n"
    others = {"school/grading": {"week1.yml": config}, "school/grader": "this"}
    job = runner(EXAMPLES / "wrong.py", others)
    called = yaml.safe_load(WORKFLOWS[0].read_text())[True]["workflow_call"]["inputs"]
    inputs = {name: item.get("default", "") for name, item in called.items()}
    inputs |= {"config-repository": "school/grading", "config": "week1.yml", "grader-repository": "school/grader"}
    done, outputs = job.run(steps(WORKFLOWS[0]), inputs)
    assert not done
    assert outputs["grader"]["score"] == "52.5"
    assert job.summary.startswith("The configuration comes from outside of this repository\\.")
    assert "The pass mark of single\\-neuron is 90 %, and by the assignment 70 %\\." in job.summary


def test_gitlab_runs_the_same_command(tmp_path, python):
    job = yaml.safe_load((CI / "gitlab-ci.yml").read_text())["grade"]
    (tmp_path / "repository").mkdir()
    shutil.copy(EXAMPLES / "wrong.py", tmp_path / "repository")
    (tmp_path / "config.yml").write_text("assignment: single-neuron\nsubmission: wrong.py\nseed: 0\n")
    bin_folder = Path(sys.executable).parent
    environment = python | {"GITLAB_CI": "true", "CI": "true", "GRADER_CONFIG": str(tmp_path / "config.yml")}
    environment |= {"PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}"}
    del environment["PYTHONPATH"]
    (line,) = job["script"]
    done = subprocess.run(["sh", "-c", line], cwd=tmp_path / "repository", env=environment, check=False)
    assert done.returncode == 1
    for pattern in job["artifacts"]["reports"].values():
        assert [*(tmp_path / "repository").glob(pattern)], pattern
