"""Tests of ``grader ci`` in a repository: submissions, reports and exit codes."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from grader.ci import repository as repository_module
from tests.conftest import bundled
from tests.doubling import ASSIGNMENT, REFERENCE, RIGHT, SHORT

from .conftest import CORRECT, EXAMPLES, ONE, WRONG


def test_several_assignments_are_graded_and_the_worst_result_counts(repository, ci):
    folder = repository(
        {
            "one/mine.ipynb": CORRECT,
            "one/.ipynb_checkpoints/mine-checkpoint.ipynb": CORRECT,
            ".grader.yml": """
seed: 0
assignments:
  - {assignment: single-neuron, submission: one/**/*.ipynb, formats: [json, {format: sarif, output: all/out.sarif}]}
  - {assignment: relu-swap, submission: two.py, pass_mark: 30}
""",
        }
    )
    result = ci(folder, "--trust-config")
    assert (result.returncode, result.stderr) == (3, "")  # one submission is missing: no score is not a zero
    assert "::" not in result.stdout
    assert "single-neuron: one/mine.ipynb" in result.stdout
    assert "Nothing was handed in: there is no two.py in the repository" in result.stdout
    assert "The pass mark of relu-swap is 30 % (the assignment says 75 %)." in result.stdout
    report = json.loads((folder / "grader-results" / "single-neuron.json").read_text())
    assert (report["passed"], report["submission"]["path"]) == (True, "one/mine.ipynb")
    assert json.loads((folder / "all" / "out.sarif").read_text())["runs"][0]["results"] == []


def test_configuration_outside_with_an_assignment_next_to_it(tmp_path, repository, ci_here):
    folder = repository({"work.py": WRONG, ".grader.yml": "not: read\n"})
    outside = tmp_path / "grading"
    outside.mkdir()
    (outside / "own").symlink_to(EXAMPLES.parent.parent / "assignments" / "single-neuron")
    (outside / "grader.yml").write_text(ONE.replace("single-neuron", "own") + "pass_mark: 40\n")
    result = ci_here(folder, "--config", "../grading/grader.yml")
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("The configuration is outside this repository.")
    inside = ci_here(folder, "--config", ".grader.yml")
    assert inside.returncode == 2
    assert ".grader.yml:1: " in inside.stderr


def test_pattern_that_matches_several_files_is_refused(repository, ci_here):
    result = ci_here(repository({"a.py": "", "b.py": "", ".grader.yml": ONE.replace("work.py", "'*.py'")}))
    assert result.returncode == 2
    assert ".grader.yml:2: *.py matches 2 files (a.py, b.py): keep only one of them, or give its name." in result.stderr


def test_invalid_pattern_is_refused_on_every_python(repository, ci_here):
    result = ci_here(repository({"a.py": "", ".grader.yml": ONE.replace("work.py", "'**x/a.py'")}))
    assert result.returncode == 2
    assert ".grader.yml:2: submission: '**x/a.py' is not a valid pattern" in result.stderr


@pytest.mark.parametrize(("target", "exit_code"), [("src/own.ipynb", 0), (".secret/own.ipynb", 3)])
def test_link_within_the_repository_is_followed_unless_its_target_is_hidden(repository, ci_here, target, exit_code):
    """``.git`` may contain the token of the run."""
    solution = (EXAMPLES / "correct.ipynb").read_text()
    folder = repository({".grader.yml": ONE.replace("work.py", "week1/work.ipynb"), target: solution, "week1/a": ""})
    (folder / "week1" / "work.ipynb").symlink_to(f"../{target}")
    result = ci_here(folder)
    assert result.returncode == exit_code
    assert ("work.ipynb is a link that leads out" in result.stdout) is bool(exit_code)


def test_hidden_file_named_in_the_configuration_is_graded(repository, ci_here):
    solution = (EXAMPLES / "correct.ipynb").read_text()
    assert (
        ci_here(repository({".grader.yml": ONE.replace("work.py", "..w.ipynb"), "..w.ipynb": solution})).returncode == 0
    )


@pytest.mark.parametrize("link_kind", ["file", "folder"])
def test_link_out_of_the_repository_is_not_followed(tmp_path, repository, ci_here, link_kind):
    """The link points to a solution of somebody else on the same machine."""
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "work.py").write_text((EXAMPLES / "correct.ipynb").read_text())
    name = "work.py" if link_kind == "file" else "work"
    folder = repository({".grader.yml": ONE.replace("work.py", name)})
    (folder / name).symlink_to(tmp_path / "secret" / "work.py" if link_kind == "file" else tmp_path / "secret")
    result = ci_here(folder)
    assert result.returncode == 3
    assert f"{name} is a link to a file outside the repository: hand in the file itself." in result.stdout


def test_reports_are_not_written_through_a_link(tmp_path, repository, ci_here):
    (tmp_path / "elsewhere").mkdir()
    folder = repository({"work.py": WRONG, ".grader.yml": ONE + "formats: [junit]\n"})
    (folder / "grader-results").symlink_to(tmp_path / "elsewhere")
    result = ci_here(folder)
    assert result.returncode == 2
    assert "grader-results/single-neuron.junit.xml is outside the repository" in result.stderr
    assert not [*(tmp_path / "elsewhere").iterdir()]


def test_unreadable_submission_does_not_pass_and_gives_the_reason(repository, ci_here):
    other = CORRECT.replace("0.5", "0.25")
    result = ci_here(
        repository({"work/a.ipynb": CORRECT, "work/b.ipynb": other, ".grader.yml": ONE.replace(".py", "")})
    )
    assert result.returncode == 3
    assert "work contains 2 files that may be the solution (a.ipynb, b.ipynb)" in result.stdout


def test_file_in_another_folder_is_graded_with_a_note(repository, ci_here):
    result = ci_here(repository({"week1/work.py": WRONG, ".grader.yml": ONE}))
    assert result.returncode == 1
    assert (
        "There is no work.py in the repository, so week1/work.py was graded instead: move it to work.py."
        in result.stdout
    )


def test_submission_gets_unpredictable_inputs(repository, ci_here):
    """Two runs use two random seeds, which are not shown."""
    text = "import numpy as np\n\ndef loss(y, y_hat):\n    if len(y) == 4:\n        return 0.5 * np.sum((y - y_hat) ** 2)\n    raise ValueError(y_hat[0])\n"
    folder = repository({"work.py": text, ".grader.yml": ONE.replace("seed: 0\n", "")})
    first, second = (re.findall(r"ValueError: (\S+)", ci_here(folder).stdout) for _ in range(2))
    assert first and first != second


def test_hidden_checks_count_but_show_nothing(tmp_path, repository, ci_here):
    """A hidden check shows neither message nor line, an instructor's check nothing, in every format and CI system."""
    assignment = tmp_path / "grading" / "doubling"
    assignment.mkdir(parents=True)
    for name, text in (("assignment.yaml", ASSIGNMENT), ("reference.py", REFERENCE), ("solution.py", RIGHT)):
        (assignment / name).write_text(text)
    names = ["text", "json", "junit", "gradescope", "classroom", "sarif", "markdown"]
    config = f"assignment: doubling\nsubmission: work.py\nformats: {names}\n"
    (tmp_path / "grading" / "grader.yml").write_text(config)
    folder = repository({"work.py": SHORT})
    summary = tmp_path / "summary"
    variables = {"GITHUB_ACTIONS": "true", "GITLAB_CI": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    result = ci_here(folder, "--config", "../grading/grader.yml", **variables)
    assert result.returncode == 0, result.stdout
    assert "Score: 80 of 100" in result.stdout
    texts = {path.name: path.read_text() for path in (folder / "grader-results").iterdir()}
    assert len(texts) == len(names) + 1
    encoded = texts.pop("doubling.classroom.txt")
    texts |= {"log": result.stdout, "summary": summary.read_text(), "classroom": base64.b64decode(encoded).decode()}
    for name, text in texts.items():
        assert "long" in text, name
        text = text.replace("\\", "")
        for secret in ("977", "secret", "double(x) of many", str(tmp_path)):
            assert secret not in text, (name, secret)
    document = json.loads(texts["doubling.json"])
    assert [check["name"] for check in document["checks"]] == ["double", "total", "long"]
    assert "location" not in document["checks"][-1]["evidence"]


def test_several_jobs_give_the_same_reports_in_the_same_order(repository, monkeypatch):
    folder = repository(
        {
            "one.ipynb": CORRECT,
            "two.py": WRONG,
            ".grader.yml": """
seed: 0
assignments:
  - {assignment: relu-swap, submission: missing.py}
  - {assignment: single-neuron, submission: one.ipynb, pass_mark: 99}
  - {assignment: single-neuron, submission: two.py, pass_mark: 10}
""",
        }
    )
    monkeypatch.chdir(folder)
    plan = repository_module.plan(Path(".grader.yml"), trusted=True)
    reports = {}
    for jobs in (1, 2):
        monkeypatch.setattr(repository_module, "_jobs", lambda _, jobs=jobs: jobs)
        reports[jobs] = [
            graded.report.model_copy(update={"seconds": 0}) for graded in repository_module.grade_all(plan)
        ]
    assert reports[1] == reports[2]
    assert [(report.submission.path, report.passed) for report in reports[1]] == [
        ("missing.py", False),
        ("one.ipynb", True),
        ("two.py", True),
    ]


@pytest.mark.parametrize(
    ("names", "cores", "jobs"),
    [
        (["single-neuron", "relu-swap", "numpy-mnist"], 4, 1),
        (["clothing-mlp", "relu-swap", "numpy-mnist"], 4, 2),
        (["clothing-mlp", "numpy-mnist"], 1, 1),
    ],
)
def test_only_submissions_that_train_are_worth_more_processes(names, cores, jobs, monkeypatch):
    monkeypatch.setattr(repository_module.local, "cores", lambda: cores)
    assert repository_module._jobs([SimpleNamespace(assignment=bundled(name)) for name in names]) == jobs
