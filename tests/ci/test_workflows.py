"""Tests of the action, the reusable workflow and the examples: valid files, and steps from a push to a result."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT

from .conftest import EXAMPLES
from .runner import SHELL, Runner, plain_environment

CI = ROOT / "examples" / "ci"
GRADE = ROOT / ".github" / "workflows" / "grade.yml"
WORKFLOWS = [*sorted((ROOT / ".github" / "workflows").glob("*.yml")), *sorted(CI.glob("github*.yml"))]
SCHEMAS = {
    "vendor.github-actions": [ROOT / "action.yml"],
    "vendor.github-workflows": WORKFLOWS,
    "vendor.gitlab-ci": [CI / "gitlab-ci.yml"],
}
# Each would be imported instead of a module of Python if a step ran Python in the folder of the submission.
TRAPS = ("venv", "json", "pip", "numpy", "click", "grader", "sitecustomize")


@pytest.mark.parametrize("name", SCHEMAS)
def test_files_are_valid_for_their_tools(name):
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", name, *SCHEMAS[name]]
    is_success = subprocess.run(command, capture_output=True, text=True, check=False)
    assert is_success.returncode == 0, is_success.stdout


def steps(path):
    ((_, job),) = yaml.safe_load(path.read_text())["jobs"].items()
    return job["steps"]


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """Return a folder with ``python`` for the PATH, as setup-python leaves it; new environments contain all packages."""
    folder = tmp_path_factory.mktemp("python")
    real, interpreter = os.path.realpath(sys.executable), sysconfig.get_path("purelib")
    packages = '"$(echo "$last"/lib/python*/site-packages)/here.pth"'
    (folder / "python").write_text(
        f'#!/bin/sh\n"{real}" "$@" || exit\n'
        f'case "$*" in *"-m venv"*) for last; do :; done; echo "{interpreter}" > {packages} ;; esac\n'
    )
    (folder / "python").chmod(0o755)
    return plain_environment() | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "PIP_NO_INDEX": "1"}


@pytest.fixture(scope="module")
def cache():
    """The cache of the repository: packages installed by the first job are available to the others."""
    return {}


@pytest.fixture
def runner(tmp_path, python, cache):
    """Return a runner for a student's repository with traps; other repositories may be next to it."""

    def make(submission, other_files=None):
        def checkout(job, action_inputs):
            folder = job.workspace / action_inputs.get("path", ".")
            files = (other_files or {}).get(action_inputs.get("repository"), None)
            if files == "this":
                folder.symlink_to(ROOT)
                return
            folder.mkdir(exist_ok=True)
            if files is None:
                shutil.copy(submission, folder / f"single_neuron{submission.suffix}")
                files = {f"{name}.py": f"raise SystemExit('imported {name}')" for name in TRAPS}
            for name, text in files.items():
                (folder / name).write_text(text)

        def this(job, action_inputs):
            return job.composite(action_inputs)

        uses = {
            "actions/checkout@v6": checkout,
            "actions/setup-python@v6": lambda job, action_inputs: (True, {"python-version": "3"}),
            "actions/upload-artifact@v7": lambda job, action_inputs: None,
            "github/codeql-action/upload-sarif@v4": found_sarif,
            "OWNER/grader@v1": this,
            "./grader": this,
        }
        return Runner(tmp_path / f"job{len([*tmp_path.iterdir()])}", ROOT, uses, python, cache)

    return make


def found_sarif(job, action_inputs):
    document = json.loads((job.workspace / action_inputs["sarif_file"]).read_text())
    job.log += f"{len(document['runs'][0]['results'])} findings\n"


@pytest.mark.long
def test_classroom_gets_the_points(runner):
    workflow = yaml.safe_load((CI / "github-classroom.yml").read_text())
    assert (workflow["name"], [*workflow["jobs"]]) == ("Autograding Tests", ["run-autograding-tests"])
    job = runner(EXAMPLES / "correct.ipynb")
    is_success, _ = job.run(steps(CI / "github-classroom.yml"), {})
    assert is_success, job.log
    assert "\n::notice title=Autograding complete::Points 100/100\n" in job.log
    assert '\n::notice title=Autograding report::{"totalPoints":100,"maxPoints":100}\n' in job.log
    assert "**Score\\: 100 of 100, passed\\.**" in job.summary


@pytest.mark.long
def test_step_below_the_pass_mark_fails_but_reports(runner):
    job = runner(EXAMPLES / "wrong.py")
    is_success, _ = job.run(steps(CI / "github.yml"), {})
    assert not is_success
    assert "4 findings" in job.log
    assert "::error file=single_neuron.py,line=" in job.log


@pytest.mark.long
def test_reusable_workflow_uses_the_instructors_configuration(runner):
    """The student's own configuration is not read."""
    config = "assignment: single-neuron\nsubmission: single_neuron.py\npass_mark: 90\nseed: 0\n"
    other_files = {"school/grading": {"week1.yml": config}, "school/grader": "this"}
    job = runner(EXAMPLES / "wrong.py", other_files)
    called_workflow = yaml.safe_load(GRADE.read_text())[True]["workflow_call"]["inputs"]
    inputs = {name: item.get("default", "") for name, item in called_workflow.items()}
    inputs |= {"config-repository": "school/grading", "config": "week1.yml", "grader-repository": "school/grader"}
    is_success, outputs = job.run(steps(GRADE), inputs)
    assert not is_success
    assert outputs["grader"]["score"] == "52.5"
    assert job.summary.startswith("The configuration is outside this repository\\.")
    assert "The pass mark of single\\-neuron is 90 % \\(the assignment says 70 %\\)\\." in job.summary


def test_gitlab_runs_the_same_command(tmp_path, python):
    job = yaml.safe_load((CI / "gitlab-ci.yml").read_text())["grade"]
    (tmp_path / "repository").mkdir()
    shutil.copy(EXAMPLES / "wrong.py", tmp_path / "repository")
    (tmp_path / "config.yml").write_text("assignment: single-neuron\nsubmission: wrong.py\nseed: 0\n")
    bin_folder = Path(sys.executable).parent
    environment = python | {"GITLAB_CI": "true", "CI": "true", "GRADER_CONFIG": str(tmp_path / "config.yml")}
    environment |= {"PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}"}
    (line,) = job["script"]
    is_success = subprocess.run(["sh", "-c", line], cwd=tmp_path / "repository", env=environment, check=False)
    assert is_success.returncode == 1
    for pattern in job["artifacts"]["reports"].values():
        assert [*(tmp_path / "repository").glob(pattern)], pattern


@pytest.mark.long
def test_second_run_installs_nothing(runner):
    configuration = "assignment: single-neuron\nsubmission: single_neuron.ipynb\nseed: 0\n"
    step = {"uses": "OWNER/grader@v1", "with": {"configuration": configuration, "packages": "numpy\n pyyaml"}}
    for cold in (True, False):
        job = runner(EXAMPLES / "correct.ipynb")
        is_success, _ = job.run([{"uses": "actions/checkout@v6"}, step], {})
        assert is_success, job.log
        assert ("Install the grader" in job.steps, "actions/cache/save@v5" in job.steps) == (cold, cold)
        assert "Install TensorFlow" not in job.steps


@pytest.mark.long
def test_disabled_cache_is_neither_read_nor_written(runner):
    step = {"uses": "OWNER/grader@v1", "with": {"cache": "false", "install-only": "true"}}
    job = runner(EXAMPLES / "correct.ipynb")
    assert job.run([step], {})[0], job.log
    assert not [name for name in job.steps if name.startswith("actions/cache")]
    assert "Grade" not in job.steps


@pytest.mark.quick
@pytest.mark.parametrize(
    ("value", "sudo", "warned"), [("1", 1, True), ("1", 0, False), ("0", 1, False), (None, 1, False)]
)
def test_runner_without_namespaces_gets_a_warning(tmp_path, value, sudo, warned):
    step = next(s for s in yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"] if "SWITCH" in str(s))
    if value is not None:
        (tmp_path / "switch").write_text(f"{value}\n")
    (tmp_path / "sudo").write_text(f"#!/bin/sh\necho 'sudo: a password is required' >&2; exit {sudo}\n")
    (tmp_path / "sudo").chmod(0o755)
    environment = plain_environment() | {
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        "SWITCH": str(tmp_path / "switch"),
    }
    is_success = subprocess.run(
        [*SHELL, "-c", step["run"]], env=environment, capture_output=True, text=True, check=True
    )
    assert is_success.stdout.startswith("::warning title=grader::") == warned
    assert ("a password is required" in is_success.stdout and "isolation: medium" in is_success.stdout) == warned


def commit(repository, files, date):
    """Commit these files, and only these, into a student's repository at a date."""
    if not (repository / ".git").is_dir():
        subprocess.run(["git", "init", "--quiet", "--initial-branch=main", repository], check=True)
    for name, text in files.items():
        (repository / name).write_text(text)
    dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    for command in (["add", "--all"], ["commit", "--quiet", "--allow-empty", "--message", "work"]):
        author = ["-c", "user.name=a", "-c", "user.email=a@b"]
        subprocess.run(["git", "-C", repository, *author, *command], env=plain_environment() | dates, check=True)


@pytest.mark.long
def test_class_is_graded_as_committed_at_the_deadline(tmp_path, runner):
    workflow = yaml.safe_load((CI / "github-class.yml").read_text())
    deadline = datetime.fromisoformat(workflow["env"]["DEADLINE"])
    before, after = ((deadline + timedelta(minutes=minutes)).isoformat() for minutes in (-1, 1))
    correct, wrong = (EXAMPLES / "correct.ipynb").read_text(), (EXAMPLES / "wrong.py").read_text()
    students = tmp_path / "students"
    for name, steps_of in {
        "anna": [({"work.py": wrong}, before), ({"work.py": "raise SystemExit('late')\n"}, after)],
        "ben": [({"my work.ipynb": correct}, before)],
        "cleo": [({"work.ipynb": correct}, after)],
    }.items():
        for files, date in steps_of:
            commit(students / name, files, date)
    roster = "student,repository\r\n" + "".join(
        f"{name},{students / name}\r\n" for name in ("anna", "ben", "cleo", "dan")
    )
    job = runner(EXAMPLES / "correct.ipynb", {None: {"roster.csv": roster}})
    job.environment |= workflow["env"]
    is_success, _ = job.run(steps(CI / "github-class.yml"), {})
    assert not is_success, "the repository of dan is not there"
    assert "::error::The repository of dan cannot be cloned" in job.log
    assert "::warning::cleo had committed nothing at the deadline." in job.log
    with (job.temp / "class" / "results" / "gradebook.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert {name: (row["score"], row["status"]) for name, row in rows.items()} == {
        "anna": ("52.5", "graded"),
        "ben": ("100", "graded"),
        "cleo": ("", "not_submitted"),
    }
    assert job.steps[-1] == "actions/upload-artifact@v7"
