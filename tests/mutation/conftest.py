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
        return {
            ast.unparse(rewriting.replaced(tree, node, rewrite.after)): rewrite.bug
            for node in rewriting.expressions(tree)
            for rewrite in operator(node, surroundings)
        }

    return of
