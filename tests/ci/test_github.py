"""Tests of GitHub Actions: annotations within the limits, a summary, outputs, and no commands from students."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace

import pytest

from grader.assignment import Assignment
from grader.ci import github
from grader.ci.config import AssignmentEntry, CiFile
from grader.ci.repository import GradedTask, Plan, RepositoryTask
from tests.conftest import bundled, notebook

from .conftest import EXAMPLES, MARKED, ONE, WRONG

EVIL = "\\n::set-output name=result::forged%0A\\n##[error]x ```"
FORGES = f"""
import os, sys
print("::error::printed")
os.write(1, b"\\n::error::written\\n")
os.write(2, b"\\n##[set-output name=result;]written\\n")

def sigmoid(z):
    raise ValueError("{EVIL}")
"""


def commands(log):
    """Return (name, properties, message) of each command that a runner would execute."""
    token, command_list = None, []
    for line in log.splitlines():
        stripped = line.lstrip()
        if token is not None:
            if stripped.startswith(f"::{token}::"):
                token = None
            continue
        match = re.match(r"::([\w-]+)( [^:]*(?:%3A[^:]*)*)?::(.*)", stripped)
        if match and match[1] == "stop-commands":
            token = match[3]
        elif match:
            command_list.append((match[1], (match[2] or "").strip(), match[3]))
        elif "##[" in line:
            command_list.append(("old form", "", line))
    assert token is None, "commands stay stopped"
    return command_list


@pytest.fixture
def on_github(tmp_path, ci):
    """Run as a step; return (exit code, commands, summary, outputs)."""

    def run(folder, *options):
        summary, outputs = tmp_path / "summary.md", tmp_path / "outputs"
        variables = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary), "GITHUB_OUTPUT": str(outputs)}
        completed = ci(folder, *options, **variables)
        step_outputs = outputs.read_text() if outputs.is_file() else ""
        assert commands(completed.stderr) == []
        return (
            completed.returncode,
            commands(completed.stdout),
            summary.read_text() if summary.is_file() else "",
            dict(line.split("=", 1) for line in step_outputs.splitlines()),
        )

    return run


def test_findings_are_annotations_at_the_students_lines(repository, on_github):
    code, command_list, summary, outputs = on_github(repository({"work.py": WRONG, ".grader.yml": ONE}))
    assert code == 1
    lines = WRONG.splitlines()
    # The gradients are partly right; failures of train() that follow from them are not more severe than their cause.
    assert [name for name, *_ in command_list] == ["error"] * 4
    for _, properties, _ in command_list:
        properties_given = dict(item.split("=", 1) for item in properties.split(","))
        assert properties_given["file"] == "work.py"
        line = lines[int(properties_given["line"]) - 1]
        assert line in MARKED
    assert summary.startswith("The configuration is a file in this repository")
    assert "mean\\-for\\-bias\\-only" in summary
    assert (outputs["score"], outputs["max-score"], outputs["passed"]) == ("52.5", "100", "false")
    result = json.loads(base64.b64decode(outputs["result"]))
    assert sum(test["score"] for test in result["tests"]) == 52.5


def test_submission_cannot_forge_commands(repository, on_github):
    name = "a,b:c ::error::d%0A##[error]e.py"
    config = f"{{assignment: single-neuron, submission: {json.dumps(name)}, seed: 0}}"
    code, command_list, summary, outputs = on_github(repository({name: FORGES, ".grader.yml": config}))
    assert code == 1
    assert {kind for kind, *_ in command_list} == {"error"}
    assert all("file=a%2Cb%3Ac %3A%3Aerror%3A%3Ad%250A##[error]e.py" in properties for _, properties, _ in command_list)
    assert json.loads(base64.b64decode(outputs["result"]))["status"] == "fail"
    assert outputs.keys() == {"result", "score", "max-score", "passed"}
    assert "```" not in summary


def test_file_name_in_an_error_cannot_become_a_command(repository, on_github):
    names = {"a\n::error::b.py": "", "c##[set-output name=result;]d.py": ""}
    code, command_list, _, _ = on_github(repository(names | {".grader.yml": ONE.replace("work.py", "'*.py'")}))
    assert code == 2
    ((kind, _, message),) = command_list
    assert kind == "error" and "matches 2 files" in message


@pytest.fixture
def make_tasks(repository):
    """Return a function that makes many failing reports without grading."""
    from grader.grading.grade import grade
    from grader.submission import read

    assignment: Assignment = bundled("single-neuron")
    report = grade(assignment, read(EXAMPLES / "wrong.py", "single-neuron"))
    task = RepositoryTask(
        AssignmentEntry(assignment="single-neuron", submission="x.py"), assignment, 70, None, None, []
    )
    config = CiFile(assignments=[task.entry])

    def run(count):
        return Plan(config, False, [task]), [GradedTask(task, report)] * count

    return run


def test_annotations_stay_within_the_limits_and_count_the_rest(make_tasks):
    _, many = make_tasks(30)
    warnings = [
        replace(item, report=item.report.model_copy(update={"checks": item.report.checks[:6]})) for item in many
    ]
    lines = github.findings(many)
    assert [sum(line.startswith(f"::{kind} ") for line in lines) for kind in ("error", "warning", "notice")] == [
        10,
        0,
        1,
    ]
    assert len([line for line in github.findings(warnings) if line.startswith("::warning ")]) == 10
    assert lines[-1] == "::notice title=grader::110 more findings are in the job summary."
    assert len(github.findings(many[:2])) == 8


@pytest.mark.long
def test_summary_stays_within_its_limit(make_tasks):
    plan, many = make_tasks(3)
    full_summary = github.summary(plan, many)
    size = len(full_summary.encode())
    short = github.summary(plan, many, size - 1)
    assert full_summary.count("## A single neuron") == 3 and short.count("## A single neuron") == 2
    assert "1 more reports are too long" in short
    assert len(github.summary(plan, many * 1000).encode()) <= github.LONGEST_SUMMARY
    assert github.summary(plan, many, 10) == ""


def test_finding_in_a_notebook_has_its_line_in_the_file(repository, on_github):
    text = notebook("import numpy as np", "x = 1\n\ndef sigmoid(z):\n    return z / 0")
    folder = repository({"work.ipynb": text, ".grader.yml": ONE.replace(".py", ".ipynb")})
    _, command_list, _, _ = on_github(folder)
    (properties,) = [properties for _, properties, _ in command_list if "single-neuron%2C sigmoid%3A" in properties]
    line = int(re.search(r"line=(\d+)", properties)[1])
    assert "def sigmoid(z):" in text.splitlines()[line - 1] or "return z / 0" in text.splitlines()[line - 1]
