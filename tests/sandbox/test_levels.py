"""The isolation levels to try."""

from __future__ import annotations

import pytest

from grader.sandbox import levels


@pytest.mark.parametrize("level", levels.LEVELS)
def test_requested_level_is_the_only_one_to_try(level):
    assert levels.to_try(level) == [level]


def test_all_levels_are_tried_on_linux_from_the_strictest(monkeypatch):
    monkeypatch.setattr(levels.sys, "platform", "linux")
    assert levels.to_try(None) == ["strong", "medium", "none"]


def test_other_systems_offer_no_isolation(monkeypatch):
    monkeypatch.setattr(levels.sys, "platform", "darwin")
    assert levels.to_try(None) == ["none"]
