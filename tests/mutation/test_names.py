"""Every bug that an operator names has texts in the catalogue."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import grader.mutation
from grader.diagnosis import catalogue

pytestmark = pytest.mark.quick

FOLDER = Path(grader.mutation.__file__).parent


def bugs_named_in(path):
    """Return all strings of a module that look like the name of a bug."""
    strings = {node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)}
    return {text for text in strings if isinstance(text, str) and "-" in text and text.replace("-", "").isalpha()}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_bugs_of_operators_are_in_the_catalogue(path):
    names = {name for bugs in catalogue.families().values() for name in bugs}
    assert bugs_named_in(path) - names == set()


def test_some_bugs_are_found_in_the_modules():
    assert {"sign-flipped", "factor-missing"} <= bugs_named_in(FOLDER / "arithmetic.py")
