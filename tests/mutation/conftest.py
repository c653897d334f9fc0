"""Formulas as authors write them, and the wrong ones that operators make."""

from __future__ import annotations

import ast

import pytest

from grader.mutation import changes, rewriting


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
