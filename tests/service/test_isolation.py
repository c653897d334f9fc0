"""A server chooses the strictest isolation level that holds on its machine, but never none."""

from __future__ import annotations

import pytest

from grader.sandbox.canary import EscapeReport
from grader.service import isolation
from grader.support.errors import NotGradable


def test_strong_isolation_is_chosen_where_it_works():
    assert isolation.strictest_level() == "strong"


@pytest.mark.parametrize(
    ("working", "holes", "level"),
    [(("medium",), (), "medium"), (("strong", "medium"), ("strong",), "medium"), ((), (), None)],
)
def test_level_with_a_hole_is_not_chosen(monkeypatch, working, holes, level):
    def escape(limits, level, *_):
        if level not in working:
            raise NotGradable("There are no namespaces.")
        return EscapeReport(["files"] if level in holes else [], [])

    monkeypatch.setattr(isolation.canary, "try_to_escape", escape)
    assert isolation.strictest_level() == level
