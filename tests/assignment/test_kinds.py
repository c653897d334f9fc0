"""Kinds of checks are found by their names: the grader's own, an installed package's, and those of a folder."""

from __future__ import annotations

import sys
import textwrap

import pytest

from grader.assignment import kinds
from grader.grading.grade import grade
from grader.grading.options import GradeOptions
from grader.submission import read
from grader.support.errors import UsageError
from tests.assignment.tiny import GOOD, load

pytestmark = pytest.mark.quick

PACKAGE = '''
from typing import Literal

from grader.assignment.check import Check
from grader.checks.context import Context
from grader.checks.outcome import Outcome


class DocumentedCheck(Check):
    """A function has a docstring."""

    kind: Literal["documented"]
    function: str

    def functions(self):
        return (self.function,)

    def run(self, context: Context) -> Outcome:
        has_docstring = f'def {self.function}(z):\\n    """' in context.student.code[0].text
        return Outcome(float(has_docstring), "There is a docstring." if has_docstring else "Add a docstring.")
'''
DOCUMENTED = GOOD.replace("kind: values", "kind: documented").replace("    probes: [some]\n", "")


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A distribution with a kind of check, installed in a folder of sys.path."""
    folder = tmp_path / "site"
    info = folder / "grader_documented-1.0.dist-info"
    info.mkdir(parents=True)
    (folder / "grader_documented.py").write_text(PACKAGE)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: grader-documented\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[grader.checks]\ndocumented = grader_documented:DocumentedCheck\nbroken = grader_documented:Missing\n"
    )
    monkeypatch.syspath_prepend(str(folder))
    kinds._installed.cache_clear()
    yield folder
    kinds._installed.cache_clear()
    sys.modules.pop("grader_documented", None)


def test_every_kind_is_a_module_with_its_model():
    assert {"values", "gradients", "source"} <= {*kinds.bundled_names()}
    for name, model in zip(kinds.names(), kinds.models(), strict=True):
        assert model.__module__ == f"grader.checks.{name}"
        assert model.__doc__
        assert model.run is not kinds.Check.run


def test_a_kind_of_an_installed_package_is_a_check(tmp_path, installed):
    assert "documented" in kinds.names()
    loaded = load(tmp_path, DOCUMENTED)
    for text, status in (
        ('def sigmoid(z):\n    """The logistic function."""\n', "passed"),
        ("def sigmoid(z):\n    pass\n", "failed"),
    ):
        (tmp_path / "submitted.py").write_text(text)
        report = grade(loaded, read(tmp_path / "submitted.py", "own"), GradeOptions(isolation="none"))
        assert [check.status for check in report.checks] == [status], report.checks[0].message


def test_without_the_package_its_kind_is_unknown(tmp_path):
    with pytest.raises(UsageError, match="unknown kind 'documented'; allowed are 'accuracy'"):
        load(tmp_path, DOCUMENTED)


def test_a_kind_that_cannot_be_loaded_names_its_package(tmp_path, installed):
    with pytest.raises(UsageError, match="'broken' of the package grader-documented cannot be loaded"):
        load(tmp_path, DOCUMENTED.replace("documented", "broken"))


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("def check(inputs, results:\n", "checks/own.py:1 is not valid Python"),
        ("x = 1\n", "checks/own.py has no function 'check'"),
        ("def check(results):\n    pass\n", "checks/own.py:1: the arguments of 'check' must be"),
        ("def check(inputs, results, *, points=1):\n    pass\n", "every check already has the key 'points'"),
        ("def check(inputs, results, *, limit=len('a')):\n    pass\n", "the default of limit is not a plain value"),
    ],
)
def test_a_folder_kind_that_cannot_be_read_is_a_mistake_of_the_file(tmp_path, code, sentence):
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "own.py").write_text(code)
    with pytest.raises(UsageError) as caught:
        load(tmp_path, GOOD.replace("kind: values", "kind: own"))
    assert sentence in str(caught.value)


def test_a_folder_kind_declares_its_keys(tmp_path):
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "own.py").write_text(
        textwrap.dedent('''
            """Results are small."""
            def check(inputs, results, *, limit: float, words=["a"]):
                return 1, "Small."
        ''')
    )
    own = GOOD.replace("kind: values", "kind: own")
    (check,) = load(tmp_path, own.replace("points: 10", "points: 10\n    limit: 3")).content.checks
    assert (check.limit, check.words, check.needs_reference) == (3, ["a"], False)
    with pytest.raises(UsageError, match="limit is missing"):
        load(tmp_path, own)
    with pytest.raises(UsageError, match="unit is not a known key"):
        load(tmp_path, own.replace("points: 10", "points: 10\n    limit: 3\n    unit: m"))


def test_a_folder_kind_must_not_have_the_name_of_another_kind(tmp_path):
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "values.py").write_text("def check(inputs, results):\n    return 1, 'yes'\n")
    with pytest.raises(UsageError, match="has the name of a kind of the grader"):
        load(tmp_path, GOOD)
