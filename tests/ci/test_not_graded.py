"""Tests of results that could not be graded: every report gives a reason and a remedy, and never looks like a zero."""

from __future__ import annotations

import base64
import json
import re

import pytest

from grader.ci import github, gitlab
from grader.ci.config import AssignmentEntry
from grader.ci.repository import GradedTask, RepositoryTask, _with_remedy
from grader.report import formats
from grader.report.evidence import Evidence
from tests.conftest import bundled
from tests.doubling import ASSIGNMENT, REFERENCE, SHORT
from tests.report.conftest import reports  # noqa: F401

from .conftest import EXAMPLES

FORMATS = ["text", "json", "junit", "gradescope", "classroom", "sarif", "markdown"]


@pytest.fixture
def everything(tmp_path, repository, ci):
    """Run on GitHub and GitLab with all formats; return (exit code, {place: text})."""

    def run(files, *options):
        folder = repository(files)
        summary = tmp_path / "summary.md"
        variables = {"GITHUB_ACTIONS": "true", "GITLAB_CI": "true", "GITHUB_STEP_SUMMARY": str(summary)}
        result = ci(folder, *options, **variables)
        texts = {path.name: path.read_text() for path in (folder / "grader-results").iterdir()}
        for name in [name for name in texts if name.endswith(".classroom.txt")]:
            texts[name] = base64.b64decode(texts[name]).decode()
        texts |= {"log": result.stdout, "summary": summary.read_text().replace("\\", "")}
        texts["annotations"] = "\n".join(re.findall("^::error .*", result.stdout, re.MULTILINE))
        return result.returncode, {name: text.replace("\\", "") for name, text in texts.items()}

    return run


def assert_explained(texts, reason):
    for name, text in texts.items():
        assert reason in text, (name, text)
        if not name.endswith(".json") or "gradescope" in name or "quality" in name:
            assert "not_gradable" not in text, name
        assert not re.search(r"\b0 of \d", text), name


def test_broken_data_is_explained(everything):
    config = f"assignment: numpy-mnist\nsubmission: a.py\ndata: data\nformats: {FORMATS}\n"
    work = (EXAMPLES.parent / "numpy-mnist" / "wrong.py").read_text()
    code, texts = everything({"a.py": work, "data/mnist.npz": "nonsense", ".grader.yml": config})
    assert code == 3
    assert_explained(texts, "it cannot be read")
    assert_explained(texts, "Replace it, or remove it to use another source")


def test_missing_package_is_explained(everything):
    own_assignment = ASSIGNMENT.replace("name: doubling\n", "name: doubling\npackages: [no_such_package]\n")
    config = f"assignment: own\nsubmission: a.py\nformats: {FORMATS}\n"
    files = {"a.py": SHORT, ".grader.yml": config, "own/assignment.yaml": own_assignment, "own/reference.py": REFERENCE}
    code, texts = everything(files, "--trust-config")
    assert code == 3
    assert_explained(texts, "run pip install no_such_package")


def test_exception_in_the_graders_code_is_not_shown(everything):
    """The message of a failing reference may contain a hidden input."""
    config = f"assignment: own\nsubmission: a.py\nformats: {FORMATS}\n"
    reference = "raise ValueError('secret zebra')\n" + REFERENCE
    files = {"a.py": SHORT, ".grader.yml": config, "own/assignment.yaml": ASSIGNMENT, "own/reference.py": reference}
    code, texts = everything(files, "--trust-config")
    assert code == 3
    assert_explained(texts, "The grader itself failed in this check. Tell your instructor.")
    assert not any("zebra" in text for text in texts.values())


def test_one_check_that_was_not_graded_is_explained(reports):  # noqa: F811
    """The findings of the other checks are shown as well."""
    report = reports["wrong"]
    package = report.checks[4].model_copy(
        update={"status": "not_gradable", "score": None, "message": "cv2 is not installed here: pip install it."}
    )
    checks = [*report.checks[:4], package, *report.checks[5:]]
    report = report.model_copy(update={"checks": checks, "score": None, "passed": False, "ending": "not_gradable"})
    assignment = bundled("single-neuron")
    task = GradedTask(
        RepositoryTask(AssignmentEntry(assignment="single-neuron", submission="a.py"), assignment, 70, None, None, []),
        report,
    )
    lines = github.findings([task])
    assert "cv2 is not installed here" in lines[0] and len(lines) == 5
    findings = json.loads(gitlab.code_quality([task]))
    assert "cv2 is not installed here" in findings[0]["description"] and len(findings) == 5
    for name in ("text", "markdown", "sarif", "junit"):
        text = formats.render(name, report, assignment.content).replace("\\", "")
        assert "cv2 is not installed here" in text
        assert "not_gradable" not in text
        assert not re.search(r"(?<!\d)0 of 5\b.*loss", text)


def test_missing_isolation_suggests_a_weaker_level(reports):  # noqa: F811
    report = reports["not gradable"]
    checks = [check.model_copy(update={"evidence": Evidence(not_graded_for="isolation")}) for check in report.checks]
    message = _with_remedy(report.model_copy(update={"checks": checks}))
    assert all("isolation: medium" in check.message for check in message.checks)
    assert not any("isolation: medium" in check.message for check in _with_remedy(report).checks)


def test_cause_is_never_less_severe_than_its_consequence(reports):  # noqa: F811
    from grader.report import wording

    report = reports["wrong"]
    status = {check.name: check.status for check in report.checks}
    assert (status["gradients"], status["trajectory"]) == ("partial", "failed")
    levels = wording.levels(report)
    assert levels["gradients"] == levels["trajectory"] == "error"
    single = report.model_copy(update={"checks": report.checks[:6]})
    assert wording.levels(single) == {"gradients": "warning"}
