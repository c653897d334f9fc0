"""Formulas as authors write them, and the wrong ones that operators make."""

from __future__ import annotations

import ast
import difflib

import pytest

from grader.mutation import changes, editing, rewriting


@pytest.fixture
def made():
    """Return a function: {changed text: bug} of one operator for a formula."""

    def of(operator, text, *names, functions=(), result=""):
        surroundings = changes.Surroundings(
            dict.fromkeys(names) if not names or isinstance(names[0], str) else names[0], frozenset(functions), result
        )
        tree = rewriting.parsed(text)
        bugs = {}
        for rewrite in operator(tree, surroundings):
            bugs.setdefault(ast.unparse(rewriting.replaced(tree, rewrite.before, rewrite.after)), rewrite.bug)
        return bugs

    return of


@pytest.fixture
def edited():
    """Return a function: {(bug, lines without indentation that the edit adds, those that it removes)} of one operator."""

    def of(operator, source):
        definition = ast.parse(source).body[-1]
        edits = list(operator(editing.Function(source, definition)))
        for edit in edits:
            ast.parse(edit.source)
        return {(edit.bug, *differences(source, edit.source)) for edit in edits}

    return of


def differences(source, other):
    """Return (lines that ``other`` adds, lines that it removes), without their indentation."""
    lines = [line for line in difflib.ndiff(source.splitlines(), other.splitlines()) if line[0] in "+-"]
    added, removed = ([line[2:].strip() for line in lines if line[0] == sign] for sign in "+-")
    return "; ".join(added), "; ".join(removed)
